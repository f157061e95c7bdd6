# G6: a sparse file of terabytes, whose size is what the index has, as far as an index can say.
# shellcheck shell=bash
. "$TESTS/lib.sh"
make_jail j
size=$(stat -c %s "$W/README.md")

attack "a tracked file of 8 TiB and the bytes that it had"
git -C "$repo" worktree add -q --detach "$T/w"
truncate -s $(((8 << 40) + size)) "$T/w/README.md"
try timeout 3 git -C "$T/w" status
control "git status reads it all" is 124 "$rc"
in_jail j truncate -s $(((8 << 40) + size)) README.md
assert_eq "it is made" 0 "$rc"
for words in "status j" "status --diff j" "status --json j"; do
	# shellcheck disable=SC2086 # words
	try timeout 10 "$RJ" $words
	held "$words answers" is 0 "$rc"
	held "and names it" test -n "$(grep -E 'README.md|1 path not committed' <<<"$out")"
done
assert "destroy" timeout 10 "$RJ" destroy j --force
finish_rows
