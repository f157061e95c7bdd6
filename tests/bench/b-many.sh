# Memory of a jail in which nothing happens, and fifty of them at once.
# as_root: to read the memory of processes that nobody else may look at; all jails are the user's
# shellcheck shell=bash source=tests/bench/lib.sh
. "$BENCH/lib.sh"
repo=$(synthetic 300)
dir=$WORK/project
mkdir "$dir" && give "$dir"
config <<<"extra_rw_binds = [\"$dir\"]" # where all can say that they run
all=$(full 50 3)
for i in $(seq 0 $((all - 1))); do jail "many$i" "$repo"; done
# As the user by `many` itself: a setpriv for each jail is a tenth of all the work, and no part of it.
# once WHO JAILS FIFO COMMAND: one line of `many` goes to $WORK/WHO.JAILS
once() {
	local who=$1 n=$2 fifo=$3
	shift 3
	"$BIN/many" -n "$n" ${AS:+-u "$USER"} "$fifo" "$@" sh -c "echo >$fifo; exec sleep 1000" >>"$WORK/$who.$n" </dev/null
}
column() { awk -v c="$2" '{ print $c }' "$WORK/$1" | median; }

quiet many
# shellcheck disable=SC2046 # words of a command
for n in 1 $all; do
	for _ in $(seq "$(full "${RJ_BENCH_MANY:-5}" 1)"); do
		once bwrap "$n" "$dir/up" bwrap $(bwrap_args "$dir")
		once robojail "$n" "$dir/up" "$RJ" run many@I@ --
	done
done
for who in bwrap robojail; do
	value many "$who, until $all run" "$(column "$who.$all" 1)" ms
	value many "$who, until $all have ended" "$(column "$who.$all" 2)" ms
done
value many ratio "$(ratio "$(column "robojail.$all" 1)" "$(column "bwrap.$all" 1)")" "of bwrap"
target many ratio 0.6
one=$(column robojail.1 3)
if [ "${one%%.*}" -ge 0 ]; then
	for who in bwrap robojail; do
		value memory "$who, PSS of one" "$(column "$who.1" 3)" KiB
		value memory "$who, PSS of each of $all" "$(ratio "$(column "$who.$all" 3)" "$all")" KiB
	done
	value memory ratio "$(ratio "$one" "$(column bwrap.1 3)")" "of bwrap"
	target memory ratio 0.5
else
	echo "# root alone can read the memory of a jail's first process: started by a user, none is told"
fi
for i in $(seq 0 $((all - 1))); do no_jail "many$i"; done
