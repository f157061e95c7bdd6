#ifndef RJ_SYS_USAGE_H
#define RJ_SYS_USAGE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What the processes of a PID namespace use, read from a descriptor of its /proc. Numbers that the
 * kernel makes, from files that everybody may read and that no process can make slow.
 */
struct rj_usage {
	uint64_t memory; /* bytes: anonymous, shared, swapped, locked, and page tables */
	uint64_t tasks;	 /* processes and threads */
	int biggest;	 /* its PID in that namespace, never 1; 0 none */
	char name[16];	 /* of the biggest: any bytes but NUL */
};

/*
 * Pages that several processes share are counted for each of them. When `shared_once`, they are
 * divided among those who have them (smaps_rollup, Linux 4.14), which takes long; a process whose
 * smaps are closed to us (not dumpable) counts as before. 0, or -errno.
 */
int rj_usage_read(int proc, bool shared_once, struct rj_usage *ret);

/* End process `pid` of that namespace by SIGKILL; pinned by its directory, so no other. 0, -errno.
 */
int rj_usage_kill(int proc, int pid);

#endif
