# Work in a jail beside the same work outside, in the same worktree.
# shellcheck shell=bash source=tests/bench/lib.sh
. "$BENCH/lib.sh"
repo=$(synthetic "$(full 5000 300)")
runs=${RJ_BENCH_RUNS_INSIDE:-15}
times=$(full 8 1)
jail inside "$repo"
worktree=$HOME/.local/share/robojail/jails/inside
sleep 1.1 # what is as old as the index is read again by each git status
# a task is long enough that the start of a jail does not count
cat >"$worktree/task" <<'END'
#!/bin/sh
set -e
case $1 in
build) for i in $(seq $2); do
	mkdir -p o.$$ && echo "int f$i(int x) { return x * $i; } int main(void) { return f$i(0); }" >o.$$/$i.c
	cc -O2 -o o.$$/$i o.$$/$i.c && o.$$/$i
done ;;
git) for i in $(seq $2); do git status --porcelain >/dev/null && git log -3 >/dev/null; done ;;
files) for i in $(seq $2); do cp -r src o.$$ && grep -rq nothing-like-it o.$$ || rm -r o.$$; done ;;
esac
rm -rf o.$$
END
chmod +x "$worktree/task"
for what in build git files; do
	[ "$what" != build ] || command -v cc >/dev/null || continue
	row "$what outside" "env -C $worktree ./task $what $times"
	row "$what inside" "env -C $worktree $RJ run inside -- ./task $what $times"
	compare "inside-$what" "$runs"
	target "inside-$what" "$what inside" 1.03
done
no_jail inside
