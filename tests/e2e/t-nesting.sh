# Inside of containers, sandboxes, chroots, and as root: a jail is made all the same, or the reason
# and the remedy are told and nothing runs.
# as_root
# shellcheck shell=bash disable=SC2016
. "$E2E/lib.sh"
command -v bwrap >/dev/null || die "bubblewrap is installed"
make_jail j
NEWUSER=10000000
# What a session says of itself: its name for user and host, the number of its init, and whether a
# user namespace can be made in it.
look='id -u; hostname; cat /proc/self/comm; unshare -U true 2>/dev/null && echo NESTED; echo done'
session=("$RJ" run j -- sh -c "$look")
works() { # DESC
	assert_eq "$1" "0 0 j cat done" "$rc $(xargs <<<"$out")"
}
refused() { # DESC PART...
	assert_eq "$1" 4 "$rc"
	shift
	assert_contains "  says why and what to do" "$err" "hint:" "$@"
	assert_lacks "  and nothing ran" "$out" done
}
# container SETUP CMD...: root of a user namespace does SETUP, then CMD runs there.
container() {
	local setup=$1
	shift
	try unshare --user --map-root-user --mount --pid --fork --mount-proc bash -c "$setup"' && exec "$@"' x "$@"
}
filtered() { # RULE... -- CMD...
	try python3 "$E2E/filtered.py" "$@"
}

section "where nothing is in the way"
try "${session[@]}"
works "a session"
assert "user namespaces can be made outside of it" unshare -U true

section "bubblewrap"
if [ "$ME" = 0 ]; then # covers /proc/sys and others, because root may write there
	try bwrap --dev-bind / / --unshare-user --unshare-pid --proc /proc -- "${session[@]}"
	refused "as root, with a proc that it masks" "cannot mount a new proc"
else
	try bwrap --dev-bind / / --unshare-user --unshare-pid --proc /proc -- "${session[@]}"
	works "with a proc of its own"
	try bwrap --dev-bind / / --unshare-all --proc /proc -- "${session[@]}"
	works "with every namespace"
fi
try bwrap --dev-bind / / --unshare-user --unshare-pid --proc /proc --tmpfs /proc/acpi -- "${session[@]}"
refused "with a proc that is masked" "cannot mount a new proc" "systempaths=unconfined"
try bwrap --dev-bind / / --unshare-user --unshare-pid --proc /proc --tmpfs /proc/acpi -- \
	"$RJ" run --allow-host-proc j -- sh -c "$look"
works "the same with --allow-host-proc"
assert_contains "  which says what is lost" "$err" "warning:" "lost:" "arguments"
try bwrap --dev-bind / / --unshare-user --disable-userns --unshare-pid --proc /proc -- "${session[@]}"
refused "without user namespaces" "user.max_user_namespaces"

section "a proc that is masked"
mask='mount -t tmpfs none /proc/acpi 2>/dev/null || mount -t tmpfs none /proc/bus'
container "$mask" "${session[@]}"
refused "a fresh one is refused" "masked" "systempaths=unconfined" "unmask=ALL" "procMount: Unmasked" \
	"security.nesting=true" "--allow-host-proc"
container 'mount --bind /dev/null /proc/version' "${session[@]}"
refused "by one file alone" "masked"
container "$mask" "$RJ" enter --allow-host-proc j
assert_eq "enter with the flag" 0 "$rc"
assert_contains "  says what is lost" "$err" "lost:"
container "$mask" "$RJ" run --dry-run --allow-host-proc j -- true
assert_contains "a dry run knows of it" "$out" "mount proc-outer ro - /proc"
assert_contains "  and says so" "$err" "lost:"
container "$mask" "$RJ" run --dry-run j -- true
assert_contains "  and not without the flag" "$out" "mount proc ro - /proc"
container "$mask" "$RJ" run --allow-host-proc j -- sh -c '
	[ "$(cat /proc/self/comm)" = cat ] && echo self
	echo x 2>/dev/null >/proc/self/comm || echo read-only
	for f in kcore keys kallsyms; do [ ! -s /proc/$f ] || head -c 1 /proc/$f; done
	kill -0 2 2>/dev/null; echo pid $$'
assert_eq "what the outer proc is good for" "0 self read-only pid 2" "$rc $(xargs <<<"$out")"
before=$(git -C "$repo" rev-parse "$branch")
container "$mask" "$RJ" run --allow-host-proc j -- sh -c 'echo new >new && git add new && git commit -q -m new'
assert_eq "a commit" 0 "$rc"
assert_ne "  is brought over" "$before" "$(git -C "$repo" rev-parse "$branch")"
container "$mask" "$RJ" status j --json
assert_eq "status needs no proc inside" '0 ["new"]' "$rc $(jq -c .added <<<"$out" 2>&1)"
echo 'allow_host_proc = true' | config
container "$mask" "${session[@]}"
works "the key of the configuration does the same"
assert_contains "  and says so at each start" "$err" "lost:"
try "${session[@]}"
works "where a fresh one can be had"
assert_eq "  it is taken, and nothing said" "" "$err"
container 'mount -t tmpfs none /proc && mkdir -p /proc/self' "${session[@]}"
refused "a /proc that is none" "/proc is not mounted" "mount -t proc"
no_config

section "a read-only /proc/sys"
readonly='mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys'
container "$readonly" unshare -U true
assert_eq "user namespaces can be made there" 0 "$rc"
container "$readonly" "$RJ" run --allow-host-proc j -- sh -c "$look"
works "none can be made in the jail"
container "$readonly" "$RJ" run --allow-host-proc j -- python3 -c '
import ctypes, os, platform
libc = ctypes.CDLL(None, use_errno=True)
clone3 = ctypes.create_string_buffer(88)
ctypes.c_uint64.from_buffer(clone3, 0).value = 0x10000000
ctypes.c_uint64.from_buffer(clone3, 32).value = 17
def tell(name, r): print(name, "MADE" if r >= 0 else ctypes.get_errno(), flush=True)
tell("clone3", libc.syscall(435, clone3, 88))
clone, unshare = {"x86_64": (56, 272), "aarch64": (220, 97)}[platform.machine()]
tell("clone", libc.syscall(clone, 0x10000011, 0, 0, 0, 0))
tell("high bits", libc.syscall(unshare, ctypes.c_long(0x110000000)))
tell("unshare", libc.syscall(unshare, 0x10000000))
if platform.machine() == "x86_64":
    tell("x32", libc.syscall(0x40000000 | unshare, 0x10000000))
print(os.fork() >= 0 and "forks")'
assert_lacks "  by no call" "$out" MADE
assert_contains "  and processes start as ever" "$out" "clone3 38" "clone 1" "unshare 1" forks

section "system call filters"
filtered "clone:$NEWUSER=EPERM" "unshare:$NEWUSER=EPERM" clone3=ENOSYS -- "${session[@]}"
refused "docker's" "seccomp=unconfined" "apparmor=unconfined" "Unconfined" "security.nesting=true"
filtered "clone:$NEWUSER=EACCES" clone3=ENOSYS -- "${session[@]}"
refused "one that answers EACCES" "seccomp=unconfined"
filtered clone3=EPERM -- "${session[@]}"
works "one that answers clone3 with EPERM"
filtered clone3=ENOSYS -- "${session[@]}"
works "without clone3"
filtered "clone:$NEWUSER=ENOSPC" clone3=ENOSYS -- "${session[@]}"
refused "too many user namespaces" "limit"
filtered mount=EACCES -- "${session[@]}"
refused "no mounts, as AppArmor has it for docker" "cannot make mounts private" "apparmor=unconfined"
filtered keyctl=EPERM -- "${session[@]}"
refused "no keyctl" "keyctl" "seccomp=unconfined"

section "AppArmor, which lets the namespace be made but gives no capability"
command -v strace >/dev/null || die "strace is installed"
mkdir "$T/ubuntu"
echo 1 >"$T/ubuntu/apparmor_restrict_unprivileged_userns"
for file in setgroups uid_map; do
	for answer in EACCES EPERM; do
		container "mount --bind $T/ubuntu /proc/sys/kernel" strace -f -qq -o /dev/null -P /proc/self/$file \
			-e trace=open,openat -e inject=open,openat:error=$answer "${session[@]}"
		refused "$file: $answer" "AppArmor" "packaging/apparmor/robojail" "--apparmor-profile" \
			"kernel.apparmor_restrict_unprivileged_userns=0"
	done
done

section "a chroot"
mkdir "$T/tree"
container "mount --rbind / $T/tree" chroot "$T/tree" "${session[@]}"
refused "user namespaces are not made there" "chroot" "pivot_root"
finish
