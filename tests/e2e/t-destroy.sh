# destroy: what it refuses to lose, what it removes, and how it ends jails that are broken.
# as_root
# shellcheck shell=bash
. "$E2E/lib.sh"
repo=$T/repo
tiny_repo "$repo"
new() { # NAME: a fresh jail of $repo
	try "$RJ" create --name "$1" --repo "$repo"
	[ $rc = 0 ] || die "create $1" "$(shown)"
	W=$JAILS/$1 branch=$(branch_of "$1")
}
no_trace() { # NAME BRANCH-TOO
	assert_eq "  no worktree, private data or record" "" "$(ls -d "$JAILS/$1" "$PRIVATE/$1" 2>/dev/null; jq -r --arg n "$1" '.jails[$n] // empty' "$STATE")"
	assert_lacks "  nothing that keeps its commits" "$(git -C "$repo" for-each-ref refs/robojail)" "/$1-"
	assert_lacks "  no admin entry" "$(git -C "$repo" worktree list; ls -d "$repo/.git/worktrees"/* 2>/dev/null)" "/jails/$1 " "/worktrees/$1-"
	[ -z "${2:-}" ] || assert_lacks "  no branch" "$(git -C "$repo" branch -a)" "robojail/$1-"
}

section "nothing to lose"
new a
assert "destroy" "$RJ" destroy a
no_trace a branch
assert_refused 3 "a second time" "'a'" "$RJ" destroy a
new a
assert "by its alias" "$RJ" rm a
new a; new b
assert "two at once" "$RJ" destroy a b
no_trace a branch; no_trace b branch
new a
in_jail a sh -c 'mkdir -p ~/.cache/x && echo y >~/.cache/x/y && mkdir ~/closed && touch ~/closed/f && chmod 000 ~/closed'
assert "with a home full of things" "$RJ" destroy a
no_trace a branch

section "work that is not committed"
new a
in_jail a sh -c 'echo x >new; echo y >>README.md'
assert_refused 1 "is not lost" "" "$RJ" destroy a
assert_contains "and named" "$err" new README.md
assert_contains "with the ways out" "$err" "--force"
assert "all is still there" test -f "$W/new"
assert "the jail still works" "$RJ" run a -- true
assert "--force" "$RJ" destroy --force a
no_trace a branch
new a
in_jail a sh -c 'echo "*.log" >.gitignore; git add .; git commit -q -m ignore; echo x >a.log; git -C . status --porcelain'
git -C "$repo" merge -q "$branch"
assert "what .gitignore hides may go" "$RJ" destroy a
no_trace a branch

section "work that is staged and nowhere else"
staged() { # WHAT PATH SCRIPT: destroy refuses, and names PATH
	new i
	sh_jail i "$3"
	assert_refused 1 "$1: not lost" "staged work that is in no commit: $2 (1 in all)" "$RJ" destroy i
	assert_contains "  with the ways out" "$err" "git status" "--force"
	assert "  --force" "$RJ" destroy --force i
	no_trace i branch
}
staged "an ignored file" keep.log 'echo x >keep.log; git add -f keep.log'
staged "a file that is gone" gone 'echo x >gone; git add gone; rm gone'
staged "a changed file that was put back" README.md 'cp README.md old; echo x >>README.md; git add README.md; mv old README.md; touch -d @1 README.md'
staged "with the index of version 4" gone 'git update-index --index-version 4; echo x >gone; git add gone; rm gone'
new i
sh_jail i 'echo x >f; git add f; git commit -q -m f; git rm -q --cached README.md; git reset -q; echo y >g; git add -N g; rm g; git rm -q -f --cached g; git update-index --add --cacheinfo 100644,$(git rev-parse HEAD:README.md),copy'
assert "what a commit has is not" "$RJ" destroy i
no_trace i
git -C "$repo" branch -q -D "$branch"
new i
sh_jail i 'printf garbage >"$(git rev-parse --git-path index)"'
assert "nor what is no index" "$RJ" destroy i
no_trace i branch
new i
sh_jail i 'rm "$(git rev-parse --git-path index)"; mkfifo "$(git rev-parse --git-path index)"'
assert "nor a pipe in its place" timeout 60 "$RJ" destroy i
no_trace i branch

section "commits that nothing else holds"
new a
in_jail a sh -c 'echo x >c && git add c && git commit -q -m Work'
tip=$(git -C "$repo" rev-parse "$branch")
assert "destroy" "$RJ" destroy a
no_trace a
assert_eq "keeps the branch" "$tip" "$(git -C "$repo" rev-parse "$branch")"
assert_contains "and says so" "$out" "1 commit" "git -C $repo merge $branch"
new d
in_jail d sh -c 'echo d >d && git add d && git commit -q -m Work2'
assert_refused 1 "--delete-branch alone does not lose them" "$branch" "$RJ" destroy --delete-branch d
assert_contains "and says what to do" "$err" "hint:" "--force"
assert "the jail is still there" "$RJ" run d -- true
assert "--force --delete-branch" "$RJ" destroy --force --delete-branch d
no_trace d branch
new m
in_jail m sh -c 'echo m >m && git add m && git commit -q -m Work3'
git -C "$repo" merge -q "$branch"
assert "merged work needs no force" "$RJ" destroy m
no_trace m branch
new t
in_jail t sh -c 'echo t >t && git add t && git commit -q -m Work4'
git -C "$repo" tag keep "$branch"
assert "nor does work that a tag holds" "$RJ" destroy t
no_trace t branch
new s
in_jail s sh -c 'git checkout -q -b side && echo s >s && git add s && git commit -q -m Side && git checkout -q -'
try "$RJ" destroy s
assert_ne "commits on another branch inside are work too" 0 "$rc"
assert_contains "and named" "$err" side
assert "" "$RJ" destroy --force s
no_trace s branch

git clone -q --bare "$repo" "$T/bare.git"
try "$RJ" create --name bare --repo "$T/bare.git"
branch=$(git -C "$T/bare.git" branch --list --format='%(refname:short)' 'robojail/bare-*')
in_jail bare sh -c 'echo x >c && git add c && git commit -q -m Bare'
assert_contains "a bare repository: status says how to merge" "$("$RJ" status bare)" "git pull $T/bare.git $branch"
git clone -q "$T/bare.git" "$T/of-bare"
assert "  which works in a clone" sh -c "cd '$T/of-bare' && $("$RJ" status bare | sed -n 's/^merge commits: *//p')"
assert_eq "  and brings it" Bare "$(git -C "$T/of-bare" log -1 --format=%s)"
assert "destroy" "$RJ" destroy bare
assert_contains "  says the same" "$out" "git pull $T/bare.git $branch"

section "what git keeps beside branches"
kept() { # WHAT REF SCRIPT
	new g
	sh_jail g "$3"
	assert_refused 1 "$1: not lost" "on $2" "$RJ" destroy g
	assert "  and exported" "$RJ" export --force g "$T/g.bundle"
	assert_contains "  under its name" "$(git ls-remote "$T/g.bundle")" "$2"
	assert "  --force" "$RJ" destroy --force g
	git -C "$repo" branch -q -D "$branch" 2>/dev/null
}
kept "what a rebase put aside" refs/robojail/autostash/rebase 'echo 1 >r; git add r; git commit -q -m r; echo precious >>README.md; GIT_SEQUENCE_EDITOR="sed -i 1ibreak" git rebase -q -i --autostash HEAD~1 2>/dev/null'
kept "where another worktree stands" refs/robojail/worktrees/wt 'git worktree add -q --detach ~/wt; cd ~/wt; echo 1 >w; git add w; git commit -q -m w'
kept "an annotated tag" refs/tags/v1 'git tag -a -m "Words that only the tag has" v1'
kept "a file that a ref names" refs/tags/blob 'git update-ref refs/tags/blob "$(echo only here | git hash-object -w --stdin)"'

section "a submodule with work"
git init -q "$T/sm" && git -C "$T/sm" commit -q --allow-empty -m Empty
git clone -q "$repo" "$T/super" && git -C "$T/super" -c protocol.file.allow=always submodule --quiet add "$T/sm" sm && git -C "$T/super" commit -q -m Submodule
try "$RJ" create --name sub --repo "$T/super"
assert "one that is empty holds nothing" "$RJ" destroy sub
try "$RJ" create --name sub --repo "$T/super"
in_jail sub sh -c 'git init -q sm && cd sm && echo x >x && git add x && git commit -q -m x'
assert_refused 1 "one that was filled is not looked into" "repositories of its own, whose work is not looked at: sm/" "$RJ" destroy sub
assert "--force" "$RJ" destroy --force sub

section "while it runs"
new r
"$RJ" run r -- sh -c 'trap "" HUP; touch up; exec sleep 60' >/dev/null 2>&1 &
job=$!
eventually "up" test -e "$W/up"
assert_refused 1 "refused" "in use" "$RJ" destroy r
assert "the session lives" kill -0 $job
assert "--force stops it" "$RJ" destroy --force r
wait $job 2>/dev/null
assert_eq "with SIGTERM" 143 $?
no_trace r branch
new r
"$RJ" run r -- bash -c 'trap "" TERM HUP INT; touch up; while :; do sleep 0.2; done' >/dev/null 2>&1 &
job=$!
eventually "one that ignores signals is up" test -e "$W/up"
assert "--force ends it too" timeout 60 "$RJ" destroy --force r
wait $job 2>/dev/null
assert_eq "with SIGKILL" 137 $?
no_trace r branch

section "what others broke"
new w; rm -rf "$JAILS/w"
assert_refused 125 "run says that the worktree is gone" "$JAILS/w" "$RJ" run w -- true
assert "destroy" "$RJ" destroy w
no_trace w branch
new w
in_jail w sh -c 'echo x >c && git add c && git commit -q -m Work5'
rm -rf "$JAILS/w"
assert "with commits" "$RJ" destroy w
no_trace w
assert_contains "on their branch" "$(git -C "$repo" branch)" "$branch"
git -C "$repo" branch -q -D "$branch"
new w; rm -rf "$PRIVATE/w"
assert_refused 1 "private data gone" "nobody can tell what only jail 'w' had" "$RJ" destroy w
assert_contains "and why it may be" "$err" "$W" XDG_DATA_HOME "--force"
assert "with --force" "$RJ" destroy --force w
no_trace w branch
try env XDG_DATA_HOME="$T/elsewhere" "$RJ" create --name w --repo "$repo"
assert_eq "in another data directory" 0 "$rc"
assert_refused 1 "  is not taken for one without work" XDG_DATA_HOME "$RJ" destroy w
assert "  and goes where that is known" env XDG_DATA_HOME="$T/elsewhere" "$RJ" destroy w
no_trace w branch
new w; in_jail w sh -c 'echo x >only-here; echo >>README.md; git add README.md; git commit -q -m 6; git checkout -q HEAD~ README.md'
rm -rf "$PRIVATE/w/git"
assert_refused 1 "private data gone, work that is not committed" only-here "$RJ" destroy w
assert_contains "what the branch has otherwise is named too" "$err" README.md
assert "it is still there" test -f "$W/only-here"
assert "with --force" "$RJ" destroy --force w
git -C "$repo" branch -q -D "$branch"
no_trace w branch
new w; echo x >"$W/only-here"
rm -rf "$PRIVATE/w"; jq 'del(.jails.w.git_dir, .jails.w.admin, .jails.w.base)' "$STATE" >"$T/s" && cat "$T/s" >"$STATE"
assert_refused 1 "a record of RoboJail 0.1" only-here "$RJ" destroy w
rm "$W/only-here"
assert "without work it goes" "$RJ" destroy w
no_trace w branch
new w; git -C "$repo" worktree remove --force "$W"
assert "removed by git worktree remove" "$RJ" destroy w
no_trace w branch
new w; in_jail w sh -c 'echo x >c && git add c && git commit -q -m Work8'
git -C "$repo" worktree remove --force "$W"
assert "with commits, all of which the branch has" "$RJ" destroy w
no_trace w
git -C "$repo" branch -q -D "$branch"
new w; rm -rf "$W"; git -C "$repo" worktree prune; git -C "$repo" branch -q -D "$branch"
try "$RJ" destroy w # whether the jail had commits of its own cannot be told any more
if [ $rc != 0 ]; then
	assert_contains "pruned, and the branch deleted: refused" "$err" "--force"
	assert "--force" "$RJ" destroy --force w
fi
no_trace w branch
new w; rm -f "$W/README.md"; rm -rf "$W/src"
refute "a worktree that was emptied" "$RJ" destroy w
assert "with --force" "$RJ" destroy --force w
no_trace w branch
new w; rm -f "$W/.git"
assert "without its .git file" "$RJ" destroy --force w
no_trace w branch
new w
in_jail w sh -c 'mkdir -p p/q && touch p/q/f && chmod 000 p/q p; ln -s / slash; ln -s "$HOME" home'
assert "directories nobody may enter, and links that lead away" "$RJ" destroy --force w
no_trace w branch
assert "the links were not followed" test -f "$HOME/.gitconfig" -a -d "$repo/.git"
new w; in_jail w sh -c 'echo x >c && git add c && git commit -q -m Work6'
mv "$repo" "$repo-2"
assert_refused 1 "the repository was moved" "not there any more: $repo/.git" "$RJ" status w
assert_contains "  with the remedy" "$err" "a link to where it is now"
assert_refused 125 "for run too" "$repo/.git" "$RJ" run w -- true
assert_contains "  with the remedy" "$err" "a link to where it is now"
assert_refused 1 "destroy wants --force" "--force w" "$RJ" destroy w
ln -s "$repo-2" "$repo"
assert "with a link it works" "$RJ" run w -- sh -c 'echo y >>c && git commit -q -a -m Work7'
assert_eq "  and the commit arrives" Work7 "$(git -C "$repo-2" log -1 --format=%s "$branch")"
assert "  status" "$RJ" status --json w
assert_eq "  with nothing to put back" "false 0" "$(jq -r '"\(.git_file_restored) \(.uncommitted)"' <<<"$out")"
rm "$repo"
assert "destroy --force without it" "$RJ" destroy --force w
assert_contains "  says where the branch is" "$out" "$branch" "git worktree prune"
mv "$repo-2" "$repo"; git -C "$repo" worktree prune; git -C "$repo" branch -q -D "$branch"
git -C "$repo" for-each-ref --format='delete %(refname)' 'refs/robojail/' | git -C "$repo" update-ref --stdin
no_trace w branch
new w; chmod 000 "$repo/.git/HEAD"
if [ "$ME" != 0 ]; then
	assert_refused 1 "a repository that cannot be read: not even with --force" "cannot be opened" "$RJ" destroy --force w
	assert_contains "for it is there" "$err" "try again" "$repo/.git away"
fi
chmod 644 "$repo/.git/HEAD"
assert "when it can be again" "$RJ" destroy --force w
no_trace w branch
tiny_repo "$T/gone"
try "$RJ" create --name g --repo "$T/gone"
rm -rf "$T/gone"
try "$RJ" destroy g
[ $rc = 0 ] || assert "the repository itself is gone" "$RJ" destroy --force g
no_trace g

section "an interrupted create"
mkdir "$T/big" && (cd "$T/big" && git init -q && for i in $(seq 300); do mkdir d$i && for k in $(seq 20); do echo $i-$k >d$i/$k; done; done && git add . && git commit -q -m big)
stopped=0
for s in INT TERM HUP; do
	for after in 0.005 0.01 0.02 0.04 0.08; do
		timeout -s $s $after "$RJ" create --name stop --repo "$T/big" >"$T/said" 2>&1
		# one that was done before the signal came is whole
		if [ "$(jq -r '.jails.stop.creating // "none"' "$STATE")" = none ] && ! "$RJ" list --names | grep -qx stop; then
			[ -z "$(ls -d "$JAILS/stop" "$PRIVATE/stop" 2>/dev/null; git -C "$T/big" for-each-ref 'refs/**/robojail/' refs/robojail; git -C "$T/big" worktree list | tail -n +2)" ] && stopped=$((stopped + 1)) || fail "SIG$s after $after s: nothing is left" "$(ls "$JAILS" "$PRIVATE")"
		else
			assert "SIG$s after $after s: it is whole" "$RJ" destroy stop
		fi
	done
done
assert "some were stopped, with nothing left ($stopped)" test $stopped -ge 3
new i
jq '.jails.i.creating = true' "$STATE" >"$T/s" && cat "$T/s" >"$STATE"
refute "cannot be used" "$RJ" run i -- true
assert_contains "says what to do" "$err" "destroy"
assert "destroy finishes it" "$RJ" destroy i
no_trace i branch

section "a power cut"
new c
for f in "$repo"/.git/refs/heads/robojail/c-* "$repo"/.git/refs/robojail/base/c-* "$repo"/.git/worktrees/c-*/{HEAD,gitdir,index}; do
	: >"$f"
done
refute "(git packs nothing around an empty reference)" git -C "$repo" gc --quiet
assert "files that lost their bytes with it" "$RJ" destroy --force c
no_trace c branch
assert "git packs the repository again" git -C "$repo" gc --quiet
new c
in_jail c git commit --quiet --allow-empty -m work
assert "brings a commit over" "$RJ" sync c
branch=$(jq -r .jails.c.branch_name "$STATE")
jq '.jails.c.creating = true' "$STATE" >"$T/s" && cat "$T/s" >"$STATE"
assert "a record that fell back, and a new create" "$RJ" create --name c --repo "$repo"
assert_eq "the branch with work stays" work "$(git -C "$repo" log -1 --format=%s "$branch")"
assert "destroy takes the new one" "$RJ" destroy c
git -C "$repo" branch --quiet -D "$branch"
no_trace c branch

section "a disk that is full"
# Jails and their list on a file system of four megabytes, in a mount namespace of its own.
cat >"$T/full.sh" <<'END'
mkdir "$1" && mount -t tmpfs -o size=4m,mode=755 none "$1" || exit 9
export XDG_DATA_HOME=$1/data XDG_STATE_HOME=$1/state
"$RJ" create --name full --repo "$2" >/dev/null || exit 8
dd if=/dev/zero of="$1/data/robojail/jails/full/big" bs=4k 2>/dev/null
echo x 2>/dev/null >"$1/more" && exit 7
"$RJ" destroy --force full >/dev/null || exit 6
"$RJ" list --names
END
try unshare --user --map-root-user --mount env RJ="$RJ" bash "$T/full.sh" "$T/small" "$repo"
assert_eq "destroy makes room" 0 "$rc"
assert_eq "and the jail is gone" "" "$out"

section "words"
assert_fails_with 2 "no name" "$RJ" destroy
assert "the repository is sound" git -C "$repo" fsck --full --strict
assert_eq "with its own files only" "" "$(git -C "$repo" status --porcelain)"
finish
