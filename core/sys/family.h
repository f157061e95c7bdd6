#ifndef RJ_SYS_FAMILY_H
#define RJ_SYS_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What all processes below some others use: children, their children, and so on, without those at
 * the top. Read from a descriptor of /proc in one pass for all of them, from files that everybody
 * may read (proc(5)): a jail's first process keeps its own /proc to itself.
 */
struct rj_family {
	pid_t top;	 /* in: the one whose descendants are meant; 0 for none */
	bool found;	 /* `top` is there */
	uint64_t memory; /* bytes: anonymous, shared and swapped, as rj_usage_read counts */
	uint64_t cpu;	 /* clock ticks (sysconf(3)) of those that live, and whom they waited for */
	unsigned processes;
	uint64_t started; /* when `top` did: clock ticks since boot */
};

/* 0, or -errno. */
int rj_family_read(int proc, struct rj_family *families, size_t n);

#endif
