#ifndef RJ_ENGINE_SELFTEST_H
#define RJ_ENGINE_SELFTEST_H

#include "core/attack/attack.h"
#include "core/base/err.h"

/*
 * Every attempt of core/attack on this machine: first where nothing protects, then in a throw-away
 * jail, by the program itself as a user would call it. Everything lies in one new directory below
 * $TMPDIR, with a home, a configuration and a repository of its own for each attempt; the user's
 * jails, configuration and repositories are not touched. git, if there, is only used to show what
 * it does.
 */
enum rj_selftest_verdict {
	RJ_SELFTEST_HELD,
	RJ_SELFTEST_BROKEN,
	RJ_SELFTEST_ALLOWED,   /* it works because the jail is nested */
	RJ_SELFTEST_LACKING,   /* it works because this kernel lacks what would hold it */
	RJ_SELFTEST_NOT_SHOWN, /* refused, but it does not work unprotected either */
};

struct rj_selftest_row {
	const struct rj_attack *attack;
	enum rj_attack_result control, jail;
	struct rj_attack_note control_note, jail_note; /* hostile text at worst */
	enum rj_selftest_verdict verdict;
};

struct rj_selftest {
	struct rj_selftest_row *rows; /* owned; in the order of rj_attacks */
	size_t n;
};

struct rj_selftest_args {
	bool nested; /* the jails are made with --nested */
	void (*progress)(void *arg, const struct rj_attack *attack); /* or NULL */
	void *arg;
};

/* An error when a jail cannot be made at all, with what create or run said. */
int rj_selftest_run(const struct rj_selftest_args *args, struct rj_selftest *ret,
		    struct rj_err *err);
void rj_selftest_release(struct rj_selftest *t);

/* Be the process that attempts are aimed at: serve until standard input ends. Prints
 * "port=N shm=N" when all is up. An exit status. */
int rj_selftest_target(const struct rj_attack_site *site);

#endif
