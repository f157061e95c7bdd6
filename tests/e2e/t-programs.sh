# Programs that a filter of system calls breaks easily; `make programs` runs many more.
# shellcheck shell=bash
. "$E2E/lib.sh"
programs=(strace gdb python3 perl git tar util-linux)
try env WORK="$T" LIMIT=60 bash "$E2E/programs.sh" "${programs[@]}"
for p in "${programs[@]}"; do
	assert_match "$p works as root in name and as the user" "$out" "\| $p +\|[^|]*\| ok \|"
done
assert_contains "all of them" "$out" "$((2 * ${#programs[@]})) passed, 0 failed"

section "owners"
make_jail j
sh_jail j 'echo x >f && chown 1234:1234 f && stat -c %u:%g f'
assert_eq "root in name gives a file away, and it stays" "0:0" "$out"
assert_eq "on the host it is the user's" "$ME" "$(stat -c %u "$W/f")"
try "$RJ" run --user self j -- chown 1234 f
assert_ne "as the user it is refused" 0 "$rc"
assert_contains "with the kernel's reason" "$err" "changing ownership"

section "no filter, no jail"
for answer in ENOSYS EPERM; do
	assert_refused 4 "seccomp answers $answer" "cannot filter the jail's system calls" \
		python3 "$E2E/filtered.py" "seccomp=$answer" -- "$RJ" run j -- echo ran-anyway
	assert_contains "with a remedy" "$err" "$([ $answer = ENOSYS ] && echo CONFIG_SECCOMP_FILTER || echo seccomp=unconfined)"
done
finish
