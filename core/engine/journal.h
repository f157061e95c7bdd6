#ifndef RJ_ENGINE_JOURNAL_H
#define RJ_ENGINE_JOURNAL_H

#include <stdbool.h>
#include <time.h>

#include "core/engine/ctx.h"
#include "core/model/jail.h"
#include "core/model/journal.h"

struct rj_guard;
struct rj_session_result;

/*
 * What sessions a jail had. In private/NAME/log, which no jail ever sees:
 *
 *   history.jsonl   a line for each session that is over (core/model/journal.h)
 *   ID.cast, ID.tail   see core/engine/tape.h
 *
 * A line is added by one write, not synced: a crash may lose the last ones, and damages no other.
 * When the file is larger than 1 MiB, the older half goes.
 */

/* When a session began, and what it is called: "20261125-163412-4711", time in UTC and PID. */
struct rj_journal_mark {
	char id[RJ_JOURNAL_ID];
	struct timespec wall, clock; /* real time; the time that no one sets */
};

void rj_journal_begin(struct rj_journal_mark *ret);

/* A descriptor of private/NAME/log, which is made when it is not there; or -errno with *err. */
int rj_journal_dir(const struct rj_ctx *ctx, const char *name, struct rj_err *err);

/* Peak memory of a session whose jail has ended, before rj_guard_finish. `one`: bytes of its
 * greatest process; 0 when nobody said it, and then that of all that was waited for. */
void rj_journal_measure(const struct rj_guard *guard, int64_t one, struct rj_journal_entry *e);

/* So short until now that no files are counted at its end. */
bool rj_journal_is_short(const struct rj_journal_mark *mark);

/*
 * At the end of a session, all else done: fill in *e, which has what rj_journal_measure says and
 * `recorded`, and add it. Files are counted when that takes no more than a tenth of what the
 * session took. Takes *e, also on failure.
 */
int rj_journal_end(const struct rj_ctx *ctx, const struct rj_jail *jail,
		   const struct rj_journal_mark *mark, char *const *argv, const char *user,
		   const struct rj_session_result *result, struct rj_journal_entry *e,
		   struct rj_err *err);

struct rj_journal {
	struct rj_journal_entry *v; /* by time of start, the oldest first */
	size_t n, cap;
	size_t damaged; /* lines that could not be read */
};

/* All of a jail's sessions: those of the history, and recordings of those that are not over, or
 * whose end a crash has taken. */
int rj_journal_read(const struct rj_ctx *ctx, const char *name, struct rj_journal *ret,
		    struct rj_err *err);
void rj_journal_release(struct rj_journal *h);

#endif
