# N4: System V IPC, POSIX queues and shared memory of the host.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
make_jail j
key=$((0x524a0000 + RANDOM))

attack "a System V segment, semaphore and queue by their key"
ipc='import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
key, make = int(sys.argv[1]), sys.argv[2] == "make"
flags = 0o1666 if make else 0o666
m = libc.shmget(key, 4096, flags)
if m >= 0:
    p = libc.shmat(m, None, 0)
    if make:
        ctypes.memmove(p, b"SECRET", 6)
    print("shm", ctypes.string_at(p, 6).decode())
print("sem", libc.semget(key, 1, flags) >= 0, "msg", libc.msgget(key, flags) >= 0)'
python3 -c "$ipc" $key make >/dev/null
control "any process of the user has them" is "shm SECRET,sem True msg True" "$(python3 -c "$ipc" $key look | paste -sd,)"
in_jail j python3 -c "$ipc" $key look
held "not there" is "sem False msg False" "$out"
in_jail j sh -c 'cat /proc/sysvipc/shm /proc/sysvipc/sem /proc/sysvipc/msg | grep -v key; ipcs -m 2>/dev/null | grep 0x'
held "nor listed" is "" "$out"
in_jail j sh -c "ipcrm -M $key -S $key -Q $key; for i in \$(seq 0 200); do ipcrm -m \$i -s \$i -q \$i; done" 2>/dev/null
held "nor to be removed" is "shm SECRET,sem True msg True" "$(python3 -c "$ipc" $key look | paste -sd,)"
ipcrm -M $key -S $key -Q $key 2>/dev/null || python3 -c "
import ctypes
libc = ctypes.CDLL(None)
libc.shmctl(libc.shmget($key, 0, 0), 0, None); libc.semctl(libc.semget($key, 0, 0), 0, 0); libc.msgctl(libc.msgget($key, 0), 0, None)"

attack "POSIX shared memory and queues"
name=/dev/shm/rj-n4-$RANDOM
echo SECRET >"$name"
trap 'rm -f "$name"' EXIT
control "the host's /dev/shm has it" is SECRET "$(cat "$name")"
in_jail j sh -c "cat $name; find /dev/shm -maxdepth 1 -type f; echo mine >/dev/shm/mine; cat /dev/shm/mine"
held "an own /dev/shm, empty" is mine "$out"
held "nothing of it on the host" test ! -e /dev/shm/mine
mq='import ctypes, sys
lib = ctypes.CDLL("librt.so.1")
print("queue", lib.mq_open(b"/rj-n4", int(sys.argv[1]), 0o600, None) >= 0)'
if [ "$(python3 -c "$mq" 66 2>/dev/null)" = "queue True" ]; then
	control "a queue is open to any process of the user" is "queue True" "$(python3 -c "$mq" 2)"
	in_jail j python3 -c "$mq" 2
	held "not there" is "queue False" "$out"
	python3 -c 'import ctypes; ctypes.CDLL("librt.so.1").mq_unlink(b"/rj-n4")'
fi
finish_rows
