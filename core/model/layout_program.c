/*
 * layout: the entrypoint's program, when it lies outside what every jail shows
 *
 * What it needs is found by entrypoint.c; each link becomes a symlink inside, each file and
 * directory a read-only bind at its real place.
 */
#include <errno.h>

#include "core/model/entrypoint.h"

static int add_need(struct rj_plan *p, const struct rj_layout_in *in, const struct rj_need *need,
		    struct rj_err *err)
{
	rj_layout_ensure_top(p, in, need->path);
	if (need->kind == RJ_NEED_LINK) {
		rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_SYMLINK,
						.src = need->text,
						.dst = need->path});
		return 0;
	}
	return rj_layout_add_bind(p, in->facts, need->path, need->path, 0, err);
}

int rj_layout_add_program(struct rj_plan *p, const struct rj_layout_in *in, const char *program,
			  struct rj_err *err)
{
	struct rj_entrypoint e = {0};
	struct rj_err why = {0};
	int rc = rj_entrypoint_resolve(in, p, program, &e, &why);

	if (rc == -ENOENT && in->entry_optional)
		return 0;
	for (size_t i = 0; rc == 0 && i < e.n; i++)
		rc = add_need(p, in, &e.v[i], &why);
	if (rc < 0)
		*err = why;
	if (rc == 0 && in->ret_entry)
		*in->ret_entry = e;
	else
		rj_entrypoint_release(&e);
	return rc;
}
