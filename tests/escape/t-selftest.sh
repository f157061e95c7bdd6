# What `robojail selftest` tries: the table of attempts in core/attack, each with its control.
# as_root
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
rows() { # JSON: as this suite prints them
	jq -r '.[] | "| \(.row) | \(.attack) | control: \(.unprotected.result): \(.unprotected.note) | jail: \(.jail.result): \(.jail.note) | \(.verdict)"' <<<"$1"
}
verdicts() { jq -r '[.[] | select(.verdict == "'"$2"'") | .id] | join(" ")' <<<"$1"; }
mkdir -p "$T/tmp"
export TMPDIR=$T/tmp

try "$RJ" selftest --json
plain=$out
rows "$plain"
assert_eq "all of it ran" "$(jq length <<<"$plain")" "$(jq '[.[] | select(.unprotected.note != "" and .jail.note != "")] | length' <<<"$plain")"
assert_eq "nothing broke" "0 " "$rc $(verdicts "$plain" BROKEN)"
assert "most is shown" test "$(verdicts "$plain" held | wc -w)" -ge 26
assert_eq "nothing is lacking here" "" "$(verdicts "$plain" lacking)"
assert_eq "nothing is left" "" "$(ls -A "$T/tmp")"
assert_eq "the user's own directories are not touched" "" "$(ls -A "$HOME/.local" "$HOME/.config" 2>/dev/null)"

try "$RJ" selftest --json --nested
nested=$out
rows "$nested" | grep -v 'held$'
assert_eq "nested: nothing broke" "0 " "$rc $(verdicts "$nested" BROKEN)"
assert_contains "nested: what it allows is said" "$(verdicts "$nested" allowed)" user-namespace capabilities
for id in pointer pointer-userns home main-repo host-process type-ahead; do
	assert_contains "nested: $id is held" " $(verdicts "$nested" held) " " $id "
done

try "$RJ" selftest
assert_match "a table for people" "$out" "ROW +ATTACK.*VERDICT"
assert_match "and a sum" "$out" "attempts: [0-9]+ held, 0 BROKEN"

section "attempts by themselves"
for id in $(jq -r '.[].id' <<<"$plain"); do
	case $id in
	outlive) ;; # its daemon would stay
	*)
		mkdir -p "$T/w-$id"
		try "$RJ" selftest --attempt "$id" work="$T/w-$id" repo="$T/w-$id" secret="$T/w-$id/s" mark="$T/m"
		assert_match "$id ends with a status of its own and says why" "$rc $out" '^4[012] [^ ]'
		;;
	esac
done
assert_fails_with 2 "an unknown one" "$RJ" selftest --attempt nothing
assert_fails_with 2 "an unknown aim" "$RJ" selftest --attempt home nothing=x
assert_fails_with 2 "an operand" "$RJ" selftest x

section "stopped half way"
# Those of a selftest (keys 0x726a0000 and on) whose maker is gone: another one may be at work.
left_segments() {
	awk 'NR > 1 && $1 >= 1919549440 && $1 < 1919614976 { print $5 }' /proc/sysvipc/shm |
		while read -r maker; do [ -d "/proc/$maker" ] || echo "$maker"; done
}
at_work() { compgen -G "$T/tmp/*/t-repo"; }
before=$(left_segments)
for sig in INT TERM; do
	# in a session of its own, so that all of it gets the signal, as from ^C
	setsid env --default-signal=INT "$RJ" selftest >"$T/.stopped" 2>&1 </dev/null &
	pid=$!
	eventually "$sig: it is at work" at_work
	kill -s $sig -- -$pid
	wait $pid
	assert_ne "$sig: it does not end well" 0 $?
	assert_eq "$sig: without a verdict" "" "$(grep -a VERDICT "$T/.stopped")"
	assert_eq "$sig: nothing is left" "" "$(ls -A "$T/tmp")"
	assert_eq "$sig: nor shared memory" "$before" "$(left_segments)"
done

section "when there can be no jail"
mkdir -p "$T/full"
try env TMPDIR=/nonexistent "$RJ" selftest
assert_eq "a directory that is not there" 1 "$rc"
assert_contains "is named" "$err" /nonexistent
if unshare -Ur true 2>/dev/null; then
	try unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$0" selftest' "$RJ"
	assert_eq "no user namespaces: no jail, and no verdict" 4 "$rc"
	assert_contains "with the reason" "$err" "user namespace"
fi
finish_rows
