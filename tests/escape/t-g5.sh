# G5: hostile trees, commits and objects in the jail's git directory at an import.
# The import refuses, says why, and leaves the main repository as it was; nothing hangs.
# slow
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
# shellcheck source=tests/escape/g5.sh
. "$TESTS/g5.sh"

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
attack "and after all of that, a good commit"
in_jail j sh -c "$clean"
control "git makes it" git -C "$T/secret" commit -q --allow-empty -m x
in_jail j sh -c 'git reset -q --hard && echo fine >fine && git add fine && git commit -q -m Fine'
held "the main repository is as it was, and sound" main_same "$repo"
held "it comes over" is Fine "$(git -C "$repo" log -1 --format=%s "$branch")"
finish_rows
