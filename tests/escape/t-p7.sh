# P7: capabilities, and programs that would gain some.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
caps() { grep -E '^Cap|^NoNewPrivs' <<<"$1" | tr -d '\t' | paste -sd' '; }
none="CapInh:0000000000000000 CapPrm:0000000000000000 CapEff:0000000000000000 CapBnd:0000000000000000 CapAmb:0000000000000000 NoNewPrivs:1"
make_jail j

attack "root inside a user namespace has all capabilities there"
control "so it is with unshare" is 1 "$(unshare -Ur grep -c '^CapEff:.*1ff' /proc/self/status)"
for config in '' 'user = "self"'; do
	config <<<"$config"
	in_jail j cat /proc/self/status
	held "none of the five sets${config:+ as self}" is "$none" "$(caps "$out")"
	in_jail j cat /proc/1/status
	held "nor PID 1's" is "$none" "$(caps "$out")"
done
no_config

attack "what needs a capability: mounts, host name, chroot, raw sockets, nodes, ownership, priorities"
tries='import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def tell(what, fn):
    try:
        fn()
        print(what, "YES")
    except OSError:
        print(what, "no")
def must(rc):
    if rc != 0:
        raise OSError()
os.makedirs("/tmp/rj-m", exist_ok=True)
tell("mount", lambda: must(libc.mount(b"none", b"/tmp/rj-m", b"tmpfs", 0, None)))
tell("bind", lambda: must(libc.mount(b"/usr", b"/tmp/rj-m", None, 4096, None)))
tell("remount", lambda: must(libc.mount(None, b"/usr", None, 32 | 4096, None)))
tell("umount", lambda: must(libc.umount2(b"/proc", 2)))
tell("chroot", lambda: os.chroot("/tmp"))
tell("hostname", lambda: must(libc.sethostname(b"x", 1)))
tell("packet", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))
tell("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
tell("unshare-mount", lambda: must(libc.unshare(0x20000)))
tell("unshare-user", lambda: must(libc.unshare(0x10000000)))
tell("setns", lambda: must(libc.setns(os.open("/proc/1/ns/mnt", os.O_RDONLY), 0)))
tell("mknod", lambda: os.mknod("/tmp/rj-n", 0o20666, os.makedev(1, 1)))
tell("setuid", lambda: os.setuid(12345))
tell("setgroups", lambda: os.setgroups([4, 6]))
tell("nice", lambda: os.setpriority(os.PRIO_PROCESS, 0, -10))
tell("quota", lambda: must(libc.swapon(b"/tmp/x", 0)))
tell("reboot", lambda: must(libc.reboot(0x89abcdef)))
tell("module", lambda: must(libc.syscall(175, b"", 0, b"")))
tell("clock", lambda: must(libc.stime(None)) if hasattr(libc, "stime") else must(-1))
tell("dmesg", lambda: must(libc.klogctl(4, None, 0)) if libc.klogctl(4, None, 0) == 0 else must(-1))'
unshare -Urm python3 -c "$tries" >"$T/o" 2>&1
control "in a plain user namespace they work" has "$(cat "$T/o")" "^mount YES"
in_jail j python3 -c "$tries"
held "all are refused" is "0 " "$rc $(grep YES <<<"$out")"
held "and were tried" test "$(grep -c ' no$' <<<"$out")" -ge 19

attack "setuid programs and file capabilities"
suid=$(find /usr/bin /bin -perm -4000 -user root -type f 2>/dev/null | head -n 1)
if [ -n "$suid" ]; then
	control "$(basename "$suid") is setuid root" test -u "$suid"
else
	cp /bin/true "$T/suid" && chmod 4755 "$T/suid"
	control "a file may be setuid" test -u "$T/suid"
fi
sh_jail j 'awk "{print \$6}" /proc/self/mountinfo | grep -vc nosuid'
held "every mount is nosuid" is 0 "$(tail -n 1 <<<"$out")"
in_jail j sh -c 'cp /usr/bin/id id2 && chmod 6755 id2 && ./id2; for p in su mount umount passwd newgrp chsh gpasswd sudo; do command -v $p >/dev/null && echo | timeout 5 $p </dev/null; done; timeout 5 su -c id root </dev/null; timeout 5 su -c id nobody </dev/null; grep -E "^CapEff:.*[1-9a-f]" /proc/self/status'
held "none gains a thing" not has "$out" "CapEff"
held "and nobody else's number" not has "$out" "^uid=65534"
finish_rows
