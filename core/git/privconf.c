/* privconf: the configuration that a jail's git directory starts with. */
#include "core/git/privconf.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/git/auto.h"
#include "core/git/gitconf.h"
#include "core/git/giterr.h"
#include "core/git/private.h"
#include "core/git/url.h"

/* Written whatever the user has: signing keys and hooks stay outside. */
static const char *const fixed[][2] = {
	{"core.repositoryformatversion", "0"},
	{"core.bare", "false"},
	{"core.logallrefupdates", "true"},
};

static const char *const forced[][2] = {
	{"commit.gpgsign", "false"},
	{"tag.gpgsign", "false"},
	{"push.gpgsign", "false"},
	/* what refs/remotes/host/... are refreshed from; nothing can be pushed there */
	{"remote.host.url", RJ_INSIDE_HOST},
	{"remote.host.fetch", "+refs/heads/*:refs/remotes/host/*"},
};

/*
 * What comes through as it is. Each one is a word, a number or a name: git runs nothing and opens
 * nothing because of it. In the order of the file.
 */
static const char *const allowed[] = {
	"core.filemode",
	"core.symlinks",
	"core.ignorecase",
	"core.precomposeunicode",
	"core.autocrlf",
	"core.eol",
	"core.safecrlf",
	"core.quotepath",
	"core.abbrev",
	"core.commentchar",
	"core.whitespace",
	"core.compression",
	"core.bigfilethreshold",
	"user.name",
	"user.email",
	"user.useconfigonly",
	"author.name",
	"author.email",
	"committer.name",
	"committer.email",
	"init.defaultbranch",
	"branch.autosetupmerge",
	"branch.autosetuprebase",
	"branch.sort",
	"tag.sort",
	"checkout.defaultremote",
	"checkout.guess",
	"push.default",
	"push.autosetupremote",
	"push.followtags",
	"remote.pushdefault",
	"pull.rebase",
	"pull.ff",
	"fetch.prune",
	"fetch.prunetags",
	"merge.conflictstyle",
	"merge.ff",
	"merge.log",
	"merge.renames",
	"merge.renamelimit",
	"merge.directoryrenames",
	"merge.stat",
	"merge.autostash",
	"rebase.autosquash",
	"rebase.autostash",
	"rebase.abbreviatecommands",
	"rebase.missingcommitscheck",
	"rebase.stat",
	"rebase.updaterefs",
	"rerere.enabled",
	"rerere.autoupdate",
	"commit.verbose",
	"commit.status",
	"commit.cleanup",
	"diff.algorithm",
	"diff.renames",
	"diff.renamelimit",
	"diff.context",
	"diff.interhunkcontext",
	"diff.indentheuristic",
	"diff.mnemonicprefix",
	"diff.noprefix",
	"diff.colormoved",
	"diff.colormovedws",
	"diff.wserrorhighlight",
	"diff.submodule",
	"diff.statgraphwidth",
	"status.branch",
	"status.short",
	"status.relativepaths",
	"status.showstash",
	"status.showuntrackedfiles",
	"status.aheadbehind",
	"log.date",
	"log.abbrevcommit",
	"log.decorate",
	"log.follow",
	"log.showroot",
	"blame.date",
	"grep.linenumber",
	"grep.patterntype",
	"versionsort.suffix",
	"color.ui",
	"column.ui",
	"column.branch",
	"column.status",
	"column.tag",
	"i18n.commitencoding",
	"i18n.logoutputencoding",
	"advice.detachedhead",
	"advice.statushints",
	"advice.addignoredfile",
};

/* A value of the user's for one of those, in the order in which git finds them. */
struct found {
	size_t key;
	char *value;
};

struct founds {
	struct found *v;
	size_t n, cap;
};

static void founds_release(struct founds *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->v[i].value);
	free(f->v);
}

/* All of them in one pass: libgit2 copies the whole configuration for each iterator. */
static int find_allowed(git_config *config, struct founds *f)
{
	RJ_AUTO(rj_git_config_iter_free) git_config_iterator *it = NULL;
	git_config_entry *e;
	int rc = git_config_iterator_new(&it, config);

	while (rc == 0 && (rc = git_config_next(&e, it)) == 0)
		for (size_t i = 0; i < RJ_COUNT(allowed); i++) {
			if (strcmp(e->name, allowed[i]) != 0)
				continue;
			f->v = rj_grow(f->v, &f->cap, f->n + 1, sizeof(*f->v));
			f->v[f->n++] = (struct found){
				.key = i, .value = rj_strdup(e->value ? e->value : "true")};
		}
	return rc == GIT_ITEROVER ? 0 : rc;
}

/* The last value of each, as it is the one that counts, or all (versionsort.suffix). */
static int copy_allowed(git_config *config, struct rj_gitconf *to)
{
	RJ_AUTO(founds_release) struct founds f = {0};
	int rc = find_allowed(config, &f);

	for (size_t key = 0; rc == 0 && key < RJ_COUNT(allowed); key++) {
		bool multi = !strcmp(allowed[key], "versionsort.suffix");
		const char *last = NULL;

		for (size_t i = 0; i < f.n; i++) {
			if (f.v[i].key != key)
				continue;
			last = f.v[i].value;
			if (multi)
				rj_gitconf_add(to, allowed[key], last);
		}
		if (last && !multi)
			rj_gitconf_add(to, allowed[key], last);
	}
	return rc;
}

static void add_remote_key(struct rj_gitconf *to, const char *remote, const char *key,
			   const char *value)
{
	RJ_AUTO(rj_buf_release) struct rj_buf name = {0};

	rj_buf_printf(&name, "remote.%s.%s", remote, key);
	rj_gitconf_add(to, name.s, value);
}

/* A remote whose URL cannot come along is left out, and with it its name. */
static int copy_remote(const struct rj_repo *repo, const char *name, struct rj_gitconf *to,
		       struct rj_strv *kept)
{
	RJ_AUTO(rj_git_remote_free) git_remote *remote = NULL;
	RJ_AUTO(rj_git_strarray_free) git_strarray specs = {0};
	RJ_AUTO(rj_free) char *url = NULL;
	RJ_AUTO(rj_free) char *push = NULL;
	int rc;

	if (!strcmp(name, "host")) /* the name of the host's own branches */
		return 0;
	rc = git_remote_lookup(&remote, repo->git, name);
	if (rc < 0)
		return 0; /* of a form that libgit2 does not know; git can add it again */
	url = git_remote_url(remote) ? rj_url_public(git_remote_url(remote)) : NULL;
	if (!url)
		return 0;
	push = git_remote_pushurl(remote) ? rj_url_public(git_remote_pushurl(remote)) : NULL;
	rc = git_remote_get_fetch_refspecs(&specs, remote);
	if (rc < 0)
		return rc;
	add_remote_key(to, name, "url", url);
	if (push)
		add_remote_key(to, name, "pushurl", push);
	for (size_t i = 0; i < specs.count; i++)
		add_remote_key(to, name, "fetch", specs.strings[i]);
	rj_strv_add(kept, name);
	return 0;
}

static int copy_remotes(const struct rj_repo *repo, struct rj_gitconf *to, struct rj_strv *kept)
{
	RJ_AUTO(rj_git_strarray_free) git_strarray names = {0};
	int rc = git_remote_list(&names, repo->git);

	for (size_t i = 0; rc == 0 && i < names.count; i++)
		rc = copy_remote(repo, names.strings[i], to, kept);
	return rc;
}

static bool ends(const char *s, const char *with)
{
	size_t n = strlen(s), m = strlen(with);

	return n >= m && !strcmp(s + n - m, with);
}

/* What a branch follows: only remotes that came along, for the name may also be a URL. */
static int copy_branches(git_config *config, const struct rj_strv *kept, struct rj_gitconf *to)
{
	RJ_AUTO(rj_git_config_iter_free) git_config_iterator *it = NULL;
	git_config_entry *e;
	int rc = git_config_iterator_glob_new(&it, config,
					      "^branch\\..*\\.(remote|pushremote|merge|rebase)$");

	while (rc == 0 && (rc = git_config_next(&e, it)) == 0) {
		const char *value = e->value ? e->value : "true";
		bool remote = ends(e->name, "remote");

		if (!remote || !strcmp(value, ".") || rj_strv_has(kept, value))
			rj_gitconf_add(to, e->name, value);
	}
	return rc == GIT_ITEROVER ? 0 : rc;
}

int rj_private_config(const struct rj_repo *repo, struct rj_buf *ret_text, struct rj_err *err)
{
	RJ_AUTO(rj_gitconf_release) struct rj_gitconf to = {0};
	RJ_AUTO(rj_git_config_free) git_config *config = NULL;
	RJ_AUTO(rj_strv_release) struct rj_strv kept = {0};
	int rc = git_repository_config_snapshot(&config, repo->git);

	for (size_t i = 0; i < RJ_COUNT(fixed); i++)
		rj_gitconf_add(&to, fixed[i][0], fixed[i][1]);
	if (rc == 0)
		rc = copy_allowed(config, &to);
	for (size_t i = 0; i < RJ_COUNT(forced); i++)
		rj_gitconf_add(&to, forced[i][0], forced[i][1]);
	if (rc == 0)
		rc = copy_remotes(repo, &to, &kept);
	if (rc == 0)
		rc = copy_branches(config, &kept, &to);
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot read the configuration of %s", repo->top);
	rj_buf_add(ret_text, to.text.s, to.text.len);
	return 0;
}

int rj_private_identity(const struct rj_repo *repo, bool *ret_named, struct rj_buf *ret_text,
			struct rj_err *err)
{
	enum { NEEDED = 2 }; /* the first two */
	static const char *const keys[] = {
		"user.name",	"user.email",	  "user.useconfigonly", "author.name",
		"author.email", "committer.name", "committer.email",	"init.defaultbranch",
	};
	size_t needed = 0;
	RJ_AUTO(rj_gitconf_release) struct rj_gitconf to = {0};
	RJ_AUTO(rj_git_config_free) git_config *config = NULL;
	const char *value;
	int rc = git_repository_config_snapshot(&config, repo->git);

	for (size_t i = 0; rc == 0 && i < RJ_COUNT(keys); i++) {
		rc = git_config_get_string(&value, config, keys[i]);
		if (rc == 0) {
			rj_gitconf_add(&to, keys[i], value);
			needed += i < NEEDED;
		}
		rc = rc == GIT_ENOTFOUND ? 0 : rc;
	}
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot read the configuration of %s", repo->top);
	*ret_named = needed == NEEDED;
	rj_buf_add(ret_text, rj_buf_str(&to.text), to.text.len);
	return 0;
}
