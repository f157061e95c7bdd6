# P9, without a control group: memory of a process whose first thread has ended, which shows none.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
make_jail j
cat >"$W/alone.py" <<'END2'
import ctypes, threading, time, os
def fill():
    time.sleep(0.2)
    kept = []
    for i in range(600):
        kept.append(b"x" * (1 << 20))
        time.sleep(0.003)
    shown = open("/proc/%d/status" % os.getpid()).read()
    print("held, and shows", "its memory" if "VmRSS" in shown else "NONE", flush=True)
    os._exit(0)
threading.Thread(target=fill).start()
libc = ctypes.CDLL(None)
libc.syscall(60 if os.uname().machine == "x86_64" else 93, 0)
END2

attack "600 MiB in a thread that outlives the first one"
try python3 "$W/alone.py"
control "they are held, and /proc/PID/status shows none of it" says "held, and shows NONE"
config <<<'memory_max = "200M"'
in_jail j python3 alone.py
held "it is ended" is "137 " "$rc $out"
held "and told" says "memory_max"
no_config
finish_rows
