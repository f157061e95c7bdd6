# shellcheck shell=bash
# What the measurements (b-NAME.sh) share; sourced first by each of them.
#
# From tests/bench/run: RJ (the binary), BIN (rounds, nsfloor, many), HOME and WORK (fresh, on the
# file system that is measured), SHARED (there too, for all of them), RECORDS (what is measured),
# SOURCES (tarballs of real sources), SHORT (1: only see that it works), SIZES (numbers of files).
#
# A record is a line of RECORDS, of fields separated by tabs:
#   time GROUP NAME RUNS FAILED LEAST Q1 MEDIAN Q3 CPU RATIO     by `compare`; milliseconds
#   value GROUP NAME NUMBER UNIT                                  by `value`
#   target GROUP NAME MOST                                        by `target`
#   curve ID TITLE X-LABEL Y-LABEL                                by `curve`
#   point ID SERIES X Y                                           by `point`
set -eu
umask 022
cd "$WORK"
spec=$WORK/.spec
: >"$spec"

record() { (IFS=$'\t' && printf '%s\n' "$*" >>"$RECORDS"); }

# full FULL SHORT: the one that fits.
full() { if [ -n "$SHORT" ]; then echo "$2"; else echo "$1"; fi; }

# row NAME COMMAND [PREPARE [CLEAN-UP]]: one more for the next `compare`; see rounds.c.
row() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "${3:-}" "${4:-}" >>"$spec"; }

# compare GROUP RUNS [WARM-UP [-k]]: all rows since the last one, in turn. The first is what the others
# are divided by. RUNS is for the full form; a short one makes two. -k: commands that are started once
# and do their work for each line that they read (rounds.c). With BUSY=1, another program keeps one
# processor busy.
compare() {
	local busy=
	quiet "$1"
	echo "## $1"
	if [ -n "${BUSY:-}" ]; then
		sh -c 'while :; do :; done' &
		busy=$!
	fi
	"$BIN/rounds" -g "$1" -n "$(full "$2" 2)" -w "$(full "${3:-2}" 1)" ${4:+"$4"} -o "$RECORDS" "$spec" ||
		{ record time "$1" "(not measured)" 0 1 0 0 0 0 0 0; }
	[ -z "$busy" ] || kill "$busy"
	: >"$spec"
}

value() { # GROUP NAME NUMBER UNIT
	printf '%-34s %s %s\n' "$2" "$3" "$4"
	record value "$@"
}

# target GROUP NAME MOST: of the ratio of a time, or of a value. Judged in the full form alone.
target() { record target "$@"; }
curve() { record curve "$@"; }
point() { record point "$@"; }

# measured GROUP NAME: the median, or the value
measured() {
	awk -F '\t' -v g="$1" -v n="$2" '$2 == g && $3 == n && $1 == "time" { v = $8 }
		$2 == g && $3 == n && $1 == "value" { v = $4 } END { print v }' "$RECORDS"
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f\n", b ? a / b : 0 }'; }
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

idle() { # percent of all processor time in which nothing ran, over half a second
	{
		grep '^cpu ' /proc/stat
		sleep 0.5
		grep '^cpu ' /proc/stat
	} | awk '{ i = $5 + $6; s = $2 + $3 + $4 + $5 + $6 + $7 + $8 }
		NR == 2 { printf "%d\n", (s > s0 ? 100 * (i - i0) / (s - s0) : 0) } { i0 = i; s0 = s }'
}

# quiet GROUP: waits until the machine does little else, or for RJ_BENCH_QUIET seconds, and says what
# it came to.
quiet() {
	local i n=0
	while i=$(idle) && [ "$i" -lt 95 ] && [ $n -lt $((2 * $(full "${RJ_BENCH_QUIET:-60}" 0))) ]; do
		n=$((n + 1))
	done
	[ "$i" -ge 95 ] || echo "# the machine is busy with other things: idle $i%"
	record value "$1" "idle before" "$i" %
}

# ---- repositories, made once for all measurements
# synthetic FILES: prints the path of a repository with so many, 50 in a folder, 100 bytes to 20 KB.
synthetic() {
	local repo=$SHARED/files-$1
	if [ ! -d "$repo" ]; then
		$AS git init -q "$repo.part"
		LC_ALL=C awk -v n="$1" -f "$BENCH/synthetic.awk" | $AS git -C "$repo.part" fast-import --quiet
		$AS git -C "$repo.part" reset -q --hard
		$AS mv "$repo.part" "$repo"
	fi
	echo "$repo"
}

# real_sources: prints the path of a repository of the sources of RoboJail's libraries.
real_sources() {
	local repo=$SHARED/real tarball
	if [ ! -d "$repo" ]; then
		git init -q "$repo.part"
		for tarball in "$SOURCES"/*.tar.*; do tar -xf "$tarball" -C "$repo.part"; done
		git -C "$repo.part" add -A -f .
		git -C "$repo.part" commit -q -m "Sources"
		mv "$repo.part" "$repo"
	fi
	echo "$repo"
}

# A script with a line `# as_root` is started by root when there is root, and AS is in front of what
# the user is to do then; `give` makes a folder the user's.
AS=${AS:-}
give() { [ -z "$AS" ] || chown "$USER:" "$@"; }
jail() { $AS "$RJ" create --name "$1" --repo "$2" >/dev/null; } # NAME REPO
no_jail() { $AS "$RJ" destroy --force "$1" >/dev/null; }

config() {
	$AS mkdir -p "$HOME/.config/robojail"
	cat >"$HOME/.config/robojail/config.toml"
}

# bwrap_args DIR [OPTION...]: bubblewrap with the view that nsfloor shows too.
bwrap_args() {
	local dir=$1 e
	shift
	printf '%s' "--unshare-user --unshare-pid --unshare-ipc --unshare-uts --die-with-parent --ro-bind /usr /usr"
	for e in passwd group hosts resolv.conf nsswitch.conf ld.so.cache ssl alternatives; do
		[ ! -e "/etc/$e" ] || printf ' --ro-bind /etc/%s /etc/%s' "$e" "$e"
	done
	for e in bin lib lib64 sbin; do printf ' --symlink usr/%s /%s' "$e" "$e"; done
	printf ' --proc /proc --dev /dev --tmpfs /tmp --bind %s %s --chdir %s' "$dir" "$dir" "$dir"
	[ $# = 0 ] || printf ' %s' "$@"
}

# bwrap_whole JAIL: bubblewrap with every bind, link, file and file system that the jail has, but for
# what covers parts of /proc.
bwrap_whole() {
	printf '%s' "--unshare-user --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup --die-with-parent --new-session"
	$AS "$RJ" run --dry-run "$1" -- /bin/true | awk '
		{ sub(/^mount /, "") }
		$4 ~ "^/dev/" && $1 != "devpts" { next } # bwrap makes its own
		$1 == "bind" || $1 == "copy" { printf " --%sbind %s %s", $2 == "ro" ? "ro-" : "", $3, $4 }
		$1 == "tmpfs" { printf " --tmpfs %s", $4 }
		$1 == "proc" { printf " --proc %s", $4 }
		$1 == "devpts" { printf " --dev /dev" }
		$1 == "dir" { printf " --dir %s", $4 }
		$1 == "symlink" { printf " --symlink %s %s", $3, $4 }
		$1 == "file" || $1 == "bind-inside" { printf " --ro-bind /etc/hostname %s", $4 }
		$1 == "directory" { dir = $2 }
		END { printf " --chdir %s", dir }'
}
