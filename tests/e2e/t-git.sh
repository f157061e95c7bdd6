# git inside a jail, and the way of its commits to the main repository.
# nested
# shellcheck shell=bash
. "$E2E/lib.sh"
repo=$T/project
make_repo "$repo"
git -C "$repo" config filter.evil.clean "touch $T/filter-ran"
git -C "$repo" config user.name "Repo User"
git -C "$repo" remote add origin https://user:token123@example.org/x.git
assert "create" "$RJ" create --name j --repo "$repo"
W=$JAILS/j branch=$(branch_of j) base=$(git -C "$repo" rev-parse HEAD)
G=$(sed 's/^gitdir: //' "$W/.git")

# Everything of the main repository but what an import adds or moves: objects, the jail's own
# branch with its log, the admin directory of its worktree, and its pins in packed-refs.
main_state() {
	(cd "$repo/.git" && find . \( -path ./objects -o -path "./worktrees/${G##*/}" \) -prune -o -type f ! -path "*robojail/j-*" ! -path ./packed-refs -print0 |
		sort -z | xargs -0 sha256sum && grep -v " refs/robojail/" packed-refs)
	git -C "$repo" for-each-ref | grep -v "robojail/"
	# objects that were there are there still, and the same
	sha256sum -c --quiet "$T/objects" 2>&1
}
(cd / && find "$repo/.git/objects" -type f -print0 | xargs -0 sha256sum) >"$T/objects"
main_state >"$T/main-before"
unchanged() {
	main_state >"$T/main-after"
	assert_eq "${1:-the main repository is byte for byte as before}" "" "$(diff "$T/main-before" "$T/main-after")"
}
unchanged "main_state itself is stable"

section "reading"
assert "status" "$RJ" run j -- git status
assert_contains "on the jail's branch, clean" "$out" "$branch" "nothing to commit, working tree clean"
assert "log" "$RJ" run j -- git log --format=%s
assert_eq "the whole history" "$(git -C "$repo" log --format=%s)" "$out"
assert "branch" "$RJ" run j -- git branch -a
assert_contains "the branches of the repository" "$out" main old "$branch"
assert "tags" "$RJ" run j -- git tag
assert_eq "" "v1
v2" "$out"
assert "diff with a tag" "$RJ" run j -- git diff --stat v1 HEAD -- docs bin
assert "show, blame, grep, rev-parse" "$RJ" run j -- sh -c 'git show --stat HEAD^ && git blame README.md && git grep -q Headers && git rev-parse --show-toplevel'
assert_contains "toplevel is the worktree" "$out" "$W"
assert "fsck" "$RJ" run j -- git fsck
sh_jail j 'git config user.name; git config user.email'
assert_eq "the identity is the user's" "Repo User
tester@example.org" "$out"
sh_jail j 'git init -q /tmp/own && cd /tmp/own && git commit -q --allow-empty -m x && git log -1 --format="%an %ae"'
assert_eq "in a repository of its own, too" "0 Repo User tester@example.org" "$rc $out"
sh_jail j 'git config --list; cat .git'
assert_lacks "neither filters nor secrets came along" "$out" evil token123 "$repo/.git"
unchanged

section "add and commit"
sh_jail j 'echo one >new.txt && git add new.txt && git commit -q -m "Add a file" && git status --porcelain && git rev-parse HEAD'
assert_eq "a commit" 0 "$rc"
assert_eq "is on the jail's branch of the main repository" "$out" "$(git -C "$repo" rev-parse "$branch")"
assert_eq "its content too" one "$(git -C "$repo" show "$branch:new.txt")"
assert_eq "its author" "Repo User <tester@example.org>" "$(git -C "$repo" log -1 --format='%an <%ae>' "$branch")"
assert_eq "git status of the worktree on the host is clean" "" "$(git -C "$W" status --porcelain --ignored)"
assert_eq "which is on the same commit" "$(git -C "$repo" rev-parse "$branch")" "$(git -C "$W" rev-parse HEAD)"
assert_match "the branch's log tells where it came from" "$(git -C "$repo" reflog "$branch")" 'robojail: import from j'
unchanged
sh_jail j 'mkdir -p a/b && echo x >a/b/c && chmod 755 a/b/c && ln -s c a/b/link && git rm -q README.md && git mv docs papers && git add -A && git commit -q -m "Move things about"'
assert_eq "modes, links, removals, renames" 0 "$rc"
assert_eq "arrive" "100755 120000" "$(git -C "$repo" ls-tree -r "$branch" a | cut -c 1-6 | tr '\n' ' ' | sed 's/ $//')"
assert_eq "removed is removed" "" "$(git -C "$repo" ls-tree "$branch" README.md docs)"
assert_eq "the host sees a clean worktree" "" "$(git -C "$W" status --porcelain --ignored)"
in_jail j git status --porcelain; assert_eq "so does the jail" "" "$out"

section "what is not committed stays apart"
sh_jail j 'echo staged >s && git add s && echo loose >l && echo more >>new.txt'
assert_eq "the host's index does not have the jail's" " M new.txt
?? l
?? s" "$(git -C "$W" status --porcelain | LC_ALL=C sort)"
in_jail j git status --porcelain
assert_eq "the jail's own has" " M new.txt
?? l
A  s" "$(LC_ALL=C sort <<<"$out")"
sh_jail j 'git stash -q -u && git status --porcelain && git stash list && git stash pop -q && git reset -q && rm l s && git checkout -q new.txt'
assert_eq "stash and pop" 0 "$rc"
assert_lacks "the stash is none of the main repository's" "$(git -C "$repo" for-each-ref)" stash
unchanged

section "history rewritten"
sh_jail j 'git commit -q --amend -m "Moved, and said better" && git rev-parse HEAD'
assert_eq "an amended commit" 0 "$rc"
assert_contains "is told" "$err" "branch $branch was rewritten: 1 commit is not on it any more (the old tip is in its reflog)"
assert_eq "replaces the one before" "$out" "$(git -C "$repo" rev-parse "$branch")"
assert_eq "as many commits" 2 "$(git -C "$repo" rev-list --count "$base..$branch")"
sh_jail j 'for i in 1 2 3; do echo $i >f$i && git add f$i && git commit -q -m "f$i"; done && git rebase -q HEAD~3 && git reset -q --soft HEAD~3 && git commit -q -m "f1 to f3" && git rev-parse HEAD'
assert_eq "squashed" "$(tail -n 1 <<<"$out")" "$(git -C "$repo" rev-parse "$branch")"
sh_jail j 'git gc -q --prune=now && git fsck && git log --oneline | wc -l && echo y >g && git add g && git commit -q -m after-gc'
assert_eq "gc inside" 0 "$rc"
assert_eq "commits still arrive" after-gc "$(git -C "$repo" log -1 --format=%s "$branch")"
assert_eq "and nothing is said of them" "" "$err"
was=$(git -C "$repo" rev-parse "$branch")
for how in status sync; do # as if a session had been cut short: nobody told of it
	git -C "$repo" update-ref "refs/heads/$branch" "$was"
	sh_jail j "git reset -q --hard $was && for i in 1 2 3; do git commit -q --allow-empty -m more; done"
	admin=$(git -C "$W" rev-parse --absolute-git-dir)
	last=$(cat "$admin/robojail-tip") old=$(git -C "$repo" rev-parse "$branch")
	sh_jail j "git reset -q --hard HEAD~3"
	assert_contains "a branch that went back, by run" "$err" "branch $branch was rewritten: 3 commits are not on it any more"
	git -C "$repo" update-ref "refs/heads/$branch" "$old"
	echo "$last" >"$admin/robojail-tip"
	try "$RJ" $how j
	assert_contains "by $how" "$err" "branch $branch was rewritten: 3 commits are not on it any more"
	assert_lacks "and nothing of none" "$err" "0 new"
	assert_eq "the old tip is in its reflog" "$old" "$(git -C "$repo" rev-parse "$branch@{1}")"
	git -C "$W" reset -q
done
unchanged

section "committed, and HEAD goes elsewhere before it was imported"
of_j=("$repo" "$W" "$branch")
make_jail away
B=$(branch_of away)
tip() { git -C "$repo" log -1 --format=%s "$B"; }
for how in 'checkout -q --detach HEAD~2' 'checkout -q main' 'checkout -q -b other main' 'checkout -q --orphan none'; do
	sh_jail away "git checkout -q -f $B && git commit -q --allow-empty -m Work && git commit -q --allow-empty -m 'Work: $how' && git $how"
	assert_eq "git $how: it comes over" "Work: $how" "$(tip)"
	assert_lacks "and nothing is lost, nor said to be" "$err" "rewritten" "only in the jail"
	assert "nor by sync" "$RJ" sync away
	assert_eq "and it stays" "Work: $how" "$(tip)"
done
sh_jail away "git checkout -q -f $B && git bisect start HEAD main >/dev/null"
assert_eq "a bisect takes nothing away" "Work: $how" "$(tip)"
in_jail away sh -c "git rev-list HEAD..$B | grep -c . && git bisect reset"
assert_contains "though HEAD is elsewhere" "0 $out" "0 4"

section "a rebase that stops"
sh_jail away "git checkout -q -B $B main && for i in 1 2 3; do echo \$i >r\$i; git add r\$i; git commit -q -m r\$i; done"
sh_jail away "GIT_SEQUENCE_EDITOR='sed -i -e 1d -e 2abreak' git rebase -q -i main"
assert_eq "the branch is the old one" r3 "$(tip)"
assert_contains "what is new is told" "$err" \
	"robojail: 1 commit of a detached HEAD is only in the jail, beside the branch: 'git branch NAME' inside keeps it"
assert_refused 1 "and not lost" "1 on a detached HEAD" "$RJ" destroy away
sh_jail away "git rebase --continue"
assert_eq "once it is finished, the new one" "r3 r2" "$(git -C "$repo" log --format=%s main.."$B" | paste -sd ' ')"
assert_contains "which is told" "$err" "was rewritten: 3 commits"

section "left for another branch"
sh_jail away 'git commit -q --allow-empty -m Work && git checkout -q -b apart main && git commit -q --allow-empty -m Apart'
assert_eq "that comes over" Apart "$(tip)"
assert_contains "the end of the session tells" "$err" "3 commits of branch $B are only in the jail, where HEAD is not on it: 'git switch $B' inside brings them over"
try "$RJ" sync away
assert_contains "and so does sync" "$err" "only in the jail, where HEAD is not on it"
in_jail away git switch -q "$B"
assert_eq "the remedy works" "Work" "$(tip)"
assert_lacks "and is told no more" "$err" "of branch $B"

section "what was imported, and left by the branch"
make_jail left
sh_jail left 'echo w >w && git add w && git commit -q -m "An afternoon"'
work=$(git -C "$repo" rev-parse "$(branch_of left)")
sh_jail left 'git checkout -q main'
assert_contains "HEAD goes back: status says why the worktree is not what the branch is" "$("$RJ" status left)" "! HEAD inside looks at another commit, so the worktree is not what the branch holds: 'git switch $(branch_of left)' inside ends that"
assert_contains "each time" "$("$RJ" status left)" "! HEAD inside looks at another commit"
in_jail left git switch -q -
assert_lacks "and no more, once it is back" "$("$RJ" status left)" "!"
sh_jail left "git checkout -q -b other main && git commit -q --allow-empty -m Other"
assert_contains "work goes on elsewhere: status names the branch that has it" "$("$RJ" status left)" "! 1 commit only in the jail, on refs/heads/$(branch_of left)"
assert_refused 1 "and destroy does not lose it" "1 on refs/heads/$(branch_of left)" "$RJ" destroy left
git -C "$repo" reflog expire --expire=now --all && git -C "$repo" gc -q --prune=now
sh_jail left 'git gc -q --prune=now && git fsck && git log -1 --format=%s '"$work"
assert_eq "gc on both sides takes nothing from the jail" "0 An afternoon" "$rc $out"
sh_jail left "git tag keep $work && git branch -q -D $(branch_of left)"
assert_refused 1 "a tag holds it, too" "1 on refs/tags/keep" "$RJ" destroy left
git -C "$repo" branch saved "$work"
assert_eq "once main has a branch for it" "0" "$("$RJ" status --json left | jq '[.other_refs[] | select(.ahead > 0)] | length')"
assert "destroy goes" "$RJ" destroy left
assert_lacks "and leaves no pins" "$(git -C "$repo" for-each-ref)" refs/robojail
repo=${of_j[0]} W=${of_j[1]} branch=${of_j[2]}

section "marks of the user in the host's index"
git -C "$W" update-index --assume-unchanged new.txt
sh_jail j 'echo marked >marked && git add marked && git commit -q -m Marked'
assert_contains "an import keeps them" "$(git -C "$W" ls-files -v)" "h new.txt" "H marked"
git -C "$W" update-index --no-assume-unchanged new.txt

section "branches, tags, merges inside"
sh_jail j 'git checkout -q -b topic && echo t >topic.txt && git add . && git commit -q -m "On a topic" && git tag inner && git branch -f main HEAD'
assert_eq "a branch of its own" 0 "$rc"
assert_lacks "stays inside" "$(git -C "$repo" for-each-ref)" "refs/heads/topic" "refs/tags/inner"
unchanged
sh_jail j "git checkout -q $branch && git merge -q --no-ff -m 'Merge topic' topic && git rev-parse HEAD"
assert_eq "a merge commit arrives" "$out" "$(git -C "$repo" rev-parse "$branch")"
assert_eq "with both parents" 2 "$(git -C "$repo" rev-list --parents -n 1 "$branch" | wc -w | awk '{print $1-1}')"
sh_jail j 'git checkout -q --detach && echo d >d && git add d && git commit -q -m "Detached"'
assert_eq "a commit on a detached HEAD" 0 "$rc"
unchanged
assert "status says what HEAD is" "$RJ" status j
sh_jail j "git checkout -q $branch && git worktree list && git reflog | head -n 2 && git cherry-pick -n inner~0 2>/dev/null; git reset -q --hard"
in_jail j git bisect start; assert_eq "bisect" 0 "$rc"; in_jail j git bisect reset

section "other hands"
in_jail j sh -c 'git config core.hooksPath /tmp/h; mkdir -p .git-evil; git config core.fsmonitor /tmp/evil'
assert_lacks "the jail's config is its own" "$(git -C "$W" config --list)" /tmp/evil hookspath
sh_jail j "rm -rf .git-evil; git config --unset core.hooksPath; git config --unset core.fsmonitor; rm -f .git; mv .git x; echo 'gitdir: /tmp' >.git"
assert_eq "W/.git cannot be changed from inside" "gitdir: $G" "$(cat "$W/.git")"
sh_jail j 'ls /.robojail/objects/0 && touch /.robojail/objects/0/x'; assert_ne "nor the main repository's objects" 0 "$rc"
git -C "$repo" commit -q --allow-empty -m "Meanwhile on main"
sh_jail j 'git log -1 --format=%s main'
[ -e "$T/filter-ran" ]; assert_ne "no filter ran" 0 $?

section "merge on the host"
git -C "$repo" reset -q --hard "$base"
assert "git merge" git -C "$repo" merge -q -m Merged "$branch"
assert_eq "brings the work" t "$(cat "$repo/topic.txt")"
assert "git fsck --full --strict" git -C "$repo" fsck --full --strict
assert_eq "no file of an import stays" "" "$(find "$repo/.git" -name '*tmp_*' -o -name '*.lock')"

section "the jail's own commands"
sh_jail j 'echo z >z && git add z && git commit -q -m "By sync"'
assert "sync" "$RJ" sync j
# a commit while a session runs is brought over by status or sync
"$RJ" run j -- sh -c 'echo w >w && git add w && git commit -q -m Midway && touch /tmp/ok && while [ ! -e stop ]; do sleep 0.05; done' &
job=$!
committed() { "$RJ" sync j && [ "$(git -C "$repo" log -1 --format=%s "$branch")" = Midway ]; }
eventually "a commit made in a running session" committed
touch "$W/stop"
wait $job
rm -f "$W/stop"

section "a large commit"
sh_jail j 'cp -r /usr/include/linux big && head -c 20000000 /dev/urandom >big/blob && git add big && git commit -q -m "Much" && git rev-parse HEAD'
assert_eq "hundreds of files and 20 MB" "0 $(git -C "$repo" rev-parse "$branch")" "$rc $(tail -n 1 <<<"$out")"
assert "git fsck" git -C "$repo" fsck --full
assert_eq "clean on the host" "" "$(git -C "$W" status --porcelain)"

section "git_hooks"
printf '#!/bin/sh\necho hook-ran\n' >"$repo/.git/hooks/pre-commit" && chmod +x "$repo/.git/hooks/pre-commit"
sh_jail j 'git commit --allow-empty -m h1 2>&1'; assert_lacks "main's hooks do not run inside" "$out" hook-ran
config <<END
git_hooks = true
END
sh_jail j 'git commit --allow-empty -m h2 2>&1'; assert_contains "by choice they do" "$out" hook-ran
sh_jail j 'echo evil >/.robojail/hooks/pre-commit || echo evil >/.robojail/hooks/new'; assert_ne "as a copy that is read-only" 0 "$rc"
assert_contains "the original is as it was" "$(cat "$repo/.git/hooks/pre-commit")" hook-ran
rm "$repo/.git/hooks/pre-commit"
sh_jail j 'git commit --allow-empty -m h3 2>&1'; assert_lacks "what main drops is dropped" "$out" hook-ran

section "limits of an import"
config <<END
import_max_objects = 5
END
before=$(git -C "$repo" rev-parse "$branch")
sh_jail j 'for i in 1 2 3 4 5 6; do echo "limit $i" >limit$i; done; git add . && git commit -q -m Limits'
assert_contains "objects" "$err" import_max_objects
assert_eq "nothing came over" "$before" "$(git -C "$repo" rev-parse "$branch")"
config <<END
import_max_mib = 1
END
sh_jail j 'head -c 3000000 /dev/urandom >limit7; git add . && git commit -q -m More'
assert_contains "bytes" "$err" import_max_mib
rm "$CONFIG"
in_jail j git rev-parse HEAD
"$RJ" sync j 2>/dev/null
assert_eq "and all of it without the limit" "$out" "$(git -C "$repo" rev-parse "$branch")"

section "git gc in the main repository"
git -C "$repo" branch doomed && git -C "$repo" commit -q --allow-empty -m Doomed && git -C "$repo" branch -f doomed
git -C "$repo" tag -a -m doomed doomed-tag doomed && git -C "$repo" reset -q --hard HEAD^
assert "create" "$RJ" create --name gc --repo "$repo"
git -C "$repo" branch -q -D doomed && git -C "$repo" tag -d doomed-tag >/dev/null
git -C "$repo" reflog expire --expire=now --all && git -C "$repo" gc -q --prune=now
sh_jail gc 'git log -1 --format=%s doomed; git cat-file -t doomed-tag; git fsck --full >/dev/null && echo whole'
assert_eq "what the jail was given is still there" "Doomed
tag
whole" "$out"
assert "destroy" "$RJ" destroy gc
git -C "$repo" gc -q --prune=now
assert_eq "and no pin stays" "" "$(git -C "$repo" for-each-ref refs/robojail | grep gc-)"
section "commits made on the host, in the jail's worktree"
make_jail both
echo host >"$JAILS/both/host" && git -C "$JAILS/both" add host && git -C "$JAILS/both" commit -q -m "On the host"
sh_jail both 'echo 2 >two && git add two && git commit -q -m Two'
assert_contains "are not written over" "$err" "commits that were made on the host"
merge=$(sed -n 's/.*hint: inside the jail: //p' <<<"$err")
sh_jail both "$merge"
assert_eq "the remedy works as it is told" 0 "$rc"
assert_eq "  and all comes over" "$(git -C "$JAILS/both" rev-parse HEAD)" "$(git --git-dir="$PRIVATE/both/git" rev-parse HEAD)"
section "the host rewrites what came from the jail"
make_jail again
sh_jail again 'echo 1 >one && git add one && git commit -q -m One && git checkout -q -b idea && echo 2 >idea && git add idea && git commit -q -m Idea && git checkout -q - && git gc -q'
git -C "$JAILS/again" commit -q --amend -m "One, in the host's words"
try "$RJ" status again
git -C "$repo" reflog expire --expire=now --all && git -C "$JAILS/again" reflog expire --expire=now --all
git -C "$repo" gc -q --prune=now
sh_jail again 'git log --format=%s idea && git fsck'
assert_contains "what the jail builds upon stays" "$rc $out" "0 Idea" One
finish
