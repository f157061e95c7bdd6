# Which commit of the jail the branch on the host is, wherever HEAD inside goes.
# shellcheck shell=bash disable=SC2016 # for the shell inside
. "$E2E/lib.sh"
R=$T/repo
git init -q "$R"
for i in 1 2 3; do
	echo $i >"$R/f$i"
	git -C "$R" add "f$i"
	git -C "$R" commit -q -m m$i
done
git -C "$R" tag v1 HEAD~2
n=0

# host EXPECTED SESSION...: in a new jail, each of the sessions. The branch is then at the commits
# EXPECTED, newest first, those of main left out; and stays there. $c is the end of the last session.
host() {
	local expected=$1 session
	shift
	n=$((n + 1))
	"$RJ" create --name t$n --repo "$R" >/dev/null 2>&1 || fail "a jail"
	B=$(branch_of t$n)
	for session; do
		sh_jail t$n 'c() { for f; do echo "$f $(date +%N)" >"$f"; git add "$f"; git commit -q -m "$f"; done; }; B='"$B; $session"
		c=$err
	done
	assert_eq "$*" "$expected" "$(tip)"
	try "$RJ" sync t$n
	assert_contains "  and it stays" "$err" "is up to date"
	assert_eq "  there" "$expected" "$(tip)"
}
tip() { git -C "$R" log --format=%s "main..$B" | paste -sd ' '; }
behind() { git -C "$R" log -1 --format=%s "$B"; }

section "a look at something else, from the jail's branch"
for how in 'git checkout -q HEAD~1' 'git checkout -q main' 'git checkout -q -b look HEAD~1' 'git checkout -q v1' \
	'git checkout -q --orphan x' 'git bisect start HEAD v1' 'git checkout -q main; git checkout -q -b other; git checkout -q --detach'; do
	host "o2 o1" 'c o1 o2' "$how"
	host "o2 o1" "c o1 o2; $how"
done

section "and from another one"
host "F2 F1" 'git checkout -q -b feature; c F1' 'c F2; git checkout -q main'
host "F1" 'git checkout -q -b feature; c F1; git checkout -q main'
host "W2 W1" 'git branch -m work; c W1' 'c W2; git checkout -q main'
host "W2 W1" 'git branch -m work; c W1 W2; git checkout -q HEAD~1'
host "F3 F2 F1" 'git checkout -q -b feature; c F1 F2' 'c F3; git bisect start HEAD main'
host "o2 o1" 'c o1 o2; git checkout -q -b feature main; c F1' 'git checkout -q -b y $B~1'

host "F2 F1" 'git checkout -q -b feature; c F1 F2' 'git checkout -q main; git branch -m feature work'
host "X2 X1 o2 o1" 'c o1 o2; git checkout -q --detach; c X1 X2' 'git checkout -q HEAD~3'
host "X1 o4 o3 o2 o1" 'c o1 o2 o3 o4; git checkout -q --detach; c X1' 'git bisect start HEAD main'
sh_jail t$n 'git bisect reset -q'
assert_eq "  and back" "X1 o4 o3 o2 o1" "$(tip)"

section "a rebase that has stopped"
host "o3 o2 o1" 'c o1 o2 o3; git rebase -q -x false HEAD~3'
assert_contains "the end says it" "$c" "robojail: a rebase is under way inside, so the worktree is not what the branch holds: 'git rebase --continue' or '--abort' inside ends that"
host "F3 F2 F1" 'git checkout -q -b feature; c F1 F2' 'c F3; git rebase -q -x false HEAD~3'
host "X2 X1 o1" 'c o1; git checkout -q --detach; c X1 X2' 'GIT_SEQUENCE_EDITOR="sed -i 1s/pick/edit/" git rebase -q -i HEAD~2'
assert "detached: destroy" "$RJ" destroy t$n
assert_eq "  keeps the branch" "X2 X1 o1" "$(tip)"
host "X2 X1 o1" 'c o1; git checkout -q --detach; c X1 X2' 'git checkout -q HEAD~1'

section "what was made anew"
host "n1 o1" 'c o1 o2' 'git branch backup; git reset -q --hard HEAD~1; c n1; git checkout -q --detach'
host "n1" 'c o1' 'git reset -q --hard HEAD~1; c n1; git checkout -q --detach'
host "n3 n2 n1" 'git reset -q --hard v1; c n1 n2 n3; git bisect start HEAD v1'
host "o3" 'c o1 o2 o3' 'git branch backup; git rebase -q --onto HEAD~3 HEAD~1; git bisect start HEAD HEAD~1'
host "o1 m3new" 'git commit -q --amend -m m3new; c o1; git checkout -q -b look HEAD~1'
host "" 'git branch -m work; git reset -q --hard HEAD~1'
assert_eq "  back to" m2 "$(behind)"
host "" 'c o1' 'git reset -q --hard HEAD~1'

host "F1" 'git checkout -q -b feature; c F1; git checkout -q -b experiment; c E1; git checkout -q feature'
host "F1" 'git checkout -q -b feature; c F1 F2; git checkout -q -b backup; git checkout -q feature; git reset -q --hard HEAD~1'
host "n1 o1" 'c o1 o2' 'git reset -q --hard HEAD~1; c n1; git checkout -q --detach HEAD~1'

section "work that goes on elsewhere"
host "A1" 'c o1' 'git checkout -q -b apart main; c A1'
assert_contains "the end says what stays inside" "$c" "robojail: 1 commit of branch $B is only in the jail, where HEAD is not on it: 'git switch $B' inside brings it over"
host "o2 o1" 'c o1 o2' 'git checkout -q HEAD~1; c X1'
assert_contains "a detached HEAD beside the branch" "$c" "1 commit of a detached HEAD is only in the jail, beside the branch: 'git branch NAME' inside keeps it"
host "o1" 'git checkout -q -b feature; c F1; git switch -q -; c o1'
assert_contains "other branches, too" "$c" "1 commit of branch feature is only in the jail, where HEAD is not on it: 'git switch feature' inside brings it over"
sh_jail t$n 'git switch -q feature'
assert_eq "  the remedy works" F1 "$(tip)"

host "n1" 'git checkout -q --orphan new; c n1'
assert_contains "a history of its own: status says it" "$("$RJ" status t$n)" "! the branch shares no history with where the jail began"
assert_lacks "  and offers no merge" "$("$RJ" status t$n)" "merge commits:"

section "main's newer commits"
R0=$(git -C "$R" rev-parse main)
host "" true
git -C "$R" commit -q --allow-empty -m newmain
sh_jail t$n 'git checkout -q host/main'
assert_eq "a look at them moves nothing" m3 "$(behind)"
git -C "$R" commit -q --allow-empty -m newer
sh_jail t$n true
try "$RJ" sync t$n
assert_eq "nor when there are more" m3 "$(behind)"
sh_jail t$n 'git switch -q -'
assert_lacks "nor does the way back" "$err" rewritten
sh_jail t$n 'git merge -q host/main'
assert_eq "a merge does" newer "$(behind)"
git -C "$R" update-ref refs/heads/main "$R0"

section "the way back"
for how in 'git checkout -q HEAD~1; git checkout -q HEAD~1' 'git checkout -q --orphan x' 'git bisect start HEAD v1' 'git rebase -q -x false HEAD~2'; do
	host "o2 o1" "c o1 o2; $how"
	out=$("$RJ" status t$n)
	assert_contains "status says what it is" "$out" "so the worktree is not what the branch holds"
	back=$(sed -n "s/.*branch holds: '\([^']*\)'.*/\1/p" <<<"$out")
	sh_jail t$n "$back"
	assert_lacks "$back" "$("$RJ" status t$n)" "is not what the branch holds"
done
host "o2 o1" 'c o1 o2; git checkout -q HEAD~1'
assert_contains "nothing is uncommitted meanwhile" "$("$RJ" status t$n)" "nothing uncommitted"
assert_eq "  nor in JSON" "0 looks" "$("$RJ" status --json t$n | jq -r '"\(.uncommitted) \(.head_aside)"')"
assert "  nor for destroy" "$RJ" destroy t$n
assert_eq "  which keeps the branch" "o2 o1" "$(tip)"
host "o2 o1" 'c o1 o2; git checkout -q HEAD~1; echo x >o1'
assert_contains "what is, is" "$("$RJ" status t$n)" "1 path not committed" "A* o1"
assert_refused 1 "  and not lost" "uncommitted work: o1 (1 in all)" "$RJ" destroy t$n

section "refs that nobody can look at"
host "o1" 'c o1; git checkout -q -b feature; c F1; git checkout -q $B; : >"$(git rev-parse --git-path refs/heads/feature)"'
assert_contains "status says so" "$("$RJ" status t$n)" "! refs in the jail that are not looked at, being damaged or too many: 1"
assert_refused 1 "and destroy loses nothing" "1 refs that could not be looked at" "$RJ" destroy t$n

section "what misleads"
host "o2 o1" 'c o1; for i in $(seq 300); do git commit -q --allow-empty -m .; done; git reset -q --soft HEAD~300; GIT_COMMITTER_DATE="2099-01-01T00:00:00Z" c o2; git checkout -q HEAD~1'
host "o2 o1" 'c o1 o2; printf "\0" >"$(git rev-parse --git-path logs/HEAD)"; git checkout -q HEAD~1; printf "\0" >"$(git rev-parse --git-path BISECT_START)"'
host "X1" 'git checkout -q --detach; c X1; g=$(git rev-parse --git-dir); mkdir $g/rebase-merge; echo refs/heads/broken >$g/rebase-merge/head-name; git hash-object -t commit --literally -w --stdin </dev/null >/dev/null 2>&1; echo 0123456789012345678901234567890123456789 >$g/refs/heads/broken'
host "o2 o1" 'c o1 o2; rm "$(git rev-parse --git-path logs/HEAD)"; git checkout -q HEAD~1; rm -f "$(git rev-parse --git-path logs/HEAD)"; mkfifo "$(git rev-parse --git-path logs/HEAD)"'
host "o2 o1" 'c o1 o2; git checkout -q HEAD~1; a=$(git rev-parse --git-path objects/info/alternates); mv $a $a.was; mkfifo $a'
host "" '{ printf "tree %s\n" $(git rev-parse HEAD^{tree}); seq -f "parent %040.0f" 200000; printf "author a <a> 1 +0000\ncommitter a <a> 1 +0000\n\nx\n"; } >../o; o=$(git hash-object -t commit --literally -w ../o); rm ../o; g=$(git rev-parse --git-dir); echo $o >$g/refs/heads/oct; printf "%s %s a <a> 1 +0000\tcheckout: moving from oct to x\n" $o $(git rev-parse HEAD) >>$g/logs/HEAD; h=$(git rev-parse HEAD); echo $h >$g/HEAD'

section "in a shallow repository"
git clone -q --depth 1 "file://$R" "$T/shallow"
R=$T/shallow
host "o2 o1" 'c o1 o2' 'git checkout -q main'
host "o2 o1" 'c o1 o2' 'git checkout -q HEAD~1'
finish
