/*
 * layout: the home, the binds that the user asked for, and what stays hidden below them
 *
 * A bind may lie below another one, so they are added parents first. A hidden path is compared both
 * as it is written and by what it really is: a symlink ~/.aws -> ~/secrets/aws hides both.
 */
#include "core/model/layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/path.h"

struct bind {
	char *src, *dst;
	const char *written; /* in the configuration; NULL for the home */
	unsigned flags;
};

struct binds {
	struct bind *v;
	size_t n, cap;
};

static void binds_release(struct binds *b)
{
	for (size_t i = 0; i < b->n; i++) {
		free(b->v[i].src);
		free(b->v[i].dst);
	}
	free(b->v);
}

static void give(struct binds *b, struct bind x)
{
	b->v = rj_grow(b->v, &b->cap, b->n + 1, sizeof(*b->v));
	b->v[b->n++] = x;
}

static int parse(struct binds *b, const struct rj_layout_in *in, const struct rj_strv *list,
		 unsigned flags, struct rj_err *err)
{
	for (size_t i = 0; i < list->n; i++) {
		struct bind x = {.written = list->v[i], .flags = flags};

		if (rj_config_bind_parse(list->v[i], in->facts->home, &x.src, &x.dst, err) < 0)
			return -err->num;
		give(b, x);
	}
	return 0;
}

static int by_dst(const void *a, const void *b)
{
	const struct bind *x = a, *y = b;

	return strcmp(x->dst, y->dst);
}

/* A bind of the real home, asked for, takes the private one's place. */
static bool has_dst(const struct binds *b, const char *dst)
{
	for (size_t i = 0; i < b->n; i++)
		if (!strcmp(b->v[i].dst, dst))
			return true;
	return false;
}

void rj_layout_hidden(const struct rj_layout_in *in, struct rj_strv *ret)
{
	const struct rj_strv *conf = &in->config->hidden_paths;

	for (size_t i = 0; i < conf->n; i++)
		rj_strv_give(ret, rj_path_absolute(in->facts->home, conf->v[i]));
	for (const char *const *h = in->hidden; h && *h; h++)
		rj_strv_add(ret, *h);
	for (size_t i = 0, n = ret->n; i < n; i++) {
		const struct rj_path_fact *f = in->facts->look(in->facts->arg, ret->v[i]);

		if (f->real && strcmp(f->real, ret->v[i]) != 0)
			rj_strv_add(ret, f->real);
	}
}

static int refuse_hidden(const struct bind *b, const char *real, const struct rj_strv *hidden,
			 struct rj_err *err)
{
	for (size_t i = 0; i < hidden->n; i++)
		if (rj_path_contains(hidden->v[i], b->src) ||
		    rj_path_contains(hidden->v[i], real)) {
			rj_refuse(err, EPERM, "bind '%s' would show %s, which is hidden",
				  b->written, hidden->v[i]);
			return rj_hint(err,
				       "remove the bind; or, if hidden_paths in config.toml names "
				       "that path, take it out there");
		}
	return 0;
}

static bool is_pinned(const struct rj_plan *p, const char *dst)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].kind == RJ_STEP_BIND_INSIDE && !strcmp(p->v[i].dst, dst))
			return true;
	return false;
}

/* Is it below another bind, which lies in b? That one covers it, and is no less in its place. */
static bool is_covered(const struct binds *all, const struct bind *b, const char *dst)
{
	for (size_t i = 0; i < all->n; i++)
		if (&all->v[i] != b && rj_path_contains(b->dst, all->v[i].dst) &&
		    rj_path_contains(all->v[i].dst, dst))
			return true;
	return false;
}

/*
 * What covers a hidden path keeps it in its place, but not the directories on the way to it, which
 * the jail could rename for the next session to find nothing at that path. So each of them is
 * mounted on itself: a mountpoint cannot be renamed (rename(2), EBUSY). `path` is below src.
 */
static void pin_parents(struct rj_plan *p, const struct rj_facts *facts, const struct binds *all,
			const struct bind *b, const char *src, const char *path)
{
	size_t len = strcmp(src, "/") ? strlen(src) : 0;

	for (const char *s = strchr(path + len + 1, '/'); s; s = strchr(s + 1, '/')) {
		RJ_AUTO(rj_free) char *dir = rj_strndup(path, (size_t)(s - path));
		RJ_AUTO(rj_free) char *dst = rj_path_join(b->dst, dir + len + 1);

		const struct rj_path_fact *f = facts->look(facts->arg, dir);

		if (f->kind != RJ_PATH_DIR || f->link || is_pinned(p, dst) ||
		    is_covered(all, b, dst))
			continue; /* a link on the way is refused when the path is covered */
		rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_BIND_INSIDE,
						.flags = RJ_STEP_WRITABLE | RJ_STEP_IS_DIR,
						.src = dst,
						.dst = dst});
	}
}

/* Does the jail write it, or a bind that it lies in? New entries have to be within its reach then.
 */
static bool is_in_writable(const struct binds *all, const struct bind *b)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].flags & RJ_STEP_WRITABLE && rj_path_contains(all->v[i].dst, b->dst))
			return true;
	return false;
}

/* Keep in its place (`pin`), or cover, what is hidden below one bind. `src` is its real path or the
 * one written. */
static void guard_below(struct rj_plan *p, const struct rj_facts *facts, const struct binds *all,
			const struct bind *b, const char *src, const struct rj_strv *hidden,
			bool pin)
{
	const unsigned flags = is_in_writable(all, b) ? 0 : RJ_STEP_HIDDEN;

	for (size_t i = 0; i < hidden->n; i++) {
		const char *rest = hidden->v[i] + (strcmp(src, "/") ? strlen(src) : 0);
		RJ_AUTO(rj_free) char *dst = NULL;

		if (!rj_path_contains(src, hidden->v[i]))
			continue;
		dst = rj_path_join(b->dst, rest + 1);
		if (!pin && !is_covered(all, b, dst))
			rj_plan_add(p, (struct rj_step){
					       .kind = RJ_STEP_MASK, .flags = flags, .dst = dst});
		if (pin && facts->look(facts->arg, hidden->v[i])->kind != RJ_PATH_NONE)
			pin_parents(p, facts, all, b, src, hidden->v[i]);
	}
}

/* A mount on a directory hides what is mounted in it, so all are pinned before any is covered. */
static void guard_hidden(struct rj_plan *p, const struct rj_facts *facts, const struct binds *all,
			 const struct bind *b, const char *real, const struct rj_strv *hidden)
{
	const char *const srcs[] = {b->src, real};
	const size_t n = strcmp(real, b->src) ? 2 : 1;

	for (size_t i = 0; i < n && b->flags & RJ_STEP_WRITABLE; i++)
		guard_below(p, facts, all, b, srcs[i], hidden, true);
	for (size_t i = 0; i < n; i++)
		guard_below(p, facts, all, b, srcs[i], hidden, false);
}

/* Does the way to `real`, which is not in it, lead through what the jail can write? */
static bool passes_through(const struct rj_facts *facts, const char *src, const char *writable,
			   const char *real)
{
	if (rj_path_contains(writable, real))
		return false;
	for (const char *s = strchr(src + 1, '/'); s; s = strchr(s + 1, '/')) {
		RJ_AUTO(rj_free) char *part = rj_strndup(src, (size_t)(s - src));
		const struct rj_path_fact *f = facts->look(facts->arg, part);

		if (f->real && rj_path_contains(writable, f->real))
			return true;
	}
	return false;
}

/*
 * What a jail may write it may fill with symlinks, and a source below it would then be whatever
 * they lead to, at the next session.
 */
static int refuse_led_away(const struct rj_layout_in *in, const struct binds *all,
			   const struct bind *b, const char *real, struct rj_err *err)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct bind *w = &all->v[i];
		RJ_AUTO(rj_buf_release) struct rj_buf straight = {0};
		const struct rj_path_fact *f;

		if (!(w->flags & RJ_STEP_WRITABLE) || !strcmp(w->src, b->src))
			continue;
		f = in->facts->look(in->facts->arg, w->src);
		if (!f->real)
			continue;
		if (rj_path_contains(w->src, b->src))
			rj_buf_printf(&straight, "%s%s", f->real, b->src + strlen(w->src));
		if (straight.len ? !strcmp(straight.s, real)
				 : !passes_through(in->facts, b->src, f->real, real))
			continue;
		rj_refuse(err, ELOOP,
			  "bind '%s' leads to %s by a symlink below %s, which the jail can write",
			  b->written, real, w->src);
		return rj_hint(err, "is that meant? Then bind %s itself, in config.toml", real);
	}
	return 0;
}

/*
 * Who makes mount namespaces can leave one behind in which nothing is mounted over a directory, and
 * rename it there: what covered it is gone everywhere (rename(2) looks at the mounts of the
 * caller's namespace alone). So in a nested jail nothing can be kept from what may be written
 * around it.
 */
static int refuse_nested(const struct binds *all, const struct bind *w,
			 const struct rj_strv *hidden, const char *real, struct rj_err *err)
{
	const char *inner = NULL;

	for (size_t i = 0; i < hidden->n; i++)
		if (rj_path_contains(w->src, hidden->v[i]) || rj_path_contains(real, hidden->v[i]))
			inner = hidden->v[i];
	for (size_t i = 0; i < all->n; i++)
		if (!(all->v[i].flags & RJ_STEP_WRITABLE) &&
		    rj_path_contains(w->dst, all->v[i].dst))
			inner = all->v[i].dst;
	if (!inner)
		return 0;
	rj_refuse(err, EPERM, "bind '%s' holds %s, which a nested jail could get at", w->written,
		  inner);
	return rj_hint(err, "bind directories that hold nothing to be kept from the jail, or make "
			    "it without --nested");
}

/* "extra_ro_binds" */
static const char *key_of(const struct bind *b)
{
	return b->flags & RJ_STEP_WRITABLE ? "extra_rw_binds" : "extra_ro_binds";
}

/* What every jail has in its place stays there. */
static int refuse_cover(const struct rj_plan *p, const struct bind *b, struct rj_err *err)
{
	for (size_t i = 1; i < p->n; i++) {
		const char *dst = p->v[i].dst;

		if (!rj_path_contains(b->dst, dst) ||
		    (p->v[i].kind == RJ_STEP_DIR && !strcmp(b->dst, dst)))
			continue;
		rj_refuse(err, EINVAL, "%s: '%s' would hide %s, which the jail has of its own",
			  key_of(b), b->written, dst);
		return rj_hint(err, "give it another place, as in \"%s:/mnt%s\", in config.toml",
			       b->src, b->src);
	}
	return 0;
}

static int add_one(struct rj_plan *p, const struct rj_layout_in *in, const struct binds *all,
		   const struct bind *b, const struct rj_strv *hidden, struct rj_err *err)
{
	const struct rj_path_fact *f = in->facts->look(in->facts->arg, b->src);

	if (b->written && f->real && refuse_led_away(in, all, b, f->real, err) < 0)
		return -err->num;
	if (b->written && refuse_hidden(b, f->real ? f->real : b->src, hidden, err) < 0)
		return -err->num;
	if (in->config->nested && b->written && (b->flags & RJ_STEP_WRITABLE) && f->real &&
	    refuse_nested(all, b, hidden, f->real, err) < 0)
		return -err->num;
	if (b->written && refuse_cover(p, b, err) < 0)
		return -err->num;
	rj_layout_ensure_top(p, in, b->dst);
	if (rj_layout_add_bind(p, in->facts, b->src, b->dst, b->flags, err) < 0) {
		rj_wrap(err, "cannot bind '%s'", b->written ? b->written : b->src);
		return rj_hint(err, "make it, or remove it from %s in config.toml", key_of(b));
	}
	if (b->written)
		guard_hidden(p, in->facts, all, b, f->real, hidden);
	return 0;
}

static bool names_system(const struct rj_strv *paths)
{
	for (size_t i = 0; i < paths->n; i++)
		if (paths->v[i][0] == '/')
			return true;
	return false;
}

/* Below the user's binds it is guarded with them; in the system's trees, where nobody in a jail
 * renames anything, a cover is enough. */
static void hide_in_system(struct rj_plan *p, const struct rj_layout_in *in,
			   const struct binds *all, const struct rj_strv *hidden)
{
	const size_t n = p->n;

	for (size_t i = 0; i < hidden->n; i++) {
		const char *path = hidden->v[i];
		bool is_shown = false, leave = rj_path_contains(in->facts->home, path);

		for (size_t k = 1; k < n; k++) {
			const char *dst = p->v[k].dst;

			if (rj_path_contains(dst, path))
				is_shown = true;
			else if (rj_path_contains(path, dst))
				leave = true;
		}
		for (size_t k = 0; k < all->n; k++)
			leave = leave || rj_path_contains(all->v[k].dst, path);
		if (is_shown && !leave)
			rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_MASK, .dst = path});
	}
}

int rj_layout_add_binds(struct rj_plan *p, const struct rj_layout_in *in, struct rj_err *err)
{
	RJ_AUTO(binds_release) struct binds b = {0};
	RJ_AUTO(rj_strv_release) struct rj_strv hidden = {0};

	if (parse(&b, in, &in->config->extra_ro_binds, 0, err) < 0 ||
	    parse(&b, in, &in->config->extra_rw_binds, RJ_STEP_WRITABLE, err) < 0)
		return -err->num;
	if (b.n > 0 || names_system(&in->config->hidden_paths))
		rj_layout_hidden(in, &hidden); /* the private home needs none */
	if (!has_dst(&b, in->facts->home))
		give(&b, (struct bind){.src = rj_strdup(in->home),
				       .dst = rj_strdup(in->facts->home),
				       .flags = RJ_STEP_WRITABLE});
	qsort(b.v, b.n, sizeof(*b.v), by_dst);
	for (size_t i = 0; i < b.n; i++) {
		if (i + 1 < b.n && !strcmp(b.v[i].dst, b.v[i + 1].dst)) {
			rj_refuse(err, EINVAL, "two binds want the same place: %s", b.v[i].dst);
			return rj_hint(err,
				       "the jail's home is private: bind single directories below "
				       "it, or give another place as SRC:DST");
		}
		if (add_one(p, in, &b, &b.v[i], &hidden, err) < 0)
			return -err->num;
	}
	hide_in_system(p, in, &b, &hidden);
	return 0;
}
