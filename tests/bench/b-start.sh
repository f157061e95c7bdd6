# How long it takes to run a command that does nothing.
# shellcheck shell=bash source=tests/bench/lib.sh
. "$BENCH/lib.sh"
repo=$(synthetic 300)
runs=${RJ_BENCH_RUNS:-200}
dir=$WORK/project
mkdir "$dir"
jail start "$repo"

row bwrap "bwrap $(bwrap_args "$dir") /bin/true"
row "robojail run" "$RJ run start -- /bin/true"
row "floor: namespaces, root, exec" "$BIN/nsfloor-libc -l 3 $dir /bin/true"
row "floor: namespaces, root by mount(2)" "$BIN/nsfloor-libc -l 2 $dir /bin/true"
row "floor: namespaces" "$BIN/nsfloor-libc -l 1 $dir /bin/true"
row "floor: exec" "$BIN/nsfloor-libc -l 0 $dir /bin/true"
compare start "$runs" 10
target start "robojail run" 0.50

# Without what /bin/true takes to load its C library, which is the same in both.
cp "$BIN/least" "$dir/least" && chmod 755 "$dir/least"
config <<<"extra_ro_binds = [\"$dir\"]"
row bwrap "bwrap $(bwrap_args "$dir") $dir/least"
row "robojail run" "$RJ run start -- $dir/least"
row "floor: namespaces, root, exec" "$BIN/nsfloor-libc -l 3 $dir $dir/least"
compare start-least "$runs" 10
target start-least "robojail run" 0.50
config </dev/null

# Apart from the others: what it leaves to the kernel when it ends would be a part of their time.
row "bwrap, all that the jail shows" "bwrap $(bwrap_whole start) /bin/true"
row "robojail run" "$RJ run start -- /bin/true"
compare start-whole "$runs" 10

# Beside a build, as it may run in another jail.
row bwrap "bwrap $(bwrap_args "$dir") /bin/true"
row "robojail run" "$RJ run start -- /bin/true"
BUSY=1 compare start-busy "$runs" 10
target start-busy "robojail run" 1.0

config <<<'network_enabled = false'
row "bwrap --unshare-net" "bwrap $(bwrap_args "$dir" --unshare-net) /bin/true"
row "robojail run, own network" "$RJ run start -- /bin/true"
row "floor: with a network" "$BIN/nsfloor-libc -n -l 3 $dir /bin/true"
compare start-net "$runs" 10
target start-net "robojail run, own network" 0.55
config </dev/null

# The floor is one of the system's programs, like bubblewrap; with our C library it starts sooner.
row "floor: namespaces, root, exec" "$BIN/nsfloor-libc -l 3 $dir /bin/true"
row "robojail run" "$RJ run start -- /bin/true"
row "floor with our C library" "$BIN/nsfloor -l 3 $dir /bin/true"
compare start-floor "$runs" 10
target start-floor "robojail run" 1.3
no_jail start

# Each bind is a folder of its own that the jail shows.
curve binds "run /bin/true over binds" "extra binds" "ms"
for n in $(full "0 10 50 100 200" "0 5"); do
	mkdir -p "$WORK/binds"
	options=() list=''
	for i in $(seq "$n"); do
		mkdir -p "$WORK/binds/$i"
		list="$list\"$WORK/binds/$i\", "
		options+=(--ro-bind "$WORK/binds/$i" "$WORK/binds/$i")
	done
	config <<<"extra_ro_binds = [$list]"
	jail binds "$repo"
	row bwrap "bwrap $(bwrap_args "$dir" "${options[@]}") /bin/true"
	row "robojail run" "$RJ run binds -- /bin/true"
	compare "binds-$n" 20
	point binds bwrap "$n" "$(measured "binds-$n" bwrap)"
	point binds "robojail run" "$n" "$(measured "binds-$n" "robojail run")"
	no_jail binds
done
config </dev/null
