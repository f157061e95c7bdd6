# jansson: JSON in and out.
# shellcheck shell=sh disable=SC2154
configure_cmake -DJANSSON_BUILD_DOCS=OFF -DJANSSON_EXAMPLES=OFF -DJANSSON_WITHOUT_TESTS=ON \
	-DJANSSON_BUILD_SHARED_LIBS=OFF
make -C build -j"$jobs" install
