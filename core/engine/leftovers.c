#include "core/engine/leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/model/jail.h"
#include "core/model/state.h"
#include "core/sys/file.h"
#include "core/sys/mnt.h"

enum {
	STATE_MAX = 256 << 20,
	POINTER_MAX = 8192,
};

static void add(struct rj_leftovers *l, enum rj_leftover_kind kind, const char *name,
		const char *path)
{
	l->v = rj_grow(l->v, &l->cap, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = (struct rj_leftover){
		.kind = kind, .name = rj_strdup(name), .path = rj_strdup(path)};
}

/* Somebody creates, destroys or runs it. Only looked at: F_GETLK takes no lock. */
static bool is_busy(const struct rj_ctx *ctx, const char *name)
{
	RJ_AUTO(rj_free) char *lock = rj_ctx_private(ctx, name, "lock");

	return rj_lock_holder(AT_FDCWD, lock) != 0;
}

static int load(const struct rj_ctx *ctx, json_t **ret_state, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	const char *file = ctx->dirs.state_file;

	if (!rj_is_gone(file) && rj_file_read(AT_FDCWD, file, STATE_MAX, &text, err) < 0)
		return -err->num;
	if (rj_state_parse(rj_buf_str(&text), text.len, file, ret_state, err) == 0)
		return 0;
	rj_wrap(err, "the state file is corrupt");
	return rj_hint(err, "repair it, or move it away to begin anew; worktrees and branches are "
			    "untouched");
}

static void look_at_record(const struct rj_ctx *ctx, const struct rj_jail *jail,
			   struct rj_leftovers *l)
{
	RJ_AUTO(rj_free) char *git = rj_ctx_private(ctx, jail->name, "git");
	const char *repo = jail->git_dir ? jail->git_dir : jail->repo_path;

	if (is_busy(ctx, jail->name))
		return;
	if (jail->creating) {
		add(l, RJ_LEFT_INCOMPLETE, jail->name, jail->worktree_path);
		return;
	}
	if (rj_is_gone(jail->worktree_path))
		add(l, RJ_LEFT_NO_WORKTREE, jail->name, jail->worktree_path);
	/* One of RoboJail 0.1 gets it when it is first used. */
	if (jail->git_dir && rj_is_gone(git))
		add(l, RJ_LEFT_NO_PRIVATE, jail->name, git);
	if (rj_is_gone(repo))
		add(l, RJ_LEFT_NO_REPO, jail->name, repo);
}

/* Names below a directory of ours that no record knows. */
static void look_below(const struct rj_ctx *ctx, const char *dir, const struct rj_strv *known,
		       enum rj_leftover_kind kind, struct rj_leftovers *l)
{
	DIR *d = opendir(dir);
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		RJ_AUTO(rj_free) char *path = rj_path_join(dir, e->d_name);

		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    !rj_strv_has(known, e->d_name) && !is_busy(ctx, e->d_name) &&
		    !rj_mnt_is_root(path)) /* inside of a jail: what it was given */
			add(l, kind, e->d_name, path);
	}
	if (d)
		(void)closedir(d);
}

/* GIT-DIR/worktrees/NAME/gitdir names W/.git: is that a W of ours without a record? */
static void look_at_admin(const struct rj_ctx *ctx, const char *admin, const struct rj_strv *known,
			  struct rj_leftovers *l)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	RJ_AUTO(rj_free) char *file = rj_path_join(admin, "gitdir");
	const char *base = ctx->dirs.jails;
	size_t len = strlen(base);
	struct rj_err none;
	char *name;

	if (rj_file_read(AT_FDCWD, file, POINTER_MAX, &text, &none) < 0)
		return;
	name = text.s;
	if (!name || strncmp(name, base, len) != 0 || name[len] != '/')
		return;
	name += len + 1;
	if (strcmp(name + strcspn(name, "/"), "/.git\n") != 0)
		return;
	name[strcspn(name, "/")] = '\0';
	if (!rj_strv_has(known, name) && !is_busy(ctx, name))
		add(l, RJ_LEFT_ADMIN, name, admin);
}

static void look_at_repo(const struct rj_ctx *ctx, const char *git_dir, const struct rj_strv *known,
			 struct rj_leftovers *l)
{
	RJ_AUTO(rj_free) char *dir = rj_path_join(git_dir, "worktrees");
	DIR *d = opendir(dir);
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		RJ_AUTO(rj_free) char *admin = rj_path_join(dir, e->d_name);

		if (e->d_name[0] != '.')
			look_at_admin(ctx, admin, known, l);
	}
	if (d)
		(void)closedir(d);
}

/* jails.json.XXXXXX of a write that was cut short, jails.json.corrupt-DATE. */
static void look_at_state_dir(const struct rj_ctx *ctx, struct rj_leftovers *l)
{
	const char *base = rj_path_base(ctx->dirs.state_file);
	size_t len = strlen(base);
	DIR *d = opendir(ctx->dirs.state);
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		RJ_AUTO(rj_free) char *path = rj_path_join(ctx->dirs.state, e->d_name);
		const char *rest = e->d_name + len;

		if (strncmp(e->d_name, base, len) != 0 || !strcmp(rest, ".lock"))
			continue;
		if (!strncmp(rest, ".corrupt-", strlen(".corrupt-")))
			add(l, RJ_LEFT_CORRUPT, e->d_name, path);
		else if (rest[0] == '.' && strlen(rest) == strlen(".XXXXXX"))
			add(l, RJ_LEFT_TEMPORARY, e->d_name, path);
	}
	if (d)
		(void)closedir(d);
}

int rj_leftovers_find(const struct rj_ctx *ctx, struct rj_leftovers *ret, struct rj_err *err)
{
	RJ_AUTO(rj_json_decref) json_t *state = NULL;
	RJ_AUTO(rj_strv_release) struct rj_strv names = {0}, repos = {0};
	struct rj_leftovers l = {0};

	if (load(ctx, &state, err) < 0)
		return -err->num;
	rj_state_names(state, &names);
	l.jails = names.n;
	for (size_t i = 0; i < names.n; i++) {
		RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};

		if (rj_state_get(state, names.v[i], &jail, err) < 0) {
			rj_leftovers_release(&l);
			return -err->num;
		}
		look_at_record(ctx, &jail, &l);
		if (jail.git_dir && !rj_strv_has(&repos, jail.git_dir))
			rj_strv_add(&repos, jail.git_dir);
	}
	look_below(ctx, ctx->dirs.jails, &names, RJ_LEFT_WORKTREE, &l);
	look_below(ctx, ctx->dirs.private, &names, RJ_LEFT_PRIVATE, &l);
	for (size_t i = 0; i < repos.n; i++)
		look_at_repo(ctx, repos.v[i], &names, &l);
	look_at_state_dir(ctx, &l);
	*ret = l;
	return 0;
}

void rj_leftovers_release(struct rj_leftovers *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].name);
		free(l->v[i].path);
	}
	free(l->v);
	*l = (struct rj_leftovers){0};
}

#define KEEP_OR "bring back the list of jails that has it, or when nothing in it is needed: "

static const struct {
	const char *text, *cost;
	const char *remedy; /* in front of the name or the path */
	bool path;
} kinds[] = {
	[RJ_LEFT_INCOMPLETE] = {"a jail whose 'destroy' or 'create' was cut short", "space on disk",
				"robojail destroy ", false},
	[RJ_LEFT_NO_WORKTREE] = {"a jail whose worktree was removed by hand", "the jail's files",
				 "remove the rest, the branch stays: robojail destroy ", false},
	[RJ_LEFT_NO_PRIVATE] =
		{"a jail whose git directory is gone", "commits that were not brought over",
		 "was XDG_DATA_HOME another one when it was made? If not, save what you "
		 "need of its worktree, then: robojail destroy --force ",
		 false},
	[RJ_LEFT_NO_REPO] = {"a jail whose main repository is gone", "the jail cannot be used",
			     "bring the repository back, or remove the jail with all its work: "
			     "robojail destroy --force ",
			     false},
	[RJ_LEFT_WORKTREE] = {"a worktree without a record", "work that no list of jails has",
			      KEEP_OR "rm -rf ", true},
	[RJ_LEFT_PRIVATE] = {"a jail's git directory and home without a record",
			     "work that no list of jails has", KEEP_OR "rm -rf ", true},
	[RJ_LEFT_ADMIN] = {"a repository's entry of a worktree that no jail has any more",
			   "git worktree list shows it", "rm -r ", true},
	[RJ_LEFT_TEMPORARY] = {"a temporary file of a command that was cut short", "space on disk",
			       "rm ", true},
	[RJ_LEFT_CORRUPT] = {"a copy of a list of jails that could not be read", "space on disk",
			     "when it is not needed any more: rm ", true},
};

const char *rj_leftover_text(enum rj_leftover_kind kind)
{
	return kinds[kind].text;
}

const char *rj_leftover_cost(enum rj_leftover_kind kind)
{
	return kinds[kind].cost;
}

char *rj_leftover_remedy(const struct rj_leftover *l)
{
	struct rj_buf b = {0};

	rj_buf_puts(&b, kinds[l->kind].remedy);
	rj_buf_word(&b, kinds[l->kind].path ? l->path : l->name);
	return rj_buf_take(&b);
}
