# A battery of git operations inside a jail: each does what it says, as git anywhere does, and the
# main repository's own files stay byte for byte as they were. Prints a table of the operations.
# slow
# shellcheck shell=bash
# shellcheck disable=SC2016 # the scripts expand inside the jail
. "$E2E/lib.sh"
repo=$T/project
make_repo "$repo"
git -C "$repo" config core.logAllRefUpdates true
assert "create" "$RJ" create --name b --repo "$repo"
W=$JAILS/b branch=$(branch_of b) base=$(git -C "$repo" rev-parse HEAD)
G=$(sed 's/^gitdir: //' "$W/.git")

# Files of the main repository that RoboJail may make or change: new objects, the jail's own branch
# with its log, the admin directory of its worktree, and packed-refs, where its pins (refs/robojail/)
# stand; what git makes of that is compared as well. All the others are hashed.
import_own() {
	grep -vE "^[0-9a-f]{64}  \./(packed-refs$|refs/robojail/|refs/heads/robojail/|logs/refs/heads/robojail/|worktrees/${G##*/}/)"
}
main_hash() { (cd "$repo/.git" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) | import_own; }
main_hash >"$T/main-before"
git -C "$repo" for-each-ref | grep -vE 'refs/(heads/)?robojail/' >"$T/refs-before"
unchanged() {
	main_hash >"$T/main-after"
	assert_eq "$1: every file of .git that was there is as before" "" \
		"$(LC_ALL=C comm -23 <(sort "$T/main-before") <(sort "$T/main-after"))"
	assert_eq "$1: nothing but objects is new" "" \
		"$(LC_ALL=C comm -13 <(sort "$T/main-before") <(sort "$T/main-after") | grep -vE '  \./objects/([0-9a-f]{2}/[0-9a-f]{38}|pack/pack-[0-9a-f]{40}\.(pack|idx))$')"
	assert_eq "$1: no branch or tag moved" "" \
		"$(git -C "$repo" for-each-ref | grep -vE 'refs/(heads/)?robojail/' | diff "$T/refs-before" - 2>&1)"
}

# op NAME SCRIPT: it runs inside, with `set -e`, and proves what it did. The helpers are there too.
ops=0
helpers='set -eu
put() { mkdir -p "$(dirname "$1")"; printf "%s\n" "$2" >"$1"; git add -- "$1"; }      # FILE TEXT
commit() { put "$1" "${2-$1}"; git commit -q -m "${3-$1}"; }                          # FILE [TEXT [MESSAGE]]
is() { [ "$1" = "$2" ] || { echo "wanted: $1"; echo "got:    $2"; exit 1; }; }        # WANT GOT
subject() { git log -1 --format=%s "$@"; }
me() { git config user.name Me && git config user.email me@example.org; }
clean() { is "" "$(git status --porcelain)"; }
'
op() {
	ops=$((ops + 1))
	in_jail b bash -c "$helpers$2"
	if [ $rc = 0 ]; then
		pass "$1"
		printf '| %02d  %-60s ok\n' "$ops" "$1"
	else
		fail "$1" "$(shown)"
		printf '| %02d  %-60s FAILED\n' "$ops" "$1"
		in_jail b bash -c 'git rebase --abort; git merge --abort; git am --abort; git cherry-pick --abort; git reset -q --hard; git clean -qfdx; git checkout -q '"$branch"
	fi
}
# shellcheck source=tests/e2e/battery-ops.sh
. "$E2E/battery-ops.sh"

section "the host's branches"
git -C "$repo" checkout -q -b other-host-branch
git -C "$repo" commit -q --allow-empty -m "On another branch of the host"
git -C "$repo" checkout -q main
git -C "$repo" commit -q --allow-empty -m "Meanwhile on main"
main_hash >"$T/main-before"
git -C "$repo" for-each-ref | grep -vE 'refs/(heads/)?robojail/' >"$T/refs-before"
op "host/* is fresh at each start" 'is "Meanwhile on main" "$(subject host/main)"; is "On another branch of the host" "$(subject host/other-host-branch)"'
op "fetch host" 'git update-ref -d refs/remotes/host/main; git fetch -q host; is "Meanwhile on main" "$(subject host/main)"'
op "rebase host/main" "git checkout -q -b mine v2; commit mine.txt; git rebase -q host/main; is 'Meanwhile on main' \"\$(subject HEAD~)\"; git checkout -q $branch; clean"
op "merge host/other-host-branch" 'git merge -q -m "From the host" host/other-host-branch; git merge-base --is-ancestor host/other-host-branch HEAD'
op "push to host is refused" 'if git push -q host HEAD:refs/heads/stolen 2>/dev/null; then exit 1; fi; git ls-remote host >/tmp/refs; grep -q refs/heads/main /tmp/refs; if grep -q stolen /tmp/refs; then exit 1; fi'

section "the main repository"
unchanged "after all of it"
assert "git fsck --full --strict" git -C "$repo" fsck --full --strict
assert_eq "the branch is where the jail's HEAD is" "$("$RJ" run b -- git rev-parse HEAD)" "$(git -C "$repo" rev-parse "$branch")"
assert_eq "git status in the worktree agrees" "" "$(git -C "$W" status --porcelain)"
assert "git gc --prune=now" git -C "$repo" gc -q --prune=now
assert "and the jail still has all it needs" "$RJ" run b -- git fsck --full --no-dangling
git -C "$repo" reset -q --hard
assert "git merge" git -C "$repo" merge -q -m Merged "$branch"
assert_eq "brings the work" "$(cat "$W/p.txt")" "$(cat "$repo/p.txt")"
assert "at least sixty operations ($ops)" test "$ops" -ge 60
finish
