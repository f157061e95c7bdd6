# libseccomp: compiles the filter of system calls (tools/filter.c) while RoboJail is built. It is
# no part of robojail itself.
# shellcheck shell=sh disable=SC2154
command -v gperf >/dev/null || die "gperf is missing (Debian: gperf): libseccomp makes its table of system calls with it"
rm -f src/syscalls.perf src/syscalls.perf.c # made anew from the patched table
CC=$cc CFLAGS=$cflags ./configure --prefix="$prefix" --disable-shared --enable-static --disable-python
make -C src -j"$jobs" libseccomp.la
cp src/.libs/libseccomp.a "$prefix/lib/"
cp include/seccomp.h include/seccomp-syscalls.h "$prefix/include/"
