#include "core/git/treefmt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/git/dotgit.h"
#include "core/git/stream.h"

enum {
	NAME_MAX_BYTES = 4096,
};

int rj_tree_read(const void *raw, size_t len, struct rj_tree *tree, struct rj_err *err)
{
	const char *p = raw, *end = p + len;

	tree->n = 0;
	while (p < end) {
		struct rj_tree_entry e = {0};
		const char *nul = memchr(p, 0, (size_t)(end - p));

		if (!nul || end - nul <= GIT_OID_SHA1_SIZE)
			return rj_refuse(err, EBADMSG, "an entry is cut");
		e.padded = *p == '0';
		for (; *p >= '0' && *p <= '7' && e.mode < 01000000; p++)
			e.mode = e.mode << 3 | (uint32_t)(*p - '0');
		if (*p++ != ' ')
			return rj_refuse(err, EBADMSG, "an entry has no mode");
		e.name = p;
		p = nul + 1;
		memcpy(e.id.id, p, GIT_OID_SHA1_SIZE);
		p += GIT_OID_SHA1_SIZE;
		tree->v = rj_grow(tree->v, &tree->cap, tree->n + 1, sizeof(e));
		tree->v[tree->n++] = e;
	}
	return 0;
}

/* git's order: as bytes, a directory as if its name ended with a slash. */
static int compare(const char *a, bool a_dir, const char *b, bool b_dir)
{
	size_t la = strlen(a), lb = strlen(b), len = la < lb ? la : lb;
	int c = memcmp(a, b, len);
	unsigned char ca, cb;

	if (c)
		return c;
	ca = (unsigned char)(a[len] ? a[len] : a_dir ? '/' : 0);
	cb = (unsigned char)(b[len] ? b[len] : b_dir ? '/' : 0);
	return (int)ca - (int)cb;
}

static bool is_dir(const struct rj_tree_entry *e)
{
	return e->mode == RJ_MODE_TREE;
}

const struct rj_tree_entry *rj_tree_find(const struct rj_tree *tree, const char *name, bool dir)
{
	size_t lo = 0, hi = tree->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct rj_tree_entry *e = &tree->v[mid];
		int c = compare(name, dir, e->name, is_dir(e));

		if (c == 0)
			return e;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

bool rj_tree_is_odd(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			return true;
	return false;
}

/* The rule that a name breaks, or NULL. */
static const char *name_fault(const struct rj_tree_entry *e)
{
	if (!*e->name)
		return "has no name";
	if (strlen(e->name) > NAME_MAX_BYTES)
		return "has a name longer than 4096 bytes";
	if (strchr(e->name, '/'))
		return "has a slash in its name";
	if (!strcmp(e->name, ".") || !strcmp(e->name, ".."))
		return "leads out of its directory";
	if (rj_dotgit_is_git(e->name))
		return "is a spelling of .git";
	if (e->mode != RJ_MODE_FILE && e->mode != RJ_MODE_EXEC && e->mode != RJ_MODE_GROUP &&
	    rj_dotgit_is_modules(e->name))
		return "is a spelling of .gitmodules, but no regular file";
	return NULL;
}

static const char *entry_fault(const struct rj_tree *tree, size_t i)
{
	const struct rj_tree_entry *e = &tree->v[i], *prev = i ? e - 1 : NULL;
	int c;

	if (e->mode != RJ_MODE_TREE && e->mode != RJ_MODE_FILE && e->mode != RJ_MODE_EXEC &&
	    e->mode != RJ_MODE_GROUP && e->mode != RJ_MODE_LINK && e->mode != RJ_MODE_GITLINK)
		return "has a mode that git does not know";
	if (e->padded)
		return "has a mode with a leading zero";
	if (git_oid_is_zero(&e->id))
		return "names no object";
	c = prev ? compare(prev->name, is_dir(prev), e->name, is_dir(e)) : -1;
	if (c == 0 || (is_dir(e) && rj_tree_find(tree, e->name, false)))
		return "comes twice";
	if (c > 0)
		return "is out of order";
	return NULL;
}

int rj_tree_check(const struct rj_tree *tree, struct rj_err *err)
{
	char show[200];

	for (size_t i = 0; i < tree->n; i++) {
		const struct rj_tree_entry *e = &tree->v[i];
		const char *fault = name_fault(e);

		if (!fault)
			fault = entry_fault(tree, i);
		if (fault)
			return rj_refuse(
				err, EBADMSG, "entry '%s' %s",
				rj_stream_show(show, sizeof(show), e->name, strlen(e->name)),
				fault);
	}
	return 0;
}

void rj_tree_release(struct rj_tree *tree)
{
	free(tree->v);
	*tree = (struct rj_tree){0};
}
