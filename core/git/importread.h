#ifndef RJ_GIT_IMPORTREAD_H
#define RJ_GIT_IMPORTREAD_H

#include "core/git/quarantine.h"
#include "core/git/stream.h"

/*
 * A stream from the locked child as it comes in: its words into `out`, its pack into quarantine.
 * What an import (import.h) and a bundle (bundle.h) have in common. Nothing is believed yet but
 * that the pack is one, within its limits, and that its hashes are right.
 */
struct rj_incoming {
	const char *dir; /* where the quarantine lies: see quarantine.h */
	const struct rj_import_limits *limits;
	struct rj_stream_reader stream; /* its fd is set by the caller */
	struct rj_quarantine pack;	/* begins as {.lock = -1} */
	struct rj_import_result out;	/* head_name, others, objects, bytes */
	size_t others_cap;
	bool everything; /* not only what HEAD leads to: see struct rj_export */
	bool has_tip;
	git_oid tip; /* of G */
};

int rj_incoming_read(struct rj_incoming *in, struct rj_err *err);
void rj_incoming_release(struct rj_incoming *in);

#endif
