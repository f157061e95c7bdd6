# How long it takes to make a jail, by the number of its files.
# shellcheck shell=bash source=tests/bench/lib.sh
. "$BENCH/lib.sh"
config </dev/null
mkdir trees
curve create "create over files" "files" "ms"

# create_rows GROUP REPO RUNS: copies are removed at the end only: making files where others were just
# deleted is slow on some file systems.
create_rows() {
	local group=$1 repo=$2 g
	git -C "$repo" ls-tree -r -l -z HEAD | tr '\0\n' '\n?' | awk '$1 != 160000 { s = $4; sub(/^[^\t]*\t/, ""); print s, $0 }' >"$WORK/list"
	local warm="cat $repo/.git/objects/pack/*.pack $repo/.git/index >/dev/null; sync"
	row "git worktree add, 2 workers" "git -C $repo -c checkout.workers=2 worktree add -q --detach $WORK/trees/$group-g@I@ HEAD" "$warm"
	row "robojail create" "$RJ create --name $group-@I@ --repo $repo" "$warm"
	row "floor: write, 2 threads" "$BIN/treeio write 2 $WORK/list $WORK/trees/$group-f@I@" sync
	compare "$group" "$3" 1
	value "$group" "create to floor" "$(ratio "$(measured "$group" "robojail create")" "$(measured "$group" "floor: write, 2 threads")")" times
	for g in "git worktree add, 2 workers" "robojail create" "floor: write, 2 threads"; do
		point create "$g" "$(wc -l <"$WORK/list")" "$(measured "$group" "$g")"
	done
	for g in "$HOME/.local/share/robojail/jails/$group-"*; do no_jail "${g##*/}"; done
	rm -rf "$WORK/trees/$group-"* && git -C "$repo" worktree prune
}

for n in $SIZES; do
	create_rows "create-$n" "$(synthetic "$n")" "$([ "$n" -lt 50000 ] && echo 15 || echo 5)"
	target "create-$n" "robojail create" "$([ "$n" -lt 50000 ] && echo 0.60 || echo 0.70)"
	[ "$n" -lt 50000 ] || target "create-$n" "create to floor" 1.6
done
[ -n "$SHORT" ] || create_rows create-real "$(real_sources)" 7
