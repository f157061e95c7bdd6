# G5: hostile objects, packs, refs and files in the jail's git directory at the moment of an import.
# The import refuses, says why, and leaves the main repository as it was; nothing hangs.
# slow
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
make_jail j
base=$(git -C "$repo" rev-parse "$branch")
tiny_repo "$T/secret" && echo hidden >"$T/secret/s" && git -C "$T/secret" add s && git -C "$T/secret" commit -q -m Hidden && git -C "$T/secret" repack -q -a -d
SECRET_ID=$(git -C "$T/secret" rev-parse HEAD) SECRET_PACK=$(echo "$T/secret"/.git/objects/pack/*.pack)
SECRET_PACK=${SECRET_PACK%.pack}
export SECRET_ID SECRET_PACK
# A clean G to come back to after each.
in_jail j sh -c 'tar -C /.robojail/git -cf ~/clean.tar .'
cp "$TESTS/hostile.py" "$PRIVATE/j/home/hostile.py"
clean='cd /.robojail/git && find . -mindepth 1 -delete; tar -xf ~/clean.tar; cd - >/dev/null'
git clone -q --no-hardlinks "$repo" "$T/plain" --branch main
remember "$repo"

n=0
hostile() { # KIND: in a plain clone at $C, and in the jail
	n=$((n + 1))
	C=$T/c$n
	cp -r "$T/plain" "$C"
	(cd "$C" && python3 "$TESTS/hostile.py" "$1") || fail "hostile.py $1"
	"$RJ" run j -- env "SECRET_ID=$SECRET_ID" "SECRET_PACK=$SECRET_PACK" timeout 60 sh -c "$clean; python3 ~/hostile.py $1" >"$T/.hostile" 2>&1 </dev/null
}
# refuses WORDS...: the import does, with one of these words.
refuses() {
	local start=$SECONDS word seen=1
	try timeout 90 "$RJ" sync j
	held "import refused" test "$rc" = 1
	for word; do [[ $err != *"$word"* ]] || seen=0; done
	held "saying why" test "$seen" = 0
	held "in time" test $((SECONDS - start)) -lt 60
	untouched
}
untouched() {
	held "the branch stays" is "$base" "$(git -C "$repo" rev-parse "$branch")"
	held "the main repository is as it was" main_kept "$repo"
	held "nothing of the import is left" is "" "$(find "$repo/.git" -name '*tmp_*' -o -name '*.lock')"
}
# plain git takes it from another repository (a fetch, as before any check that is off by default)
taken() { git init -q "$C.f" && git -C "$C.f" fetch -q "$C" "+HEAD:refs/heads/x" 2>/dev/null; }
# or reads it where it lies
believed() { git -C "$C" log -1 --format=%s | grep -q Hostile; }
bad_fsck() { not git -C "$C" fsck --full --strict; }
hangs() { not timeout 1 git -C "$C" "$@" </dev/null && [ $? != 1 ] || return 0; }

for kind in dotgit dotgit-case git-tilde dotdot dot hfs ntfs stream backslash slash control empty dotgit-link twice unsorted mode; do
	attack "a tree entry: $kind"
	hostile $kind
	control "git log shows the commit as any other" believed
	refuses tree entry
done
for kind in modules-link modules-url modules-name; do
	attack "a .gitmodules: ${kind#modules-}"
	hostile $kind
	control "a fetch takes it" taken
	refuses gitmodules
done
for kind in wrong-blob wrong-tree wrong-commit; do
	attack "an object under another's name: ${kind#wrong-}"
	hostile $kind
	control "git cat-file finds it" git -C "$C" cat-file -e "$(git -C "$C" rev-parse HEAD)"
	refuses hash mismatch match damaged corrupt
done
for kind in no-parent no-tree no-blob; do
	attack "what a commit needs is missing: ${kind#no-}"
	hostile $kind
	control "the branch leads to it, and fsck fails" bad_fsck
	refuses missing "not found"
done
attack "a shallow file that hides a missing parent"
hostile shallow
control "git believes it" git -C "$C" log -1
refuses missing
attack "a blob where a tree should be"
hostile type
control "git log shows the commit" believed
refuses "not a" " is a "
attack "a branch that is a blob"
hostile head-blob
control "fsck fails" bad_fsck
refuses "not a" " is a "
for kind in nul no-author author; do
	attack "a commit that is not well made: $kind"
	hostile $kind
	control "git has it" git -C "$C" cat-file -e HEAD
	refuses commit
done
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
