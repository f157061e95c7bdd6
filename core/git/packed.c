/* packed: main's references as the packed-refs file of a jail's git directory. */
#include "core/git/packed.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"

static const char heads[] = "refs/heads/";
static const char jails[] = "refs/heads/robojail/";
static const char tags[] = "refs/tags/";
static const char remotes[] = "refs/remotes/";

struct line {
	char *name;
	git_oid id, peeled; /* peeled is zero but for annotated tags */
};

struct lines {
	struct line *v;
	size_t n, cap;
};

static void lines_release(struct lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].name);
	free(l->v);
}

static bool begins(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

static void add(struct lines *l, char *name, const git_oid *id, const git_oid *peeled)
{
	l->v = rj_grow(l->v, &l->cap, l->n + 1, sizeof(*l->v));
	l->v[l->n] = (struct line){.name = name, .id = *id};
	if (peeled)
		l->v[l->n].peeled = *peeled;
	l->n++;
}

/* Look at what `ref` names, once: is it there, and what is a tag of? False when it is missing. */
static bool look(const git_reference *ref, git_odb *odb, git_oid *ret_peeled)
{
	RJ_AUTO(rj_git_object_free) git_object *object = NULL;
	git_object_t type;
	size_t size;

	*ret_peeled = (git_oid){{0}};
	if (git_odb_read_header(&size, &type, odb, git_reference_target(ref)) < 0)
		return false;
	if (type != GIT_OBJECT_TAG)
		return begins(git_reference_name(ref), tags) || type == GIT_OBJECT_COMMIT;
	if (git_reference_peel(&object, ref, GIT_OBJECT_ANY) < 0)
		return false;
	*ret_peeled = *git_object_id(object);
	return true;
}

static void take(struct lines *l, const char *name, const git_reference *direct, git_odb *odb)
{
	const git_oid *id = git_reference_target(direct);
	git_oid peeled;

	if (!look(direct, odb, &peeled))
		return;
	add(l, rj_strdup(name), id, &peeled);
	if (begins(name, heads) && !begins(name, jails)) {
		struct rj_buf host = {0};

		rj_buf_printf(&host, RJ_HOST_REFS "%s", name + strlen(heads));
		add(l, rj_buf_take(&host), id, &peeled);
	}
}

static void take_any(struct lines *l, struct rj_strv *symbolic, const git_reference *ref,
		     git_odb *odb)
{
	const char *name = git_reference_name(ref);
	const char *target = git_reference_symbolic_target(ref);
	RJ_AUTO(rj_git_ref_free) git_reference *direct = NULL;

	if (begins(name, RJ_HOST_REFS))
		return;
	if (!target) {
		take(l, name, ref, odb);
	} else if (!begins(name, remotes)) {
		/* A branch that is another name for a branch becomes one of its own. */
		if (git_reference_resolve(&direct, ref) == 0)
			take(l, name, direct, odb);
	} else if (begins(target, remotes) && !begins(target, RJ_HOST_REFS)) {
		rj_strv_add(symbolic, name);
		rj_strv_add(symbolic, target);
	}
}

static int by_name(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void print(const struct lines *l, struct rj_buf *b)
{
	char hex[GIT_OID_MAX_HEXSIZE + 1];

	rj_buf_puts(b, "# pack-refs with: peeled fully-peeled sorted \n");
	for (size_t i = 0; i < l->n; i++) {
		const struct line *line = &l->v[i];

		rj_buf_puts(b, git_oid_tostr(hex, sizeof(hex), &line->id));
		rj_buf_putc(b, ' ');
		rj_buf_puts(b, line->name);
		rj_buf_putc(b, '\n');
		if (!git_oid_is_zero(&line->peeled)) {
			rj_buf_putc(b, '^');
			rj_buf_puts(b, git_oid_tostr(hex, sizeof(hex), &line->peeled));
			rj_buf_putc(b, '\n');
		}
	}
}

/* Is it the branch of another jail? */
static bool is_others(const char *name, const char *own)
{
	return begins(name, jails) && strcmp(name + strlen(heads), own) != 0;
}

struct taking {
	const char *own;
	struct lines *lines;
	struct rj_strv *symbolic;
	git_odb *odb;
};

/* By kind, for libgit2 reads the file of each reference that it passes by. */
static int take_kind(git_repository *git, const char *kind, struct taking *t)
{
	RJ_AUTO(rj_git_ref_iter_free) git_reference_iterator *it = NULL;
	git_reference *ref = NULL;
	int rc = git_reference_iterator_glob_new(&it, git, kind);

	while (rc == 0 && (rc = git_reference_next(&ref, it)) == 0) {
		if (!is_others(git_reference_name(ref), t->own))
			take_any(t->lines, t->symbolic, ref, t->odb);
		git_reference_free(ref);
	}
	return rc == GIT_ITEROVER ? 0 : rc;
}

int rj_packed_refs(const struct rj_repo *repo, const char *own, struct rj_buf *ret_text,
		   struct rj_strv *ret_symbolic, struct rj_err *err)
{
	static const char *const kinds[] = {"refs/heads/*", "refs/tags/*", "refs/remotes/*"};
	RJ_AUTO(lines_release) struct lines l = {0};
	RJ_AUTO(rj_git_odb_free) git_odb *odb = NULL;
	struct taking t = {.own = own, .lines = &l, .symbolic = ret_symbolic};
	int rc = git_repository_odb(&odb, repo->git);

	t.odb = odb;
	for (size_t i = 0; rc == 0 && i < RJ_COUNT(kinds); i++)
		rc = take_kind(repo->git, kinds[i], &t);
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot read the references of %s", repo->top);
	if (l.n > 0)
		qsort(l.v, l.n, sizeof(*l.v), by_name);
	print(&l, ret_text);
	return 0;
}
