# P4 again, where a container masks its /proc and --allow-host-proc shows it to the jail: what can be
# had of a process of the same user outside. (core/model/layout.h tells what is lost.)
# as_root
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
cat >"$T/reach.py" <<'END'
"""reach.py PID...: what can be had of a process by its directory in /proc."""
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
def tell(what, ok):
    print(what, "YES" if ok else "no", flush=True)
def can(do):
    try:
        do()
        return True
    except OSError:
        return False
def write(path, text):
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, text)
    finally:
        os.close(fd)
for pid in sys.argv[1:]:
    proc = "/proc/%s/" % pid
    tell("cmdline", can(lambda: open(proc + "cmdline", "rb").read(1)))
    for name in "environ maps smaps pagemap auxv io stack syscall personality".split():
        tell(name, can(lambda: open(proc + name, "rb").read(8)))
    tell("mem", can(lambda: open(proc + "mem", "rb", 0)))
    tell("write mem", can(lambda: open(proc + "mem", "r+b", 0)))
    for name in ("root", "cwd", "map_files", "fdinfo", "task/%s/root" % pid):
        tell("list " + name, can(lambda: os.listdir(proc + name)))
    for name in "exe cwd root fd/0 fd/1 ns/user ns/mnt ns/pid ns/net".split():
        tell("link " + name, can(lambda: os.readlink(proc + name)))
        tell("open " + name, can(lambda: os.open(proc + name, os.O_RDONLY | os.O_NONBLOCK)))
    for name, text in (("oom_score_adj", b"900"), ("clear_refs", b"1"), ("coredump_filter", b"0"),
                       ("autogroup", b"5"), ("sched", b"0"), ("task/%s/comm" % pid, b"x")):
        tell("write " + name, can(lambda: write(proc + name, text)))
    fd = os.open(proc, os.O_RDONLY | os.O_DIRECTORY)
    tell("signal", libc.syscall(424, fd, 0, None, 0) == 0)
    tell("setns", libc.setns(fd, 0x20000) == 0)
for name in "sysrq-trigger", "sys/kernel/core_pattern", "sys/vm/drop_caches", "sys/user/max_user_namespaces":
    tell("write " + name, can(lambda: os.close(os.open("/proc/" + name, os.O_WRONLY))))
END
make_jail j
cp "$T/reach.py" "$PRIVATE/j/home/reach.py"
env SECRET=hush sleep 300 &
victim=$!
sleep 0.2
# In a user namespace of the test's own, which stands for the container; its /proc stays the one of
# the host, with one directory masked.
mask='mount -t tmpfs none /proc/acpi 2>/dev/null || mount -t tmpfs none /proc/bus'
inside() {
	try unshare --user --map-root-user --mount bash -c "$mask"' && exec "$@"' x "$RJ" run --allow-host-proc j -- "$@"
}

attack "the outer /proc: memory, environment, files, descriptors of a process of the user"
python3 "$T/reach.py" $victim >"$T/o" 2>&1
for part in environ maps mem "list root" "open cwd" "link exe" "open exe" "link fd/0" "open ns/mnt" signal; do
	control "$part is reached by a process of the same user" has "$(cat "$T/o")" "^$part YES"
done
inside python3 "$HOME/reach.py" $victim
held "the attack runs, and sees the process" has "$out" "^cmdline YES"
held "and of it nothing else" is "cmdline YES" "$(grep YES <<<"$out")"
inside sh -c "cat /proc/$victim/environ /proc/$victim/cmdline"
held "its arguments can be read, and not its environment" is "yes no" "$(says sleep && echo yes) $(says hush || echo no)"

attack "the outer /proc: settings of a process of the user"
unshare --user --map-root-user python3 "$T/reach.py" $victim >"$T/o" 2>&1
for part in oom_score_adj clear_refs coredump_filter; do
	control "$part is written from another user namespace" has "$(cat "$T/o")" "^write $part YES"
done
inside sh -c 'python3 ~/reach.py '$victim' | grep write
	mount -o remount,rw /proc; mount -o remount,rw,bind /proc; umount /proc
	unshare -Urm mount -o remount,rw,bind /proc
	python3 ~/reach.py '$victim' | grep write'
held "the attack runs" has "$out" "^write oom_score_adj no"
held "nothing is written" not says YES

attack "the outer /proc: the session's own supervisor, and the jail's PID 1"
"$RJ" init -- sleep 300 &
one=$!
sleep 0.2
python3 "$T/reach.py" $one >"$T/o" 2>&1
control "a robojail like any other process is in reach" has "$(cat "$T/o")" "^maps YES"
kill $one
wait $one 2>/dev/null
inside sh -c 'n=0
	for p in $(cd /proc && ls -d [0-9]*); do
		case $(tr "\0" " " 2>/dev/null </proc/$p/cmdline) in
		*robojail\ run*) n=$((n + 1)) && python3 ~/reach.py $p ;;
		# which a jail may signal: it is its own
		rj-init*) n=$((n + 1)) && python3 ~/reach.py $p | grep -v ^signal ;;
		esac
	done
	echo $n processes of it'
held "both are seen" has "$out" "^[2-9][0-9]* processes of it"
held "and out of reach" is "cmdline YES" "$(grep YES <<<"$out" | sort -u)"
held "the victim lives" kill -0 $victim
kill $victim
wait $victim 2>/dev/null
finish_rows
