# How long it takes to remove a jail, by the number of its files.
# shellcheck shell=bash source=tests/bench/lib.sh
. "$BENCH/lib.sh"
config </dev/null
curve destroy "destroy over files" "files" "ms"

for n in $SIZES; do
	repo=$(synthetic "$n")
	row "git worktree remove" "git -C $repo worktree remove --force $WORK/g@I@" "git -C $repo worktree add -q --detach $WORK/g@I@ HEAD; sync"
	row "robojail destroy" "$RJ destroy --force d@I@" "$RJ create --name d@I@ --repo $repo >/dev/null; sync"
	row "floor: unlink, 2 threads" "$BIN/treeio unlink 2 $WORK/f@I@" "git -C $repo archive --prefix=f@I@/ HEAD | tar -xf - -C $WORK; sync"
	compare "destroy-$n" "$([ "$n" -lt 50000 ] && echo 15 || echo 5)" 1
	for s in "git worktree remove" "robojail destroy" "floor: unlink, 2 threads"; do point destroy "$s" "$n" "$(measured "destroy-$n" "$s")"; done
	[ "$n" -lt 50000 ] || target "destroy-$n" "robojail destroy" 0.60
done
