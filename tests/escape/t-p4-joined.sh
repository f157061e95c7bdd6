# P4: what joins a running jail comes from outside, with descriptors of the host in its hands; what
# it is asked by, and who answers.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
make_jail j
secret=secret-$RANDOM$RANDOM
mkdir -p "$HOME/.ssh" && echo $secret >"$HOME/.ssh/id"
home_may_have="$home_may_have .ssh"
begin() { # CMD...: the jail's first session
	rm -f "$W/up"
	"$RJ" run j -- "$@" &
	first=$!
	eventually "the jail runs" test -e "$W/up"
}
begin sh -c 'touch up; exec sleep 300'
cat >"$T/look.py" <<'END'
import os
for pid in filter(str.isdigit, os.listdir("/proc")):
    for what in ("fd", "cwd", "root", "exe", "mem", "environ", "map_files"):
        path = f"/proc/{pid}/{what}"
        try:
            names = [f"{path}/{n}" for n in os.listdir(path)] if what in ("fd", "map_files") else [path]
        except OSError:
            continue
        for name in names:
            try:
                if what in ("environ", "mem"):
                    fd = os.open(name, os.O_RDONLY)
                    target = os.pread(fd, 1, 0x400000 if what == "mem" else 0)
                else:
                    target = os.readlink(name)
                if open(f"/proc/{pid}/comm").read().strip() == "rj-init":
                    print("SHOWS", name, target)
            except OSError:
                pass
END

attack "the descriptors of a session that joins: another session looks for them in its reaper, and in the jail's first process"
control "a process of the same user shows its own" test -n "$(ls -l /proc/$$/fd)"
"$RJ" run j -- sleep 30 <"$HOME/.ssh/id" >"$T/joined-out" &
job=$!
eventually "it has joined" sh -c '[ $("$RJ" ps --json j | jq length) = 2 ]'
cp "$T/look.py" "$W/look.py"
in_jail j python3 look.py
held "no reaper shows any" is "0 " "$rc $out"
# its own standard input is what the user gave it, and another session of the jail may read that
kill $job
wait $job 2>/dev/null

attack "a traced reaper would ask for anything in the name of the user's client"
traced='trace() { strace -qq -o /dev/null -p $1 2>/dev/null & sleep 0.4; grep -q "TracerPid:.*[1-9]" /proc/$1/status && echo $2; kill $! 2>/dev/null; }; '
control "a process of one's own can be traced" is seen "$(sh -c "$traced"'sleep 3 & trace $! seen')"
in_jail j sh -c "$traced"'sleep 5 & trace $! own; for p in $(pgrep -x rj-init); do trace $p TRACED; done'
held "it cannot be traced, only the jail's programs can" is own "$out"

attack "the jail's socket is looked for from inside"
control "outside a command of the user reaches it" \
	timeout 10 sh -c 'until [ $("$RJ" ps --json j | jq length) = 1 ]; do sleep 0.1; done'
in_jail j python3 -c '
import os, socket
found = [l.split()[-1] for l in open("/proc/net/unix") if "jail.sock" in l]
for name in found + ["'"$PRIVATE"'/j/jail.sock"] + [f"/proc/{p}/fd/{n}/jail.sock" for p in ("self", "1") for n in range(64)]:
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        s.connect(name)
        print("REACHED", name)
    except OSError:
        pass
print("done")'
held "nothing leads there" is "0 done" "$rc $out"

attack "more than the first session may: the host's files, other namespaces, mounts, capabilities"
control "the user can read the file" grep -q $secret "$HOME/.ssh/id"
in_jail j sh -c "cat $HOME/.ssh/id $PRIVATE/j/owner; unshare -U true; unshare -n true; mount -t tmpfs x /mnt; chroot / true; mknod /tmp/x b 8 0; touch /usr/x; ls $PRIVATE; grep -E '^(CapEff|CapBnd|CapPrm|CapInh|CapAmb):' /proc/self/status"
held "none of it" is "CapInh:0000000000000000 CapPrm:0000000000000000 CapEff:0000000000000000 CapBnd:0000000000000000 CapAmb:0000000000000000 " "$(tr -d '\t' <<<"$out" | tr '\n' ' ')"

attack "a session is begun while the jail's sessions are stopped or killed from inside"
control "a process of the user can be stopped and killed" sh -c 'sleep 5 & kill -STOP $!; kill -KILL $!'
in_jail j sh -c '(while :; do for p in $(pgrep -x rj-init); do [ $p = 1 ] || kill -STOP $p; done; done) & sleep 2'
timeout 20 "$RJ" run j -- true
held "it does not hang" test $? != 124
kill -TERM $first
wait $first 2>/dev/null
"$RJ" stop --time 0 j >/dev/null
eventually "and all ends" sh -c '[ $("$RJ" ps --json | jq length) = 0 ]'
finish_rows
