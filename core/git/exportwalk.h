#ifndef RJ_GIT_EXPORTWALK_H
#define RJ_GIT_EXPORTWALK_H

#include "core/git/exportpack.h"
#include "core/git/import.h"
#include "core/git/treefmt.h"

/* The walk through G's objects, in the locked child: from some starting points, everything that
 * main lacks. */
struct rj_exportwalk {
	struct rj_objread own; /* G's objects alone */
	/* main's object directories alone; loose ones are asked only where the directory of their
	 * first byte is there */
	git_odb *main, *main_loose;
	bool has_loose[256];
	struct rj_oidset in_main;     /* what was found there */
	const struct rj_oidset *left; /* see struct rj_export */
	struct rj_exportpack pack;
	struct rj_commit commit;
	struct rj_tree tree;
	size_t work;
};

int rj_exportwalk_open(struct rj_exportwalk *w, const struct rj_export *ex, struct rj_err *err);
void rj_exportwalk_release(struct rj_exportwalk *w);

bool rj_exportwalk_in_main(struct rj_exportwalk *w, const git_oid *id);

/* It is there, and would be if the jail had never been. */
bool rj_exportwalk_main_holds(struct rj_exportwalk *w, const git_oid *id);

/* Read one of G's commits into w->commit. */
int rj_exportwalk_commit(struct rj_exportwalk *w, const git_oid *id, struct rj_err *err);

/* Add a starting point: what a ref or a tag names, of whatever type. */
int rj_exportwalk_start(struct rj_exportwalk *w, const git_oid *id, struct rj_err *err);

/* The i-th of main's object directories as the locked child sees them, made in `buf` where it is
 * not in *ex; or NULL. */
const char *rj_export_objects(const struct rj_export *ex, size_t i, char *buf, size_t size);

/* Collect into w->pack what the starting points reach and main lacks. */
int rj_exportwalk_run(struct rj_exportwalk *w, struct rj_err *err);

#endif
