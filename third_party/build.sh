#!/bin/sh
# Builds the locked third-party libraries, static, into PREFIX (include/, lib/, bin/).
#
#   third_party/build.sh musl PREFIX     for the release: against our own musl
#   third_party/build.sh glibc PREFIX    for the tests: against the host's libc
#
# PREFIX is complete when PREFIX/.done exists. Another run that finds it complete does
# nothing, and one that finds a build under way waits for it. RJ_JOBS limits the jobs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# What is around us must not change how the libraries are built.
unset MAKEFLAGS MAKELEVEL MFLAGS CFLAGS CPPFLAGS LDFLAGS LIBS
# shellcheck source=third_party/lib.sh
. "$here/lib.sh"
[ $# = 2 ] || die "usage: build.sh musl|glibc PREFIX"
flavour=$1
case $flavour in musl | glibc) ;; *) die "no flavour '$flavour'" ;; esac
case $2 in /*) prefix=$2 ;; *) prefix=$PWD/$2 ;; esac
case $prefix in *[!A-Za-z0-9_./+@:,-]*) die "the path $prefix has characters that the libraries' own build systems cannot take" ;; esac
mkdir -p "${prefix%/*}"
if command -v flock >/dev/null; then
	exec 9>"$prefix.lock"
	flock 9
fi
[ ! -f "$prefix/.done" ] || exit 0

work=$prefix.work
log=$prefix.log
# shellcheck disable=SC2034 # the recipes use it
jobs=${RJ_JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)}
rm -rf "$prefix" "$work"
mkdir -p "$prefix/include" "$prefix/lib" "$prefix/bin" "$work"
"$here/fetch.sh" >"$work/sources"

# What every library is compiled with; recipes add to it. gnu11, since newer compilers default
# to a language that older sources are not written in; no unwind tables in the release, where
# nothing unwinds and they are a tenth of the file; -fPIE because the programs are
# position independent, sections so that the linker can drop what is not used.
cc=${CC:-gcc}
cflags="-std=gnu11 -O2 -fPIE -ffunction-sections -fdata-sections -fstack-protector-strong"
cflags="$cflags -ffile-prefix-map=$work=third_party"
case $flavour in
musl) cflags="$cflags -fno-asynchronous-unwind-tables -fno-unwind-tables" ;;
glibc) cflags="$cflags -g" ;;
esac

# unpack PART: the files of $name of that part, in the current directory.
unpack() {
	# shellcheck disable=SC2013 # names without blanks
	for f in $(sed -n "s/^$name $version //p" "$work/sources"); do
		case $(sha256sum <"$f") in
		"$(awk -v n="$name" -v v="$version" -v p="$1" '$1 == n && $2 == v && $3 == p { print $4 }' "$here/lock")  -")
			tar -xf "$f"
			return 0
			;;
		esac
	done
	return 1
}

apply() { # PATCH
	echo "patch: $1"
	patch -s -p1 <"$1"
}

# debian_patches GLOB...: applies those of the packaging's patches, in its order.
debian_patches() {
	mkdir "$work/$name-debian"
	(cd "$work/$name-debian" && unpack debian) || return 0
	while read -r p; do
		for glob; do
			# shellcheck disable=SC2254 # a pattern is wanted
			case $p in $glob) apply "$work/$name-debian/debian/patches/$p" && break ;; esac
		done
	done <"$work/$name-debian/debian/patches/series"
}

configure_cmake() { # ARGS...
	cmake -S . -B build -G "Unix Makefiles" -DCMAKE_BUILD_TYPE=None -DCMAKE_C_COMPILER="$cc" \
		-DCMAKE_C_FLAGS="$cflags" -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib \
		-DCMAKE_FIND_ROOT_PATH="$prefix" -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY \
		-DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY -DCMAKE_FIND_ROOT_PATH_MODE_PACKAGE=ONLY \
		-DCMAKE_POLICY_VERSION_MINIMUM=3.5 -DCMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON -DBUILD_SHARED_LIBS=OFF "$@"
}

# One component, in a subshell. The recipe runs in the unpacked and patched source.
build_one() (
	mkdir "$work/$name"
	cd "$work/$name"
	unpack orig
	cd ./*/
	for p in "$here/patches/$name-$version"/*.patch; do
		[ ! -f "$p" ] || apply "$p"
	done
	# shellcheck disable=SC1090 # the recipe of this component
	. "$here/recipes/$name.sh"
)

echo "third_party: building for $flavour (about a minute, once)" >&2
while read -r name version _ <&3; do
	[ "$name $flavour" != "musl glibc" ] || continue
	echo "third_party: $flavour: $name $version" >&2
	set +e
	(
		set -e
		build_one
	) >"$log" 2>&1
	rc=$?
	set -e
	if [ $rc != 0 ]; then
		tail -n 30 "$log" >&2
		die "building $name $version for $flavour failed; the whole log is $log"
	fi
	echo "$name $version" >>"$prefix/versions"
	[ "$name" != musl ] || cc=$prefix/bin/cc
done 3<"$work/sources"
rm -rf "$work" "$log"
: >"$prefix/.done"
