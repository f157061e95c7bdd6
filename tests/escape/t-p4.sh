# P4: ptrace, process_vm_readv, pidfd_getfd and signals on host processes and on PID 1.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
cat >"$T/reach.py" <<'END'
"""reach.py PID: what can be done to it."""
import ctypes, os, signal, sys
libc = ctypes.CDLL(None, use_errno=True)
pid = int(sys.argv[1])
class iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]
def tell(what, ok):
    print(what, "YES" if ok else "no", flush=True)
def peer(path):
    try:
        return bool(os.listdir(path)) if os.path.isdir(path) else open(path, "rb").read(1) is not None
    except OSError:
        return False
try:
    os.kill(pid, 0)
    tell("kill", True)
except OSError:
    tell("kill", False)
PR_SET_PTRACER, PTRACE_SEIZE, PTRACE_ATTACH, PTRACE_DETACH = 0x59616d61, 0x4206, 16, 17
ok = libc.ptrace(PTRACE_SEIZE, pid, None, None) == 0
tell("ptrace", ok)
buf = ctypes.create_string_buffer(16)
for name, nr in (("process_vm_readv", 310), ("process_vm_writev", 311)):
    local, remote = iovec(ctypes.addressof(buf), 16), iovec(ctypes.addressof(buf), 16)
    ctypes.set_errno(0)
    libc.syscall(nr, pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)
    tell(name, ctypes.get_errno() not in (1, 3))  # EPERM, ESRCH
fd = libc.syscall(434, pid, 0)
tell("pidfd_getfd", fd >= 0 and libc.syscall(438, fd, 0, 0) >= 0)
tell("pidfd_send_signal", fd >= 0 and pid != 1 and libc.syscall(424, fd, 0, None, 0) == 0)
for name in ("environ", "maps", "fd", "root", "cwd", "mem", "task/%d/mem" % pid):
    tell(name, peer("/proc/%d/%s" % (pid, name)))
END
attack "a host process of the same user, by its number"
sleep 300 &
victim=$!
python3 "$T/reach.py" $victim >"$T/o" 2>&1
control "signals and descriptors are in reach" has "$(cat "$T/o")" "kill YES"
control "its environment too" has "$(cat "$T/o")" "environ YES"
make_jail j
cp "$T/reach.py" "$PRIVATE/j/home/reach.py"
in_jail j sh -c "for p in $victim $$ $PPID; do python3 ~/reach.py \$p && echo reached; done"
held "nothing is" not says YES
held "the attack ran" is 3 "$(grep -c reached <<<"$out")"
held "they live" kill -0 $victim

attack "every number: a signal to all there is"
bash -c 'sleep 300 & kill -TERM $!; wait $!' >/dev/null 2>&1
control "a signal ends a process of the same user" is 143 "$(bash -c 'sleep 300 & kill -TERM $!; wait $!; echo $?' 2>/dev/null)"
in_jail j python3 -c '
import os, signal
for p in range(2, 70000):
    try:
        if p != os.getpid() and p != os.getppid():
            os.kill(p, signal.SIGKILL)
            print("KILLED", p)
    except OSError:
        pass
print("reached")
'
held "none was hit" not says KILLED
held "the attack ran" says reached
held "host processes live" kill -0 $victim
kill $victim
wait $victim 2>/dev/null

attack "PID 1 of the jail, and the jail's supervisor"
"$RJ" init -- sleep 300 &
one=$!
python3 "$T/reach.py" $one >"$T/o" 2>&1
control "an init like any other process is in reach" has "$(cat "$T/o")" "maps YES"
kill $one
wait $one 2>/dev/null
in_jail j sh -c 'python3 ~/reach.py 1 >seen && grep -v "^kill" seen && echo reached; for s in KILL STOP TERM INT HUP SEGV USR1; do kill -$s 1; done; sleep 0.2; echo alive'
held "nothing of it" not says YES
held "the attack ran" says reached
held "it lives on" is "0 alive" "$rc $(tail -n 1 <<<"$out")"
finish_rows
