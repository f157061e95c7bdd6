# zlib: compression of git objects.
# shellcheck shell=sh disable=SC2154
CC=$cc CFLAGS=$cflags ./configure --static --prefix="$prefix"
make -j"$jobs" libz.a
cp libz.a "$prefix/lib/"
cp zlib.h zconf.h "$prefix/include/"
