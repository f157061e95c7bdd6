# list: the table and the JSON.
# shellcheck shell=bash
. "$E2E/lib.sh"
section "no jail"
assert "list" "$RJ" list
assert_eq "as JSON" "[]" "$("$RJ" list --json | jq -c .)"
for verb in destroy stop attach; do
	try "$RJ" $verb nope
	assert_contains "$verb says that there is none" "$err" "there is no jail 'nope'" "there are none"
done
assert_eq "looking makes no files" "" "$(find "$HOME" -name 'robojail*')"

section "some"
make_jail alpha
tiny_repo "$T/a repository with quite a long name and blanks"
assert "with an entrypoint" "$RJ" create --name beta --repo "$T/a repository with quite a long name and blanks" --entrypoint "sh -c 'echo hi'"
assert "list" "$RJ" list
assert_contains "names, repositories, branches, state" "$out" alpha beta "$(branch_of alpha)" "$(branch_of beta)" repo-alpha stopped sh
assert_eq "no line ends with blanks" "" "$(grep ' $' <<<"$out")"
assert "as JSON" "$RJ" list --json
assert_eq "keys and values" "[\"alpha\",\"$T/repo-alpha\",\"$(branch_of alpha)\",null,\"stopped\"]" \
	"$(jq -c '.[0] | [.name, .repo, .branch, .entrypoint, .status]' <<<"$out")"
assert_match "the entrypoint" "$(jq -c '.[1].entrypoint' <<<"$out")" 'sh.*-c.*echo hi'
assert_match "created is a time" "$(jq -r '.[1].created' <<<"$out")" '^20[0-9][0-9]-[01][0-9]-[0-3][0-9]T'
assert_eq "sorted by name" '["alpha","beta"]' "$(jq -c 'map(.name)' <<<"$out")"
assert_eq "the alias" "$("$RJ" list --json)" "$("$RJ" ls --json)"

section "width"
for width in 40 60 80 132; do
	script -qec "stty cols $width; \"$RJ\" list" /dev/null </dev/null >"$T/tty"
	longest=$(sed 's/\x1b\[[0-9;]*m//g; s/\r//g' "$T/tty" | wc -L)
	assert "fits into a terminal of $width columns" test "$longest" -le "$width"
done
assert_contains "the whole of it in a pipe" "$("$RJ" list)" "a repository with quite a long name and blanks"

section "running means that somebody lives"
"$RJ" run alpha -- sleep 60 &
job=$!
running() { [ "$("$RJ" list --json | jq -r '.[0].status')" = running ]; }
stopped() { [ "$("$RJ" list --json | jq -r '.[0].status')" = stopped ]; }
eventually "running" running
assert_contains "in the table" "$("$RJ" list | grep alpha)" running
assert_contains "the other is not" "$("$RJ" list | grep beta)" stopped
kill -KILL $job
wait $job 2>/dev/null
eventually "stopped, though nobody could write it down" stopped
# a number in the record, as RoboJail 0.1 kept it, that another process has now
jq --argjson pid $$ '.jails.alpha.pid = $pid' "$STATE" >"$T/s" && cat "$T/s" >"$STATE"
assert "a recycled process number fools nobody" stopped

section "hostile text"
jq '.jails.beta.repo_path = "/x\u001b[31m\u0007\u202ey"' "$STATE" >"$T/s" && cat "$T/s" >"$STATE"
assert_lacks "is shown harmless" "$("$RJ" list)" $'\033' $'\007' $'\u202e'
assert_eq "and exact in JSON" $'/x\033[31m\007\u202ey' "$("$RJ" list --json | jq -r '.[1].repo' | sed 's/^"\(.*\)"$/\1/' | { read -r x; printf '%b' "$x"; })"
assert_fails_with 2 "too many words" "$RJ" list alpha
finish
