# A host that lacks something: each case is refused with its own remedy, and nothing runs with
# less protection. The cases are made in a user namespace of the test's own.
# shellcheck shell=bash
. "$E2E/lib.sh"
make_jail j
touch "$T/never" && rm "$T/never"

# What a container engine's filter does: no user namespaces (EPERM), no clone3 (ENOSYS).
cat >"$T/filtered.py" <<'END'
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
LD, JEQ, JSET, RET = 0x20, 0x15, 0x45, 0x06
ALLOW, EPERM, ENOSYS = 0x7fff0000, 0x50001, 0x50026
NR_CLONE, NR_UNSHARE, NR_CLONE3 = {"x86_64": (56, 272, 435), "aarch64": (220, 97, 435)}[os.uname().machine]
code = [(LD, 0, 0, 0),
        (JEQ, 0, 1, NR_CLONE3), (RET, 0, 0, ENOSYS),
        (JEQ, 1, 0, NR_CLONE), (JEQ, 0, 3, NR_UNSHARE),
        (LD, 0, 0, 16), (JSET, 0, 1, 0x10000000), (RET, 0, 0, EPERM),
        (RET, 0, 0, ALLOW)]
program = b"".join(struct.pack("HBBI", *c) for c in code)
buffer = ctypes.create_string_buffer(program)
fprog = struct.pack("HxxxxxxP", len(code), ctypes.addressof(buffer))
assert libc.prctl(38, 1, 0, 0, 0) == 0, "no_new_privs"
assert libc.prctl(22, 2, ctypes.c_char_p(fprog), 0, 0) == 0, "seccomp"
os.execvp(sys.argv[1], sys.argv[1:])
END
# lacking SETUP [CMD...]: run CMD (or a session) where root of a user namespace has done SETUP
lacking() {
	local setup=$1
	shift
	[ $# != 0 ] || set -- "$RJ" run j -- sh -c 'echo ran-anyway'
	try unshare --user --map-root-user --mount --pid --fork --mount-proc bash -c "$setup"' && exec "$@"' x "$@"
}
refused() { # DESC PART...
	assert_eq "$1" 4 "$rc"
	shift
	assert_contains "  says what to do" "$err" "hint:" "$@"
	assert_lacks "  and nothing ran" "$out" ran-anyway
}

section "as it is"
lacking 'true'
assert_eq "in a user namespace a session works" "0 ran-anyway" "$rc $out"
filtered=(python3 "$T/filtered.py" "$RJ" run j -- sh -c 'echo ran-anyway')

section "user namespaces"
lacking 'echo 0 >/proc/sys/user/max_user_namespaces'
refused "their number is limited to none" "user.max_user_namespaces=15000"
lacking true "${filtered[@]}"
refused "a container's filter" "container" "seccomp=unconfined"
mkdir "$T/debian" "$T/ubuntu"
echo 0 >"$T/debian/unprivileged_userns_clone"
echo 1 >"$T/ubuntu/apparmor_restrict_unprivileged_userns"
lacking "mount --bind $T/debian /proc/sys/kernel" "${filtered[@]}"
refused "Debian's own switch" "kernel.unprivileged_userns_clone=1"
lacking "mount --bind $T/ubuntu /proc/sys/kernel" "${filtered[@]}"
refused "AppArmor's rule" "AppArmor" "kernel.apparmor_restrict_unprivileged_userns=0"

section "a container's /proc"
lacking 'mount -t tmpfs none /proc/acpi 2>/dev/null || mount -t tmpfs none /proc/bus'
refused "is masked" "masked" "systempaths=unconfined"
lacking 'mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys'
refused "is read-only, which the kernel takes for masked" "masked" "systempaths=unconfined"

section "the rest works all the same"
lacking 'echo 0 >/proc/sys/user/max_user_namespaces' "$RJ" list --json
assert_eq "list" 0 "$rc"
lacking 'echo 0 >/proc/sys/user/max_user_namespaces' "$RJ" create --name k --repo "$repo"
assert_eq "create" 0 "$rc"
lacking 'echo 0 >/proc/sys/user/max_user_namespaces' "$RJ" status j --json
if [ $rc != 0 ]; then refused "status" "user.max_user_namespaces"; else pass "status"; fi
finish
