#ifndef RJ_ENGINE_SELFTEST_SITE_H
#define RJ_ENGINE_SELFTEST_SITE_H

#include <signal.h>

#include "core/attack/attack.h"
#include "core/base/buf.h"

/*
 * Where a selftest happens (selftest.h): a directory with all that attempts are aimed at, and the
 * program run in it as a user would run it. Parts of selftest.c.
 *
 *   DIR/robojail      a copy of this program, so that nothing done to it matters
 *   DIR/home          HOME of all that runs here: configuration, jails, ~/.secret
 *   DIR/socket, mark  see struct rj_attack_site
 *   DIR/N-control     a repository in which attempt N is made unprotected
 *   DIR/N-repo        the one that the jail of attempt N is made of
 */
struct rj_selftest_site {
	char *dir, *program, *home, *secret, *mark, *socket, *abstract;
	int secret_fd;
	pid_t target; /* selftest_target.c, alive while `hold` is open */
	int hold;
	sigset_t mask; /* of the caller: signals that end a program wait until all is removed */
	struct rj_attack_site seen; /* work and repo are set for each attempt */
};

int rj_selftest_site_init(struct rj_selftest_site *s, struct rj_err *err);
void rj_selftest_site_release(struct rj_selftest_site *s);

/* Does a signal wait that would have ended this process, such as ^C? Then it ends, by that signal,
 * in rj_selftest_site_release. */
bool rj_selftest_stopped(void);

/*
 * Run a program there: its exit status, or 128 + signal; -errno.
 * What it writes to standard output and error is appended to *out (at most 1 MiB; NULL: dropped).
 * It is killed when it takes longer than a minute. The secret is in its environment and
 * descriptors.
 */
int rj_selftest_call(const struct rj_selftest_site *s, char *const *argv, struct rj_buf *out);

/* The same for our own program and some words: RJ_WORDS("status", name). */
#define RJ_WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
int rj_selftest_robojail(const struct rj_selftest_site *s, const char *const *words,
			 struct rj_buf *out);
/* git -C DIR WORD...; -ENOENT when there is no git. */
int rj_selftest_git(const struct rj_selftest_site *s, const char *dir, const char *const *words,
		    struct rj_buf *out);

/*
 * Attempts of which the later matters (RJ_ATTACK_LATER): has it worked? `work` is where it was
 * made, `jail` the jail's name, or NULL for the control, where the question is whether git, or a
 * naive look, falls for it. *note says what was seen.
 */
bool rj_selftest_later(const struct rj_selftest_site *s, const char *id, const char *work,
		       const char *jail, struct rj_attack_note *note);

#endif
