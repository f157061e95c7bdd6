# G1 in a nested jail, by what the git runs that fetches main's branches before the command starts.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
tiny_repo "$T/repo"
repo=$T/repo W=$JAILS/n
assert "a nested jail is made" "$RJ" create n --repo "$repo" --nested
pointer=$(cat "$W/.git")
cat >"$T/early.py" <<'END2'
# Replaces W/.git from a namespace in which nothing is mounted over it: early.py W MARK
import ctypes, os, sys, time
libc = ctypes.CDLL(None, use_errno=True)
top = os.open(sys.argv[1], os.O_RDONLY)
mark = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT)
uid, gid = os.getuid(), os.getgid()
libc.unshare(0x10000000 | 0x20000)
for name, text in ("setgroups", "deny"), ("uid_map", "0 %d 1" % uid), ("gid_map", "0 %d 1" % gid):
    with open("/proc/self/" + name, "w") as f:
        f.write(text)
libc.mount(b"none", b"/", None, 16384 | 1 << 18, None)
libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)
os.chdir("/tmp")
libc.syscall(155 if os.uname().machine == "x86_64" else 41, b".", b".")
libc.umount2(b".", 2)
os.rename("pointer", ".git", src_dir_fd=top, dst_dir_fd=top)
os.write(mark, b"replaced\n")
time.sleep(30)
END2

attack "W/.git replaced by a helper of the fetch, before the command starts"
git -C "$repo" worktree add -q --detach "$T/w"
echo "gitdir: /evil" >"$T/w/pointer"
timeout 3 python3 "$T/early.py" "$T/w" "$T/did"
control "without a guard it is replaced" grep -q evil "$T/w/.git"
cp "$T/early.py" "$W"
try "$RJ" run n -- sh -c 'cp early.py ~ && echo "gitdir: /evil" >pointer &&
	git config --file /.robojail/git/config protocol.ext.allow always &&
	git config --file /.robojail/git/config url."ext::python3 $HOME/early.py $PWD $HOME/did %S ".insteadOf /.robojail/host'
assert_eq "the trap is set" 0 "$rc"
git -C "$repo" commit -q --allow-empty -m "Second"
timeout 30 "$RJ" run n -- sleep 3 >"$T/o" 2>&1 </dev/null &
session=$!
eventually "the fetch runs it" test -e "$PRIVATE/n/home/did"
sleep 1
held "W/.git is as it was" is "$pointer 1" "$(cat "$W/.git") $(stat -c %h "$W/.git")"
wait $session
held "the session is ended" is 137 $?
held "the user is told" grep -q "was ended" "$T/o"
finish_rows
