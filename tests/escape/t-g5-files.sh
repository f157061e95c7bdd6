# G5: hostile packs, refs and files in the jail's git directory at an import.
# The import refuses, says why, and leaves the main repository as it was; nothing hangs.
# slow
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
# shellcheck source=tests/escape/g5.sh
. "$TESTS/g5.sh"

attack "a tree of 6,000 levels"
hostile deep
control "git has it" git -C "$C" cat-file -e HEAD^{tree}
refuses path deep long
attack "a tree that unfolds into 10^17 files"
hostile wide
control "git counts for ever" not timeout 1 git -C "$C" ls-tree -r --name-only HEAD
refuses unfold
attack "a delta bomb: 20 KB that unfold to 10 GB"
hostile bomb
control "git believes it to be 10 GB" test "$(git -C "$C" cat-file -s abababababababababababababababababababab)" -gt 10000000000
refuses memory large big limit bytes abababab
attack "a loose object that inflates to more than it says"
hostile zeros
control "git finds it" git -C "$C" cat-file -t 1818181818181818181818181818181818181818
refuses 18181818 match damaged "ends too early"
attack "a pack of garbage"
hostile garbage-pack
control "git looks at it" bad_fsck
refuses missing pack
attack "a pack that is a symlink to another repository's"
hostile link-pack
control "git reads the secret through it" git -C "$C" cat-file -e "$SECRET_ID"
refuses missing
held "the secret did not come over" not git -C "$repo" cat-file -e "$SECRET_ID"
for kind in head ref packed; do
	attack "a FIFO in place of $kind"
	hostile fifo-$kind
	control "git waits for ever" hangs log -1
	refuses "regular file" "HEAD"
done
for kind in object idx; do
	attack "a FIFO in place of an $kind"
	hostile fifo-$kind
	control "it is there" test -n "$(find "$C/.git" -type p)"
	refuses missing read
done

attack "refs named ../../config in packed-refs"
hostile name
cp -r "$C" "$C.naive" && (cd "$C.naive/.git" && tail -n +2 "$C/.git/packed-refs" | while read -r id name; do echo "$id" >"$name"; done)
control "a plain copy of refs overwrites the config" grep -q "^[0-9a-f]*$" "$C.naive/.git/config"
rm -f "$T/escaped"
try timeout 60 "$RJ" sync j
held "they are left out" test "$rc" = 0 -a ! -e "$T/escaped"
held "the good commit comes over" is Hostile "$(git -C "$repo" log -1 --format=%s "$branch")"
held "the main repository is as it was" main_same "$repo"
base=$(git -C "$repo" rev-parse "$branch")

attack "HEAD leads to ../../config"
hostile head-name
control "git takes the file for a ref" grep -q "^ref: refs/heads/../../config" "$C/.git/HEAD"
refuses "no name for a branch" HEAD
attack "HEAD leads round in a circle"
hostile head-loop
control "git gives up" not git -C "$C" log -1
refuses HEAD
attack "HEAD is a symlink to a file of the kernel"
hostile head-link
control "it can be read" test -r "$C/.git/HEAD"
refuses HEAD
attack "a HEAD of 5 MB"
hostile head-huge
control "git gives up" not git -C "$C" log -1
refuses HEAD

attack "a FIFO among other refs, and as the stash's log"
hostile fifo-other
control "git waits for ever" hangs for-each-ref
(cd "$C" && python3 "$TESTS/hostile.py" fifo-stash) 2>/dev/null
try timeout 60 "$RJ" sync j
held "the import does not wait" test "$rc" != 124
untouched

attack "an object of the main repository shadowed by another of the same name"
hostile shadow
control "fsck fails" bad_fsck
try timeout 60 "$RJ" sync j
held "main keeps its own" is "$(git -C "$repo" show "main:README.md")" "$(git -C "$repo" show "$branch:README.md")"
held "the main repository is as it was" main_same "$repo"

attack "and after all of that, a good commit"
in_jail j sh -c "$clean"
control "git makes it" git -C "$T/secret" commit -q --allow-empty -m x
in_jail j sh -c 'git reset -q --hard && echo fine >fine && git add fine && git commit -q -m Fine'
held "the main repository is as it was, and sound" main_same "$repo"
held "it comes over" is Fine "$(git -C "$repo" log -1 --format=%s "$branch")"
finish_rows
