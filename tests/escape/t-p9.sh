# P9: memory, processes, descriptors, disk and terminal, used up. The controls do it on a small scale:
# nothing here may hurt the machine.
# slow
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
tag=rjp9x$RANDOM$RANDOM
gone() { local i; for i in {1..60}; do pgrep -f "$tag" >/dev/null || return 0; sleep 0.1; done; pkill -KILL -f "$tag"; return 1; }
# The host answers: a process starts and ends in less than half a second.
responsive() {
	local start=${EPOCHREALTIME/./}
	/bin/true
	[ $((${EPOCHREALTIME/./} - start)) -lt 500000 ]
}
make_jail j

# `forks N HOW`: how many processes it could start; they sleep until they are killed.
forks='import os, sys, time
n = 0
try:
    while n < int(sys.argv[1]):
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
        n += 1
except OSError as e:
    print(e.strerror)
print("started", n)
sys.stdout.flush()
time.sleep(0.6)
if len(sys.argv) > 2:
    os.killpg(0, 9)'
attack "a process that starts processes"
control "a plain user namespace has more than a hundred" has "$(timeout 20 unshare -Ur setsid python3 -c "$forks" 150 "$tag" 2>/dev/null)" "^started 150"
config <<<'pids_max = 100'
in_jail j python3 -c "$forks" 150
held "the ninety-eighth is the last" has "$out" "^started 9[0-9]$"
held "and the message names the limit" says "the jail hit pids_max (100)"

attack "a fork bomb"
control "a shell's children start children" test "$(timeout 20 sh -c 'b() { [ "$1" = 0 ] || { b $(($1 - 1)) & b $(($1 - 1)) & wait; }; echo; }; b 4' | wc -l)" -ge 31
config <<<'pids_max = 300'
"$RJ" run j -- perl -e 'fork while 1;' "$tag" >"$T/o" 2>"$T/e" </dev/null &
job=$!
sleep 2
now_there=$(pgrep -c -u "$ME")
held "it has many, but no more than it may" test "$now_there" -gt 150 -a "$now_there" -lt 400
held "the host answers" responsive
held "and again" responsive
assert "another jail can be made meanwhile" "$RJ" create --name k --repo "$repo"
in_jail k echo fine
held "and used" is "0 fine" "$rc $out"
kill -TERM $job
sleep 0.5
kill -KILL $job 2>/dev/null
wait $job 2>/dev/null
held "it ends with its session" gone
config <<<'pids_max = 300'
in_jail j timeout -s KILL 1 perl -e 'fork while 1'
held "when the session ends by itself, the message names the limit" says "pids_max (300)"
try "$RJ" destroy --force j
held "the jail can be removed" test "$rc" = 0
make_jail j

attack "threads"
threads='import sys, threading, time
n = 0
try:
    while n < 150:
        threading.Thread(target=time.sleep, args=(1,), daemon=True).start()
        n += 1
except RuntimeError as e:
    print(e)
print("started", n)'
control "without a limit there are 150" has "$(python3 -c "$threads")" "^started 150"
config <<<'pids_max = 100'
in_jail j python3 -c "$threads"
held "they count as processes do" has "$out" "^started 9[0-9]$"

# `hog MIB`: takes memory in steps of 8 MiB, and tells at the end.
hog='import sys, time
keep = []
for i in range(int(sys.argv[1]) // 8):
    keep.append(bytearray(b"x") * (8 << 20))
    time.sleep(0.005)
print("took", sys.argv[1])'
attack "a memory hog"
control "a plain user namespace gives it 400 MiB" has "$(unshare -Ur python3 -c "$hog" 400)" "^took 400"
config <<<'memory_max = "150M"'
in_jail j python3 -c "$hog" 100
held "what is less than the limit is given" is "0 took 100" "$rc $out"
in_jail j python3 -c "$hog" 4000
held "it is ended" test "$rc" -ge 128
held "having taken not much more" not has "$out" took
held "and the message names the limit" says "the jail hit memory_max (150 MiB)"
in_jail j sh -c 'python3 -c "$0" 4000; echo "goes on"' "$hog"
held "what started it goes on" is "0 goes on" "$rc $out"

attack "memory of many processes, shared memory, tmpfs"
many='import mmap, os, sys, time
for i in range(20):
    if os.fork() == 0:
        m = mmap.mmap(-1, 20 << 20, flags=int(sys.argv[1]))
        for at in range(0, 20 << 20, 4096):
            m[at] = 1
        time.sleep(0.8)
        os._exit(0)
print("fine", sum(1 for i in range(20) if os.wait()[1] == 0))'
control "private, 20 times 20 MiB" has "$(python3 -c "$many" 34)" "^fine 20"
control "and shared" has "$(python3 -c "$many" 33)" "^fine 20"
for flags in 34 33; do
	in_jail j python3 -c "$many" $flags
	held "some are ended" not has "$out" "^fine 20"
	held "others are not" has "$out" "^fine [1-9]"
	held "and the message names the limit" says "memory_max"
done
# What is shared between a parent and its children counts once.
in_jail j python3 -c 'import os, time
keep = bytearray(b"x") * (60 << 20)
for i in range(10):
    if os.fork() == 0:
        time.sleep(0.5)
        os._exit(0)
print("fine", sum(1 for i in range(10) if os.wait()[1] == 0))'
held "ten children that share 60 MiB are fine" is "fine 10 " "$out $(grep memory_max <<<"$err")"
config <<<'memory_max = "150M"
tmp_size = "100M"'
sh_jail j 'for d in /tmp /var/tmp /dev/shm; do head -c 80M /dev/zero >$d/x; sleep 0.3; done; sleep 20'
held "files in memory count, and only the jail's end frees them" is "137 1" "$rc $(grep -c 'memory_max.*the session was ended' <<<"$err")"

attack "pages that are locked"
# Forty processes with 3 MiB each, of the system's files or of memfd_secret.
locked='import ctypes, os, sys, time
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.mlock.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
size, n = 3 << 20, 40
def parts():
    for at, _, names in os.walk("/usr/lib"):
        for name in names:
            path = at + "/" + name
            for i in range(0 if os.path.islink(path) else os.stat(path).st_size // size):
                yield os.open(path, os.O_RDONLY), i * size
def hold(fd, offset):
    secret = sys.argv[1] == "secret"
    if secret:
        fd = libc.syscall(447, 0)
        if fd < 0:
            sys.exit(os.strerror(ctypes.get_errno()))
        os.ftruncate(fd, size)
    at = libc.mmap(None, size, 3 if secret else 1, 1, fd, offset)
    if secret:
        ctypes.memset(at, 1, size)
    elif libc.mlock(at, size) < 0:
        sys.exit("mlock: " + os.strerror(ctypes.get_errno()))
    time.sleep(1.5)
    os._exit(0)
for part in list(parts())[:n]:
    if os.fork() == 0:
        hold(*part)
print("fine", sum(1 for i in range(n) if os.wait()[1] == 0))'
control "40 times 3 MiB of files" has "$(unshare -Ur python3 -c "$locked" file)" "^fine 40"
config <<<'memory_max = "64M"'
in_jail j python3 -c "$locked" file
held "some are ended" not has "$out" "^fine 40"
held "and the message names the limit" says "memory_max"
in_jail j python3 -c "$locked" secret
held "memfd_secret is not there" is "fine 0 40" "$out $(grep -c "Function not implemented" <<<"$err")"

attack "a full disk: /tmp and its like"
fill='for i in 1 2 3; do head -c 20M /dev/zero >$0/x$i || exit 9; done; echo wrote'
mkdir "$T/big"
control "60 MiB on the host" has "$(sh -c "$fill" "$T/big")" wrote
rm -r "$T/big"
config <<<'tmp_size = "32M"'
for d in /tmp /var/tmp /dev/shm /run; do
	in_jail j sh -c "$fill" $d
	held "$d takes what it may" is "9 1" "$rc $(grep -c "tmp_size (32 MiB): $d was full" <<<"$err")"
done
in_jail j python3 -c 'import errno, os
try:
    for i in range(100000):
        os.close(os.open("/tmp/n%d" % i, os.O_CREAT))
    print("all")
except OSError as e:
    print(errno.errorcode[e.errno])'
held "and empty files, too" is ENOSPC "$out"

attack "a full disk: the home"
control "20 MiB on the host" test "$(head -c 20M /dev/zero | wc -c)" = 20971520
config <<<'home_size = "16M"'
in_jail j sh -c 'head -c 8M /dev/zero >~/ok; sleep 1.5; echo fine'
held "less is fine" is "0 fine" "$rc $out"
in_jail j sh -c 'head -c 20M /dev/zero >~/.hidden; sleep 20'
held "the session is ended" test "$rc" = 137
held "and the message names the limit" says "the jail hit home_size (16 MiB)"
in_jail j true
held "none begins until there is room" is 125 "$rc"
held "which is said" says "home_size"
rm "$PRIVATE/j/home/.hidden"
in_jail j true
held "and then one does" is 0 "$rc"
in_jail j sh -c 'mkdir ~/closed && head -c 20M /dev/zero >~/closed/x && chmod 0 ~/closed; sleep 20'
held "hidden in a closed directory it is the same" is "137 1" "$rc $(grep -c "jail hit home_size" <<<"$err")"
chmod 700 "$PRIVATE/j/home/closed" && rm -r "$PRIVATE/j/home/closed"

attack "descriptors"
files='n = []
try:
    while len(n) < 500:
        n.append(open("/dev/null"))
except OSError as e:
    pass
print("opened", len(n))'
control "500 on the host" has "$(python3 -c "$files")" "^opened 500"
config <<<'open_files = 200'
in_jail j python3 -c "$files"
held "as many as it may" has "$out" "^opened 19[0-9]$"
in_jail j sh -c 'ulimit -Hn 300 2>/dev/null; ulimit -Hn'
held "which cannot be raised" is 200 "$out"

# What the kernel counts per user, and not per jail. `quota.py all WHAT` takes what it gets, says how many,
# and keeps them until it is ended; `quota.py one WHAT` fails when there is none left.
cat >"$T/quota.py" <<'END'
import ctypes, sys, time
libc = ctypes.CDLL(None)
how, what = sys.argv[1:3]
def take():
    if what == "inotify":
        return libc.inotify_init1(0) >= 0
    return libc.timer_create(1, None, ctypes.byref(ctypes.c_void_p())) == 0
if how == "one":
    sys.exit(not take())
n = 0
while n < 10000 and take():
    n += 1
with open(sys.argv[3], "w") as f:
    f.write("%d" % n)
time.sleep(20)
END
cp "$T/quota.py" "$W/quota.py"
one() { python3 "$T/quota.py" one "$1"; }
# `beside WHAT CMD...`: how many CMD took (into $n), and whether a program outside then gets one.
beside() {
	local what=$1 job rc
	shift
	rm -f "$T/n" "$W/n"
	"$@" >/dev/null 2>&1 </dev/null &
	job=$!
	for _ in {1..100}; do [ -s "$T/n" ] || [ -s "$W/n" ] || sleep 0.1; done
	n=$(cat "$T/n" "$W/n" 2>/dev/null)
	one "$what"
	rc=$?
	kill $job
	wait $job
	return $rc
}
hog_plain() { exec unshare -Ur python3 "$T/quota.py" all "$1" "$T/n"; }
hog_jail() { exec "$RJ" run j -- python3 quota.py all "$1" n; }
no_config

# What another test of the same user gives back just then is there for anybody.
starved() {
	beside "$@" && beside "$@" && beside "$@" && return 1
	return 0
}

attack "timers and queued signals of all the user's programs"
ulimit -S -i 2000 # a small machine's
control "a program in a plain user namespace leaves none" starved timers hog_plain timers
held "another program has one" beside timers hog_jail timers
held "the jail has half of them" is 1000 "$n"

attack "inotify(7) of all the user's programs"
most=$(cat /proc/sys/fs/inotify/max_user_instances) watches=$(cat /proc/sys/fs/inotify/max_user_watches)
small='echo 40 >/proc/sys/user/max_inotify_instances
unshare -Ur python3 "$1" all inotify "$2" &
for i in $(seq 100); do [ -s "$2" ] || sleep 0.1; done
python3 "$1" one inotify
rc=$?
kill $!
exit $rc'
rm -f "$T/n"
control "a program in a plain user namespace leaves none of 40" not unshare -Ur bash -c "$small" - "$T/quota.py" "$T/n"
held "another program has one" beside inotify hog_jail inotify
held "the jail has no more than half" test "$n" -ge 1 -a "$n" -le $((most / 2))
in_jail j cat /proc/sys/user/max_inotify_watches
held "and half of the watches" is $((watches / 2)) "$out"

attack "terminals, of which the machine has 3,072 for all jails"
ptys='import os
n = 0
try:
    while n < 600:
        os.open("/dev/pts/ptmx", os.O_RDWR)
        n += 1
except OSError as e:
    print(e.strerror)
print("opened", n)'
control "a plain instance gives 600" has "$(unshare -Urmpf sh -c 'mount -t devpts -o newinstance,ptmxmode=666 x /dev/pts && exec python3 -c "$1"' - "$ptys")" "^opened 600"
in_jail j python3 -c "$ptys"
held "a jail has 512" has "$out" "^opened 512"

attack "asynchronous input and output, of which the machine has one count for all"
aio='import ctypes
c = ctypes.c_void_p()
print(ctypes.CDLL(None, use_errno=True).syscall(206, 1, ctypes.byref(c)), ctypes.get_errno())'
if [ "$(uname -m)" = x86_64 ]; then
	control "a program has some" is "0 0" "$(python3 -c "$aio")"
	in_jail j python3 -c "$aio"
	held "a jail has none" is "-1 38" "$out"
fi

attack "a lease, so that the host waits for a file"
lease='import fcntl
f = open("leased", "w"); f.close(); f = open("leased")
try:
    fcntl.fcntl(f, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    print("leased")
except OSError as e:
    print(e.strerror)'
control "a program has one" is leased "$(cd "$T" && python3 -c "$lease")"
in_jail j python3 -c "$lease"
held "a jail has not" is "Invalid argument" "$out"

attack "locked memory and message queues of all the user's programs"
in_jail j bash -c 'ulimit -l; ulimit -q'
control "a program may have all of them" test "$(ulimit -l)" != 0
held "a jail has half" is "$(($(ulimit -l) / 2)) $(($(bash -c 'ulimit -q') / 2))" "$(echo $out)"

attack "processors"
# All of a processor in a second, as far as others leave it: `share` prints hundredths.
share='use Time::HiRes "time"; my $from = time; 1 while time < $from + 1; printf "%d\n", 100 * (times)[0]'
control "a process of the user has more than a fifth of one" test "$(perl -e "$share")" -gt 20
config <<<'cpu_max = "10%"'
in_jail j perl -e "$share"
if [ "$rc" = 0 ]; then
	held "held by a control group" test "$out" -le 20
else
	held "refused where nothing can hold it" is "4 " "$rc $out"
	held "with the remedy" says "Delegate=yes"
fi

attack "output without an end"
control "yes writes 50 MB in no time" test "$(yes | head -c 50M | wc -c)" = 52428800
no_config
"$RJ" run j -- sh -c "yes $tag | head -c 200M; echo; sleep 0.2; touch done" 2>/dev/null </dev/null | {
	read -r line
	most=0
	for i in {1..20}; do
		rss=$(awk '/^VmRSS/ { print $2 }' "/proc/$(pgrep -n -f "^$RJ run j" || echo self)/status" 2>/dev/null)
		[ "${rss:-0}" -le $most ] || most=$rss
		sleep 0.02
	done
	cat >/dev/null
	echo "$most $line" >"$T/seen"
}
read -r most line <"$T/seen"
held "it arrives" is "$tag" "$line"
held "and nothing of it is kept: the supervisor stays below 16 MiB" test "$most" -lt 16384
held "nor anywhere in the jail's files" test "$(du -sm "$PRIVATE/j" | cut -f1)" -lt 20

attack "the watch of the limits is ended from the host, or by chance"
sleep 30 &
watched=$!
sleep 30 &
kill -KILL $!
{ wait $!; } 2>/dev/null
control "a plain process lives on without the one beside it" kill -0 $watched
kill $watched
"$RJ" run j -- sh -c "echo up >up; sleep 60; : $tag" >/dev/null 2>&1 </dev/null &
job=$!
eventually "  up" test -e "$W/up"
eventually "  watched" pgrep -P $job -x rj-watch
kill -KILL "$(pgrep -P $job -x rj-watch)"
wait $job
held "the jail ends with it" test $? -ge 128
held "and all that runs there" gone
finish_rows
