# mbedTLS: https for libgit2. Its structs are part of libgit2's, so every option that changes
# their size goes into the installed config, which both read, and never on a command line.
# shellcheck shell=sh disable=SC2154
config=include/mbedtls/mbedtls_config.h
turn_on() { # NAME
	sed -i "s|^//#define $1\$|#define $1|" "$config"
	grep -qx "#define $1" "$config" || die "mbedTLS has no option $1 to switch on"
}

# libgit2 is built with threads and used from several.
turn_on MBEDTLS_THREADING_C
turn_on MBEDTLS_THREADING_PTHREAD

# Random bytes from getrandom(2), by glue/entropy.c: on musl mbedTLS would open /dev/urandom,
# and where there is no /dev libgit2 could not even start.
turn_on MBEDTLS_NO_PLATFORM_ENTROPY
turn_on MBEDTLS_ENTROPY_HARDWARE_ALT

make -C library -j"$jobs" CC="$cc" AR=ar CFLAGS="$cflags" static
# shellcheck disable=SC2086 # a list of flags
$cc $cflags -Iinclude -c "$here/glue/entropy.c" -o rj_entropy.o # another name than mbedTLS's entropy.o
ar rs library/libmbedcrypto.a rj_entropy.o
cp library/libmbedtls.a library/libmbedx509.a library/libmbedcrypto.a "$prefix/lib/"
cp -R include/mbedtls include/psa "$prefix/include/"

# mbedTLS's own view of its structs, for the check in tests/build.
# shellcheck disable=SC2086
$cc $cflags -Iinclude -DRJ_LAYOUT=rj_layout_mbedtls -c "$here/glue/layout.c" -o "$prefix/lib/layout-mbedtls.o"
