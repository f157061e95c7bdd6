# Two hundred creates and destroys at once lose nothing.
# slow
# shellcheck shell=bash
. "$E2E/lib.sh"
repo=$T/repo
tiny_repo "$repo"
N=100

section "$N jails are made, eight at a time"
seq -f 'm%g' $N | xargs -P 8 -I{} sh -c '"$RJ" create --name {} --repo "$1" >/dev/null 2>"$T/err-{}" || echo {} >>"$T/bad"' x "$repo"
assert_eq "none fails" "" "$(cat "$T/bad" 2>/dev/null && cat "$T"/err-* | head -n 5)"
assert_eq "all are in the list" "$N" "$("$RJ" list --json | jq length)"
assert_eq "and in the state" "$N" "$(jq '.jails | length' "$STATE")"
assert_eq "all are on disk" "$N" "$(ls "$JAILS" | wc -l)"
assert_eq "all have their branch" "$N" "$(git -C "$repo" branch --list 'robojail/*' | wc -l)"
assert_eq "git knows them" "$N" "$(git -C "$repo" worktree list | grep -c "$JAILS")"
assert_eq "no two share an admin directory" "$N" "$(cat "$JAILS"/*/.git | sort -u | wc -l)"

section "the same name eight times at once"
seq 8 | xargs -P 8 -I{} sh -c '"$RJ" create --name same --repo "$1" >/dev/null 2>&1 && echo {}' x "$repo" >"$T/won"
assert_eq "one wins" 1 "$(wc -l <"$T/won")"
assert "and works" "$RJ" run same -- git status
assert_eq "with one branch" 1 "$(git -C "$repo" branch --list 'robojail/same-*' | wc -l)"
assert "gone again" "$RJ" destroy same

section "$N are destroyed while $N are made"
{
	seq -f 'destroy m%g' $N
	seq -f 'create n%g' $N
} | sort -R | xargs -P 8 -L 1 sh -c '
	case $1 in
	create) "$RJ" create --name "$2" --repo "$0" ;;
	destroy) "$RJ" destroy "$2" ;;
	esac >/dev/null 2>"$T/err-$2" || echo "$2" >>"$T/bad"' "$repo"
assert_eq "none fails" "" "$(cat "$T/bad" 2>/dev/null && cat "$T"/err-* | head -n 5)"
want=$(seq -f 'n%g' $N | sort)
assert_eq "the list has exactly the new ones" "$want" "$("$RJ" list --json | jq -r '.[].name' | sort)"
assert_eq "so has the disk" "$want" "$(ls "$JAILS" | sort)"
assert_eq "and the private data" "$want" "$(ls "$PRIVATE" | sort)"
assert_eq "and git" "$N" "$(git -C "$repo" branch --list 'robojail/*' | wc -l)"
assert_eq "its worktrees too" "$N" "$(git -C "$repo" worktree list | grep -c "$JAILS")"
assert "each works" sh -c 'for n in 1 50 100; do "$RJ" run n$n -- git status || exit; done'
assert "git fsck" git -C "$repo" fsck --full --strict
assert_eq "no lock or half file stays" "" "$(find "$repo/.git" "${STATE%/*}" -name '*.lock' -o -name '*tmp*' | grep -v "^$STATE")"

section "creates that are killed"
for i in $(seq 20); do
	"$RJ" create --name "k$i" --repo "$repo" >/dev/null 2>&1 &
	sleep "0.0$((RANDOM % 10))"
	kill -KILL $! 2>/dev/null
	wait $! 2>/dev/null
done
assert "the list can be read" "$RJ" list
for i in $(seq 20); do "$RJ" create --name "k$i" --repo "$repo" >/dev/null 2>&1 || "$RJ" run "k$i" -- true || echo "k$i"; done >"$T/stuck" 2>&1
assert_eq "each name can be used" "" "$(cat "$T/stuck")"
# shellcheck disable=SC2046
assert "and destroyed" "$RJ" destroy $(seq -f 'k%g' 20)
assert_eq "without a trace" "" "$(ls -d "$JAILS"/k* "$PRIVATE"/k* 2>/dev/null; git -C "$repo" branch --list 'robojail/k*')"
assert "git fsck" git -C "$repo" fsck --full --strict
finish
