#ifndef RJ_BASE_ERR_H
#define RJ_BASE_ERR_H

#include <stddef.h>

/*
 * One error value an operation, owned by the caller.
 *
 * Plain data of fixed size on purpose: the child between clone() and exec()
 * must not allocate, and sends the whole struct to its parent with one write
 * (it is smaller than PIPE_BUF, so the write is atomic).
 *
 * Contract of every function that takes one: it is the last parameter; the
 * return value is 0 (or a count) on success, -errno on failure; *err is
 * written on failure and left alone on success.
 */
struct rj_err {
	int num;	/* positive errno value, 0 while unset */
	int status;	/* exit status that the process should end with */
	char msg[1024]; /* "outer: inner: reason", one line, no newline */
	char hint[768]; /* what the user can do about it; may be empty */
};

/* Several of them, malloc'd: to be told one after the other. */
struct rj_errs {
	struct rj_err *v;
	size_t n, cap;
};

/* One more, for the caller to set. */
struct rj_err *rj_errs_add(struct rj_errs *errs);
void rj_errs_release(struct rj_errs *errs);

/* Exit statuses of robojail itself; `run` and `enter` add 125 to 127. */
enum rj_exit {
	RJ_EXIT_OK = 0,
	RJ_EXIT_FAILED = 1,
	RJ_EXIT_USAGE = 2,
	RJ_EXIT_NO_JAIL = 3,
	RJ_EXIT_NO_FEATURE = 4, /* the host lacks something that a jail needs */
	RJ_EXIT_NOT_MADE = 125, /* run, enter: the jail could not be made */
	RJ_EXIT_NOT_EXEC = 126, /* run, enter: the command is not executable */
	RJ_EXIT_NOT_FOUND = 127,
};

#define RJ_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* A system call failed: the message ends with strerror(num). ETOOMANYREFS has its remedy, too.
 * Returns -num. */
int rj_fail(struct rj_err *err, int num, const char *fmt, ...) RJ_PRINTF(3, 4);

/* We say no: the message is complete as it is. Returns -num. */
int rj_refuse(struct rj_err *err, int num, const char *fmt, ...) RJ_PRINTF(3, 4);

/* Put context in front of an error that is already set; returns -err->num. */
int rj_wrap(struct rj_err *err, const char *fmt, ...) RJ_PRINTF(2, 3);

/* Set the remedy, in place of an earlier one; returns -err->num. */
int rj_hint(struct rj_err *err, const char *fmt, ...) RJ_PRINTF(2, 3);

/* The remedy for a full disk or quota, where that is what the error tells; returns -err->num. */
int rj_hint_room(struct rj_err *err);

/* Set the exit status (RJ_EXIT_FAILED otherwise); returns -err->num. */
int rj_exit_with(struct rj_err *err, int status);

#endif
