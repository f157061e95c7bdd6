#ifndef RJ_BASE_CLOCK_H
#define RJ_BASE_CLOCK_H

#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * All within their callers, so that they are where those are (RJ_IDLE).
 *
 * By the call itself: the way without one (vdso(7)) costs a short command two page faults and a
 * search for a name, as much as thirty calls, and nobody in here looks at a clock so often.
 */
__attribute__((always_inline)) static inline void rj_clock(clockid_t id, struct timespec *ret)
{
	if (syscall(SYS_clock_gettime, id, ret) < 0)
		*ret = (struct timespec){0}; /* cannot happen: those that are asked for exist */
}

/* Seconds since 1970. */
__attribute__((always_inline)) static inline int64_t rj_now_s(void)
{
	struct timespec t;

	rj_clock(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec;
}

/* Milliseconds of a clock that only goes forward. */
__attribute__((always_inline)) static inline int64_t rj_now_ms(void)
{
	struct timespec t;

	rj_clock(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#endif
