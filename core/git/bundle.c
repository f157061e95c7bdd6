#include "core/git/bundle.h"

#include <errno.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/importcheck.h"
#include "core/git/importread.h"
#include "core/git/private.h"
#include "core/git/snapshot.h"
#include "core/sys/file.h"

/* One bundle at work. */
struct bundle {
	const struct rj_bundle_args *args;
	struct rj_incoming in;
	char *store;	       /* directory of the objects made here */
	git_odb *main;	       /* main's objects */
	git_odb *all;	       /* those, G's and our own; written to `store` */
	git_repository *repo;  /* around `all` */
	struct rj_oidset edge; /* commits of main that the new ones stand on */
	git_oid *tips;	       /* G's HEAD first, if it has one, then the refs */
	size_t tips_n;
	git_oid extra; /* the commit of uncommitted files */
	struct rj_bundle_result out;
};

static void release_bundle(struct bundle *b)
{
	struct rj_err ignored;

	git_repository_free(b->repo);
	git_odb_free(b->all);
	git_odb_free(b->main);
	rj_incoming_release(&b->in);
	rj_oidset_release(&b->edge);
	rj_free(&b->tips);
	rj_bundle_result_release(&b->out);
	if (b->store)
		(void)rj_tree_remove(b->store, &ignored);
	rj_free(&b->store);
}

void rj_bundle_result_release(struct rj_bundle_result *r)
{
	rj_strv_release(&r->refs);
	rj_strv_release(&r->left_out.unfit);
	rj_strv_release(&r->left_out.unreadable);
	rj_strv_release(&r->left_out.large);
	*r = (struct rj_bundle_result){0};
}

static int add_pack(struct bundle *b)
{
	git_odb_backend *pack = NULL;
	int r;

	if (!b->in.pack.read.odb)
		return 0;
	r = git_odb_backend_pack(&pack, b->in.pack.dir);
	return r < 0 ? r : git_odb_add_alternate(b->all, pack, 2);
}

static int open_all(struct bundle *b, struct rj_err *err)
{
	RJ_AUTO(rj_strv_release) struct rj_strv dirs = {0};
	git_odb_backend *own = NULL;
	int r = rj_private_object_dirs(b->args->repo->common, &dirs, err);

	if (r < 0)
		return r;
	b->store = rj_path_join(b->args->work, "bundle-XXXXXX");
	if (!mkdtemp(b->store)) {
		r = rj_fail(err, errno, "cannot make a directory in %s", b->args->work);
		rj_free(&b->store);
		return r;
	}
	r = git_odb_new(&b->all);
	if (r == 0)
		r = git_odb_backend_loose(&own, b->store, -1, 0, 0, 0);
	if (r == 0)
		r = git_odb_add_backend(b->all, own, 3);
	if (r == 0)
		r = add_pack(b);
	for (size_t i = 0; r == 0 && i < dirs.n; i++)
		r = git_odb_add_disk_alternate(b->all, dirs.v[i]);
	if (r == 0)
		r = git_repository_wrap_odb(&b->repo, b->all);
	return r < 0 ? rj_git_fail(err, r, "cannot open the objects of the jail") : 0;
}

static void list_tips(struct bundle *b)
{
	const struct rj_import_result *got = &b->in.out;

	b->tips = rj_alloc(got->others_n + 1, sizeof(*b->tips));
	if (b->in.has_tip)
		b->tips[b->tips_n++] = b->in.tip;
	for (size_t i = 0; i < got->others_n; i++)
		(void)git_oid_fromstr(&b->tips[b->tips_n++], got->others[i].oid);
}

static int check(struct bundle *b, struct rj_err *err)
{
	const struct rj_importcheck in = {
		.repo = b->args->repo,
		.main = b->main,
		.fresh = &b->in.pack.read,
		.fresh_n = b->in.out.objects,
		.tips = b->tips,
		.tips_n = b->tips_n,
	};

	return b->tips_n ? rj_importcheck(&in, &b->edge, NULL, err) : 0;
}

static int commit_files(struct bundle *b, const git_oid *tree_id, git_commit *parent,
			struct rj_err *err)
{
	RJ_AUTO(rj_git_signature_free) git_signature *who = NULL;
	RJ_AUTO(rj_git_tree_free) git_tree *tree = NULL;
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	int r = git_signature_now(&who, "RoboJail", "robojail@localhost");

	rj_buf_printf(&text, "Uncommitted files of jail %s\n", b->args->jail_name);
	if (r == 0)
		r = git_tree_lookup(&tree, b->repo, tree_id);
	if (r == 0) {
		const git_commit *parents[] = {parent};

		r = git_commit_create(&b->extra, b->repo, NULL, who, who, NULL, text.s, tree, 1,
				      parents);
	}
	if (r < 0)
		return rj_git_fail(err, r, "cannot make a commit of the uncommitted files");
	b->out.uncommitted = true;
	return 0;
}

/* The files of W, as a commit on top of what the jail has, if they are not just that. */
static int add_files(struct bundle *b, struct rj_err *err)
{
	RJ_AUTO(rj_git_commit_free) git_commit *parent = NULL;
	struct rj_err why;
	git_oid tree, id = b->in.tip;
	int r = rj_snapshot(b->args->repo, b->args->wt, b->repo, &tree, &b->out.left_out,
			    &b->out.ignored, &why);

	if (r == -ENOENT) {
		b->out.no_worktree = true;
		return 0;
	}
	if (r < 0) {
		*err = why;
		return r;
	}
	if (!b->in.has_tip && git_oid_fromstr(&id, b->args->wt->base) < 0)
		return rj_refuse(err, EINVAL, "'%s' is no commit id", b->args->wt->base);
	r = git_commit_lookup(&parent, b->repo, &id);
	if (r < 0)
		return rj_git_fail(err, r, "cannot read commit %s", git_oid_tostr_s(&id));
	return git_oid_equal(git_commit_tree_id(parent), &tree)
		       ? 0
		       : commit_files(b, &tree, parent, err);
}

static void put_ref(struct bundle *b, struct rj_buf *head, const git_oid *id, const char *name)
{
	if (rj_strv_has(&b->out.refs, name))
		return;
	rj_buf_printf(head, "%s %s\n", git_oid_tostr_s(id), name);
	rj_strv_add(&b->out.refs, name);
}

static int put_header(struct bundle *b, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf head = {0};
	const struct rj_import_result *got = &b->in.out;
	size_t skip = b->in.has_tip ? 1 : 0;
	int r;

	rj_buf_puts(&head, "# v2 git bundle\n");
	for (size_t i = 0; b->out.thin && i < b->edge.n; i++)
		rj_buf_printf(&head, "-%s in the main repository\n",
			      git_oid_tostr_s(&b->edge.v[i]));
	if (b->in.has_tip) {
		put_ref(b, &head, &b->in.tip, "HEAD");
		if (got->head_name)
			put_ref(b, &head, &b->in.tip, got->head_name);
	}
	/* first, so that no ref of the jail's can pass for it */
	if (b->out.uncommitted)
		put_ref(b, &head, &b->extra, RJ_BUNDLE_UNCOMMITTED);
	for (size_t i = 0; i < got->others_n; i++)
		put_ref(b, &head, &b->tips[skip + i], got->others[i].name);
	if (!b->out.refs.n)
		return rj_refuse(err, ENODATA, "the jail holds nothing that could be written");
	rj_buf_putc(&head, '\n');
	r = rj_write_all(b->args->out, head.s, head.len);
	return r < 0 ? rj_fail(err, -r, "cannot write the bundle") : 0;
}

/* Commits are starting points of the walk; everything else goes in by itself. */
static int add_start(const struct bundle *b, const git_oid *id, git_revwalk *walk,
		     git_packbuilder *pack)
{
	RJ_AUTO(rj_git_object_free) git_object *obj = NULL;
	int r = git_object_lookup(&obj, b->repo, id, GIT_OBJECT_ANY);

	if (r < 0)
		return r;
	if (git_object_type(obj) == GIT_OBJECT_COMMIT)
		return git_revwalk_push(walk, id);
	if (git_object_type(obj) == GIT_OBJECT_TREE)
		return git_packbuilder_insert_tree(pack, id);
	r = git_packbuilder_insert(pack, id, NULL);
	if (r == 0 && git_object_type(obj) == GIT_OBJECT_TAG)
		r = add_start(b, git_tag_target_id((git_tag *)obj), walk, pack);
	return r;
}

static int write_piece(void *bytes, size_t len, void *arg)
{
	const struct bundle *b = arg;
	int r = rj_write_all(b->args->out, bytes, len);

	if (r < 0)
		errno = -r;
	return r;
}

static int put_pack(struct bundle *b, struct rj_err *err)
{
	RJ_AUTO(rj_git_packbuilder_free) git_packbuilder *pack = NULL;
	RJ_AUTO(rj_git_revwalk_free) git_revwalk *walk = NULL;
	int r = git_packbuilder_new(&pack, b->repo);

	if (r == 0)
		r = git_revwalk_new(&walk, b->repo);
	if (r < 0)
		return rj_git_fail(err, r, "cannot begin a pack");
	(void)git_packbuilder_set_threads(pack, 0);
	for (size_t i = 0; r == 0 && i < b->tips_n; i++)
		r = add_start(b, &b->tips[i], walk, pack);
	if (r == 0 && b->out.uncommitted)
		r = git_revwalk_push(walk, &b->extra);
	for (size_t i = 0; r == 0 && b->out.thin && i < b->edge.n; i++)
		r = git_revwalk_hide(walk, &b->edge.v[i]);
	if (r == 0)
		r = git_packbuilder_insert_walk(pack, walk);
	if (r < 0)
		return rj_git_fail(err, r, "cannot collect the objects of the jail");
	errno = 0;
	r = git_packbuilder_foreach(pack, write_piece, b);
	if (r < 0 && errno)
		return rj_fail(err, errno, "cannot write the bundle");
	return r < 0 ? rj_git_fail(err, r, "cannot write the bundle") : 0;
}

static int run(struct bundle *b, struct rj_err *err)
{
	int r = rj_git_init(err);

	if (r == 0)
		r = rj_incoming_read(&b->in, err);
	if (r < 0)
		return r;
	if (git_repository_odb(&b->main, b->args->repo->git) < 0)
		return rj_git_fail(err, GIT_ERROR, "cannot open the objects of %s",
				   b->args->repo->top);
	b->out.refs_left_out = b->in.out.others_left_out;
	b->out.thin = (b->args->flags & RJ_BUNDLE_THIN) ||
		      git_repository_is_shallow(b->args->repo->git) == 1;
	list_tips(b);
	r = check(b, err);
	if (r == 0)
		r = open_all(b, err);
	if (r == 0)
		r = add_files(b, err);
	/* the files stand on the base when the jail has no commit of its own */
	if (r == 0 && b->out.uncommitted && !b->in.has_tip) {
		git_oid base;

		(void)git_oid_fromstr(&base, b->args->wt->base);
		(void)rj_oidset_add(&b->edge, &base);
	}
	if (r == 0)
		r = put_header(b, err);
	return r < 0 ? r : put_pack(b, err);
}

int rj_bundle_write(const struct rj_bundle_args *args, struct rj_bundle_result *ret,
		    struct rj_err *err)
{
	struct rj_import_limits limits = RJ_IMPORT_LIMITS_DEFAULT;
	struct bundle *b = rj_alloc(1, sizeof(*b));
	int r;

	if (args->limits)
		limits = *args->limits;
	limits.tags = true;
	*b = (struct bundle){
		.args = args,
		.in = {.dir = args->work,
		       .limits = &limits,
		       .stream.fd = args->in,
		       .pack.lock = -1,
		       .everything = true},
	};
	r = run(b, err);
	if (r == 0) {
		*ret = b->out;
		b->out = (struct rj_bundle_result){0};
	}
	release_bundle(b);
	free(b);
	return r;
}
