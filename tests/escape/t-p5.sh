# P5: processes that want to outlive their session: a killed supervisor, daemons, zombies.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
tag=rjp5x$RANDOM$RANDOM
alive() { pgrep -f "$tag" >/dev/null; }
# A sweep over /proc misses who is forked behind it: on, until none is left.
clear_out() { while pkill -KILL -f "$tag"; do sleep 0.1; done; }
gone() { local i; for i in {1..60}; do alive || return 0; sleep 0.1; done; clear_out; return 1; }
# Daemons by every way: double fork, setsid, nohup, a stopped one, one that ignores all signals, one in
# its own process group, one that holds the terminal's descriptors.
daemons="touch up; for i in 1 2 3; do (setsid sh -c 'while :; do sleep 0.5; done; : $tag' >/dev/null 2>&1 &); done; nohup sh -c 'while :; do sleep 0.5; done; : $tag' >/dev/null 2>&1 & (trap '' HUP INT TERM QUIT; exec -a $tag sleep 300) & bash -c 'kill -STOP \$\$; : $tag' & python3 -c 'import os, signal, time
if os.fork() == 0:
    os.setsid()
    for s in range(1, 64):
        try:
            signal.signal(s, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        time.sleep(1)
\"$tag\"'"
make_jail j

attack "daemons: double fork, setsid, nohup, stopped, all signals ignored"
(cd "$T" && bash -c "$daemons")
sleep 0.5
control "they outlive what started them" alive
clear_out
in_jail j bash -c "$daemons; sleep 0.3; exit 5"
held "the command's status comes back" test "$rc" = 5
held "they end with the session" gone

attack "SIGKILL of the supervisor"
{ cd "$T" && exec bash -c "$daemons; (exec -a $tag sleep 300); : $tag"; } >/dev/null 2>&1 &
eventually "  up" sh -c '[ "$(pgrep -fc "$1")" -ge 7 ]' sh "$tag" # not the shell alone, whose words have it too
kill -KILL $!
{ wait $!; } 2>/dev/null
control "children live on" alive
clear_out
for round in 1 2 3 4 5; do
	rm -f "$W/up"
	"$RJ" run j -- bash -c "$daemons; (exec -a $tag sleep 300); : $tag" >/dev/null 2>&1 &
	job=$!
	[ $round = 5 ] && sleep 0.01 || eventually "  up" test -e "$W/up"
	kill -KILL $job
	wait $job 2>/dev/null
	held "all end with it" gone
done
in_jail j true
held "the jail can be used again" test "$rc" = 0

attack "PID 1 is killed from outside"
control "a killed parent leaves its children" is alive "$(bash -c "(exec -a $tag sleep 300) & echo \$!" >"$T/p"; alive && echo alive)"
clear_out
rm -f "$W/up"
"$RJ" run j -- bash -c "$daemons; (exec -a $tag sleep 300); : $tag" >/dev/null 2>&1 &
job=$!
eventually "  up" test -e "$W/up"
pkill -KILL -P $job
wait $job
held "the session ends, as killed" is 137 $?
held "and all of it" gone

attack "10,000 zombies"
control "a parent that does not wait has them" test "$(python3 -c '
import os, time
def is_zombie(p):
    try:
        return open("/proc/%s/stat" % p).read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:  # gone since it was listed
        return False
for i in range(50):
    if os.fork() == 0:
        os._exit(0)
time.sleep(0.3)
print(sum(is_zombie(p) for p in os.listdir("/proc") if p.isdigit()))')" -ge 50
in_jail j perl -e '
for (1 .. 100) {
	my $pid = fork // die;
	if (!$pid) {
		for (1 .. 100) {
			my $child = fork // die;
			kill KILL => $$ if !$child;
		}
		kill KILL => $$; # a hundred dead at once for PID 1
	}
	waitpid $pid, 0;
}
my $left;
for (1 .. 100) {
	$left = 0;
	for my $f (glob "/proc/[0-9]*/stat") {
		open my $h, "<", $f or next;
		$left++ if (<$h> // "") =~ /\) Z /;
	}
	last if !$left;
	select undef, undef, undef, 0.05;
}
print "left $left\n";'
held "PID 1 reaps them" is "0 left 0" "$rc $out"
finish_rows
