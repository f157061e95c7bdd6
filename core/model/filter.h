#ifndef RJ_MODEL_FILTER_H
#define RJ_MODEL_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which system calls the processes of a jail may make: a table, and what is compiled from it.
 *
 * The rows (filter_rows.c) are compiled to BPF while RoboJail is built (tools/filter.c, with
 * libseccomp's names); the programs are part of robojail, libseccomp is not. How the rows are read:
 *
 *   1. A row that refuses under conditions comes first: it answers when they hold.
 *   2. A call is allowed when a row allows it and the row's conditions, if any, hold.
 *   3. A row that refuses without conditions answers for the call.
 *   4. Everything else, and so each call that future kernels add, is answered with ENOSYS: the C
 *      library and careful programs then do without it. So are calls by another architecture's
 *      table (i386, x32, 32-bit arm): refused, not killed, so that a program that only tries
 *      lives on. 32-bit programs do not run.
 */

enum rj_filter {
	RJ_FILTER_ROOT,	       /* a jail whose user is root in name: chown and the like succeed */
	RJ_FILTER_SELF,	       /* a jail whose user has the caller's own name */
	RJ_FILTER_ROOT_NESTED, /* the same two, and programs may make namespaces */
	RJ_FILTER_SELF_NESTED,
	RJ_FILTER_LOCKED, /* the child that reads what a jail wrote: no network, no exec, no fork */
	RJ_FILTERS,
};

/* How one argument is looked at: its low 32 bits, because for the kernel each of these is an int,
 * or flags of 32 bits, whatever a caller puts above. */
enum rj_filter_op {
	RJ_FILTER_BETWEEN, /* from <= (arg & mask) <= to */
	RJ_FILTER_ANY,	   /* (arg & mask) != 0 */
};

struct rj_filter_if {
	enum rj_filter_op op;
	unsigned arg;  /* 0 to 5 */
	uint32_t mask; /* 0: this and the ones that follow are not conditions */
	uint32_t from, to;
};

enum { RJ_FILTER_ALLOW = -1, RJ_FILTER_IFS = 2 };

struct rj_filter_row {
	const char *calls; /* names, as libseccomp has them, with blanks between */
	unsigned in;	   /* bit 1 << F: it holds in filter F */
	int answer; /* RJ_FILTER_ALLOW, or the errno that the caller sees; 0 is success, and nothing
		       is done */
	struct rj_filter_if when[RJ_FILTER_IFS]; /* all of them hold */
};

/* The table; ended by a row without calls. */
extern const struct rj_filter_row rj_filter_rows[];

/* Ready for seccomp(2). */
struct rj_filter_program {
	const struct sock_filter *code;
	unsigned short n;
};

/* Written by tools/filter.c: the programs of each architecture, and what libseccomp calls the
 * system calls, for tests. A number is negative where the architecture has no such call. */
extern const struct rj_filter_program rj_filter_x86_64[RJ_FILTERS];
extern const struct rj_filter_program rj_filter_aarch64[RJ_FILTERS];
struct rj_filter_call {
	const char *name;
	int x86_64, aarch64;
};
extern const struct rj_filter_call rj_filter_calls[]; /* ended by a row without a name */

/* The program for the architecture that robojail is built for. */
const struct rj_filter_program *rj_filter_program(enum rj_filter filter);

/* "root", "self", "root-nested", ... */
const char *rj_filter_name(enum rj_filter filter);

/* The filter of a jail. */
enum rj_filter rj_filter_of_jail(bool root, bool nested);

#endif
