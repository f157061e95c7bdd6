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
# What runs in them: the least that can say so, which is what is compared; and a shell that becomes
# `sleep`, two programs that load a C library, which is a third of the time where that is slow.
cp "$BIN/many" "$dir/sleep" && chmod 755 "$dir/sleep"
# As the user by `many` itself: a setpriv for each jail is a tenth of all the work, and no part of it.
# once WHO JAILS WHAT FIFO COMMAND: one line of `many` goes to $WORK/WHO.JAILS.WHAT
once() {
	local who=$1 n=$2 what=$3 fifo=$4
	shift 4
	case $what in
	least) set -- "$@" "$dir/sleep" -w "$fifo" ;;
	shell) set -- "$@" sh -c "echo >$fifo; exec sleep 1000" ;;
	esac
	"$BIN/many" -n "$n" ${AS:+-u "$USER"} "$fifo" "$@" >>"$WORK/$who.$n.$what" </dev/null
}
column() { awk -v c="$2" '{ print $c }' "$WORK/$1" | median; }

quiet many
# shellcheck disable=SC2046 # words of a command
for n in 1 $all; do
	for _ in $(seq "$(full "${RJ_BENCH_MANY:-5}" 1)"); do
		for what in least shell; do
			once bwrap "$n" $what "$dir/up" bwrap $(bwrap_args "$dir")
			once robojail "$n" $what "$dir/up" "$RJ" run many@I@ --
		done
	done
done
for what in least shell; do
	case $what in least) with= ;; shell) with=', with sh and sleep' ;; esac
	for who in bwrap robojail; do
		value many "$who, until $all run$with" "$(column "$who.$all.$what" 1)" ms
		value many "$who, until $all have ended$with" "$(column "$who.$all.$what" 2)" ms
	done
	value many "ratio$with" "$(ratio "$(column "robojail.$all.$what" 1)" "$(column "bwrap.$all.$what" 1)")" "of bwrap"
	target many "ratio$with" 0.6
done
one=$(column robojail.1.least 3)
if [ "${one%%.*}" -ge 0 ]; then
	for who in bwrap robojail; do
		value memory "$who, PSS of one" "$(column "$who.1.least" 3)" KiB
		value memory "$who, PSS of each of $all" "$(ratio "$(column "$who.$all.least" 3)" "$all")" KiB
	done
	value memory ratio "$(ratio "$one" "$(column bwrap.1.least 3)")" "of bwrap"
	target memory ratio 0.5
else
	echo "# root alone can read the memory of a jail's first process: started by a user, none is told"
fi
for i in $(seq 0 $((all - 1))); do no_jail "many$i"; done
