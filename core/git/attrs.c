/* attrs: the attributes of the commit that the jail began from, and the user's own. */
#include "core/git/attrs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>

#include "core/base/path.h"
#include "core/git/attrs_tree.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/sys/file.h"

static bool is_on(git_config *config, const char *key, bool otherwise)
{
	int on;

	return git_config_get_bool(&on, config, key) < 0 ? otherwise : on;
}

/* core.autocrlf and core.eol, for files that their attributes do not speak of in full. */
static void read_eol(struct rj_attrs *a, git_config *config)
{
	RJ_AUTO(rj_git_buf_free) git_buf text = GIT_BUF_INIT;
	RJ_AUTO(rj_git_buf_free) git_buf eol = GIT_BUF_INIT;
	bool is_input = git_config_get_string_buf(&text, config, "core.autocrlf") == 0 &&
			!strcasecmp(text.ptr, "input");

	a->native_crlf = !is_input && is_on(config, "core.autocrlf", false);
	a->autocrlf = is_input || a->native_crlf;
	if (!a->autocrlf && git_config_get_string_buf(&eol, config, "core.eol") == 0)
		a->native_crlf = !strcasecmp(eol.ptr, "crlf");
}

/* A file of the user's own that is missing or cannot be read has no rules, as for git. */
static void own_file(const char *dir, const char *name, struct rj_buf *ret)
{
	RJ_AUTO(rj_free) char *path = dir && *dir ? rj_path_join(dir, name) : NULL;
	struct rj_err none;

	if (path)
		(void)rj_file_read(AT_FDCWD, path, RJ_ATTR_BYTES_MAX, ret, &none);
}

static void own_files(const struct rj_repo *repo, git_config *config,
		      struct rj_buf texts[RJ_ATTRSET_RANKS])
{
	RJ_AUTO(rj_git_buf_free) git_buf set = GIT_BUF_INIT;
	const char *xdg = getenv("XDG_CONFIG_HOME"), *off = getenv("GIT_ATTR_NOSYSTEM");
	struct rj_buf *user = &texts[RJ_ATTRSET_USER];
	struct rj_err none;
	int no_system = 0;

	if (!off || git_config_parse_bool(&no_system, off) < 0 || !no_system)
		own_file("/etc", "gitattributes", &texts[RJ_ATTRSET_SYSTEM]);
	if (git_config_get_path(&set, config, "core.attributesfile") == 0)
		(void)rj_file_read(AT_FDCWD, set.ptr, RJ_ATTR_BYTES_MAX, user, &none);
	else if (xdg && *xdg)
		own_file(xdg, "git/attributes", user);
	else
		own_file(getenv("HOME"), ".config/git/attributes", user);
	own_file(repo->common, "info/attributes", &texts[RJ_ATTRSET_INFO]);
}

static void read_rules(struct rj_attrs *a, const struct rj_repo *repo, git_config *config,
		       unsigned flags)
{
	struct rj_buf texts[RJ_ATTRSET_RANKS] = {0};

	own_files(repo, config, texts);
	if (a->tree)
		rj_attrs_tree_top(a->tree, &texts[RJ_ATTRSET_TOP]);
	if (is_on(config, "core.ignorecase", false))
		flags |= RJ_ATTRFILE_FOLD;
	a->set = rj_attrset_new(texts, flags);
	for (size_t i = 0; i < RJ_ATTRSET_RANKS; i++)
		rj_buf_release(&texts[i]);
}

/* `a` has the base, and whether that has files. */
static int fill(struct rj_attrs *a, const struct rj_repo *repo, git_repository *git, unsigned flags,
		struct rj_err *err)
{
	RJ_AUTO(rj_git_config_free) git_config *config = NULL;
	int rc = git_repository_config_snapshot(&config, git);

	if (rc < 0)
		return rj_git_fail(err, rc, "cannot read the configuration of %s", repo->top);
	a->filemode = is_on(config, "core.filemode", true);
	a->symlinks = is_on(config, "core.symlinks", true);
	read_eol(a, config);
	if (a->has_files)
		a->tree = rj_attrs_tree_new(git, &a->base);
	read_rules(a, repo, config, flags);
	a->active = a->tree || a->autocrlf || rj_attrset_speaks(a->set);
	return 0;
}

int rj_attrs_open(const struct rj_repo *repo, const git_oid *base, bool has_files,
		  struct rj_attrs *ret, struct rj_err *err)
{
	struct rj_attrs a = {.base = *base, .has_files = has_files};
	int rc = git_repository_open_bare(&a.git, repo->common);

	if (rc < 0)
		return rj_git_fail(err, rc, "cannot open the repository %s", repo->top);
	rc = fill(&a, repo, a.git, RJ_ATTRFILE_DISK, err);
	if (rc < 0)
		rj_attrs_release(&a);
	else
		*ret = a;
	return rc;
}

int rj_attrs_open_whole(const struct rj_repo *repo, const git_oid *base, struct rj_attrs *ret,
			struct rj_err *err)
{
	struct rj_attrs a = {.base = *base, .has_files = true};
	int rc = fill(&a, repo, repo->git, 0, err);

	if (rc < 0)
		return rc;
	rj_attrs_tree_free(&a.tree);
	a.active = a.autocrlf || rj_attrset_speaks(a.set);
	*ret = a;
	return 0;
}

int rj_attrs_add(struct rj_attrs *a, const char *dir, size_t dir_len, const char *text, size_t len,
		 struct rj_err *err)
{
	bool fits = rj_attrset_add(a->set, dir, dir_len, text, len);

	a->active |= rj_attrset_speaks(a->set);
	if (fits)
		return 0;
	rj_refuse(err, E2BIG, "the .gitattributes of the commit have more than %d rules, or %d MiB",
		  RJ_ATTR_RULES_MAX, RJ_ATTR_BYTES_MAX >> 20);
	return rj_hint(err, "take another commit (--branch)");
}

void rj_attrs_release(struct rj_attrs *a)
{
	rj_attrs_tree_free(&a->tree);
	rj_attrset_free(&a->set);
	git_repository_free(a->git);
	*a = (struct rj_attrs){0};
}

void rj_attrs_get(const struct rj_attrs *a, const char *path, const char *ret[RJ_ATTR_COUNT])
{
	if (a->tree)
		rj_attrs_tree_load(a->tree, path, a->set);
	rj_attrset_get(a->set, path, ret);
}

enum rj_attrs_diff rj_attrs_diff(const struct rj_attrs *a, const char *path)
{
	const char *values[RJ_ATTR_COUNT];

	if (!a->active)
		return RJ_ATTRS_AUTO;
	rj_attrs_get(a, path, values);
	return values[RJ_ATTR_DIFF] == rj_attr_on    ? RJ_ATTRS_TEXT
	       : values[RJ_ATTR_DIFF] == rj_attr_off ? RJ_ATTRS_BINARY
						     : RJ_ATTRS_AUTO;
}
