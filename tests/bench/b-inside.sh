# Work in a jail beside the same work outside, in the same worktree.
# shellcheck shell=bash source=tests/bench/lib.sh
. "$BENCH/lib.sh"
repo=$(synthetic "$(full 5000 300)")
runs=${RJ_BENCH_RUNS_INSIDE:-100}
jail inside "$repo"
worktree=$HOME/.local/share/robojail/jails/inside
# Both sides do a little work in turn, many times, in a folder of their own: what slows the machine
# for a while slows both, and the start of a jail is not part of it. What compilers write besides goes
# to that folder too: /tmp would be another file system outside than inside. And tar is told to do what
# it does for a user, since inside it is started by root, for whom it also sets owners and modes.
cat >"$worktree/task" <<'END'
#!/bin/sh
set -e
export TMPDIR=$PWD/$2
mkdir -p "$TMPDIR"
for i in 1 2 3 4 5 6 7 8; do
	echo "#include <stdio.h>
	int f$i(int x) { return printf(\"%d\", x * $i) < 0; } int main(void) { return f$i(0); }" >"$2/$i.c"
done
echo 'all: 1 2 3 4 5 6 7 8' >"$2/Makefile"
while read -r turn; do
	case $1 in
	build) cc -O2 -o "$2/1" "$2/1.c" && "$2/1" >/dev/null ;;
	make) make -s -j2 -B -C "$2" CFLAGS=-O2 ;;
	status) git status --porcelain >/dev/null ;;
	log) for i in 1 2 3 4 5; do git log -3 >/dev/null; done ;;
	files) cp -r src/0/part1 src/0/part2 src/0/part3 "$2" && grep -rq nothing-like-it "$2" || rm -r "$2"/part* ;;
	search) grep -rq nothing-like-it src || : ;;
	unpack) tar --no-same-owner --no-same-permissions -xf packed.tar -C "$2" && rm -r "$2/packed" ;;
	esac
	echo "$turn"
done
END
chmod +x "$worktree/task"
mkdir "$worktree/packed" # as packages of npm are: many small files in many folders
for i in $(seq 60); do
	mkdir -p "$worktree/packed/$i/lib"
	for f in package.json README.md index.js lib/a.js lib/b.js; do echo "// $f of $i" >"$worktree/packed/$i/$f"; done
done
tar -cf "$worktree/packed.tar" -C "$worktree" packed && rm -r "$worktree/packed"
for what in build make status log files search unpack; do
	case $what in
	build) command -v cc >/dev/null || continue ;;
	make) command -v make >/dev/null || continue ;;
	esac
	sleep 1.1 # what is as old as the index is read again by each git status
	row "$what outside" "env -C $worktree ./task $what o.outside"
	row "$what inside" "env -C $worktree $RJ run inside -- ./task $what o.inside"
	compare "inside-$what" "$runs" 5 -k
	target "inside-$what" "$what inside" 1.03
done
no_jail inside
