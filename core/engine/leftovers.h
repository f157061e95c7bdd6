#ifndef RJ_ENGINE_LEFTOVERS_H
#define RJ_ENGINE_LEFTOVERS_H

#include "core/engine/ctx.h"

/*
 * What dead jails left behind: of a create or destroy that was cut short, or of files that were
 * removed by hand. Looks only; and not at a jail that something is at work on.
 */
enum rj_leftover_kind {
	RJ_LEFT_INCOMPLETE,  /* a record of a create that was cut short */
	RJ_LEFT_NO_WORKTREE, /* a record whose worktree is gone */
	RJ_LEFT_NO_PRIVATE,  /* a record whose git directory is gone */
	RJ_LEFT_NO_REPO,     /* a record whose main repository is gone */
	RJ_LEFT_WORKTREE,    /* a worktree without a record */
	RJ_LEFT_PRIVATE,     /* private data without a record */
	RJ_LEFT_ADMIN,	     /* a main repository's entry of a worktree without a record */
	RJ_LEFT_TEMPORARY,   /* a temporary file beside the state file */
	RJ_LEFT_CORRUPT,     /* a copy of a state file that could not be read */
};

struct rj_leftover {
	enum rj_leftover_kind kind;
	char *name; /* of the jail, or of the file */
	char *path;
};

struct rj_leftovers {
	struct rj_leftover *v;
	size_t n, cap;
	size_t jails; /* records in all */
};

/* Fails when the state file cannot be read or is none; unlike every other command it then makes no
 * copy of it. */
int rj_leftovers_find(const struct rj_ctx *ctx, struct rj_leftovers *ret, struct rj_err *err);
void rj_leftovers_release(struct rj_leftovers *l);

/* For people: what it is ("a worktree without a record"), what it costs, and the command that ends
 * it, malloc'd. */
const char *rj_leftover_text(enum rj_leftover_kind kind);
const char *rj_leftover_cost(enum rj_leftover_kind kind);
char *rj_leftover_remedy(const struct rj_leftover *l);

#endif
