#!/bin/sh
# Puts the locked third-party sources into a folder and says which version of each
# component can be built from it.
#
#   third_party/fetch.sh          fetch what is missing; print "component version dir/file..."
#   third_party/fetch.sh --list   print what is wanted: sha256, file, source package
#
# Where files come from, in this order: the local cache (RJ_CACHE, else the user's cache
# folder), and apt. With RJ_SOURCES=DIR only that folder is looked at, and nothing is
# downloaded; files there are known by their sha256, whatever they are called.
#
# apt is used without root and without touching the system's own lists: a private
# sources.list names the mirrors that this machine already uses, with suites beyond its own.
# What apt brings is checked against Debian's signed index by apt and against our lock here.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
lock=$here/lock
# shellcheck source=third_party/lib.sh
. "$here/lib.sh"

cache=$(cache_dir)
tmp=
trap '[ -z "$tmp" ] || rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

has_sum() { # FILE SHA256
	[ -f "$1" ] && [ "$(sha256sum <"$1")" = "$2  -" ]
}

# Prints the path of a file with this name or this sum, if we have it already.
find_local() { # NAME SHA256
	if [ -z "${RJ_SOURCES:-}" ]; then
		! has_sum "$cache/$1" "$2" || echo "$cache/$1"
	elif has_sum "$RJ_SOURCES/$1" "$2"; then
		echo "$RJ_SOURCES/$1"
	else
		[ -s "$tmp/sums" ] || find "$RJ_SOURCES" -maxdepth 1 -type f -exec sha256sum {} + >"$tmp/sums"
		sed -n "s|^$2  ||p" "$tmp/sums" | head -n 1
	fi
}

# "URI suite" of each repository that apt is configured with; works before any update too.
repositories() {
	r=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 2>/dev/null)
	[ -n "$r" ] || r=$(apt-get --print-uris update -o Dir::State::Lists="$tmp" 2>/dev/null |
		sed -n "s|^'\(.*/\)dists/\(.*\)/InRelease'.*|\1 \2|p")
	printf '%s\n' "$r" | sort -u
}

apt_private() { # COMMAND ARGS...
	c=$1
	shift
	"apt-$c" -q -o Dir::Etc::SourceList="$tmp/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$tmp/lists" -o Dir::Cache="$tmp/cache" -o APT::Sandbox::User= \
		-o Debug::NoLocking=1 -o Acquire::Languages=none "$@" 2>>"$tmp/apt.log"
}

# Points the private apt at one more suite and reads its index. One suite at a time, because
# apt asks only the first repository that lists a version, and a hole there hides the others.
add_suite() { # SUITE
	key=
	for k in /usr/share/keyrings/debian-archive-keyring.gpg /usr/share/keyrings/debian-archive-keyring.pgp; do
		[ -n "$key" ] || [ ! -s "$k" ] || key="[signed-by=$k] "
	done
	repositories | while read -r uri suite; do
		case $suite:$1 in
		*-security:*-security) echo "deb-src $key$uri $1 main" ;;
		*-*:* | *:*-*) ;;
		*) echo "deb-src $key$uri $1 main" ;;
		esac
	done | sort -u >"$tmp/suite.list"
	cat "$tmp/suite.list" >>"$tmp/sources.list"
	mkdir -p "$tmp/lists/partial" "$tmp/cache/archives/partial"
	echo "fetch: reading the source index of $1" >&2
	apt_private get update >>"$tmp/apt.log" || :
}

# The versions of a source package whose index entry has a file of this sum.
versions_with() { # SOURCE SHA256
	apt_private cache showsrc "$1" | awk -v sum="$2" '
		/^Package:/ { version = ""; seen = 0 }
		/^Version:/ { version = $2 }
		$1 == sum && !seen { seen = 1; found[version] = 1 }
		END { for (v in found) print v }'
}

# Tries to get one file into the cache, asking one more suite at a time.
fetch_apt() { # SOURCE FILE PART SHA256
	[ -z "${RJ_SOURCES:-}" ] && command -v apt-get >/dev/null || return 1
	case $3 in orig) only=--tar-only ;; *) only=--diff-only ;; esac
	for s in asked trixie bookworm trixie-security forky sid; do
		if [ "$s" = asked ]; then
			[ -s "$tmp/asked" ] || continue
		else
			! grep -qx "$s" "$tmp/asked" || continue
			add_suite "$s"
			echo "$s" >>"$tmp/asked"
		fi
		for v in $(versions_with "$1" "$4"); do
			(cd "$tmp" && apt_private get source --download-only --only-source $only "$1=$v" >>"$tmp/apt.log") || :
			if has_sum "$tmp/$2" "$4"; then
				mv "$tmp/$2" "$cache/$2"
				echo "fetch: $2" >&2
				return 0
			fi
		done
	done
	return 1
}

rows() { # the lock without comments
	grep -v '^#' "$lock" | grep .
}

if [ "${1:-}" = --list ]; then
	rows | while read -r _ _ _ sum file _; do
		printf '%s  %s\n' "$sum" "$file"
	done
	exit 0
fi

if [ -n "${RJ_SOURCES:-}" ]; then
	[ -d "$RJ_SOURCES" ] || die "RJ_SOURCES=$RJ_SOURCES is not a folder"
	RJ_SOURCES=$(cd "$RJ_SOURCES" && pwd)
else
	mkdir -p "$cache"
fi
tmp=$(mktemp -d)
: >"$tmp/asked"

# Looks for every file of one version; prints their paths, or fails. A subshell of its own.
gather() ( # NAME VERSION HOW
	awk -v n="$1" -v v="$2" '$1 == n && $2 == v' "$tmp/rows" >"$tmp/want"
	while read -r _ _ part sum file _ source <&3; do
		p=$(find_local "$file" "$sum")
		if [ -z "$p" ] && [ "$3" = fetch ] && fetch_apt "$source" "$file" "$part" "$sum"; then
			p=$cache/$file
		fi
		[ -n "$p" ] || exit 1
		printf ' %s' "$p"
	done 3<"$tmp/want"
)

rows >"$tmp/rows"
missing=
for name in $(awk '!seen[$1]++ { print $1 }' "$tmp/rows"); do
	got=
	for version in $(awk -v n="$name" '$1 == n && !seen[$2]++ { print $2 }' "$tmp/rows"); do
		for how in local fetch; do
			[ -n "$got" ] || ! paths=$(gather "$name" "$version" "$how") || got="$name $version$paths"
		done
	done
	if [ -n "$got" ]; then echo "$got"; else missing="$missing $name"; fi
done
[ -n "$missing" ] || exit 0

{
	[ ! -s "$tmp/apt.log" ] || grep -E '^[EW]:' "$tmp/apt.log" | sort -u | head -n 8 || :
	echo "fetch: sources that could not be had:"
	for name in $missing; do
		awk -v n="$name" '$1 == n && $2 != v { printf "%s  %s %s:\n", v ? "  or\n" : "", n, $2; v = $2 }
			$1 == n { printf "    %s  (Debian source package %s)\n    sha256 %s\n", $5, $7, $4 }' "$tmp/rows"
	done
	echo "fetch: put these files into a folder and build with RJ_SOURCES=FOLDER${RJ_SOURCES:+ (now $RJ_SOURCES)}"
	[ -n "${RJ_SOURCES:-}" ] || echo "fetch: or copy them to $cache"
} >&2
exit 1
