# export under faults: the file is whole, or not there; and file systems that lack calls.
# shellcheck shell=bash
. "$E2E/lib.sh"
. "$TESTS/lib.sh"
make_jail j
sh_jail j 'echo x >x; git add x; git commit -qm x; echo y >y'
export_under() {
	rm -f j.bundle
	faulty "$RJ" export j j.bundle
	[ "$rc" != 0 ] || holds "it is whole" git -C "$repo" bundle verify -q "$T/j.bundle"
	[ "$rc" = 0 ] || [ ! -e j.bundle ] || [[ $err == *"cannot sync ./,"* ]] || [ -n "$spent" ] || fail "no file" "$(shown)"
	[ -n "$spent" ] || same "no part of it is left" "" "$(ls "$T"/*.part-* 2>/dev/null)"
	rm -f "$T"/*.part-*
}
learn "$RJ" export j j.bundle
each_fault export_under
for fault in "renameat2 1 EINVAL" "renameat2 1 ENOSYS" "link 1+ EPERM"; do
	rm -f j.bundle
	faulty "$RJ" export j j.bundle
	same "without ${fault%% *} it is written" 0 "$rc"
	faulty "$RJ" export j j.bundle
	same "and not replaced" 1 "$rc"
done
finish
