# P8: the kernel's own files and devices.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
make_jail j

attack "/sys, cgroupfs, debugfs, efivars"
control "the host has them" test -e /sys/kernel
in_jail j sh -c 'ls /sys/* /sys/fs/cgroup/* /sys/kernel/debug /sys/firmware 2>/dev/null | head -n 1; grep -E " - (sysfs|cgroup2?|debugfs|tracefs|securityfs|bpf|efivarfs|configfs|mqueue) " /proc/self/mountinfo'
held "nothing of them is there" is "" "$out"

attack "the same where /sys is asked for (sysfs = \"ro\")"
control "the host shows firmware or debugging files" test -e /sys/firmware -o -e /sys/kernel/debug -o -e /sys/fs/cgroup
config <<<'sysfs = "ro"'
in_jail j sh -c 'ls /sys | wc -l; ls -A /sys/firmware /sys/kernel/debug /sys/kernel/security /sys/kernel/tracing /sys/fs/cgroup /sys/fs/bpf /sys/fs/pstore 2>/dev/null | grep -v ":$" | grep . ; find /sys -maxdepth 4 -writable -type f -exec test -f {} \; -print 2>/dev/null | head -n 3; for f in /sys/kernel/mm/transparent_hugepage/enabled /sys/power/state /sys/block/*/queue/scheduler /sys/kernel/uevent_seqnum; do (echo x >$f) 2>/dev/null && echo "WROTE $f"; done; cat /sys/kernel/notes 2>/dev/null | head -c 1'
held "it is shown, read-only, without them" is "$(find /sys -mindepth 1 -maxdepth 1 | wc -l)" "$out"
in_jail j sh -c 'umount /sys/firmware; umount /sys; mount -o remount,rw,bind /sys; touch /sys/x; grep " /sys" /proc/self/mountinfo | grep -vc " ro,"'
held "and stays so" is 0 "$(tail -n 1 <<<"$out")"
no_config

attack "/proc/sys is written"
control "in a plain user and network namespace it works" unshare -Urn sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
in_jail j python3 -c '
import os
for d, _, files in os.walk("/proc/sys"):
    for f in files:
        p = os.path.join(d, f)
        try:
            fd = os.open(p, os.O_WRONLY)
            print("OPEN", p)
        except OSError:
            pass'
held "none can be opened for it" is "0 " "$rc $out"
in_jail j sh -c 'for f in kernel/hostname kernel/core_pattern user/max_user_namespaces kernel/sysrq vm/drop_caches; do (echo 1 >/proc/sys/$f) 2>/dev/null && echo "WROTE $f"; done; echo done'
held "nothing takes a byte" is done "$out"

attack "kcore, kmsg, keys, sysrq-trigger, timer_list, kallsyms and others in /proc"
control "the host's /proc has them" test -e /proc/sysrq-trigger -o -e /proc/kallsyms -o -e /proc/keys
in_jail j sh -c 'for f in kcore keys timer_list sched_debug kallsyms latency_stats acpi/* scsi/scsi asound/cards; do head -c 1 /proc/$f 2>/dev/null | grep -q . && echo "READ $f"; done; for f in sysrq-trigger irq/default_smp_affinity bus/pci/devices mtrr fs/xfs/stat; do (echo h >/proc/$f) 2>/dev/null && echo "WROTE $f"; done; cat /proc/kmsg 2>/dev/null & sleep 0.1; kill $! 2>/dev/null; echo done'
held "nothing is read or written" is done "$out"
in_jail j sh -c 'umount /proc/kcore; umount /proc/sys; mount -o remount,rw /proc; mount -t proc proc /tmp; mkdir /tmp/p; mount -t proc p /tmp/p; head -c 1 /proc/kcore | grep -q . && echo READ'
held "not uncovered either" is "" "$out"

attack "devices: memory, disks, kvm, fuse, input, loop, tun"
control "the host has some" test -n "$(find /dev -maxdepth 1 \( -name 'mem' -o -name 'kvm' -o -name 'fuse' -o -name 'loop*' -o -name 'vd*' -o -name 'sd*' -o -name 'nvme*' -o -name 'kmsg' -o -name 'tty[0-9]*' -o -name 'net' \) 2>/dev/null | head -n 1)"
in_jail j sh -c 'find /dev -mindepth 1 ! -path "/dev/pts*" ! -path "/dev/shm*" | sort | xargs'
held "only harmless ones are there" is "/dev/fd /dev/full /dev/null /dev/ptmx /dev/random /dev/stderr /dev/stdin /dev/stdout /dev/tty /dev/urandom /dev/zero" "$out"
in_jail j sh -c 'for n in "c 1 1" "b 8 0" "b 254 0" "c 10 232" "c 5 1"; do mknod /tmp/n $n 2>/dev/null && echo "MADE $n"; mknod ./n $n 2>/dev/null && echo "MADE $n"; done; rm -f /dev/null; mv /dev/zero /tmp; ls /dev/null /dev/zero'
held "none can be made, none removed" is $'/dev/null\n/dev/zero' "$out"

attack "the host's device nodes are changed through their binds"
control "a node of one's own can be changed" sh -c "mkfifo $T/n && chmod 600 $T/n"
before=$(stat -c '%a %U %Y' /dev/null /dev/zero /dev/urandom)
in_jail j sh -c 'chmod 000 /dev/null /dev/zero /dev/urandom; chown 0:0 /dev/null; touch -d 1990-01-01 /dev/zero; echo x >/dev/null'
held "they are as before" is "${before%% *}" "$(stat -c '%a %U %Y' /dev/null | cut -d' ' -f1)"
finish_rows
