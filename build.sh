#!/bin/sh
# Builds RoboJail, and sets up what that takes.
#
#   ./build.sh              build/robojail and the links build/bin/rj-*
#   ./build.sh demo         build, then take a real project through a jail
#   ./build.sh test         build, then run every test
#   ./build.sh lint-tools   install what `make lint` uses
#   ./build.sh bench-tools  install what `make bench` uses
#   ./build.sh sources      list the third-party tarballs with their sha256
#
# On Debian 12 or newer, and what descends from it, missing packages are installed by apt, as
# root or through sudo; each is named with its reason first. Elsewhere the missing tools and
# tarballs are listed. Running it again is safe, and quick when nothing has changed.
#
# RJ_SOURCES=DIR takes the third-party tarballs from DIR and downloads none.
set -eu
cd "$(dirname "$0")"

say() {
	echo "build.sh: $*" >&2
}

die() {
	say "$*"
	exit 1
}

# What each job needs: how to tell that it is there, Debian's package, and why.
# A probe is a command, a header (ends in .h) or a package (pkg:NAME).
needs_build() {
	cat <<-'LIST'
		gcc gcc compiles RoboJail and the libraries in it
		make make runs the build
		stdio.h libc6-dev the C library's headers, for the tools that the build makes
		linux/version.h linux-libc-dev the kernel's headers: mounts, namespaces, seccomp
		cmake cmake configures libgit2 and jansson
		patch patch applies security patches to the libraries
		xz xz-utils unpacks tarballs
		bzip2 bzip2 unpacks tarballs
		gperf gperf makes the table of system calls that the seccomp filter is compiled with
	LIST
}

needs_test() {
	cat <<-'LIST'
		criterion/criterion.h libcriterion-dev the unit tests are written for Criterion
		openssl openssl is the https server that a test connects to
		ldd libc-bin a test asks it whether the binary is static
	LIST
	for list in tests/*/packages; do
		needs_file "$list"
	done
}

needs_lint() {
	cat <<-'LIST'
		clang-format clang-format checks the layout of the sources
		clang-tidy clang-tidy finds mistakes in the sources
		cppcheck cppcheck finds mistakes in the sources
		shellcheck shellcheck finds mistakes in the scripts
	LIST
}

# A list of Debian packages, one a line, each with "# why".
needs_file() {
	[ -f "$1" ] || return 0
	sed -n 's/^\([a-z0-9][a-z0-9.+-]*\)[[:space:]]*#*[[:space:]]*\(.*\)$/pkg:\1 \1 \2/p' "$1"
}

have() { # PROBE
	case $1 in
	pkg:*) [ "$(dpkg-query -W -f '${db:Status-Status}' "${1#pkg:}" 2>/dev/null)" = installed ] ;;
	*.h)
		# shellcheck disable=SC2231 # a pattern is wanted
		for d in /usr/include /usr/local/include /usr/include/*-linux-*; do
			[ ! -e "$d/$1" ] || return 0
		done
		return 1
		;;
	*) command -v "$1" >/dev/null 2>&1 ;;
	esac
}

# Installs what of the list on stdin is missing, or says what to install.
need() {
	missing=
	while read -r probe package why; do
		! have "$probe" || continue
		if [ "${probe%%:*}" = pkg ] && ! command -v dpkg-query >/dev/null; then
			say "cannot tell whether this machine has what Debian calls $package: $why"
			continue
		fi
		[ -n "$missing" ] || say "missing on this machine:"
		case $probe in pkg:* | "$package") as= ;; *) as=" ($probe)" ;; esac
		printf '  %-20s %s\n' "$package$as" "$why" >&2
		missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	if ! command -v apt-get >/dev/null; then
		say "this machine has no apt: install these by its own means (names are Debian's)"
		sources_hint
		exit 1
	fi
	if [ "$(id -u)" = 0 ]; then
		sudo=
	elif command -v sudo >/dev/null; then
		sudo=sudo
	else
		die "not root, and no sudo; as root, run: apt-get update && apt-get install -y$missing"
	fi
	say "installing:$missing"
	$sudo apt-get update -q >&2 || say "apt-get update failed; trying with the lists that are here"
	# shellcheck disable=SC2086 # a list of packages, or no sudo
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2 ||
		die "apt-get could not install:$missing"
}

sources_hint() {
	say "the build also needs these tarballs, in a folder named by RJ_SOURCES=FOLDER; where a"
	say "library has several versions, one of them is enough:"
	third_party/fetch.sh --list | sed 's/^/  /' >&2
}

build() {
	needs_build | need
	jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
	make -s -j"$jobs" "$@" || die "the build failed"
}

case ${1:-build} in
build)
	build all
	say "built build/robojail ($(wc -c <build/robojail) bytes)"
	;;
demo)
	build all
	needs_file tests/e2e/demo-packages | need
	exec tests/e2e/demo.sh build/robojail
	;;
test)
	{ needs_build && needs_test; } | need
	build all build/test/unit
	exec make -s test
	;;
lint-tools)
	{ needs_build && needs_lint; } | need
	;;
bench-tools)
	needs_file tests/bench/packages | need
	;;
sources) third_party/fetch.sh --list ;;
-h | --help | help) sed -n '2,/^set -eu/s/^# \{0,1\}//p' "$0" ;;
*) die "unknown job '$1'; see ./build.sh --help" ;;
esac
