# How long it takes to bring the agent's commits over, by their number.
# shellcheck shell=bash source=tests/bench/lib.sh
. "$BENCH/lib.sh"
config </dev/null
shared=$(synthetic "$(full 5000 300)")
curve import "import over commits" "commits" "ms"

for n in $(full "10 100 1000" 10); do
	# A commit changes one file; made by git's importer, inside for the jail and outside for git.
	repo=$WORK/repo-$n
	git clone -q --no-hardlinks "$shared" "$repo"
	jail "im$n" "$repo"
	cat >"$WORK/home-commits" <<'END'
BEGIN {
	for (i = 1; i <= n; i++) {
		text = sprintf("commit %d\n", i); for (k = 0; k < 30; k++) text = text "line " (i * 7 + k) " of it\n"
		printf "commit %s\ncommitter A <a@example.org> %d +0000\ndata 2\nc\n", ref, 1700000000 + i
		if (i == 1) printf "from %s\n", base
		printf "M 100644 inline dir%d/file%d\ndata %d\n%s\n", i % 20, i % 300, length(text), text
	}
}
END
	base=$(git -C "$repo" rev-parse HEAD)
	branch=$(git -C "$HOME/.local/share/robojail/jails/im$n" symbolic-ref HEAD)
	LC_ALL=C awk -v n="$n" -v ref="$branch" -v base="$base" -f "$WORK/home-commits" >"$HOME/.local/share/robojail/jails/im$n/stream"
	git clone -q --bare "$repo" "$WORK/from-$n"
	git -C "$WORK/from-$n" fast-import --quiet --force <"$HOME/.local/share/robojail/jails/im$n/stream"
	# The end of the session brings the commits over; each round begins with the repository of before.
	cp -a "$repo/.git" "$WORK/before-$n"
	"$RJ" run "im$n" -- sh -c 'git fast-import --quiet --force <stream && rm stream && git reset -q --hard' >/dev/null
	row "git fetch" "git -C $WORK/to-@I@ fetch -q $WORK/from-$n $branch:$branch" "git clone -q --bare --no-hardlinks $WORK/before-$n $WORK/to-@I@" \
		"test $n = \$(git -C $WORK/to-@I@ rev-list --count $base..$branch) && rm -rf $WORK/to-@I@"
	row "robojail sync" "$RJ sync im$n" "rm -rf $repo/.git && cp -a $WORK/before-$n $repo/.git" \
		"test $n = \$(git -C $repo rev-list --count $base..$branch)"
	compare "import-$n" 9 1
	for s in "git fetch" "robojail sync"; do point import "$s" "$n" "$(measured "import-$n" "$s")"; done
	no_jail "im$n"
done
target import-1000 "robojail sync" 1.0
