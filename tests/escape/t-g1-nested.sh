# G1 in a nested jail: with user namespaces, mounts and root of its own the agent goes for W/.git.
# Landlock forbids no mount there (a domain of files would forbid all of them, bubblewrap's too): what
# holds is that the kernel locks mounts that come from a more privileged namespace, all of them or none.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
tiny_repo "$T/repo-n"
repo=$T/repo-n
assert "a nested jail is made" "$RJ" create n --repo "$repo" --nested
assert_contains "create says what is lost" "$out" "user namespaces" "Landlock"
W=$JAILS/n
pointer=$(cat "$W/.git")
cat >"$W/ways.py" <<'END'
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
NEWNS, NEWUSER, NEWPID = 0x20000, 0x10000000, 0x20000000
BIND, REC, PRIVATE, MOVE, REMOUNT, DETACH = 4096, 16384, 1 << 18, 8192, 32, 2
W = sys.argv[2]
uid, gid = os.getuid(), os.getgid()
def call(name, *args):
    rc = getattr(libc, name)(*args)
    print(name, rc, ctypes.get_errno() if rc < 0 else "", flush=True)
    return rc
def mount(src, dst, kind, flags, data=None):
    return call("mount", src.encode(), dst.encode(), kind and kind.encode(), flags, data and data.encode())
def put(path, text):
    with open(path, "w") as f:
        f.write(text)
def enter():
    if os.path.samefile(W, "/proc/self/cwd") and not os.path.exists("/.robojail"):
        return control()
    if libc.unshare(NEWUSER | NEWNS) != 0:
        print("no namespace", flush=True)
        sys.exit(0)
    put("/proc/self/setgroups", "deny")
    put("/proc/self/uid_map", "0 %d 1" % uid)
    put("/proc/self/gid_map", "0 %d 1" % gid)
    mount("none", "/", None, REC | PRIVATE)
def control():
    replace(W)
    sys.exit(0)
def replace(base):
    """The attack proper: another pointer at base/.git."""
    for do in (lambda: os.rename(base + "/.git", base + "/gone"), lambda: os.unlink(base + "/.git"),
               lambda: os.rename(base + "/pointer", base + "/.git"), lambda: put(base + "/.git", open(W + "/pointer").read())):
        try:
            do()
            print("DID", base, flush=True)
        except OSError as e:
            print("refused", e.errno, flush=True)
os.makedirs("/tmp/m", exist_ok=True)
top = os.open(W, os.O_RDONLY)
def umount():
    enter()
    call("umount2", (W + "/.git").encode(), 0)
    call("umount2", (W + "/.git").encode(), DETACH)
    replace(W)
def bind():
    enter()
    if mount(W, "/tmp/m", None, BIND) == 0:
        replace("/tmp/m")
def rbind():
    enter()
    if mount(W, "/tmp/m", None, BIND | REC) == 0:
        call("umount2", b"/tmp/m/.git", DETACH)
        replace("/tmp/m")
def parents():
    enter()
    for d in (os.path.dirname(W), os.path.dirname(os.path.dirname(W)), "/"):
        if mount(d, "/tmp/m", None, BIND) == 0:
            replace("/tmp/m/" + os.path.relpath(W, d))
            call("umount2", b"/tmp/m", DETACH)
def move():
    enter()
    mount(W + "/.git", "/tmp/m", None, MOVE)
    if mount(W, "/tmp/m", None, MOVE) == 0:
        replace("/tmp/m")
    replace(W)
def remount():
    enter()
    mount("none", W + "/.git", None, REMOUNT | BIND)
    call("mount_setattr" if hasattr(libc, "mount_setattr") else "mount", b"", b"", b"", 0, None)
    libc.syscall(442, -100, (W + "/.git").encode(), 0, (ctypes.c_ulonglong * 4)(0, 1, 0, 0), 32)
    replace(W)
def tree():
    enter()
    for flags in (1, 1 | 0x8000):
        fd = libc.syscall(428, -100, W.encode(), flags)
        print("open_tree", fd, ctypes.get_errno(), flush=True)
        if fd >= 0:
            replace("/proc/self/fd/%d" % fd)
            if libc.syscall(429, fd, b"", -100, b"/tmp/m", 4) == 0:
                call("umount2", b"/tmp/m/.git", DETACH)
                replace("/tmp/m")
def overlay():
    enter()
    mount("none", "/tmp/m", "tmpfs", 0)
    for d in ("u", "w", "l", "o"):
        os.mkdir("/tmp/m/" + d)
    for upper in ("lowerdir=/tmp/m/l,upperdir=%s,workdir=/tmp/m/w" % W, "lowerdir=/tmp/m/l,upperdir=%s,workdir=%s/w" % (W, W)):
        if mount("none", "/tmp/m/o", "overlay", 0, upper) == 0:
            replace("/tmp/m/o")
    mount("none", "/tmp/m/o", "overlay", 0, "lowerdir=%s,upperdir=/tmp/m/u,workdir=/tmp/m/w" % W)
    if os.path.exists("/tmp/m/o/.git") and "worktrees" in open("/tmp/m/o/.git").read():
        print("SEEN what lies under .git", flush=True)
def leave():
    """Away from all that is mounted here; the descriptor of W stays."""
    enter()
    mount("none", "/tmp/m", "tmpfs", 0)
    os.chdir("/tmp/m")
    call("pivot_root", b".", b".")
    call("umount2", b".", DETACH)
def pivot():
    leave()
    os.rename("pointer", ".git", src_dir_fd=top, dst_dir_fd=top)
    print("DID rename", flush=True)
    __import__("time").sleep(5)
def unlink():
    leave()
    os.unlink(".git", dir_fd=top)
    print("DID unlink", flush=True)
    os.mkdir(".git", dir_fd=top)
    __import__("time").sleep(5)
def mapping():
    """One that says the same takes its place, and is changed by a mapping, which raises no event."""
    import mmap, time
    real = os.environ.get("POINTER", "").encode() + b"\n"
    fd = os.open("copy", os.O_RDWR | os.O_CREAT, 0o644, dir_fd=top)
    os.write(fd, real)
    m = mmap.mmap(fd, len(real))
    m[0:1] = m[0:1]
    leave()
    os.rename("copy", ".git", src_dir_fd=top, dst_dir_fd=top)
    print("DID rename", flush=True)
    time.sleep(0.3)
    m[:] = b"gitdir: bad".ljust(len(real), b"\n")
    time.sleep(5)
def link():
    if not os.path.exists("/.robojail"):
        control()
    leave()
    for do in (lambda: os.link(".git", "other", src_dir_fd=top, dst_dir_fd=top), lambda: os.open("other", os.O_WRONLY, dir_fd=top),
               lambda: os.open(".git", os.O_WRONLY, dir_fd=top)):
        try:
            do()
            print("DID", flush=True)
        except OSError as e:
            print("refused", e.errno, flush=True)
def again():
    """As often as it can, from many processes, so that what is put back is taken away at once."""
    leave()
    for i in range(8):
        if os.fork() == 0:
            break
    while True:
        try:
            fd = os.open("p%d" % os.getpid(), os.O_WRONLY | os.O_CREAT, 0o600, dir_fd=top)
            os.write(fd, b"gitdir: /bad\n")
            os.close(fd)
            os.rename("p%d" % os.getpid(), ".git", src_dir_fd=top, dst_dir_fd=top)
            print("DID", flush=True)
        except OSError:
            pass
def setns():
    for kind in ("mnt", "user"):
        for pid in (1, os.getppid()):
            try:
                fd = os.open("/proc/%d/ns/%s" % (pid, kind), os.O_RDONLY)
                print("setns", libc.setns(fd, 0), ctypes.get_errno(), flush=True)
            except OSError as e:
                print("refused", e.errno, flush=True)
    replace(W)
globals()[sys.argv[1]]()
END
# On the control the same script runs where nobody mounted anything over .git.
prepare='git init -q --bare bad 2>/dev/null; git -C bad config core.bare false; git -C bad config core.worktree "$PWD"
git -C bad config core.fsmonitor "$PWD/tools/$1"; echo "gitdir: $PWD/bad" >pointer'
n=0
for way in umount bind rbind parents move remount tree overlay setns link; do
	attack "$way"
	n=$((n + 1))
	git -C "$repo" worktree add -q --detach "$T/w$n"
	payload "$T/w$n/tools" "control-$n"
	(cd "$T/w$n" && bash -c "$prepare" x "control-$n")
	(cd "$T/w$n" && python3 "$W/ways.py" "$way" "$T/w$n") >"$T/o" 2>&1
	git -C "$T/w$n" status >/dev/null 2>&1
	control "where .git is no mount, git status ran it" ran "control-$n"
	payload "$W/tools" "jail-$n"
	try "$RJ" run n -- sh -c "cd $W && $prepare; python3 ways.py $way $W" x "jail-$n"
	held "namespaces are there to try it with" not says "no namespace"
	held "nothing was done" not says DID
	held "nor seen" not says SEEN
	held "W/.git is as it was" is "$pointer 1" "$(cat "$W/.git" 2>/dev/null) $(stat -c %h "$W/.git")"
	git_by_hand "$W"
	held "the host's git ran nothing" not ran "jail-$n"
	try "$RJ" run n -- rm -rf bad pointer gone
done

# The one way round it that there is: see core/engine/gitguard.h.
for way in pivot unlink mapping again; do
	attack "a namespace without the mount: $way"
	n=$((n + 1))
	git -C "$repo" worktree add -q --detach "$T/w$n"
	payload "$T/w$n/tools" "control-$n"
	(cd "$T/w$n" && bash -c "$prepare" x "control-$n")
	(cd "$T/w$n" && timeout 5 python3 "$W/ways.py" "$way" "$T/w$n") >"$T/o" 2>&1
	git -C "$T/w$n" status >/dev/null 2>&1
	control "without a guard, git status ran it" ran "control-$n"
	payload "$W/tools" "jail-$n"
	start=$SECONDS
	try "$RJ" run n -- sh -c "cd $W && $prepare; POINTER='$pointer' python3 ways.py $way $W" x "jail-$n"
	held "the jail is ended" is "137 yes" "$rc $([ $((SECONDS - start)) -lt 5 ] && echo yes)"
	held "the user is told" says "was ended"
	[ "$way" = again ] || held "one file was moved aside, or none" test "$(ls -d "$W"/.git.jail-* 2>/dev/null | wc -l)" -le 1
	rm -rf "$W"/.git.jail-*
	held "W/.git is as it was" is "$pointer 1" "$(cat "$W/.git" 2>/dev/null) $(stat -c %h "$W/.git")"
	git_by_hand "$W"
	held "the host's git ran nothing" not ran "jail-$n"
	try "$RJ" run n -- sh -c 'rm -rf bad pointer gone other p[0-9]* .git.jail-*; git status --short | head -n 1'
	held "the jail can be used again" test "$rc" = 0
done

attack "the same while the supervisor is stopped"
(cd "$T" && exec "$RJ" run n -- sh -c "cd $W && $prepare; sleep 1; exec python3 ways.py pivot $W" x jail-s) >/dev/null 2>&1 &
supervisor=$!
sleep 0.3
kill -STOP $supervisor
control "it is stopped" timeout 10 sh -c \
	"until ps -o stat= -p $supervisor | grep -q '^T'; do kill -0 $supervisor || exit 1; sleep 0.05; done"
eventually "the guard acted all the same" sh -c "ls -d '$W'/.git.jail-*"
held "W/.git is as it was" is "$pointer 1" "$(cat "$W/.git" 2>/dev/null) $(stat -c %h "$W/.git")"
kill -CONT $supervisor
wait $supervisor
held "it ends as killed" is 137 $?
try "$RJ" run n -- sh -c 'rm -rf bad pointer .git.jail-*'

attack "what is hidden below a bind that may be written"
mkdir -p "$HOME/stuff/.keys" "$HOME/stuff/sub"
echo SECRET >"$HOME/stuff/.keys/key"
home_may_have="$home_may_have stuff"
cat >"$T/hidden.py" <<'END'
import os, sys
sys.argv = ["x", "leave", "/work"]
exec(open("/work/ways.py").read().replace("globals()[sys.argv[1]]()", ""))
top = os.open(os.environ["HOME"] + "/stuff", os.O_RDONLY)
leave()
os.rename(".keys", "x", src_dir_fd=top, dst_dir_fd=top)
print(os.read(os.open("x/key", os.O_RDONLY, dir_fd=top), 100).decode())
END
cp "$T/hidden.py" "$W/hidden.py"
hide='hidden_paths = ["stuff/.keys"]'
config <<<"extra_rw_binds = [\"~/stuff\"]"
try "$RJ" run n -- python3 /work/hidden.py
control "what is not hidden is read" says SECRET
mv "$HOME/stuff/x" "$HOME/stuff/.keys"
config <<<"$hide
extra_rw_binds = [\"~/stuff\"]"
try "$RJ" run n -- python3 /work/hidden.py
held "such a bind is refused" is "125 " "$rc $out"
held "with the reason" says "nested"
config <<<"extra_ro_binds = [\"~/stuff/sub\"]
extra_rw_binds = [\"~/stuff\"]"
try "$RJ" run n -- true
held "so is a read-only bind below it" is 125 "$rc"
config <<<"$hide
extra_ro_binds = [\"~/stuff\"]"
try "$RJ" run n -- python3 /work/hidden.py
held "below one for reading it stays hidden" not says SECRET
no_config

attack "main's objects, the host's branches, system directories are written from a namespace"
in_n() { try "$RJ" run n -- unshare -Urm bash -c "$1"; }
control "root of a namespace may make mounts writable that are its own" unshare -Urm sh -c 'mount -t tmpfs none /mnt && mount -o remount,ro,bind /mnt && mount -o remount,rw,bind /mnt && touch /mnt/x'
remember "$repo"
in_n 'id -u; for m in / /usr /etc /.robojail/objects/0 /.robojail/host /proc/sys; do mount -o remount,rw,bind $m 2>/dev/null && echo "REMOUNTED $m"; mount --bind $m /mnt 2>/dev/null && mount -o remount,rw,bind /mnt && touch /mnt/x && echo "WROTE $m"; done; touch /usr/x /etc/x /.robojail/objects/0/x && echo WROTE; find /.robojail -name config -exec sh -c "echo x >>{}" \; 2>/dev/null; echo done'
held "root inside" has "$out" "^0"
held "nothing could be" not has "$out" "WROTE\|REMOUNTED"
held "and the end was reached" has "$out" "done"
held "main is as it was" main_same "$repo"

attack "the home of the user and other jails, from a namespace"
echo SECRET >"$HOME/secret"
home_may_have="$home_may_have secret"
control "outside it is read" grep -q SECRET "$HOME/secret"
in_n "mkdir -p /tmp/a; mount -t proc p /tmp/a; for r in /tmp/a/[0-9]*/root /proc/[0-9]*/root; do cat \$r$HOME/secret \$r/.robojail/x; ls \$r$JAILS; done 2>/dev/null; mount -t ext4 /dev/sda1 /mnt; mount -t overlay none -o lowerdir=$HOME:/usr /tmp/a; cat /tmp/a/secret; umount -l $HOME; umount -l /; cat $HOME/secret; echo reached"
held "it is not there" not says SECRET
held "the attack ran" says reached

attack "abstract sockets and processes of the host, from a namespace"
sleep 300 &
victim=$!
control "a signal reaches it" kill -0 $victim
in_n "kill -9 $victim; for p in \$(seq 2 4000); do kill -9 \$p 2>/dev/null; done; echo done"
held "it lives" kill -0 $victim
kill $victim

attack "devices and file systems of images"
control "a plain user namespace can mount a tmpfs" unshare -Urm mount -t tmpfs none /mnt
in_n 'mknod /tmp/n b 8 0 && echo MADE; mount -t tmpfs -o dev none /mnt; mknod /mnt/n c 1 1 && echo MADE; truncate -s 10M /tmp/i; mkfs.ext4 -q /tmp/i; mount -o loop /tmp/i /mnt && echo MOUNTED; echo reached'
held "none" not says MA
held "none mounted" not says MOUNTED
held "the attack ran" says reached

# What it is for.
section "sandboxes start inside"
if command -v bwrap >/dev/null; then
	try "$RJ" run n -- bwrap --ro-bind / / --dev /dev --proc /proc --unshare-all --tmpfs /tmp sh -c 'echo $$; id -u; touch /usr/x; ps -e --no-headers | wc -l'
	assert_match "bubblewrap with all of its namespaces" "$out" '^[0-9]+'
	assert_lacks "and its own wall" "$out" "bwrap:"
	assert_eq "exit status" 0 "$rc"
fi
try "$RJ" run n -- unshare -Urpf --mount-proc sh -c 'echo $$; git -C '"$W"' status --short | head -n 1'
assert_eq "unshare with a /proc of its own, git in it" 1 "$(head -n 1 <<<"$out")"
try "$RJ" run n -- git status
assert_eq "git works" 0 "$rc"
assert "destroy" "$RJ" destroy n --force
finish_rows
