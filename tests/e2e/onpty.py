#!/usr/bin/env python3
"""Run a command on a terminal of its own: what it shows goes to a file, byte for byte.

    onpty.py [-s COLSxROWS] SHOWN STEP... -- COMMAND ARGS...

A step is what a user does when the screen says so:

    WAIT=TEXT     until TEXT has been shown since the last step (ten seconds at most)
    TYPE=TEXT     type it; \\n, \\r, \\x1b and so on as in Python
    SIZE=COLSxROWS
    SLEEP=SECONDS
    KILL=SIGNAL   send it to the command

Ends with the status of the command, 128 and its signal, or 99 when it had to be ended.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

args = sys.argv[1:]
size = (80, 24)
if args[0] == "-s":
    size = tuple(map(int, args[1].split("x")))
    args = args[2:]
shown = open(args[0], "wb", buffering=0)
cut = args.index("--")
steps, command = args[1:cut], args[cut + 1:]
seen = b""


def resize(cols, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))


def take(seconds):
    """Read what comes within that time. False at the end."""
    global seen
    if not select.select([fd], [], [], seconds)[0]:
        return True
    try:
        data = os.read(fd, 65536)
    except OSError:
        return False
    shown.write(data)
    seen = (seen + data)[-65536:]
    return bool(data)


start, go = os.pipe()
pid, fd = pty.fork()
if pid == 0:
    os.close(go)
    os.read(start, 1)
    os.execvp(command[0], command)
os.close(start)
resize(*size)
os.close(go)
alive = True
for step in steps:
    what, _, text = step.partition("=")
    text = text.encode().decode("unicode_escape").encode("latin-1")
    end = time.time() + 10
    if what == "WAIT":
        while alive and text not in seen and time.time() < end:
            alive = take(0.2)
        if text not in seen:
            print("never shown: %r" % text)
        seen = seen.partition(text)[2]
    elif what == "TYPE":
        os.write(fd, text)
    elif what == "SIZE":
        resize(*map(int, text.split(b"x")))
        time.sleep(0.3)
    elif what == "SLEEP":
        end = time.time() + float(text)
        while alive and time.time() < end:
            alive = take(max(0, end - time.time()))
    elif what == "KILL":
        os.kill(pid, int(getattr(signal, "SIG" + text.decode())))
end = time.time() + 30
while alive and time.time() < end:
    alive = take(0.2)
if time.time() >= end:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    sys.exit(99)
status = os.waitpid(pid, 0)[1]
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
