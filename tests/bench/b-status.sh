# How long it takes to see what changed in a jail, by the number of its files.
# shellcheck shell=bash source=tests/bench/lib.sh
. "$BENCH/lib.sh"
config </dev/null
curve status "status of a clean worktree over files" "files" "ms"

for n in $SIZES; do
	repo=$(synthetic "$n") tree=$WORK/tree-$n
	jail "st$n" "$repo"
	w=$HOME/.local/share/robojail/jails/st$n
	git -C "$repo" worktree add -q --detach "$tree" HEAD
	sleep 2
	git -C "$tree" status >/dev/null
	row "git status" "git -C $tree status --porcelain" "$BIN/treeio stat 2 $tree"
	row "robojail status" "$RJ status st$n" "$BIN/treeio stat 2 $w"
	row "floor: list and stat, 2 threads" "$BIN/treeio stat 2 $tree"
	compare "status-$n" 15
	for s in "git status" "robojail status" "floor: list and stat, 2 threads"; do point status "$s" "$n" "$(measured "status-$n" "$s")"; done
	target "status-$n" "robojail status" 0.80

	git -C "$tree" update-index --untracked-cache && git -C "$tree" status >/dev/null
	row "git status, untracked cache" "git -C $tree status --porcelain" "$BIN/treeio stat 2 $tree"
	row "robojail status" "$RJ status st$n" "$BIN/treeio stat 2 $w"
	compare "status-cache-$n" 15
	target "status-cache-$n" "robojail status" 1.0

	# one file in a hundred, and as many new ones, in both
	for d in "$tree" "$w"; do
		git -C "$repo" ls-files | awk 'NR % 100 == 1' | (cd "$d" && while read -r f; do echo "// more" >>"$f" && echo new >"$f.new"; done)
	done
	printf 'cd %s && git status --porcelain && git --no-pager diff && git ls-files -o --exclude-standard -z | xargs -0 cat\n' "$tree" >"$WORK/git-diff-$n"
	row "git status, diff, untracked read" "sh $WORK/git-diff-$n"
	row "robojail status --diff" "$RJ status --diff st$n"
	compare "diff-$n" 9
	target "diff-$n" "robojail status --diff" 0.70
	no_jail "st$n"
	git -C "$repo" worktree remove --force "$tree"
done

# the first one after create, when everything is as young as can be
n=$(full 50000 300) repo=$(synthetic "$n") tree=$WORK/tree-first
git -C "$repo" worktree add -q --detach "$tree" HEAD
sleep 2
git -C "$tree" status >/dev/null
row "git status, warm" "git -C $tree status --porcelain"
row "first robojail status" "$RJ status first" "$RJ create --name first --repo $repo" "$RJ destroy --force first"
compare status-first 5 1
target status-first "first robojail status" 1.0
git -C "$repo" worktree remove --force "$tree"
