#ifndef RJ_ENGINE_REAPER_PARTS_H
#define RJ_ENGINE_REAPER_PARTS_H

#include <stddef.h>
#include <sys/types.h>

#include "core/engine/reaper.h"

/* Between the files of the reaper. */
struct rj_joined {
	pid_t reaper;
	int conn; /* to its client; read by its reaper only */
	struct rj_wire_session session;
};

struct rj_reaper_state {
	const struct rj_reaper *r;
	int signals; /* signalfd */
	int slave;   /* the session's terminal, or -1 */
	pid_t command;
	bool ended; /* the command */
	bool told;  /* its end, to a client that goes while the jail stays */
	int status;
	/* PID 1 only */
	struct rj_joined *joined;
	size_t n, cap;
	int last_id;
	/* rj_now_ms, 0 never: HUP to all, and the end of all */
	int64_t hup_at, stop_at;
};

/* Somebody knocks at the jail's socket. */
void rj_reaper_answer(struct rj_reaper_state *s);

/* Was it the reaper of a joined session? Then it is forgotten. */
bool rj_reaper_forget(struct rj_reaper_state *s, pid_t pid);

/* It stopped, or was stopped from inside: the session's client would wait for ever. */
void rj_reaper_unstop(const struct rj_reaper_state *s, pid_t pid);

/* End all that the session's command left behind: children of ours but the reapers of others. */
void rj_reaper_sweep(const struct rj_reaper_state *s);

#endif
