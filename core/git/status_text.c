/* status_text: the content behind the changes, and how two of them differ. */
#include <stdio.h>
#include <string.h>

#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/status_parts.h"

enum {
	NUL_CHECK = 8000, /* as git: text has no NUL among its first bytes */
	LARGE = 1 << 20,  /* bytes; comparing takes many times as much memory */
	PER_THREAD = 8,	  /* changes; fewer are not worth the start of one */
};

unsigned rj_status_workers(size_t changes)
{
	return rj_pool_size(changes, PER_THREAD);
}

void rj_text_release(struct rj_text *t)
{
	git_blob_free(t->blob);
	*t = (struct rj_text){.s = ""};
}

static bool is_file(const struct rj_side *side)
{
	return side->mode && side->mode != GIT_FILEMODE_COMMIT;
}

/* What the repository knows without reading all of it. */
static bool stored_size(const struct rj_status_parts *p, const struct rj_side *side, size_t *ret)
{
	RJ_AUTO(rj_git_odb_free) git_odb *odb = NULL;
	git_object_t type;

	return git_repository_odb(&odb, p->repo->git) == 0 &&
	       git_odb_read_header(ret, &type, odb, &side->id) == 0;
}

/* What the host's repository has for that side. */
static void stored_text(const struct rj_status_parts *p, const struct rj_side *side, size_t max,
			struct rj_text *ret)
{
	char hex[GIT_OID_SHA1_HEXSIZE + 1];

	*ret = (struct rj_text){.s = ""};
	if (side->mode == 0)
		return;
	if (!is_file(side)) {
		(void)git_oid_tostr(hex, sizeof(hex), &side->id);
		ret->len =
			(size_t)snprintf(ret->own, sizeof(ret->own), "Subproject commit %s\n", hex);
		ret->s = ret->own;
		return;
	}
	if (!stored_size(p, side, &ret->len) || ret->len > max ||
	    git_blob_lookup(&ret->blob, p->repo->git, &side->id) < 0) {
		*ret = (struct rj_text){.s = "", .unknown = true};
		return;
	}
	ret->s = git_blob_rawcontent(ret->blob);
	ret->len = (size_t)git_blob_rawsize(ret->blob);
}

static void new_text(const struct rj_status_parts *p, const struct rj_status_item *item, size_t max,
		     struct rj_text *ret)
{
	const struct rj_scan_entry *e = item->found;

	/* what was not kept was too much, unless only the mode is new: then the index knows it */
	if (!e || !e->now.mode ||
	    (!e->unknown && !e->kept && git_oid_equal(&e->now.id, &e->index.id)))
		stored_text(p, &item->now, max, ret);
	else if (e->kept && e->len <= max)
		*ret = (struct rj_text){.s = e->content, .len = e->len};
	else
		*ret = (struct rj_text){.s = "", .unknown = true};
}

void rj_texts_open(struct rj_status_parts *p, struct rj_texts *ret)
{
	*ret = (struct rj_texts){
		.parts = p,
		.packs = rj_packread_new(p->packs, GIT_OBJECT_BLOB, LARGE),
	};
}

static void let_go(struct rj_texts *t)
{
	if (t->has_large)
		(void)pthread_mutex_unlock(&t->parts->large);
	t->has_large = false;
}

void rj_texts_release(struct rj_texts *t)
{
	let_go(t);
	rj_packread_free(t->packs);
	*t = (struct rj_texts){0};
}

static bool from_packs(struct rj_texts *t, const struct rj_side *side, struct rj_text *ret)
{
	*ret = (struct rj_text){0};
	return is_file(side) && rj_packread(t->packs, &side->id, &ret->s, &ret->len);
}

void rj_text_of(struct rj_texts *t, const struct rj_status_item *item, bool is_new, size_t max,
		struct rj_text *ret)
{
	let_go(t);
	if (is_new)
		new_text(t->parts, item, max, ret);
	else if (!from_packs(t, &item->old, ret))
		stored_text(t->parts, &item->old, max, ret);
}

/* Is one of the sides large? The old one was not found in the packs. */
static bool is_large(const struct rj_texts *t, const struct rj_status_item *item, bool packed)
{
	size_t size;

	if (item->found && item->found->kept && item->found->len > LARGE)
		return true;
	return !packed && is_file(&item->old) && stored_size(t->parts, &item->old, &size) &&
	       size > LARGE;
}

void rj_texts_of(struct rj_texts *t, const struct rj_status_item *item, struct rj_text *ret_old,
		 struct rj_text *ret_new)
{
	bool packed;

	let_go(t);
	packed = from_packs(t, &item->old, ret_old);
	t->has_large = is_large(t, item, packed);
	if (t->has_large)
		(void)pthread_mutex_lock(&t->parts->large);
	if (!packed)
		stored_text(t->parts, &item->old, RJ_SCAN_KEEP_MAX, ret_old);
	new_text(t->parts, item, RJ_SCAN_KEEP_MAX, ret_new);
}

bool rj_status_is_binary(const struct rj_status_item *item, const struct rj_text *old,
			 const struct rj_text *now)
{
	if (old->unknown || now->unknown)
		return true;
	if (item->diff != RJ_ATTRS_AUTO)
		return item->diff == RJ_ATTRS_BINARY;
	return memchr(old->s, '\0', old->len < NUL_CHECK ? old->len : NUL_CHECK) ||
	       memchr(now->s, '\0', now->len < NUL_CHECK ? now->len : NUL_CHECK);
}

static int patch_of(const struct rj_text *old, const struct rj_text *now, uint32_t flags,
		    git_patch **ret, struct rj_err *err)
{
	git_diff_options options;
	int rc = git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);

	options.flags = flags;
	if (rc == 0)
		rc = git_patch_from_buffers(ret, old->s, old->len, "a", now->s, now->len, "a",
					    &options);
	return rc < 0 ? rj_git_fail(err, rc, "cannot compare two files") : 0;
}

/* libgit2 has no attributes to ask here, and shall not decide by itself: text is forced. */
int rj_status_patch(const struct rj_text *old, const struct rj_text *now, git_patch **ret,
		    struct rj_err *err)
{
	return patch_of(old, now, GIT_DIFF_FORCE_TEXT | GIT_DIFF_INDENT_HEURISTIC, ret, err);
}

int rj_status_binary_patch(const struct rj_text *old, const struct rj_text *now, git_patch **ret,
			   struct rj_err *err)
{
	return patch_of(old, now, GIT_DIFF_FORCE_BINARY | GIT_DIFF_SHOW_BINARY, ret, err);
}
