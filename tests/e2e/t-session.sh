# A session's processes: signals reach the command, and nothing outlives the session.
# as_root
# shellcheck shell=bash
. "$E2E/lib.sh"
make_jail j

# Processes of the jail are found by a word in their command line.
tag=rjtag$RANDOM$RANDOM
alive() { pgrep -f "$tag" >/dev/null; }
gone() { ! pgrep -f "$tag" >/dev/null; }

section "signals to the supervisor reach the command"
for sig in TERM HUP USR1 USR2 INT QUIT; do
	rm -f "$W/up" "$W/got"
	# bash starts background commands with INT and QUIT ignored
	env --default-signal "$RJ" run j -- bash -c "trap 'echo $sig >got; exit 7' $sig; touch up; while :; do sleep 0.05; done" &
	job=$!
	eventually "up" test -e "$W/up"
	kill -"$sig" $job
	wait $job
	assert_eq "SIG$sig, and the status comes back" "7 $sig" "$? $(cat "$W/got" 2>/dev/null)"
done
rm -f "$W/up" "$W/got"
"$RJ" run j -- sh -c 'touch up; exec sleep 60' &
eventually "up" test -e "$W/up"
kill -TERM $!
wait $!
assert_eq "a command that SIGTERM ends" 143 $?

section "a supervisor that is killed"
rm -f "$W/up"
"$RJ" run j -- bash -c "touch up; setsid bash -c 'sleep 300; : $tag' & (exec -a $tag sleep 300) & bash -c 'trap \"\" TERM INT HUP; while :; do sleep 0.2; done; : $tag'" >/dev/null 2>&1 &
eventually "several processes are up" test -e "$W/up"
eventually "" alive
kill -KILL $!
wait $! 2>/dev/null
eventually "all are gone with it" gone
in_jail j true; assert_eq "the jail can be used again" 0 "$rc"

section "daemons end with the session"
sh_jail j "(setsid sh -c 'sleep 300; : $tag' >/dev/null 2>&1 &) ; nohup sh -c 'sleep 301; : $tag' >/dev/null 2>&1 & exit 0"
assert_eq "the command's status" 0 "$rc"
eventually "double fork, setsid, nohup: all gone" gone
start=$SECONDS
"$RJ" run j -- sh -c "sleep 300 & echo done" | cat >/dev/null
assert "one that holds the output open does not hold the session" test $((SECONDS - start)) -lt 30
in_jail j bash -c 'trap "" TERM; (trap "" TERM INT HUP; sleep 300) & exit 3'
assert_eq "nor one that ignores signals" 3 "$rc"

section "PID 1"
sh_jail j 'kill -KILL 1; kill -TERM 1; kill -STOP 1; echo alive'
assert_eq "cannot be killed from inside" alive "$out"
sh_jail j 'readlink /proc/1/exe /proc/1/cwd /proc/1/root /proc/1/fd/*; cat /proc/1/exe >/dev/null && echo read; ls /proc/1/root; for f in /proc/1/fd/*; do (cat <$f) && echo "read $f"; done'
assert_eq "shows nothing of the host" "" "$out"
# zombies: orphans whose parent is gone must be reaped by PID 1
in_jail j python3 -c '
import os, time
for i in range(2000):
    if os.fork() == 0:
        if os.fork() == 0:
            os._exit(0)
        os._exit(0)
    os.wait()
def zombies():
    n = 0
    for p in os.listdir("/proc"):
        if p.isdigit():
            try:
                n += open(f"/proc/{p}/stat").read().rsplit(")", 1)[1].split()[0] == "Z"
            except OSError:
                pass
    return n
for i in range(100):
    if zombies() == 0:
        break
    time.sleep(0.1)
print(zombies())'
assert_eq "2,000 orphans are reaped" "0 0" "$rc $out"
sh_jail j "cat /proc/sys/kernel/pid_max >/dev/null; kill -9 $$; kill -0 \$PPID; true"
assert "processes of the host cannot be reached" kill -0 $$

section "mount namespaces go, and soon"
# Each clone of a mount is in one of its own for a moment, so a start needs some 35 of them.
cat >"$T/turns.sh" <<'END'
echo "$1" >/proc/sys/user/max_mnt_namespaces || exit 77
failed=0
for _ in $(seq 100); do "$RJ" run j -- true 2>>"$2" || failed=$((failed + 1)); done
echo $failed
END
try unshare --user --map-root-user --mount env RJ="$RJ" bash "$T/turns.sh" 60 "$T/turns"
assert_eq "of a hundred sessions in turn none lacks one, where there are sixty" "0 0" "$rc $out"
try unshare --user --map-root-user --mount env RJ="$RJ" bash "$T/turns.sh" 10 "$T/turns"
assert_eq "control: all do, where there are ten" "0 100" "$rc $out"
assert_contains "and say so" "$(head -n 2 "$T/turns")" "No space left on device" "user/max_mnt_namespaces"

section "a command that stops itself"
"$RJ" run j -- sh -c 'kill -STOP $$; echo resumed' >"$T/stopped" &
job=$!
sleep 0.5
kill -CONT $job 2>/dev/null
eventually "goes on" grep -q resumed "$T/stopped"
wait $job

section "what a session says about itself"
"$RJ" run j -- sh -c 'touch running; while [ ! -e stop ]; do sleep 0.05; done' &
job=$!
eventually "up" test -e "$W/running"
assert_eq "running" running "$("$RJ" list --json | jq -r '.[] | select(.name == "j").status')"
touch "$W/stop"
wait $job
assert_eq "stopped" stopped "$("$RJ" list --json | jq -r '.[] | select(.name == "j").status')"
finish
