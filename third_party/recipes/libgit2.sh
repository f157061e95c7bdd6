# libgit2: the git engine. Only the transports and algorithms that RoboJail uses.
#
# CERT_LOCATION is a file that is never there to read: a real one is parsed at every start
# (6 ms). The certificates are named at run time, before the network is first used.
# shellcheck shell=sh disable=SC2154
debian_patches 'backports/CVE-*'
configure_cmake -DUSE_HTTPS=mbedTLS -DUSE_SSH=OFF -DUSE_SHA1=CollisionDetection -DUSE_SHA256=mbedTLS \
	-DUSE_THREADS=ON -DREGEX_BACKEND=regcomp -DUSE_HTTP_PARSER=http-parser -DUSE_NTLMCLIENT=OFF \
	-DUSE_GSSAPI=OFF -DUSE_BUNDLED_ZLIB=OFF -DBUILD_TESTS=OFF -DBUILD_CLI=OFF -DBUILD_EXAMPLES=OFF \
	-DENABLE_REPRODUCIBLE_BUILDS=ON -DCERT_LOCATION=/dev/null -DMBEDTLS_ROOT_DIR="$prefix"
make -C build -j"$jobs" install

# libgit2's view of mbedTLS's structs, compiled with exactly libgit2's own flags.
flags=build/src/libgit2/CMakeFiles/libgit2.dir/flags.make
flags=$(sed -n 's/^C_\(DEFINES\|INCLUDES\|FLAGS\) = //p' "$flags" | tr '\n' ' ')
eval "$cc $flags -w -DRJ_LAYOUT=rj_layout_libgit2 -c '$here/glue/layout.c' -o '$prefix/lib/layout-libgit2.o'"
