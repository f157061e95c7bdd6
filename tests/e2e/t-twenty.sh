# Twenty jails at once, each with a session in the background, and what all of it takes.
# shellcheck shell=bash
. "$E2E/lib.sh"
tiny_repo "$T/repo"
for i in {1..20}; do
	try "$RJ" create --name "j$i" --repo "$T/repo"
	[ $rc = 0 ] || die "create j$i" "$(shown)"
done

section "twenty run"
for i in {1..20}; do
	try "$RJ" run --detach "j$i" -- sh -c "echo jail $i; exec sleep 600"
	[ $rc = 0 ] || die "run in j$i" "$(shown)"
done
assert_eq "ps knows all" 20 "$("$RJ" ps --json | jq length)"
assert_eq "list too" 20 "$("$RJ" list --json | jq '[.[] | select(.status == "running")] | length')"
assert_eq "each has its own processes" "1" "$("$RJ" run j7 -- sh -c "pgrep -c -x sleep")"
sleep 0.5

section "what it takes"
# PSS of everything of robojail's: clients, first processes, watches. Those inside are not ours to
# read, so each first process counts with what it has alone and shared, by its resident set.
pss=0 n=0 closed=0
for p in $(pgrep -u "$ME" -f "^rj-|^$RJ run --detach"); do
	if kib=$(awk '/^Pss:/ { print $2 }' "/proc/$p/smaps_rollup" 2>/dev/null) && [ -n "$kib" ]; then
		pss=$((pss + kib)) n=$((n + 1))
	else
		closed=$((closed + 1))
	fi
done
rss=$(ps -u "$ME" -o rss=,comm= | awk '$2 == "rj-init" { s += $1 } END { print s }')
echo "| 20 jails: $n processes of the host with $pss KiB (PSS), $closed first processes with ${rss:-0} KiB at most (RSS)"
assert "of each jail at least its client is there" test $((n + closed)) -ge 20

section "stop"
assert "all of them" "$RJ" stop --all --time 2
assert_eq "nothing runs" 0 "$("$RJ" ps --json | jq length)"
finish
