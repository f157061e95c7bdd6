/*
 * entrypoint: which directory belongs to a program, told from where it lies
 */
#include <string.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/model/entrypoint_parts.h"

const char *rj_entry_head(const struct rj_facts *facts, const char *path, size_t *ret_len)
{
	*ret_len = 0;
	return facts->head ? facts->head(facts->arg, path, ret_len) : NULL;
}

bool rj_entry_runs(const struct rj_facts *facts, const char *path)
{
	if (facts->runs)
		return facts->runs(facts->arg, path);
	return facts->look(facts->arg, path)->kind == RJ_PATH_FILE;
}

bool rj_entry_is_dir(const struct rj_facts *facts, const char *path)
{
	return facts->look(facts->arg, path)->kind == RJ_PATH_DIR;
}

static bool has(const struct rj_facts *facts, const char *dir, const char *name)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(dir, name);

	return facts->look(facts->arg, path)->kind != RJ_PATH_NONE;
}

/* The beginning of `path` that ends `parts` parts after `at`, when more comes behind it. */
static char *cut(const char *path, const char *at, int parts)
{
	for (; parts > 0; parts--) {
		size_t len = strcspn(at, "/");

		if (len == 0 || at[len] == '\0')
			return NULL;
		at += len + (parts > 1);
	}
	return rj_strndup(path, (size_t)(at - path));
}

/* /nix/store/<32 letters and digits>-name/...: programs name their libraries in other entries, by
 * full paths, and which ones only the store's own database knows. A store holds nothing secret: it
 * can be read by everybody. */
static char *store_of(const char *path)
{
	for (const char *s = path; (s = strstr(s, "/store/")); s++) {
		const char *entry = s + 7;
		size_t n = strspn(entry, "0123456789abcdefghijklmnopqrstuvwxyz");

		if (n == 32 && entry[n] == '-' && strchr(entry, '/'))
			return rj_strndup(path, (size_t)(entry - 1 - path));
	}
	return NULL;
}

char *rj_entry_version(const char *path)
{
	static const struct {
		const char *below;
		int parts;
	} row[] = {
		{"/versions/node/", 1},	   /* nvm, n */
		{"/node-versions/", 1},	   /* fnm */
		{"/tools/image/node/", 1}, /* volta */
		{"/.pyenv/versions/", 1},    {"/pyenv/versions/", 1}, {"/.rbenv/versions/", 1},
		{"/.nodenv/versions/", 1},   {"/uv/python/", 1},      {"/.asdf/installs/", 2},
		{"/asdf/installs/", 2},	     {"/mise/installs/", 2},  {"/.sdkman/candidates/", 2},
		{"/.rustup/toolchains/", 1},
	};

	for (size_t i = 0; i < RJ_COUNT(row); i++) {
		const char *at = strstr(path, row[i].below);
		char *dir = at ? cut(path, at + strlen(row[i].below), row[i].parts) : NULL;

		if (dir)
			return dir;
	}
	return NULL;
}

/*
 * A package below the first node_modules of the path. npm's global ones bring their dependencies
 * along, and stand beside others that are none of this one's business. Where a package.json lies
 * beside node_modules (bun, yarn, a project) dependencies are spread over all of it, and pnpm keeps
 * everything in a store named .pnpm, with symlinks from package to package.
 */
static char *package_of(const struct rj_facts *facts, const char *path)
{
	static const char modules[] = "/node_modules/", pnpm[] = "/.pnpm/";
	const char *at = strstr(path, modules), *store = strstr(path, pnpm);
	RJ_AUTO(rj_free) char *above = NULL;
	char *root;

	if (!at)
		return NULL;
	if (store && strstr(store, modules))
		return rj_strndup(path, (size_t)(store + sizeof(pnpm) - 2 - path));
	above = rj_strndup(path, (size_t)(at - path));
	at += sizeof(modules) - 1;
	if (above[0] && has(facts, above, "package.json"))
		return rj_strndup(path, (size_t)(at - 1 - path));
	root = cut(path, at, *at == '@' ? 2 : 1);
	if (root && !has(facts, root, "package.json"))
		rj_free(&root);
	return root;
}

/* A prefix with bin/ and something that marks it. */
static char *prefix_with(const struct rj_facts *facts, const char *path, const char *mark)
{
	RJ_AUTO(rj_free) char *bin = rj_path_parent(path);
	char *prefix = rj_path_parent(bin);

	if (strcmp(rj_path_base(bin), "bin") != 0 || !has(facts, prefix, mark))
		rj_free(&prefix);
	return prefix;
}

char *rj_entry_tree(const struct rj_facts *facts, const char *path, const char **ret_why)
{
	char *dir = store_of(path);

	*ret_why = "store of packages";
	if (!dir) {
		*ret_why = "version of a version manager";
		dir = rj_entry_version(path);
	}
	if (!dir) {
		*ret_why = "npm package";
		dir = package_of(facts, path);
	}
	if (!dir) {
		*ret_why = "Python virtual environment";
		dir = prefix_with(facts, path, "pyvenv.cfg");
	}
	if (!dir) {
		*ret_why = "conda environment";
		dir = prefix_with(facts, path, "conda-meta");
	}
	return dir;
}

char *rj_entry_package(const struct rj_facts *facts, const char *path)
{
	RJ_AUTO(rj_free) char *dir = rj_path_parent(path);

	while (strcmp(dir, "/") != 0) {
		char *up;

		if (has(facts, dir, "package.json"))
			return rj_strdup(dir);
		up = rj_path_parent(dir);
		rj_free(&dir);
		dir = up;
	}
	return NULL;
}

bool rj_entry_is_wide(const char *home, const char *dir)
{
	static const char *const of_root[] = {"/dev", "/etc",  "/home", "/media",   "/mnt",
					      "/opt", "/proc", "/root", "/run",	    "/srv",
					      "/sys", "/tmp",  "/var",	"/var/lib", "/var/tmp"};
	static const char *const of_home[] = {".cache",	    ".config",	    ".local", ".local/bin",
					      ".local/lib", ".local/share", "bin",    "lib"};

	if (rj_path_contains(dir, home))
		return true;
	for (size_t i = 0; i < RJ_COUNT(of_root); i++)
		if (!strcmp(of_root[i], dir))
			return true;
	for (size_t i = 0; i < RJ_COUNT(of_home); i++) {
		RJ_AUTO(rj_free) char *path = rj_path_join(home, of_home[i]);

		if (!strcmp(path, dir))
			return true;
	}
	return false;
}
