#include "core/base/copy.h"

#include <stdint.h>
#include <string.h>

typedef uint16_t two __attribute__((may_alias, aligned(1)));
typedef uint32_t four __attribute__((may_alias, aligned(1)));
typedef uint64_t eight __attribute__((may_alias, aligned(1)));
typedef long long sixteen __attribute__((vector_size(16), may_alias, aligned(1)));

enum { FEW = 64, SOME = 512 };

/* The first and the last N bytes, which together are all; everything is read before anything is
 * written. */
#define ENDS(N, to, from, n)                                           \
	do {                                                           \
		const N first = *(const N *)(from);                    \
		const N last = *(const N *)((from) + (n) - sizeof(N)); \
		*(N *)(to) = first;                                    \
		*(N *)((to) + (n) - sizeof(N)) = last;                 \
	} while (0)

/* At most FEW bytes. */
static inline void few(unsigned char *to, const unsigned char *from, size_t n)
{
	if (n > 32) {
		const sixteen second = *(const sixteen *)(from + 16);
		const sixteen third = *(const sixteen *)(from + n - 32);

		ENDS(sixteen, to, from, n);
		*(sixteen *)(to + 16) = second;
		*(sixteen *)(to + n - 32) = third;
	} else if (n >= 16) {
		ENDS(sixteen, to, from, n);
	} else if (n >= 8) {
		ENDS(eight, to, from, n);
	} else if (n >= 4) {
		ENDS(four, to, from, n);
	} else if (n >= 2) {
		ENDS(two, to, from, n);
	} else if (n) {
		*to = *from;
	}
}

/* More than FEW. From the first byte on, so that `to` may overlap with what lies behind it. */
static inline void forward(unsigned char *to, const unsigned char *from, size_t n)
{
	const sixteen last = *(const sixteen *)(from + n - 16);
	unsigned char *const end = to + n - 16;

#ifdef __x86_64__
	if (n > SOME) {
		size_t words = n / 8;

		__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
		*(sixteen *)end = last;
		return;
	}
#endif
	for (; to < end; to += 16, from += 16)
		*(sixteen *)to = *(const sixteen *)from;
	*(sixteen *)end = last;
}

static inline void backward(unsigned char *to, const unsigned char *from, size_t n)
{
	const sixteen first = *(const sixteen *)from;

	for (; n > 16; n -= 16)
		*(sixteen *)(to + n - 16) = *(const sixteen *)(from + n - 16);
	*(sixteen *)to = first;
}

void *rj_copy(void *restrict to, const void *restrict from, size_t n)
{
	if (n <= FEW)
		few(to, from, n);
	else
		forward(to, from, n);
	return to;
}

void *rj_move(void *to, const void *from, size_t n)
{
	if (n <= FEW)
		few(to, from, n);
	else if ((uintptr_t)to - (uintptr_t)from >= n) /* before it, or quite behind it */
		forward(to, from, n);
	else
		backward(to, from, n);
	return to;
}

int rj_compare(const void *a, const void *b, size_t n)
{
	const unsigned char *p = a, *q = b;

	for (; n >= 8; n -= 8, p += 8, q += 8)
		if (*(const eight *)p != *(const eight *)q)
			break;
	for (; n > 0; n--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

#if defined(__x86_64__) && !defined(__GLIBC__)
void *memcpy(void *restrict to, const void *restrict from, size_t n)
	__attribute__((alias("rj_copy")));
void *memmove(void *to, const void *from, size_t n) __attribute__((alias("rj_move")));
int memcmp(const void *a, const void *b, size_t n) __attribute__((alias("rj_compare")));
#endif
