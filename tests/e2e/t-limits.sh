# Limits: as a user, as root, and as root in name only; what is refused; the disk's reserve; what goes
# on while the supervisor is stopped. How they stand up to attacks is in tests/escape/t-p9.sh.
# as_root
# nested
# shellcheck shell=bash disable=SC2016
. "$E2E/lib.sh"
tag=rjlim$RANDOM$RANDOM
make_jail j

section "defaults"
try "$RJ" config
assert_contains "they are shown" "$out" 'memory_max = "75%" # default' 'pids_max = 4096 # default' 'disk_reserve = "256M" # default'
in_jail j sh -c 'ulimit -Hn; cat /proc/self/oom_score_adj'
assert_match "descriptors are limited" "$out" '^[0-9]+
'
assert_eq "and nothing is told when nothing was hit" "" "$err"
files=${out%%[!0-9]*} score=${out##*[!0-9]}
assert "to no more than 65536" test "$files" -le 65536
assert "and the OOM killer takes a jail first" test "$score" -ge 500

section "processes"
config <<<'pids_max = 60'
in_jail j perl -e 'for (1 .. 500) { my $p = fork; if (!defined $p) { print "stopped at $_: $!\n"; last } if (!$p) { sleep 20; exit } } select undef, undef, undef, 0.6'
assert_match "as many as there may be" "$out" '^stopped at (5[0-9]|60): Resource temporarily unavailable|^stopped at (3[0-9][0-9]):'
assert_contains "and the limit is named" "$err" "pids_max (60)" "raise pids_max in config.toml"

section "/tmp"
config <<<'tmp_size = "8M"'
sh_jail j 'df -k --output=size,target /tmp /var/tmp /dev/shm /run | tail -n +2 | tr -s " "'
assert_eq "and its like have their sizes" " 8192 /tmp
 8192 /var/tmp
 8192 /dev/shm
 2048 /run" "$(sed 's/^ */ /' <<<"$out")"

section "what cannot be"
config <<<'memory_max = "1M"'
assert_refused 125 "a limit that nothing can run with" "config.toml:1:14: memory_max: nothing could run with '1M'" "$RJ" run j -- true
config <<<'memory_max = "lots"'
try "$RJ" config
assert_ne "a value that is none" 0 "$rc"
assert_contains "has its place" "$err" "config.toml:1:14: memory_max: 'lots' is not a size"
config <<<'cpu_max = "1.5"'
try "$RJ" run j -- true
assert_match "processors are limited, or refused with the remedy" "$rc $err" '^0 |^4 .*cpu_max cannot be held here.*Delegate=yes'
no_config

section "the disk's reserve"
config <<<'disk_reserve = "24M"'
cat >"$T/small.sh" <<'END'
mkdir -p "$T/small" && mount -t tmpfs -o size=64m,mode=755 none "$T/small" || exit 77
export XDG_DATA_HOME=$T/small XDG_STATE_HOME=$T/small/state
"$RJ" create --name d --repo "$1" >/dev/null || exit 1
"$RJ" run d -- sh -c 'head -c 20M /dev/zero >little; sleep 0.6; rm little; echo fine' || exit 2
"$RJ" run d -- sh -c 'head -c 48M /dev/zero >much; sleep 20'
[ $? = 137 ] || exit 3
# The disk is fuller than that from the start: the limit is none then.
"$RJ" run d -- sh -c 'sleep 0.6; rm much; echo cleaned' || exit 4
END
try unshare --user --map-root-user --mount env RJ="$RJ" T="$T" bash "$T/small.sh" "$repo"
assert_eq "a session that fills it is ended, one that cleans up is not" "0 fine
cleaned" "$rc $out"
assert_contains "and the limit is named" "$err" "the jail hit disk_reserve (24 MiB)" "lower disk_reserve"
# Inodes: of 3000 a third stays free, as of the bytes.
cat >"$T/few.sh" <<'END'
mount -t tmpfs -o size=64m,nr_inodes=3000,mode=755 none "$T/small" || exit 77
export XDG_DATA_HOME=$T/small XDG_STATE_HOME=$T/small/state
"$RJ" create --name d --repo "$1" >/dev/null || exit 1
fill='mkdir $1 && seq -f "$1/%g" $2 | xargs touch && sleep $3'
"$RJ" run d -- sh -c "$fill; echo fine" - few 1200 0.6 || exit 2
"$RJ" run d -- sh -c "$fill" - many 1300 20
[ $? = 137 ] || exit 3
"$RJ" run d -- sh -c 'sleep 0.6; rm -r many; echo cleaned' || exit 4
END
try unshare --user --map-root-user --mount env RJ="$RJ" T="$T" bash "$T/few.sh" "$repo"
assert_eq "one that takes its inodes, likewise" "0 fine
cleaned" "$rc $out"
assert_contains "which is said" "$err" "the jail hit disk_reserve (24 MiB): less than that share of the disk's inodes" "remove files"
no_config

section "descriptors on their way"
# 600 of them, as a hostile jail could have: who may have fewer files cannot send any.
cat >"$T/way.py" <<'END'
import array, os, socket, time
kept = []
for i in range(6):
    kept += socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    kept[-1].sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0] * 100))])
open("way", "w").close()
time.sleep(60)
END
(cd "$T" && exec python3 way.py) &
job=$!
eventually "they are sent" test -e "$T/way"
try bash -c 'ulimit -S -n 300; exec "$0" run j -- sh -c "ulimit -Sn"' "$RJ"
assert_eq "a session begins all the same, with the limit that it had" "0 300" "$rc $out"
try bash -c 'ulimit -n 300; exec "$0" run j -- true' "$RJ"
assert_eq "where there is no more to be had, none does" 125 "$rc"
assert_contains "and why is told" "$err" "too many descriptors are on their way" "ulimit -n"
kill $job
wait $job

section "where the user has less than the reader of commits may have"
for less in '-v 1000000' '-t 20'; do
	try bash -c "ulimit $less; exec \"\$0\" run j -- git commit -q --allow-empty -m 'ulimit $less'" "$RJ"
	assert_eq "ulimit $less: the commit comes over" "0 ulimit $less" "$rc $(git -C "$W" log -1 --format=%s)"
	assert_eq "and nothing is said" "" "$err"
done

section "a supervisor that is stopped"
config <<<'memory_max = "150M"'
"$RJ" run j -- sh -c "echo up >up; while [ ! -e go ]; do sleep 0.05; done; perl -e '\$x = \"x\" x (400 << 20); sleep 30' $tag; echo over >over" >/dev/null 2>"$T/e" </dev/null &
job=$!
eventually "it runs" test -e "$W/up"
eventually "it is watched" pgrep -x -P $job rj-watch # from some milliseconds on
kill -STOP $job
touch "$W/go"
eventually "the memory hog is ended all the same" test -e "$W/over"
kill -CONT $job
wait $job
assert_eq "and the session ends as usual" 0 $?
assert_contains "with the limit's name" "$(cat "$T/e")" "memory_max (150 MiB)"
finish
