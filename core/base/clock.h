#ifndef RJ_BASE_CLOCK_H
#define RJ_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds of a clock that only goes forward (CLOCK_MONOTONIC). Within its callers, so that it
 * is where they are (RJ_IDLE). */
__attribute__((always_inline)) static inline int64_t rj_now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#endif
