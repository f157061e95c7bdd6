# shellcheck shell=bash disable=SC2016
# The operations of t-battery.sh, in order: each goes on from where the one before left off.

section "looking"
op "status" 'clean; git status | grep -q "nothing to commit"'
op "log --graph --stat" 'git log --graph --stat --oneline | grep -q "Add the headers"; is 2 "$(git log --oneline | wc -l)"'
op "show" 'git show --stat v2^{commit} | grep -q "bin/count"'
op "diff with a tag" 'git diff --name-status v1 HEAD -- bin | grep -q "^A.*bin/count"'
op "blame" 'git blame README.md | grep -q "A copy, to work on"'
op "grep" 'is README.md "$(git grep -l "to work on")"'
op "describe" 'is v2 "$(git describe)"'
op "shortlog" 'is "     2	Tester" "$(git shortlog -sn HEAD)"'
op "ls-files, ls-tree" 'is "$(git ls-files | wc -l)" "$(git ls-tree -r HEAD | wc -l)"; git ls-files -s | grep -q ^120000'
op "cat-file --batch-check of every object" 'git cat-file --batch-all-objects --batch-check | grep -c blob >/tmp/n; [ "$(cat /tmp/n)" -gt 300 ]'
op "log -S" 'is "Begin with a list" "$(git log -S"to work on" --format=%s)"'
op "rev-parse" 'is "$PWD" "$(git rev-parse --show-toplevel)"; is true "$(git rev-parse --is-inside-work-tree)"'

section "making commits"
op "add, commit" 'commit one.txt; is one.txt "$(subject)"; clean'
op "add -p, by script" 'for i in {1..30}; do echo $i; done >p.txt; git add p.txt; git commit -q -m p
	sed -i -e "1s/.*/first/" -e "30s/.*/last/" p.txt; printf "y\nn\n" | git add -p >/dev/null
	is first "$(git show :p.txt | head -n 1)"; is 30 "$(git show :p.txt | tail -n 1)"; git commit -q -m "Half of it"; git checkout -q p.txt; is first "$(head -n 1 p.txt)"'
op "commit -a" 'echo more >>one.txt; git commit -q -a -m "More of one"; clean'
op "commit --amend" 'n=$(git rev-list --count HEAD); echo again >>one.txt; git commit -q -a --amend -m Amended; is Amended "$(subject)"; is "$n" "$(git rev-list --count HEAD)"'
op "commit --allow-empty" 'git commit -q --allow-empty -m Empty; is "$(git rev-parse HEAD~:)" "$(git rev-parse HEAD:)"'
op "mv" 'git mv one.txt uno.txt; git commit -q -m Renamed; git show --stat -M HEAD | grep -q "one.txt => uno.txt"'
op "rm" 'git rm -q uno.txt; git commit -q -m Removed; [ ! -e uno.txt ]; clean'
op "a change of mode" 'chmod 755 p.txt; git commit -q -a -m Mode; is 100755 "$(git ls-files -s p.txt | cut -c 1-6)"'
op "names with blanks, quotes and UTF-8" 'commit "a b/c\"d" x; commit "grüße/日本語" y; is 2 "$(git ls-tree -r -z --name-only HEAD -- "a b" "grüße" | tr -dc "\0" | wc -c)"'
op "a hook of its own" 'printf "#!/bin/sh\necho >/tmp/hooked\n" >"$(git rev-parse --git-path hooks)/pre-commit"; chmod +x "$(git rev-parse --git-path hooks)/pre-commit"
	commit hooked.txt; [ -e /tmp/hooked ]; rm "$(git rev-parse --git-path hooks)/pre-commit"'
op "commit --fixup, rebase --autosquash" 'commit fix.txt 1 "To be fixed"; echo 2 >fix.txt; git commit -q -a --fixup HEAD; git -c sequence.editor=: rebase -q -i --autosquash HEAD~2; is "To be fixed" "$(subject)"; is 2 "$(cat fix.txt)"'

section "branches"
op "branch, branch -m, branch -d" 'git branch t1; git branch -m t1 t2; git rev-parse -q --verify t2; git branch -d t2; ! git rev-parse -q --verify t2'
op "checkout -b" 'git checkout -q -b topic; is topic "$(git branch --show-current)"; commit topic.txt'
op "switch" "git switch -q $branch; [ ! -e topic.txt ]; git switch -q -; [ -e topic.txt ]; git switch -q $branch"
op "switch -c, branch -D" "git switch -q -c gone; commit gone.txt; git switch -q $branch; git branch -q -D gone"
op "checkout of a commit (detached HEAD)" "git checkout -q HEAD~1; is '' \"\$(git branch --show-current)\"; git checkout -q $branch"
op "checkout --orphan" "git checkout -q --orphan alone; git rm -q -rf .; commit alone.txt; is 1 \"\$(git rev-list --count HEAD)\"; git checkout -q $branch"
op "checkout of a file, restore" 'echo x >>p.txt; git checkout -q -- p.txt; clean; echo x >>p.txt; git add p.txt; git restore --staged p.txt; is " M p.txt" "$(git status --porcelain)"; git restore p.txt; clean'
op "reset --soft, --mixed, --hard" 'h=$(git rev-parse HEAD); git reset -q --soft HEAD~; git diff --cached --quiet && exit 1; git reset -q --mixed $h; clean; git reset -q --hard HEAD~; git reset -q --hard ORIG_HEAD; is $h "$(git rev-parse HEAD)"'
op "worktree add" 'git worktree add -q /tmp/wt -b in-wt; cd /tmp/wt; commit wt.txt; is 2 "$(git worktree list | wc -l)"; cd - >/dev/null; git worktree remove /tmp/wt; is wt.txt "$(subject in-wt)"; is 1 "$(git worktree list | wc -l)"'
op "worktree prune" 'git worktree add -q --detach /tmp/wt2; rm -rf /tmp/wt2; git worktree prune; is 1 "$(git worktree list | wc -l)"'
op "sparse-checkout" 'git sparse-checkout set --cone docs; [ ! -e include ]; clean; git sparse-checkout disable; [ -e include/linux ]; clean'
op "update-ref, symbolic-ref" 'git update-ref refs/heads/made HEAD; git symbolic-ref refs/heads/alias refs/heads/made; is "$(git rev-parse HEAD)" "$(git rev-parse alias)"; git symbolic-ref -d refs/heads/alias; git update-ref -d refs/heads/made'

section "stash"
op "stash push -u, list, show" 'echo s >s.new; echo s >>p.txt; git stash push -q -u -m kept; clean; git stash list | grep -q kept; git stash show -p | grep -q "^+s"'
op "stash pop" 'git stash pop -q; [ -e s.new ]; is "" "$(git stash list)"; rm s.new; git checkout -q p.txt'
op "stash apply, drop, branch" "echo s >>p.txt; git stash -q; git stash apply -q; git checkout -q p.txt; git stash branch stashed >/dev/null; is stashed \"\$(git branch --show-current)\"; git checkout -q -f $branch; git branch -q -D stashed; clean"

section "history"
op "merge --no-ff" 'git merge -q --no-ff -m "Merge topic" topic; is "Merge topic" "$(subject)"; git rev-parse -q --verify HEAD^2'
op "merge, fast-forward" "git checkout -q -b ff; commit ff.txt; git checkout -q $branch; git merge -q --ff-only ff; is ff.txt \"\$(subject)\""
op "merge with a conflict, resolved" "commit c.txt ours; git checkout -q -b side HEAD~; commit c.txt theirs; git checkout -q $branch; ! git merge -q side >/dev/null 2>&1; is 'AA c.txt' \"\$(git status --porcelain)\"
	grep -q '<<<<<<<' c.txt; put c.txt both; git commit -q -m Resolved; git rev-parse -q --verify HEAD^2; clean"
op "merge --abort" "git checkout -q -b side2; commit c.txt s2; git checkout -q $branch; commit c.txt b2; ! git merge -q side2 >/dev/null 2>&1; git merge --abort; clean; is b2 \"\$(cat c.txt)\""
op "rebase" "git checkout -q -b r topic; commit r1.txt; commit r2.txt; git rebase -q $branch; is \"\$(git rev-parse $branch)\" \"\$(git rev-parse HEAD~2)\""
op "rebase -i with GIT_SEQUENCE_EDITOR" "GIT_SEQUENCE_EDITOR='sed -i 2s/pick/squash/' GIT_EDITOR=: git rebase -q -i HEAD~2; is \"\$(git rev-parse $branch)\" \"\$(git rev-parse HEAD~)\"; [ -e r2.txt ]"
op "rebase with a conflict, --continue" "git checkout -q -b r3 HEAD~; commit r1.txt other; ! git rebase -q r >/dev/null 2>&1; put r1.txt both; GIT_EDITOR=: git rebase --continue >/dev/null; is \"\$(git rev-parse r)\" \"\$(git rev-parse HEAD~)\""
op "rebase --abort" "git checkout -q -b r4 r~; commit r1.txt four; ! git rebase -q r >/dev/null 2>&1; git rebase --abort; is r4 \"\$(git branch --show-current)\"; git checkout -q $branch"
op "rebase --exec" "git checkout -q -b r5; commit r5.txt; git rebase -q --exec 'echo >>/tmp/ran' HEAD~1; [ -e /tmp/ran ]; git checkout -q $branch"
op "cherry-pick" 'git cherry-pick r5 >/dev/null; is r5.txt "$(subject)"'
op "revert" 'git revert --no-edit HEAD >/dev/null; [ ! -e r5.txt ]; is "Revert \"r5.txt\"" "$(subject)"'
op "range-diff" "git range-diff $branch~2..$branch~1 $branch..r5 | grep -q r5.txt"
op "bisect run" 'a=$(git rev-parse HEAD); for i in 1 2 3 4 5 6 7; do commit bisect.txt $i "at $i"; done; git bisect start HEAD $a >/dev/null; git bisect run sh -c "[ \$(cat bisect.txt 2>/dev/null || echo 0) -lt 5 ]" >/tmp/log
	grep -q "is the first bad commit" /tmp/log; grep -q "at 5" /tmp/log; git bisect reset >/dev/null 2>&1'
op "rerere" "git config rerere.enabled true; git checkout -q -b rr HEAD~1; commit bisect.txt mine; ! git merge -q $branch >/dev/null 2>&1; put bisect.txt done; git commit -q -m rr; git reset -q --hard HEAD~; ! git merge -q $branch >/dev/null 2>&1; is 'done' \"\$(cat bisect.txt)\"; git merge --abort; git checkout -q $branch"
op "replace" 'git replace HEAD~1 HEAD~2; is "at 5" "$(git log -1 --format=%s HEAD~1)"; git replace -d "$(git rev-parse HEAD~1)" >/dev/null 2>&1 || git replace -l | xargs git replace -d >/dev/null'
op "filter-branch" "git checkout -q -b filtered; FILTER_BRANCH_SQUELCH_WARNING=1 git filter-branch -f --msg-filter 'sed s/^/F:/' HEAD~2..HEAD >/dev/null 2>&1; is 'F:at 7' \"\$(subject)\"; git checkout -q $branch"

section "tags and notes"
op "tag" 'git tag light; is "$(git rev-parse HEAD)" "$(git rev-parse light)"'
op "annotated tag" 'git tag -a heavy -m Heavy; is tag "$(git cat-file -t heavy)"; is heavy "$(git describe --exact-match)"'
op "tag -d" 'git tag -d light heavy >/dev/null; is "v1 v2" "$(git tag | xargs)"'
op "notes" 'git notes add -m "A note"; git log -1 | grep -q "A note"; git notes remove 2>/dev/null'

section "upkeep"
op "gc" 'git gc -q; git fsck --no-dangling 2>&1; clean'
op "gc --prune=now --aggressive" 'git gc -q --aggressive --prune=now; git log --oneline >/dev/null'
op "repack -a -d -l" 'git repack -q -a -d -l; is "" "$(find "$(git rev-parse --git-dir)/objects" -maxdepth 1 -name "??" -type d)"; git fsck --no-dangling'
op "maintenance run" 'git maintenance run --quiet --task=gc --task=commit-graph --task=loose-objects; ls "$(git rev-parse --git-dir)"/objects/info/commit-graph* >/dev/null; git log --oneline >/dev/null'
op "pack-refs" 'git pack-refs --all; git rev-parse -q --verify topic; [ ! -e "$(git rev-parse --git-dir)/refs/heads/topic" ]'
op "reflog, reflog expire" 'git reflog | grep -q "at 7"; git reflog expire --expire=now --all; is "" "$(git reflog)"'
op "prune" 'id=$(echo loose | git hash-object -w --stdin); git prune --expire=now; ! git cat-file -e $id 2>/dev/null'
op "fsck --full --strict" 'git fsck --full --strict --no-dangling'
op "commits after gc" 'commit after-gc.txt; clean'
op "count-objects, rev-list --objects" 'git count-objects -v >/dev/null; git rev-list --objects --all >/tmp/all; [ "$(wc -l </tmp/all)" -gt 300 ]'
op "config" 'git config alias.st "status -s"; git config --get alias.st; is "" "$(git st)"; git config --unset alias.st'

section "to and fro"
op "remote add, rename, remove" 'git remote add up https://example.org/x.git; git remote rename up down; git remote remove down'
op "init and push to a bare repository" 'git init -q --bare /tmp/bare.git; git push -q /tmp/bare.git HEAD:refs/heads/x; is "$(git rev-parse HEAD)" "$(git -C /tmp/bare.git rev-parse x)"'
op "clone of the worktree" 'git clone -q . /tmp/clone; is "$(git rev-parse HEAD)" "$(git -C /tmp/clone rev-parse HEAD)"; git -C /tmp/clone fsck --no-dangling'
op "pull" 'git clone -q . /tmp/c; cd /tmp/c; me; commit pulled.txt; cd - >/dev/null; git pull -q --ff-only /tmp/c HEAD; is pulled.txt "$(subject)"'
op "archive" 'git archive --format=tar HEAD docs | tar t | grep -q docs/index.txt'
op "bundle" 'git bundle create -q /tmp/b.bundle HEAD; git bundle verify -q /tmp/b.bundle; git clone -q /tmp/b.bundle /tmp/from-bundle; is "$(git rev-parse HEAD)" "$(git -C /tmp/from-bundle rev-parse HEAD)"'
op "format-patch, am" 'commit patch.txt; h=$(git rev-parse HEAD:); git format-patch -q -1 -o /tmp/patches; git reset -q --hard HEAD~; git am -q /tmp/patches/*.patch; is "$h" "$(git rev-parse HEAD:)"'
op "diff, apply, apply --index" 'echo z >>patch.txt; git diff >/tmp/d; git checkout -q patch.txt; git apply --check /tmp/d; git apply --index /tmp/d; is "M  patch.txt" "$(git status --porcelain)"; git reset -q --hard'
op "fast-export, fast-import" "git fast-export --no-data HEAD~1..HEAD | grep -q '^commit'; git init -q /tmp/fi; git fast-export HEAD | git -C /tmp/fi fast-import --quiet; git -C /tmp/fi log -1 --format=%s $branch -- | grep -q patch"
op "submodule add from a path" "git init -q /tmp/sub; (cd /tmp/sub && me && commit in-sub.txt); git checkout -q -b with-sub; git -c protocol.file.allow=always submodule --quiet add /tmp/sub sub; git commit -q -m Sub; [ -e sub/in-sub.txt ]; git submodule status | grep -q sub
	git ls-files -s sub | grep -q ^160000; git submodule --quiet deinit -f sub; git checkout -q $branch; [ ! -e sub/in-sub.txt ]; clean"
op "hash-object, mktree, commit-tree" 'b=$(echo plumbing | git hash-object -w --stdin); t=$(printf "100644 blob %s\tf\n" $b | git mktree); c=$(git commit-tree -m Plumbed $t); is plumbing "$(git show $c:f)"'
op "clean -fdx" 'mkdir x; touch x/y junk; git clean -q -fdx; [ ! -e x ] && [ ! -e junk ]; clean'
op "update-index --assume-unchanged" 'git update-index --assume-unchanged p.txt; echo q >>p.txt; clean; git update-index --no-assume-unchanged p.txt; git checkout -q p.txt; clean'
