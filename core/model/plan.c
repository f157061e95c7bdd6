#include "core/model/plan.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/base/toml.h"

enum { STEPS = 128 }; /* that most plans have room in */

static const char *const kind_name[] = {
	[RJ_STEP_ROOT_TMPFS] = "root-tmpfs",
	[RJ_STEP_ROOT_KEPT] = "root-kept",
	[RJ_STEP_ROOT_BIND] = "root-bind",
	[RJ_STEP_BIND] = "bind",
	[RJ_STEP_BIND_INSIDE] = "bind-inside",
	[RJ_STEP_OVERLAY] = "overlay",
	[RJ_STEP_TMPFS] = "tmpfs",
	[RJ_STEP_PROC] = "proc",
	[RJ_STEP_PROC_OUTER] = "proc-outer",
	[RJ_STEP_DEVPTS] = "devpts",
	[RJ_STEP_DIR] = "dir",
	[RJ_STEP_FILE] = "file",
	[RJ_STEP_SYMLINK] = "symlink",
	[RJ_STEP_READONLY] = "readonly",
	[RJ_STEP_MASK] = "mask",
};

void rj_plan_add(struct rj_plan *p, struct rj_step s)
{
	s.src = rj_arena_strdup(&p->strings, s.src);
	s.dst = rj_arena_strdup(&p->strings, s.dst);
	s.upper = rj_arena_strdup(&p->strings, s.upper);
	s.size = rj_arena_strdup(&p->strings, s.size);
	if (p->n == p->cap) {
		const size_t cap = p->n ? 2 * p->n : STEPS;
		struct rj_step *v = rj_arena_alloc(&p->strings, cap * sizeof(*v));

		if (p->n)
			memcpy(v, p->v, p->n * sizeof(*v));
		p->v = v;
		p->cap = cap;
	}
	p->v[p->n++] = s;
}

static bool is_root(const struct rj_step *s)
{
	return s->kind == RJ_STEP_ROOT_TMPFS || s->kind == RJ_STEP_ROOT_BIND ||
	       s->kind == RJ_STEP_ROOT_KEPT;
}

/* Does this kind put a mount on its destination, and so hide what was below? */
static bool covers(const struct rj_step *s)
{
	switch (s->kind) {
	case RJ_STEP_BIND:
	case RJ_STEP_BIND_INSIDE:
	case RJ_STEP_OVERLAY:
	case RJ_STEP_TMPFS:
	case RJ_STEP_PROC:
	case RJ_STEP_PROC_OUTER:
	case RJ_STEP_DEVPTS:
		return true;
	case RJ_STEP_ROOT_TMPFS:
	case RJ_STEP_ROOT_BIND:
	case RJ_STEP_ROOT_KEPT:
	case RJ_STEP_DIR:
	case RJ_STEP_FILE:
	case RJ_STEP_SYMLINK:
	case RJ_STEP_READONLY:
	case RJ_STEP_MASK: /* hides on purpose */
		return false;
	}
	return false;
}

bool rj_step_is_copied(const struct rj_step *s)
{
	return s->changed && (s->flags & RJ_STEP_KEPT);
}

bool rj_step_is_dir(const struct rj_step *s)
{
	if (s->kind == RJ_STEP_BIND || s->kind == RJ_STEP_BIND_INSIDE)
		return s->flags & RJ_STEP_IS_DIR;
	return s->kind != RJ_STEP_FILE && s->kind != RJ_STEP_SYMLINK;
}

/* `lens`: of the destinations. All of those before are looked at for each, so the byte that tells
 * most of them apart comes first. */
static int check_hidden(const struct rj_plan *p, const size_t *lens, size_t by, struct rj_err *err)
{
	const struct rj_step *cover = &p->v[by];
	const size_t len = lens[by];

	for (size_t i = 1; i < by; i++) {
		const struct rj_step *s = &p->v[i];

		if (lens[i] < len || (s->dst[len] && s->dst[len] != '/') ||
		    memcmp(s->dst, cover->dst, len) != 0)
			continue;
		if (s->kind == RJ_STEP_DIR && !strcmp(cover->dst, s->dst))
			continue; /* its own mountpoint */
		(void)rj_refuse(err, EINVAL,
				"mount plan: what is put at %s (step %zu) would hide %s (step %zu)",
				cover->dst, by, s->dst, i);
		return rj_hint(err, "if a bind in config.toml leads there, give it another place "
				    "as SRC:DST");
	}
	return 0;
}

int rj_plan_check(const struct rj_plan *p, struct rj_err *err)
{
	RJ_AUTO(rj_free) size_t *lens = rj_alloc(p->n + 1, sizeof(*lens));

	if (p->n == 0 || !is_root(&p->v[0]))
		return rj_refuse(err, EINVAL, "mount plan: the first step is no root");
	for (size_t i = 0; i < p->n; i++) {
		const char *dst = p->v[i].dst;

		if (!rj_path_is_normal(dst))
			return rj_refuse(err, EINVAL, "mount plan: step %zu: bad destination '%s'",
					 i, dst ? dst : "");
		if (i > 0 && (is_root(&p->v[i]) || !strcmp(dst, "/")))
			return rj_refuse(err, EINVAL, "mount plan: step %zu is a second root", i);
		lens[i] = strlen(dst);
		/* The kernel would accept this; the jail would lack the hidden step. */
		if (covers(&p->v[i]) && check_hidden(p, lens, i, err) < 0)
			return -err->num;
	}
	return 0;
}

/* What is mounted, and may hold the places of later steps. */
struct holders {
	struct {
		const char *dst;
		size_t len;
	} * v;
	size_t n, cap;
};

static bool is_held(const struct holders *h, const char *dst)
{
	for (size_t i = 0; i < h->n; i++)
		if (rj_path_contains(h->v[i].dst, dst) && dst[h->v[i].len])
			return true;
	return false;
}

/* Flag what lies in the root itself; false when one of those covers something. */
static bool flag_kept(struct rj_plan *p, struct holders *h)
{
	for (size_t i = 1; i < p->n; i++) {
		struct rj_step *s = &p->v[i];

		if (!is_held(h, s->dst)) {
			if (s->kind == RJ_STEP_READONLY || s->kind == RJ_STEP_MASK)
				return false;
			s->flags |= RJ_STEP_KEPT;
		}
		if (covers(s) && rj_step_is_dir(s)) {
			h->v = rj_grow(h->v, &h->cap, h->n + 1, sizeof(*h->v));
			h->v[h->n].dst = s->dst;
			h->v[h->n++].len = strlen(s->dst);
		}
	}
	return true;
}

bool rj_plan_keep(struct rj_plan *p, bool keep)
{
	struct holders h = {0};
	const bool is_kept =
		keep && p->n > 0 && p->v[0].kind == RJ_STEP_ROOT_TMPFS && flag_kept(p, &h);

	free(h.v);
	for (size_t i = 0; !is_kept && i < p->n; i++)
		p->v[i].flags &= ~(unsigned)RJ_STEP_KEPT;
	return is_kept;
}

/* A field is one word: anything else is written as a TOML string. */
static void put_field(FILE *out, const char *s)
{
	RJ_AUTO(rj_buf_release) struct rj_buf quoted = {0};
	const char *p = s;

	while (*p > ' ' && *p < 0x7f && *p != '"' && *p != '\\')
		p++;
	if (*p || p == s)
		rj_toml_quote(&quoted, s, strlen(s));
	(void)fprintf(out, " %s", *p || p == s ? rj_buf_str(&quoted) : s);
}

void rj_plan_print(const struct rj_plan *p, FILE *out)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct rj_step *s = &p->v[i];
		const char *src = s->src ? s->src : s->size ? s->size : "-";
		char bytes[32];

		if (s->kind == RJ_STEP_FILE) {
			(void)snprintf(bytes, sizeof(bytes), "%zu-bytes", strlen(s->src));
			src = bytes;
		}
		/* as it is done where the root is kept, which is what can be told beforehand */
		(void)fprintf(out, "%s %s",
			      s->changed && p->v[0].kind != RJ_STEP_ROOT_BIND ? "copy"
									      : kind_name[s->kind],
			      s->flags & RJ_STEP_WRITABLE ? "rw" : "ro");
		put_field(out, src);
		put_field(out, s->dst);
		(void)fputc('\n', out);
	}
}

void rj_plan_release(struct rj_plan *p)
{
	rj_arena_release(&p->strings);
	*p = (struct rj_plan){0};
}
