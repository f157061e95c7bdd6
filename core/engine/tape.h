#ifndef RJ_ENGINE_TAPE_H
#define RJ_ENGINE_TAPE_H

#include "core/engine/journal.h"
#include "core/engine/session.h"

/*
 * What a session's terminal shows, kept beside it. For every session with a terminal the last
 * bytes, for `watch`: ID.tail, 4 KiB at most, removed at its end. When it is recorded, all of it:
 * ID.cast (core/model/cast.h). Output only: what is typed is there if the terminal echoes it.
 *
 * A session never suffers from it. When something fails (the disk is full), or the recording has
 * record_max_mib, it ends, whole lines and all, and the session goes on. Each read of the terminal
 * is written at once, so a supervisor that is killed loses the last one at most.
 */
struct rj_tape;

/*
 * Before the jail is started. `tty`: one of the command's descriptors is a terminal. *ret is NULL
 * when there is none; -ENOTTY when it was to be recorded then. Other failures only when
 * `how` is RJ_RECORD_YES: the user counts on it.
 */
int rj_tape_start(const struct rj_ctx *ctx, const char *name, const struct rj_journal_mark *mark,
		  char *const *argv, enum rj_record how, bool tty, struct rj_tape **ret,
		  struct rj_err *err);

/* Both accept NULL. What the terminal showed; and that its size may have changed: `fd` is one of
 * its ends. */
void rj_tape_output(struct rj_tape *tape, const char *bytes, size_t len);
void rj_tape_size(struct rj_tape *tape, int fd);

/* The end; *ret_recorded is whether there is a recording. -errno with *err when it is not whole.
 * Accepts a NULL. */
int rj_tape_end(struct rj_tape **tape, bool *ret_recorded, struct rj_err *err);

/* For RJ_AUTO: a session that did not come about. Leaves no file. */
void rj_tape_drop(struct rj_tape **tape);

/* Is the session still there whose files these are? `dir` as from rj_journal_dir. */
bool rj_tape_is_live(int dir, const char *id);

/* The last line on the terminal of a jail's running session, the one that spoke last; not harmless
 * (core/base/term.h). Empty when there is none. */
void rj_tape_last_line(const struct rj_ctx *ctx, const char *name, struct rj_buf *out);

#endif
