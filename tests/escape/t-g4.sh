# G4: objects, branches, tags, stash and packed refs of the main repository, and other jails' branches.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
# What is tried on a git directory at $1, with the objects at $2.
damage='g=$1 o=$2
find "$o" -type f -exec rm -f {} \; ; find "$o" -type f -exec sh -c "chmod u+w \"\$1\"; : >\"\$1\"" x {} \;
rm -rf "$o"; mv "$o" "$o.old"; chmod -R u+w "$o"; touch "$o/x"; mkdir -p "$o/pack/x"
python3 - "$o" <<END
import os, sys
for d, _, files in os.walk(sys.argv[1]):
    for f in files:
        for how in (os.O_WRONLY, os.O_RDWR | os.O_TRUNC):
            try:
                os.close(os.open(os.path.join(d, f), how))
            except OSError:
                pass
        for call in (lambda p: os.truncate(p, 0), lambda p: os.chmod(p, 0o666), lambda p: os.utime(p, (0, 0)), lambda p: os.rename(p, "/tmp/x"), os.unlink):
            try:
                call(os.path.join(d, f))
            except OSError:
                pass
END
true'

attack "objects are deleted, emptied, renamed"
tiny_repo "$T/plain"
cp -r "$T/plain" "$T/victim"
bash -c "$damage" x "$T/victim/.git" "$T/victim/.git/objects" >/dev/null 2>&1
control "git fsck fails" not git -C "$T/victim" fsck --full
make_jail j
remember "$repo"
for o in "$repo/.git/objects" /.robojail/objects /.robojail/host/objects /.robojail/objects/0; do
	in_jail j bash -c "$damage" x /.robojail/git "$o"
done
held "main is as it was" main_same "$repo"
held "and writing is refused" says "Read-only file system"

attack "branches, tags, stash and packed refs are moved"
refs='git update-ref refs/heads/main "$1"; git tag -f v1 "$1"; git branch -f other "$1"; git update-ref refs/stash "$1"; git pack-refs --all; git update-ref "refs/heads/$2" "$1"; git symbolic-ref HEAD refs/heads/main; git push -q -f host "$1:refs/heads/main" "$1:refs/tags/v2"; git push -q -f host ":refs/heads/other"'
cp -r "$T/plain" "$T/v2"
(cd "$T/v2" && id=$(git commit-tree -m Evil HEAD^{tree}) && bash -c "$refs" x "$id" "robojail/k-x") >/dev/null 2>&1
control "git log main shows another commit" is Evil "$(git -C "$T/v2" log -1 --format=%s main)"
repo=$T/repo-r
cp -r "$T/plain" "$repo"
git -C "$repo" branch other && git -C "$repo" tag v1
make_jail r
mine=$branch
try "$RJ" create --name k --repo "$repo"
theirs=$(branch_of k)
in_jail k sh -c 'echo k >k; git add k; git commit -q -m "Of k"'
remember "$repo"
in_jail r sh -c 'echo e >e; git add e; git commit -q -m Evil'
in_jail r bash -c "$refs" x HEAD "$theirs"
held "main and tags stay" main_same "$repo"
held "the other jail's branch stays" is "Of k" "$(git -C "$repo" log -1 --format=%s "$theirs")"
held "only its own has the commit" is "$mine" "$(git -C "$repo" for-each-ref --format='%(refname:short)' --contains "$(git -C "$repo" rev-parse "$mine")" refs/heads)"
in_jail r sh -c "git symbolic-ref HEAD refs/heads/$theirs; git commit -q --allow-empty -m 'Evil two'; git symbolic-ref HEAD refs/heads/main; git commit -q --allow-empty -m 'Evil three'"
held "not even with HEAD on that branch" is "Of k" "$(git -C "$repo" log -1 --format=%s "$theirs")"
held "nor on main" main_same "$repo"

attack "what the host commits on the jail's branch is overwritten"
cp -r "$T/plain" "$T/v3"
(cd "$T/v3" && git checkout -q -b b && git commit -q --allow-empty -m Host && git clone -q . "$T/v3c" && git -C "$T/v3c" reset -q --hard HEAD~ && git -C "$T/v3c" commit -q --allow-empty -m Jail && git checkout -q main && git fetch -q -f "$T/v3c" b:b)
control "a forced fetch loses it" not grep -q Host <(git -C "$T/v3" log --format=%s b)
make_jail h
git -C "$W" commit -q --allow-empty -m "By the host"
in_jail h git commit -q --allow-empty -m "By the jail"
try "$RJ" sync h
held "the import is refused" test "$rc" != 0
held "the host's commit stays" is "By the host" "$(git -C "$repo" log -1 --format=%s "$branch")"
tip=$(git -C "$repo" rev-parse "$branch")
held "with a remedy" says "git merge $tip"
in_jail h git merge -q "$tip"
held "that works inside" is "0 By the host,By the jail" "$rc $(git -C "$repo" log -3 --format=%s "$branch" | grep -v Merge | sort | paste -sd,)"

attack "eight commands at once, while the agent rewrites its git directory"
cp -r "$T/plain" "$T/v4"
mv "$T/v4/.git/refs" "$T/v4/.git/r"
control "a shared git directory is out of order meanwhile" not git -C "$T/v4" status
make_jail c
remember "$repo"
"$RJ" run c -- timeout 4 bash -c 'i=0; while :; do i=$((i + 1)); echo $i >f; git add f; git commit -q -m $i; [ $((i % 4)) != 0 ] || git gc -q --prune=now; [ $((i % 3)) != 0 ] || git commit -q --amend -m "$i again"; [ $((i % 7)) != 0 ] || { mv /.robojail/git/refs /.robojail/git/r; mv /.robojail/git/r /.robojail/git/refs; }; done' >/dev/null 2>&1 &
job=$!
for i in 1 2 3; do
	for c in "status" "sync" "status --json" "status --diff" "destroy"; do
		# shellcheck disable=SC2086 # words
		timeout 60 "$RJ" $c c >"$T/c.$i" 2>&1 &
		[ "$c" != sync ] || git -C "$W" status >/dev/null 2>&1 &
	done
	git -C "$repo" gc -q --prune=now 2>/dev/null
	sleep 0.8
done
wait $job
wait
# The agent ends at any of its steps, also between the two that move refs away and back.
in_jail c sh -c 'cd /.robojail/git; [ -d refs ] || mv r refs; rm -f ./*.lock; cd -; git reset -q --hard'
try "$RJ" sync c
held "the last import works" test "$rc" = 0
held "the branch is where the jail's is" is "$("$RJ" run c -- git rev-parse HEAD)" "$(git -C "$repo" rev-parse "$branch")"
held "fsck is fine, and no lock or temporary file stays" is "" "$(git -C "$repo" fsck --full --strict 2>&1 | grep -v dangling; find "$repo/.git" -name '*tmp_*' -o -name '*.lock')"
held "main is where it was" is First "$(git -C "$repo" log -1 --format=%s main)"
held "git status agrees" is "" "$(git -C "$W" status --porcelain)"
finish_rows
