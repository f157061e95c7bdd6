# A second run or enter joins the jail that runs: same processes, same /tmp, same lock.
# as_root
# nested
# shellcheck shell=bash
. "$E2E/lib.sh"
make_jail j
background() { # FILE CMD...: a session that is up when this returns; its number is in $!
	local up=$1
	shift
	rm -f "$W/$up"
	"$RJ" run j -- "$@" &
	eventually "$up is up" test -e "$W/$up"
}
ps_of() { "$RJ" ps --json j | jq -r "$1"; }

section "what joins sees what is there"
background first sh -c 'echo from-first >/tmp/shared; touch first; exec sleep 300'
first=$!
sh_jail j 'cat /tmp/shared; ps -e -o args= | grep -c "^sleep 300"'
assert_eq "the same /tmp and processes" "0 from-first
1" "$rc $out"
sh_jail j 'grep -E "^(NoNewPrivs|Seccomp|CapEff|CapBnd|CapPrm|CapAmb)" /proc/self/status'
joined=$out
# the first session's command: a child of PID 1, with a name that nothing else has
sh_jail j 'pgrep -xo sleep'
there=$out
sh_jail j "grep -E '^(NoNewPrivs|Seccomp|CapEff|CapBnd|CapPrm|CapAmb)' /proc/$there/status"
assert_eq "the same lock as the first command" "$joined" "$out"
assert_contains "which is one" "$out" "NoNewPrivs:	1" "CapEff:	0000000000000000" "CapBnd:	0000000000000000" "Seccomp:	2"
for ns in user mnt pid ipc uts cgroup net; do
	sh_jail j "[ \$(readlink /proc/self/ns/$ns) = \$(readlink /proc/$there/ns/$ns) ] && echo same"
	assert_eq "the same $ns namespace" same "$out"
done
sh_jail j "kill -0 $there && echo reached"
assert_eq "signals reach the others (one Landlock domain)" reached "$out"
sh_jail j 'touch /usr/x /etc/x; ls /root /home 2>&1 | grep -c rsa; cat /proc/1/environ'
assert_eq "nothing more can be written or read" 0 "$out"

section "stdio and status"
sh_jail j 'exit 42'; assert_eq "status" 42 "$rc"
in_jail j nosuch; assert_eq "not there" 127 "$rc"
assert_contains "and said" "$err" "cannot run 'nosuch' in the jail"
in_jail j /etc/passwd; assert_eq "not executable" 126 "$rc"
# shellcheck disable=SC2016 # for the shell inside
sh_jail j 'kill -9 $$'; assert_eq "128 and the signal" 137 "$rc"
assert_eq "input" "abc" "$(echo abc | "$RJ" run j -- cat)"
"$RJ" run j -- sh -c 'echo out; echo err >&2; echo via >/dev/stdout; echo verr >/dev/stderr' >"$T/both" 2>&1
assert_eq "a file as output, in order, and opened again by name" "out err via verr " "$(tr '\n' ' ' <"$T/both")"
"$RJ" run j -- sh -c 'echo more' >>"$T/both"
assert_eq "appended" "more" "$(tail -n 1 "$T/both")"
"$RJ" run j -- sh -c 'echo x >/dev/stdout; echo y' >/dev/null
assert_eq "/dev/null" 0 $?
"$RJ" run j -- head -c 3000000 /dev/zero | wc -c >"$T/count"
assert_eq "megabytes through a pipe" 3000000 "$(tr -d ' ' <"$T/count")"
"$RJ" run j -- head -c 3000000 /dev/zero >"$T/big"
assert_eq "and to a file" 3000000 "$(stat -c %s "$T/big")"
assert_eq "an input file can be sought" "cd" "$(printf abcd >"$T/in" && "$RJ" run j -- sh -c 'dd bs=1 skip=2 count=2 status=none' <"$T/in")"
"$RJ" run j -- yes | head -n 1 >"$T/yes"
assert_eq "a pipe that closes" y "$(cat "$T/yes")"
refute "a directory as descriptor" sh -c '"$RJ" run j -- true </'
in_jail j printf '<%s>' '' 'two words' ''
assert_eq "empty words and blanks" "<><two words><>" "$out"
assert_eq "the directory where the user stands" "$W/sub" "$(mkdir -p "$W/sub" && cd "$W/sub" && "$RJ" run j -- pwd)"
# shellcheck disable=SC2016 # for the shell inside
assert_eq "the environment is the jail's" "$HOME:1:xterm-test:" \
	"$(TERM=xterm-test SECRET_TOKEN=s "$RJ" run j -- sh -c 'echo "$HOME:$ROBOJAIL:$TERM:$SECRET_TOKEN"')"

section "signals, and what is left running"
for sig in TERM INT HUP; do
	rm -f "$W/up" "$W/got"
	env --default-signal "$RJ" run j -- bash -c "trap 'echo $sig >got; exit 7' $sig; touch up; while :; do sleep 0.05; done" &
	job=$!
	eventually "up" test -e "$W/up"
	kill -"$sig" $job
	wait $job
	assert_eq "SIG$sig" "7 $sig" "$? $(cat "$W/got" 2>/dev/null)"
done
tag=rjtag$RANDOM$RANDOM
gone() { ! pgrep -f "$tag" >/dev/null; }
sh_jail j "(setsid sh -c 'sleep 300; : $tag' >/dev/null 2>&1 &); nohup sh -c 'sleep 301; : $tag' >/dev/null 2>&1 & exit 0"
eventually "daemons end with the session that left them" gone
assert "the first session goes on" kill -0 $first
rm -f "$W/up"
"$RJ" run j -- bash -c "touch up; setsid sh -c 'sleep 300; : $tag' & sleep 300; : $tag" &
eventually "up" test -e "$W/up"
kill -KILL $!
wait $! 2>/dev/null
eventually "all of a session whose client is killed is gone" gone
assert "and the first goes on" kill -0 $first
background stopped sh -c 'touch stopped; kill -STOP $$; echo resumed >resumed'
sleep 0.5
kill -CONT $!
eventually "a command that stops itself goes on with its client" test -e "$W/resumed"
wait $!
sh_jail j 'kill -KILL $PPID; sleep 5'
assert_eq "a jail can end its own sessions, not more" 137 "$rc"
sh_jail j 'kill -STOP $PPID; sleep 30'
assert_eq "and cannot hold one up" 137 "$rc"

section "ps"
assert_eq "one session is left" "1 pipe" "$(ps_of '.[] | "\(.session) \(.on)"')"
assert_eq "its process" "$first" "$(ps_of '.[0].pid')"
assert_contains "its command" "$(ps_of '.[0].command')" "sh -c" "sleep 300"
assert_contains "the table" "$("$RJ" ps)" "JAIL" "SESSION" "j  "
assert_eq "keys" "command,jail,on,pid,session,started" "$(ps_of '.[0] | keys | join(",")')"
assert_fails_with 3 "no such jail" "$RJ" ps nosuch

section "the jail lives as long as anybody is in it"
background second sh -c 'touch second; while [ ! -e stop ]; do sleep 0.05; done; exit 9'
second=$!
kill -TERM $first
wait $first
assert_eq "the first one leaves with its status" 143 $?
assert "the other goes on" kill -0 $second
assert_eq "and is told" "2" "$("$RJ" list --json | jq -r '.[] | select(.name == "j" and .status == "running") | 2')"
sh_jail j 'cat /tmp/shared'
assert_eq "a third one joins the same jail" "from-first" "$out"
sh_jail j 'pgrep -fx "sleep 300"'
assert_eq "where nothing of the first one is left" "1 " "$rc $out"
touch "$W/stop"
wait $second
assert_eq "the last one leaves" 9 $?
stopped() { [ "$("$RJ" list --json | jq -r '.[] | select(.name == "j").status')" = stopped ]; }
eventually "and the jail has ended" stopped
sh_jail j 'cat /tmp/shared 2>/dev/null; echo new'
assert_eq "a new one is new" new "$out"
rm -f "$W/stop"
eventually "no process of ours is left" sh -c '! pgrep -u "$ME" -f "^rj-(init|keeper|watch)" >/dev/null'

section "two users inside, other settings"
background first sh -c 'touch first; exec sleep 300'
first=$!
if [ "$("$RJ" run j -- id -u)" = 0 ]; then other=self; else other=root; fi
if [ "$ME" != 0 ]; then
	assert_fails_with 125 "another user inside is refused" "$RJ" run --user $other j -- true
	assert_contains "with the remedy" "$err" "another user" "robojail stop j"
fi
config <<<'network_enabled = false'
assert_fails_with 125 "settings that changed are not passed over" "$RJ" run j -- true
assert_contains "with the remedy" "$err" "other settings" "robojail stop j" "--as-started"
assert "unless that is meant" "$RJ" run --as-started j -- true
no_config
try "$RJ" stop j
assert_eq "stop" "0 j stopped" "$rc $out"
wait $first
assert_eq "its client sees the end" 143 $?
try "$RJ" stop j
assert_eq "nothing to stop" "0 j does not run" "$rc $out"
try "$RJ" stop --all
assert_eq "nor of all" "0 Nothing runs." "$rc $out"
assert_refused 2 "stop without a name" "name jails, or give --all" "$RJ" stop
assert_refused 2 "stop of all and one" "exclude each other" "$RJ" stop --all j
assert_fails_with 3 "stop of no jail" "$RJ" stop nosuch

section "stop, of what does not want to"
background deaf bash -c 'trap "" TERM HUP INT; touch deaf; while :; do sleep 0.1; done'
start=$SECONDS
try "$RJ" stop --time 1 j
assert_eq "is killed after a while" "0 j stopped" "$rc $out"
assert "which is not for ever" test $((SECONDS - start)) -lt 20
wait $!
background nice bash -c 'trap "echo saved >state; exit 0" TERM; touch nice; while :; do sleep 0.05; done'
assert "stop --all" "$RJ" stop --all
assert_eq "a server may save its state" saved "$(cat "$W/state")"
wait $!

section "commits of a joined session"
background first sh -c 'touch first; exec sleep 300'
first=$!
sh_jail j 'echo joined >by-joined && git add by-joined && git commit -qm joined'
assert_eq "are on the branch at its end" joined "$(git -C "$repo" log -1 --format=%s "$branch")"

section "many at once"
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do "$RJ" run j -- echo "$i" & done >"$T/many"
kill -TERM $first
wait
assert_eq "none is lost while the first one ends" 12 "$(wc -l <"$T/many" | tr -d ' ')"
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do "$RJ" run j -- echo "$i" & done >"$T/many"
wait
assert_eq "none is lost while one of them becomes the first" "1 2 3 4 5 6 7 8 9 10 11 12 " "$(sort -n "$T/many" | tr '\n' ' ')"
finish
