# Commands that are ended in the middle of an import: what git needs is not locked for ever.
# shellcheck shell=bash
. "$E2E/lib.sh"
. "$TESTS/lib.sh"
make_jail j
ref_lock=$repo/.git/refs/heads/$branch.lock
index_lock=$(git -C "$W" rev-parse --absolute-git-dir)/index.lock
ended() { ! kill -0 "$traced" 2>/dev/null; }
tip() { git -C "$repo" rev-parse "$branch"; }
locks() { find "$repo/.git" -name '*.lock'; }

# Its renames take a while, so that it can be ended where it has locked something.
slowly() { exec strace -f -b execve -o "$T/slow" -e trace=rename -e inject=rename:delay_enter=600000 "$@" >/dev/null 2>&1; }
ended_at() { # SIGNAL LOCK COMMAND...: the lock is there when the signal comes
	local signal=$1 lock=$2
	shift 2
	slowly "$RJ" "$@" &
	traced=$!
	eventually "$1 comes to ${lock##*/}" test -e "$lock"
	kill "-$signal" "$(pgrep -P "$traced")"
	eventually "and ends, with all its processes" ended
	wait "$traced"
}

# A session with a commit that nobody has brought over yet.
begin() {
	rm -f "$W/done"
	"$RJ" run j -- sh -c 'date +%N >now; git add now; git commit -qm "A commit"; git rev-parse HEAD >done; sleep 100' \
		>/dev/null 2>&1 </dev/null &
	eventually "a commit inside" test -s "$W/done"
	new=$(cat "$W/done")
	assert_ne "which is not here" "$new" "$(tip)"
}
stop() {
	try "$RJ" stop j
	wait
}

for lock in "$ref_lock" "$index_lock"; do
	section "watch, ended at ${lock##*/}"
	begin
	ended_at TERM "$lock" watch --json
	assert_eq "no lock is left" "" "$(locks)"
	assert_eq "the commit is here" "$new" "$(tip)"
	stop
	assert "git add" git -C "$W" add -A
	git -C "$W" reset -q
done

section "an import that is killed at the branch"
begin
ended_at KILL "$ref_lock" sync j
assert_eq "its lock is left" "$ref_lock" "$(locks)"
assert "the next one breaks it" "$RJ" sync j
assert_eq "" "" "$(locks)"
assert_eq "the commit is here" "$new" "$(tip)"
stop

section "a lock of somebody else's there"
begin
echo "$new" >"$ref_lock"
assert_refused 1 "stops it" "$ref_lock exists" "$RJ" sync j
assert_contains "with the remedy" "$err" "nothing was imported" "remove that file"
assert_refused 1 "stops each" "$ref_lock exists" "$RJ" sync j
rm "$ref_lock"
assert "until it is gone" "$RJ" sync j
assert_eq "the commit is here" "$new" "$(tip)"
stop

section "an import that is killed at the index"
begin
ended_at KILL "$index_lock" sync j
assert_eq "its lock is left" "$index_lock" "$(locks)"
try "$RJ" sync j
assert_eq "the next one breaks it" "" "$(locks)"
assert_eq "and says nothing of it" "0 robojail: branch $branch is up to date" "$rc $err"
assert_eq "the index is that of the commit" "" "$(git -C "$W" diff --cached --stat)"
stop
finish
