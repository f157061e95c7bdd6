# G1: the agent makes W/.git lead to a git directory of its own, so that the host's git obeys it.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"

# What the agent prepares in W: a git directory with a command in its configuration.
prepare='set -e
git init -q --bare bad 2>/dev/null; git -C bad config core.bare false; git -C bad config core.worktree "$PWD"
git -C bad config core.fsmonitor "$PWD/tools/$1"; echo "gitdir: $PWD/bad" >pointer; set +e'
# The ways to put it in place of .git; each is tried with both.
ways=(
	"unlink and write:rm -f .git; cp pointer .git"
	"write into it:cat pointer >.git"
	"truncate it:truncate -s 0 .git && cat pointer >>.git"
	"rename a file over it:mv -f pointer .git"
	"rename a directory over it:rm -f .git; mv bad .git"
	"exchange the names:python3 -c 'import ctypes; exit(ctypes.CDLL(None).renameat2(-100, b\"pointer\", -100, b\".git\", 2) != 0)'"
	"a symlink in its place:ln -sf bad .git"
	"a mount over it:mount --bind pointer .git || rm -f .git && cp pointer .git"
)
unmounts='umount .git; umount -l .git; mount -o remount,rw .git; chmod 666 .git; chattr -i .git'
nested='unshare -Urm sh -c "umount -l .git; rm -f .git; cp pointer .git" || unshare -r sh -c "rm -f .git; cp pointer .git"'
pivot='import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
fd = os.open(".", os.O_PATH)
if libc.unshare(0x10000000 | 0x20000) == 0:
    libc.mount(b"none", b"/", None, 0x44000, None)
    os.makedirs("/tmp/n", exist_ok=True)
    libc.mount(b"none", b"/tmp/n", b"tmpfs", 0, None)
    os.chdir("/tmp/n")
    libc.pivot_root(b".", b".")
    libc.umount2(b".", 2)
try:
    os.unlink(".git", dir_fd=fd)
except OSError:
    pass
os.system("cp /proc/self/fd/%d/pointer /proc/self/fd/%d/.git" % (fd, fd))'

tiny_repo "$T/plain"
n=0
try_way() { # WHAT SCRIPT
	attack "$1"
	n=$((n + 1))
	git -C "$T/plain" worktree add -q --detach "$T/w$n"
	payload "$T/w$n/tools" "control-$n"
	(cd "$T/w$n" && bash -c "$prepare" x "control-$n"; bash -c "$2") >/dev/null 2>&1
	git -C "$T/w$n" status >/dev/null 2>&1
	control "git status ran it" ran "control-$n"
	payload "$W/tools" "jail-$n"
	in_jail j bash -c "$prepare" x "jail-$n"
	in_jail j bash -c "$2"
	held "W/.git is as it was" is "$pointer" "$(cat "$W/.git" 2>/dev/null)"
	git_by_hand "$W"
	held "the host's git ran nothing" not ran "jail-$n"
	in_jail j rm -rf bad pointer
}
make_jail j
pointer=$(cat "$W/.git")
for way in "${ways[@]}"; do
	try_way "${way%%:*}" "${way#*:}"
done
try_way "unmount it first, as root" "$unmounts; rm -f .git; cp pointer .git"
try_way "from a nested user namespace" "$nested; [ -e /.robojail ] || { rm -f .git; cp pointer .git; }"
printf '%s\n' "$pivot" >"$T/pivot.py"
cp "$T/pivot.py" "$W/pivot.py"
try_way "pivot away, detach the old root, unlink by descriptor" "python3 $W/pivot.py; [ -e /.robojail ] || { rm -f .git; cp pointer .git; }"

attack "a .git of one jail while the other layout (root) shows W as /"
config <<<'layout = "root"'
git -C "$T/plain" worktree add -q --detach "$T/wr"
payload "$T/wr/tools" control-r
(cd "$T/wr" && bash -c "$prepare" x control-r && rm .git && cp pointer .git)
git -C "$T/wr" status >/dev/null 2>&1
control "git status ran it" ran control-r
payload "$W/tools" jail-r
in_jail j bash -c "cd / && $prepare; sed -i 's,/bad,$W/bad,' pointer; git -C bad config core.worktree $W; git -C bad config core.fsmonitor $W/tools/jail-r; rm -f .git; mv -f pointer .git; cp pointer .git"
held "W/.git is as it was" is "$pointer" "$(cat "$W/.git" 2>/dev/null)"
git_by_hand "$W"
held "the host's git ran nothing" not ran jail-r
no_config

# Protection was off for a moment: somebody let the agent at W/.git from outside. What comes next?
for kind in file symlink directory fifo hardlink; do
	attack "W/.git was replaced from outside by a $kind"
	make_jail "k$kind"
	pointer=$(cat "$W/.git")
	payload "$W/tools" "jail-$kind"
	(cd "$W" && bash -c "$prepare" x "jail-$kind")
	rm "$W/.git"
	case $kind in
	file) cp "$W/pointer" "$W/.git" ;;
	symlink) ln -s bad "$W/.git" ;;
	directory) mv "$W/bad" "$W/.git" ;;
	fifo) mkfifo "$W/.git" ;;
	hardlink) printf '%s\n' "$pointer" >"$W/.git" && ln "$W/.git" "$W/link" ;;
	esac
	case $kind in
	fifo) control "git waits for ever" not timeout 1 git -C "$W" status ;;
	hardlink) control "another name can change it" test "$(stat -c %h "$W/.git")" = 2 ;;
	*)
		git -C "$W" status >/dev/null 2>&1
		control "git status ran it" ran "jail-$kind"
		;;
	esac
	forget
	try timeout 30 "$RJ" status "k$kind"
	held "status restores it" is "$pointer 1" "$(cat "$W/.git") $(stat -c %h "$W/.git")"
	held "and says so" says ".git"
	git_by_hand "$W"
	held "nothing ran" never_ran
done
finish_rows
