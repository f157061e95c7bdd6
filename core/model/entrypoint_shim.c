/*
 * entrypoint: the program behind a version manager's shim
 *
 * Which version is in force depends, for the managers, on files in the working directory and above
 * it, too. Those belong to projects and to jails, so they are not asked: only the user's own
 * choice.
 */
#include <errno.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/model/entrypoint_parts.h"

/* ROOT/a/b/bin/NAME, or NULL when it cannot be run. */
static char *program_of(const struct rj_facts *facts, const char *root, const char *version,
			const char *name)
{
	RJ_AUTO(rj_free) char *dir = rj_path_join(root, version);
	RJ_AUTO(rj_free) char *bin = rj_path_join(dir, "bin");
	char *path = rj_path_join(bin, name);

	if (!rj_path_is_normal(path) || !rj_entry_runs(facts, path))
		rj_free(&path);
	return path;
}

/* pyenv, rbenv, nodenv: $PYENV_VERSION, or the first line of ROOT/version. */
static char *behind_env(const struct rj_facts *facts, const char *root, const char *name)
{
	RJ_AUTO(rj_free) char *versions = rj_path_join(root, "versions");
	RJ_AUTO(rj_free) char *file = rj_path_join(root, "version");
	RJ_AUTO(rj_free) char *version = NULL;
	size_t len;
	const char *head = rj_entry_head(facts, file, &len);
	bool is_pyenv = strstr(rj_path_base(root), "pyenv") != NULL;

	if (is_pyenv && facts->pyenv && facts->pyenv[0])
		version = rj_strndup(facts->pyenv, strcspn(facts->pyenv, ":"));
	else if (head)
		version = rj_strndup(head, strcspn(head, " \t\r\n"));
	if (!version || !version[0] || strchr(version, '/'))
		return NULL;
	return program_of(facts, versions, version, name);
}

/* asdf writes into each shim, as comments, what may stand behind it; ~/.tool-versions chooses. */
static char *behind_asdf(const struct rj_facts *facts, const char *root, const char *shim)
{
	static const char mark[] = "# asdf-plugin: ";
	RJ_AUTO(rj_free) char *installs = rj_path_join(root, "installs");
	RJ_AUTO(rj_free) char *chosen = rj_path_join(facts->home, ".tool-versions");
	size_t len, chosen_len;
	const char *head = rj_entry_head(facts, shim, &len);
	const char *choice = rj_entry_head(facts, chosen, &chosen_len);
	char *found = NULL;

	for (const char *s = head ? strstr(head, mark) : NULL; s && !found; s = strstr(s, mark)) {
		RJ_AUTO(rj_free) char *line = NULL;
		char *blank;

		s += sizeof(mark) - 1;
		line = rj_strndup(s, strcspn(s, "\r\n"));
		blank = strchr(line, ' ');
		if (!blank || (choice && !strstr(choice, line)))
			continue;
		*blank = '/';
		found = program_of(facts, installs, line, rj_path_base(shim));
	}
	return found;
}

static int refuse(const char *path, const char *manager, struct rj_err *err)
{
	const char *name = rj_path_base(path);

	rj_refuse(
		err, ENOTSUP,
		"%s is a shim of %s, which chooses the program when it runs, and is not in a jail",
		path, manager);
	if (!strcmp(manager, "asdf") || !strcmp(manager, "mise") || !strcmp(manager, "volta") ||
	    strstr(manager, "env"))
		return rj_hint(err,
			       "give the program itself, whose path is printed by: %s which %s",
			       manager, name);
	return rj_hint(err, "give the path of the program itself");
}

int rj_entrypoint_behind_shim(const struct rj_facts *facts, const char *path, char **ret_real,
			      struct rj_err *err)
{
	const struct rj_path_fact *f = facts->look(facts->arg, path);
	const char *real = f->real ? rj_path_base(f->real) : "";
	RJ_AUTO(rj_free) char *dir = rj_path_parent(path);
	RJ_AUTO(rj_free) char *root = rj_path_parent(dir);
	const char *manager = rj_path_base(root);

	*ret_real = NULL;
	if (f->kind != RJ_PATH_FILE)
		return 0;
	if (!strcmp(real, "volta-shim"))
		return refuse(path, "volta", err);
	if (strcmp(rj_path_base(dir), "shims") != 0)
		return 0;
	if (!strcmp(real, "mise"))
		return refuse(path, "mise", err);
	manager += *manager == '.';
	if (strstr(manager, "asdf"))
		*ret_real = behind_asdf(facts, root, path);
	else
		*ret_real = behind_env(facts, root, rj_path_base(path));
	return *ret_real ? 0 : refuse(path, manager, err);
}
