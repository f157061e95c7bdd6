/* attrs: line endings and keywords by the attributes of the commit that the jail began from. */
#include "core/git/attrs.h"

#include <fcntl.h>
#include <git2/sys/repository.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/base/path.h"
#include "core/git/auto.h"
#include "core/git/convert.h"
#include "core/git/giterr.h"
#include "core/sys/file.h"

enum { OWN_MAX = 16 << 20 };

RJ_GIT_AUTO(filters, git_filter_list, git_filter_list_free)

/* core.autocrlf and core.eol, for files that their attributes do not speak of in full. */
static void read_eol(struct rj_attrs *a, git_config *config)
{
	RJ_AUTO(rj_git_buf_free) git_buf text = GIT_BUF_INIT;
	RJ_AUTO(rj_git_buf_free) git_buf eol = GIT_BUF_INIT;
	bool is_input = git_config_get_string_buf(&text, config, "core.autocrlf") == 0 &&
			!strcasecmp(text.ptr, "input");
	int on = 0;

	a->autocrlf = !is_input && git_config_get_bool(&on, config, "core.autocrlf") == 0 && on;
	a->native_crlf = a->autocrlf;
	if (!is_input && !a->autocrlf && git_config_get_string_buf(&eol, config, "core.eol") == 0)
		a->native_crlf = !strcasecmp(eol.ptr, "crlf");
}

/* The user's own attributes in `dir`/`name`: true when there are some. They go to *may, unless that
 * is NULL. */
static bool own_file(const char *dir, const char *name, struct rj_attrs_may *may)
{
	RJ_AUTO(rj_free) char *path = dir && *dir ? rj_path_join(dir, name) : NULL;
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct rj_err none;

	if (!path || access(path, F_OK) < 0)
		return false;
	if (may && rj_file_read(AT_FDCWD, path, OWN_MAX, &text, &none) == 0)
		rj_attrs_may_add(may, "", 0, rj_buf_str(&text), text.len);
	else if (may)
		may->all = true;
	return true;
}

/* May attributes or settings of the user apply, whatever the project says? */
static bool user_has_some(const struct rj_repo *repo, git_config *config, struct rj_attrs_may *may)
{
	RJ_AUTO(rj_git_buf_free) git_buf text = GIT_BUF_INIT;
	const char *xdg = getenv("XDG_CONFIG_HOME");
	bool has = own_file(repo->common, "info/attributes", may);

	has |= own_file("/etc", "gitattributes", may);
	if (git_config_get_string_buf(&text, config, "core.attributesfile") == 0) {
		has = true;
		if (may)
			may->all = true;
	} else if (xdg && *xdg) {
		has |= own_file(xdg, "git/attributes", may);
	} else {
		has |= own_file(getenv("HOME"), ".config/git/attributes", may);
	}
	return has || (git_config_get_string_buf(&text, config, "core.autocrlf") == 0 &&
		       strcmp(text.ptr, "false") != 0);
}

/* One line `[attr]NAME VALUES` of the top .gitattributes. */
static void add_macro(git_repository *git, char *line)
{
	static const char mark[] = "[attr]";
	char *name, *values;

	if (strncmp(line, mark, strlen(mark)) != 0)
		return;
	name = line + strlen(mark);
	values = name + strcspn(name, " \t");
	if (values == name || !*values)
		return;
	*values++ = '\0';
	values[strcspn(values, "\r")] = '\0';
	(void)git_attr_add_macro(git, name, values);
}

/* libgit2 takes macros from a worktree's top directory only, and this handle has none. */
static void add_macros(const struct rj_attrs *a)
{
	RJ_AUTO(rj_git_commit_free) git_commit *commit = NULL;
	RJ_AUTO(rj_git_tree_free) git_tree *tree = NULL;
	RJ_AUTO(rj_git_blob_free) git_blob *blob = NULL;
	RJ_AUTO(rj_free) char *text = NULL;
	const git_tree_entry *te;

	if (git_commit_lookup(&commit, a->git, &a->base) < 0 || git_commit_tree(&tree, commit) < 0)
		return;
	te = git_tree_entry_byname(tree, ".gitattributes");
	if (!te || git_tree_entry_type(te) != GIT_OBJECT_BLOB ||
	    git_blob_lookup(&blob, a->git, git_tree_entry_id(te)) < 0)
		return;
	text = rj_strndup(git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob));
	for (char *line = text, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		add_macro(a->git, line);
	}
}

static bool is_on(git_config *config, const char *key)
{
	int on = 1;

	return git_config_get_bool(&on, config, key) < 0 || on;
}

int rj_attrs_rules(const struct rj_repo *repo, bool has_files, bool *ret_symlinks, bool *ret_active,
		   struct rj_attrs_may *may, struct rj_err *err)
{
	RJ_AUTO(rj_git_config_free) git_config *config = NULL;
	struct rj_attrs a = {0};
	int rc = git_repository_config_snapshot(&config, repo->git);

	if (rc < 0)
		return rj_git_fail(err, rc, "cannot read the configuration of %s", repo->top);
	*ret_symlinks = is_on(config, "core.symlinks");
	*ret_active = user_has_some(repo, config, may) || has_files;
	read_eol(&a, config);
	may->all |= a.autocrlf || a.native_crlf;
	return 0;
}

int rj_attrs_open(const struct rj_repo *repo, const git_oid *base, bool has_files,
		  struct rj_attrs *ret, struct rj_err *err)
{
	RJ_AUTO(rj_git_config_free) git_config *config = NULL;
	struct rj_attrs a = {.base = *base, .has_files = has_files};
	int rc = git_repository_open_bare(&a.git, repo->common);

	if (rc == 0)
		rc = git_index_new(&a.tracked);
	if (rc == 0)
		rc = git_repository_set_index(a.git, a.tracked);
	if (rc == 0)
		rc = git_repository_config_snapshot(&config, a.git);
	if (rc < 0) {
		rj_attrs_release(&a);
		return rj_git_fail(err, rc, "cannot open the repository %s", repo->top);
	}
	a.filemode = is_on(config, "core.filemode");
	a.symlinks = is_on(config, "core.symlinks");
	read_eol(&a, config);
	a.active = has_files || user_has_some(repo, config, NULL);
	if (has_files)
		add_macros(&a);
	*ret = a;
	return 0;
}

void rj_attrs_release(struct rj_attrs *a)
{
	git_index_free(a->tracked);
	git_repository_free(a->git);
	*a = (struct rj_attrs){0};
}

static git_filter_list *load(const struct rj_attrs *a, const char *path)
{
	git_filter_options options = {
		.version = GIT_FILTER_OPTIONS_VERSION,
		.flags = GIT_FILTER_ATTRIBUTES_FROM_COMMIT | GIT_FILTER_ALLOW_UNSAFE,
		.attr_commit_id = a->base,
	};
	git_filter_list *filters = NULL;

	if (!a->active)
		return NULL;
	if (git_filter_list_load_ext(&filters, a->git, NULL, path, GIT_FILTER_TO_ODB, &options) < 0)
		return NULL;
	return filters;
}

bool rj_attrs_converts(const struct rj_attrs *a, const char *path)
{
	RJ_AUTO(rj_git_filters_free) git_filter_list *filters = load(a, path);
	bool ident;

	return filters || rj_attrs_encoding(a, path, &ident);
}

/* What libgit2's filters make of it; false when that is nothing else. */
static bool apply(const struct rj_attrs *a, git_filter_list *filters, const char *path,
		  const struct rj_side *tracked, const char *bytes, size_t len, git_buf *ret)
{
	const git_index_entry known = {.path = path, .mode = tracked->mode, .id = tracked->id};
	bool listed = tracked->mode && git_index_add(a->tracked, &known) == 0;
	int rc = git_filter_list_apply_to_buffer(ret, filters, bytes, len);

	if (listed)
		(void)git_index_remove(a->tracked, path, 0);
	if (rc == 0 && ret->ptr)
		return true;
	git_buf_dispose(ret);
	return false;
}

bool rj_attrs_clean(const struct rj_attrs *a, const char *path, const struct rj_side *tracked,
		    const char *bytes, size_t len, git_buf *ret)
{
	RJ_AUTO(rj_git_filters_free) git_filter_list *filters = load(a, path);
	RJ_AUTO(rj_git_buf_free) git_buf filtered = GIT_BUF_INIT;
	RJ_AUTO(rj_buf_release) struct rj_buf decoded = {0}, plain = {0};
	bool ident, changed = false;
	const char *encoding = rj_attrs_encoding(a, path, &ident);

	if (encoding && rj_convert_decode(bytes, len, encoding, &decoded)) {
		bytes = decoded.s;
		len = decoded.len;
		changed = true;
	}
	if (filters && apply(a, filters, path, tracked, bytes, len, &filtered)) {
		bytes = filtered.ptr;
		len = filtered.size;
		changed = true;
	}
	/* libgit2 does so with the first keyword only */
	if (ident && rj_convert_unident(bytes, len, &plain)) {
		bytes = plain.s;
		len = plain.len;
		changed = true;
	}
	return changed && git_buf_set(ret, bytes, len) == 0;
}

enum rj_attrs_diff rj_attrs_diff(const struct rj_attrs *a, const char *path)
{
	git_attr_options options = {
		.version = GIT_ATTR_OPTIONS_VERSION,
		.flags = GIT_ATTR_CHECK_INCLUDE_COMMIT,
		.attr_commit_id = a->base,
	};
	const char *value = NULL;

	if (!a->active || git_attr_get_ext(&value, a->git, &options, path, "diff") < 0)
		return RJ_ATTRS_AUTO;
	switch (git_attr_value(value)) {
	case GIT_ATTR_VALUE_TRUE:
		return RJ_ATTRS_TEXT;
	case GIT_ATTR_VALUE_FALSE:
		return RJ_ATTRS_BINARY;
	case GIT_ATTR_VALUE_UNSPECIFIED:
	case GIT_ATTR_VALUE_STRING:
	default:
		return RJ_ATTRS_AUTO;
	}
}
