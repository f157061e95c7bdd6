/* checkoutlist: one walk through the tree of a commit, for its files and for the index. */
#include "core/git/checkoutlist.h"

#include <errno.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/git/auto.h"
#include "core/git/dotgit.h"
#include "core/git/giterr.h"
#include "core/git/treefmt.h"

enum {
	PATH_BYTES = 4096,    /* longer ones no system call takes; git ends there as well */
	PATH_USUAL = 64,      /* bytes */
	FILES_AT_FIRST = 512, /* there is room for */
};

/* A directory on the way down. */
struct level {
	struct rj_buf raw; /* what the names point into */
	struct rj_tree tree;
	size_t next;
	size_t path_len; /* of its path with the '/' at the end */
	size_t dir;	 /* its place in `dirs` */
};

/* What the index keeps of a directory. */
struct dir {
	size_t name, len; /* in `names` */
	git_oid id;
	size_t files, subdirs;
};

struct walk {
	struct rj_checkout_list *list;
	git_odb *odb;
	struct rj_packread *reader;
	struct rj_buf path;
	struct level *levels; /* those below `made` keep their memory for the next directory */
	size_t depth, made, cap;
	struct dir *dirs;
	size_t dirs_n, dirs_cap;
	struct rj_buf names;
	bool odd; /* not quite what git would write: the index goes without trees */
};

static void pop(struct walk *w)
{
	struct level *l = &w->levels[--w->depth];

	if (w->depth)
		w->dirs[w->levels[w->depth - 1].dir].files += w->dirs[l->dir].files;
}

static void release(struct walk *w)
{
	for (size_t i = 0; i < w->made; i++) {
		rj_tree_release(&w->levels[i].tree);
		rj_buf_release(&w->levels[i].raw);
	}
	rj_free(&w->levels);
	rj_free(&w->dirs);
	rj_buf_release(&w->names);
	rj_buf_release(&w->path);
	rj_packread_free(w->reader);
	git_odb_free(w->odb);
}

/* A copy of the raw tree `id`, whose path is w->path. */
static int read_tree(struct walk *w, const git_oid *id, struct rj_buf *ret, struct rj_err *err)
{
	RJ_AUTO(rj_git_odb_object_free) git_odb_object *obj = NULL;
	const char *bytes;
	size_t len;
	int rc;

	if (!rj_packread(w->reader, id, &bytes, &len)) {
		rc = git_odb_read(&obj, w->odb, id);
		if (rc == 0 && git_odb_object_type(obj) != GIT_OBJECT_TREE)
			rc = GIT_ENOTFOUND;
		if (rc < 0) {
			(void)rj_git_fail(err, rc, "cannot read directory '%s' of the commit",
					  rj_buf_str(&w->path));
			return rj_hint(err, "is the repository whole? run: git fsck");
		}
		bytes = git_odb_object_data(obj);
		len = git_odb_object_size(obj);
	}
	ret->len = 0;
	rj_buf_add(ret, bytes, len);
	return 0;
}

/* Enter the tree `id`, called `name`, at w->path. */
static int push(struct walk *w, const git_oid *id, const char *name, struct rj_err *err)
{
	size_t len = strlen(name);
	struct level *l;

	w->levels = rj_grow(w->levels, &w->cap, w->depth + 1, sizeof(*l));
	l = &w->levels[w->depth];
	if (w->depth == w->made) {
		*l = (struct level){0};
		w->made++;
	}
	l->next = 0;
	l->path_len = w->path.len;
	l->dir = w->dirs_n;
	if (read_tree(w, id, &l->raw, err) < 0)
		return -err->num;
	w->dirs = rj_grow(w->dirs, &w->dirs_cap, w->dirs_n + 1, sizeof(*w->dirs));
	w->dirs[w->dirs_n++] = (struct dir){.name = w->names.len, .len = len, .id = *id};
	rj_buf_add(&w->names, name, len);
	if (w->depth)
		w->dirs[w->levels[w->depth - 1].dir].subdirs++;
	w->depth++;
	if (rj_tree_read(l->raw.s, l->raw.len, &l->tree, err) < 0)
		return rj_wrap(err, "directory '%s' of the commit is damaged",
			       rj_buf_str(&w->path));
	w->odd |= w->depth > 1 && l->tree.n == 0;
	return 0;
}

/* Why this name cannot be written, or NULL. */
static const char *name_fault(const struct rj_tree_entry *e)
{
	if (!*e->name || strchr(e->name, '/') || !strcmp(e->name, ".") || !strcmp(e->name, ".."))
		return "is no name of a file";
	if (rj_dotgit_is_git(e->name))
		return "is a spelling of .git";
	if (e->mode == RJ_MODE_LINK && rj_dotgit_is_modules(e->name))
		return "is a spelling of .gitmodules, but no regular file";
	return NULL;
}

/* The mode as an index has it; 0: there is none such. */
static uint32_t canonical(uint32_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return mode & 0100 ? RJ_MODE_EXEC : RJ_MODE_FILE;
	case S_IFLNK:
		return RJ_MODE_LINK;
	case S_IFDIR:
		return RJ_MODE_TREE;
	case S_IFMT &RJ_MODE_GITLINK:
		return RJ_MODE_GITLINK;
	default:
		return 0;
	}
}

/* One that cannot be read is told of when it is to be written. */
static int add_attributes(struct walk *w, const git_oid *id, struct rj_err *err)
{
	RJ_AUTO(rj_git_odb_object_free) git_odb_object *blob = NULL;

	if (git_odb_read(&blob, w->odb, id) < 0)
		return 0;
	return rj_attrs_add(w->list->attrs, w->path.s, w->levels[w->depth - 1].path_len,
			    git_odb_object_data(blob), git_odb_object_size(blob), err);
}

static int add(struct walk *w, const struct rj_tree_entry *e, struct rj_err *err)
{
	struct rj_checkout_list *list = w->list;
	struct rj_checkout_file f = {
		.len = (uint32_t)w->path.len,
		.mode = canonical(e->mode),
		.id = e->id,
	};

	if (!f.mode)
		return rj_refuse(err, EBADMSG, "'%s' of the commit has mode %o, which is unknown",
				 w->path.s, e->mode);
	list->has_gitlinks |= f.mode == RJ_MODE_GITLINK;
	if (list->attrs && f.mode != RJ_MODE_GITLINK && !strcmp(e->name, ".gitattributes") &&
	    add_attributes(w, &e->id, err) < 0)
		return -err->num;
	w->dirs[w->levels[w->depth - 1].dir].files++;
	list->v = rj_grow(list->v, &list->cap, list->n + 1, sizeof(f));
	list->v[list->n++] = f;
	rj_buf_add(&list->text, w->path.s, w->path.len + 1);
	return 0;
}

static int visit(struct walk *w, const struct rj_tree_entry *e, struct rj_err *err)
{
	const char *fault = name_fault(e);

	w->path.len = w->levels[w->depth - 1].path_len;
	rj_buf_puts(&w->path, e->name);
	if (fault) {
		rj_refuse(err, EBADMSG, "'%s' of the commit cannot be written: it %s", w->path.s,
			  fault);
		return rj_hint(err, "take another commit (--branch); git refuses this one as well");
	}
	if (w->path.len >= PATH_BYTES)
		return rj_refuse(err, ENAMETOOLONG, "a path of the commit is too long: %.200s...",
				 w->path.s);
	w->odd |= e->padded || (canonical(e->mode) != e->mode && e->mode != RJ_MODE_GROUP);
	if (!S_ISDIR(e->mode))
		return add(w, e, err);
	rj_buf_putc(&w->path, '/');
	return push(w, &e->id, e->name, err);
}

/* The extension TREE: each directory before those in it. */
static void write_trees(struct walk *w)
{
	struct rj_buf *b = &w->list->trees;

	for (size_t i = 0; i < w->dirs_n; i++) {
		const struct dir *d = &w->dirs[i];

		rj_buf_add(b, w->names.s + d->name, d->len);
		rj_buf_putc(b, '\0');
		rj_buf_printf(b, "%zu %zu\n", d->files, d->subdirs);
		rj_buf_add(b, d->id.id, GIT_OID_SHA1_SIZE);
	}
}

/* Point the files at their paths, which have come to rest. */
static int settle(struct rj_checkout_list *list, struct rj_err *err)
{
	size_t at = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct rj_checkout_file *f = &list->v[i];

		f->path = list->text.s + at;
		at += f->len + 1u;
		if (i && strcmp(f[-1].path, f->path) >= 0) {
			rj_refuse(err, EBADMSG, "'%s' of the commit is out of order", f->path);
			return rj_hint(err, "is the repository whole? run: git fsck");
		}
	}
	return 0;
}

int rj_checkout_list(const struct rj_repo *repo, const struct rj_packs *packs, const git_oid *tree,
		     struct rj_checkout_list *ret, struct rj_err *err)
{
	struct rj_checkout_list list = {.attrs = ret->attrs};
	struct walk w = {.list = &list};
	int rc = git_repository_odb(&w.odb, repo->git);

	w.reader = rj_packread_new(packs, GIT_OBJECT_TREE, 0);
	list.v = rj_grow(NULL, &list.cap, FILES_AT_FIRST, sizeof(*list.v));
	(void)rj_buf_room(&list.text, (size_t)FILES_AT_FIRST * PATH_USUAL);
	rj_buf_puts(&w.path, "");
	if (rc < 0)
		rc = rj_git_fail(err, rc, "cannot open the objects of %s", repo->top);
	else
		rc = push(&w, tree, "", err);
	while (rc == 0 && w.depth) {
		struct level *l = &w.levels[w.depth - 1];

		if (l->next < l->tree.n)
			rc = visit(&w, &l->tree.v[l->next++], err);
		else
			pop(&w);
	}
	if (rc == 0)
		rc = settle(&list, err);
	if (rc == 0 && !w.odd)
		write_trees(&w);
	release(&w);
	if (rc < 0)
		rj_checkout_list_release(&list);
	else
		*ret = list;
	return rc;
}

int rj_checkout_list_index(const struct rj_checkout_list *list, const char *path,
			   const struct rj_index_owner *owner, struct rj_err *err)
{
	RJ_AUTO(rj_indexfile_release) struct rj_indexfile f;

	rj_indexfile_begin(&f, list->n, list->has_gitlinks, owner);
	for (size_t i = 0; i < list->n; i++) {
		const struct rj_checkout_file *e = &list->v[i];

		rj_indexfile_add(&f, e->stat, &e->id, e->path, e->len,
				 e->mode == RJ_MODE_GITLINK ? RJ_INDEX_CLOSED
				 : e->assumed		    ? RJ_INDEX_ASSUMED
							    : RJ_INDEX_PLAIN);
	}
	if (list->trees.len)
		rj_indexfile_trees(&f, list->trees.s, list->trees.len);
	return rj_indexfile_write(&f, path, err);
}

void rj_checkout_list_release(struct rj_checkout_list *list)
{
	rj_free(&list->v);
	rj_buf_release(&list->text);
	rj_buf_release(&list->trees);
	*list = (struct rj_checkout_list){0};
}
