# libdeflate: git objects that are whole in memory, in a third of zlib's time. Only what reads the
# zlib format; it picks its code by the processor at run time.
# shellcheck shell=sh disable=SC2154
mkdir objects
for f in utils */cpu_features deflate_decompress adler32 zlib_decompress; do
	for source in lib/$f.c; do
		$cc $cflags -I. -c "$source" -o "objects/$(echo "$source" | tr / _).o"
	done
done
ar rcs "$prefix/lib/libdeflate.a" objects/*.o
cp libdeflate.h "$prefix/include/"
