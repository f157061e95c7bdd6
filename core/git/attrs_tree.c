/* attrs_tree: down the tree of a commit, for the .gitattributes on a path. */
#include "core/git/attrs_tree.h"

#include <string.h>

#include "core/git/auto.h"

struct level {
	git_tree *tree;
	size_t len; /* of its path, with a '/' at the end */
};

struct rj_attrs_tree {
	git_repository *git;
	struct level *v; /* the top, and the directories down to the last path asked for */
	size_t n, cap;
	struct rj_buf path; /* of the last one */
};

static void push(struct rj_attrs_tree *t, git_tree *tree)
{
	t->v = rj_grow(t->v, &t->cap, t->n + 1, sizeof(*t->v));
	t->v[t->n++] = (struct level){.tree = tree, .len = t->path.len};
}

static void pop(struct rj_attrs_tree *t)
{
	git_tree_free(t->v[--t->n].tree);
	t->path.len = t->n ? t->v[t->n - 1].len : 0;
}

struct rj_attrs_tree *rj_attrs_tree_new(git_repository *git, const git_oid *commit)
{
	RJ_AUTO(rj_git_commit_free) git_commit *c = NULL;
	struct rj_attrs_tree *t;
	git_tree *top;

	if (git_commit_lookup(&c, git, commit) < 0 || git_commit_tree(&top, c) < 0)
		return NULL;
	t = rj_alloc(1, sizeof(*t));
	t->git = git;
	push(t, top);
	return t;
}

void rj_attrs_tree_free(struct rj_attrs_tree **t)
{
	if (!*t)
		return;
	while ((*t)->n)
		pop(*t);
	rj_free(&(*t)->v);
	rj_buf_release(&(*t)->path);
	rj_free(t);
}

/* As git does, of a link too: its target. */
static void read_file(const struct rj_attrs_tree *t, const git_tree *tree, struct rj_buf *ret)
{
	const git_tree_entry *e = git_tree_entry_byname(tree, ".gitattributes");
	RJ_AUTO(rj_git_blob_free) git_blob *blob = NULL;

	if (e && git_tree_entry_type(e) == GIT_OBJECT_BLOB &&
	    git_blob_lookup(&blob, t->git, git_tree_entry_id(e)) == 0)
		rj_buf_add(ret, git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob));
}

void rj_attrs_tree_top(const struct rj_attrs_tree *t, struct rj_buf *ret)
{
	read_file(t, t->v[0].tree, ret);
}

/* Go down to the directory called `name`, unless the commit has none such. */
static bool go_down(struct rj_attrs_tree *t, const char *name, size_t len)
{
	RJ_AUTO(rj_free) char *copy = rj_strndup(name, len);
	const git_tree_entry *e = git_tree_entry_byname(t->v[t->n - 1].tree, copy);
	git_tree *tree;

	if (!e || git_tree_entry_type(e) != GIT_OBJECT_TREE ||
	    git_tree_lookup(&tree, t->git, git_tree_entry_id(e)) < 0)
		return false;
	rj_buf_add(&t->path, name, len);
	rj_buf_putc(&t->path, '/');
	push(t, tree);
	return true;
}

void rj_attrs_tree_load(struct rj_attrs_tree *t, const char *path, struct rj_attrset *set)
{
	const char *slash;

	while (t->n > 1 && strncmp(path, t->path.s, t->path.len) != 0)
		pop(t);
	for (const char *at = path + t->path.len; (slash = strchr(at, '/')); at = slash + 1) {
		RJ_AUTO(rj_buf_release) struct rj_buf text = {0};

		if (!go_down(t, at, (size_t)(slash - at)))
			break;
		read_file(t, t->v[t->n - 1].tree, &text);
		if (text.len)
			(void)rj_attrset_add(set, t->path.s, t->path.len, text.s, text.len);
	}
}
