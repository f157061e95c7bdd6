#include "core/git/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/git/auto.h"
#include "core/sys/file.h"

enum {
	SHALLOW_MAX = 64 << 20,
	WRONG_CLOCK = 24 * 60 * 60,
};

int rj_history_init(struct rj_history *h, git_odb *odb, const char *shallow, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	git_oid id;

	*h = (struct rj_history){.odb = odb};
	if (!shallow || access(shallow, F_OK) < 0)
		return 0;
	if (rj_file_read(AT_FDCWD, shallow, SHALLOW_MAX, &text, err) < 0)
		return -err->num;
	for (const char *p = rj_buf_str(&text); *p; p += strcspn(p, "\n"), p += *p == '\n')
		if (git_oid_fromstrn(&id, p, GIT_OID_SHA1_HEXSIZE) == 0)
			(void)rj_oidset_add(&h->shallow, &id);
	return 0;
}

static bool read_commit(struct rj_history *h, const git_oid *id)
{
	RJ_AUTO(rj_git_odb_object_free) git_odb_object *obj = NULL;
	struct rj_err ignored;

	return git_odb_read(&obj, h->odb, id) == 0 &&
	       git_odb_object_type(obj) == GIT_OBJECT_COMMIT &&
	       rj_commit_read(git_odb_object_data(obj), git_odb_object_size(obj), &h->commit,
			      &ignored) == 0;
}

static void swap(struct rj_history_commit *a, struct rj_history_commit *b)
{
	struct rj_history_commit t = *a;

	*a = *b;
	*b = t;
}

static void push(struct rj_history *h, const git_oid *id, int64_t date)
{
	size_t i = h->n++;

	h->heap = rj_grow(h->heap, &h->cap, h->n, sizeof(*h->heap));
	h->heap[i] = (struct rj_history_commit){.date = date, .id = *id};
	for (; i && h->heap[(i - 1) / 2].date < h->heap[i].date; i = (i - 1) / 2)
		swap(&h->heap[i], &h->heap[(i - 1) / 2]);
}

static git_oid pop(struct rj_history *h)
{
	git_oid id = h->heap[0].id;
	size_t i = 0;

	h->heap[0] = h->heap[--h->n];
	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < h->n && h->heap[child + 1].date > h->heap[child].date)
			child++;
		if (child >= h->n || h->heap[child].date <= h->heap[i].date)
			return id;
		swap(&h->heap[i], &h->heap[child]);
		i = child;
	}
}

void rj_history_add_tip(struct rj_history *h, const git_oid *id)
{
	if (rj_oidset_has(&h->behind, id) || !read_commit(h, id))
		return;
	(void)rj_oidset_add(&h->behind, id);
	push(h, id, h->commit.date);
}

/* Find the parents of the newest commit at hand. */
static void step(struct rj_history *h)
{
	git_oid id = pop(h), *parents;
	size_t n;

	if (rj_oidset_has(&h->shallow, &id) || !read_commit(h, &id))
		return;
	n = h->commit.parents_n;
	parents = rj_alloc(n, sizeof(*parents));
	if (n)
		memcpy(parents, h->commit.parents, n * sizeof(*parents));
	for (size_t i = 0; i < n; i++)
		rj_history_add_tip(h, &parents[i]);
	free(parents);
}

bool rj_history_is_behind(struct rj_history *h, const git_oid *id)
{
	int64_t date;

	if (rj_oidset_has(&h->behind, id))
		return true;
	if (!read_commit(h, id))
		return false;
	date = h->commit.date - WRONG_CLOCK;
	while (h->n && h->heap[0].date >= date && !rj_oidset_has(&h->behind, id))
		step(h);
	return rj_oidset_has(&h->behind, id);
}

void rj_history_release(struct rj_history *h)
{
	rj_oidset_release(&h->behind);
	rj_oidset_release(&h->shallow);
	rj_commit_release(&h->commit);
	free(h->heap);
	*h = (struct rj_history){0};
}
