/*
 * Compares the sizes of mbedTLS's structs as mbedTLS's build and libgit2's build see them; see
 * third_party/glue/layout.c. Exit status 1 and one line for each that differs.
 */
#include <stddef.h>
#include <stdio.h>

extern const size_t rj_layout_mbedtls[];
extern const size_t RJ_LAYOUT[];

int main(void)
{
	int bad = 0;
	size_t i = 0;

	for (; rj_layout_mbedtls[i] && RJ_LAYOUT[i]; i++) {
		if (rj_layout_mbedtls[i] == RJ_LAYOUT[i])
			continue;
		(void)printf("struct %zu: %zu bytes in mbedTLS, %zu in libgit2\n", i,
			     rj_layout_mbedtls[i], RJ_LAYOUT[i]);
		bad = 1;
	}
	if (rj_layout_mbedtls[i] || RJ_LAYOUT[i] || i < 5)
		bad = 1;
	return bad;
}
