#include "core/git/modules.h"

#include <errno.h>
#include <git2.h>
#include <git2/sys/config.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/git/dotgit.h"
#include "core/git/stream.h"

static void free_config(git_config **cfg)
{
	git_config_free(*cfg);
}

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

/* A part that is "..", or one that some system takes for .git. */
static bool leaves(const char *path)
{
	while (*path) {
		size_t len = strcspn(path, "/\\");
		/* whole: what HFS+ passes over may come before and in between, any number of it */
		RJ_AUTO(rj_free) char *part = rj_strndup(path, len);

		if (!strcmp(part, "..") || rj_dotgit_is_git(part))
			return true;
		path += len;
		path += is_slash(*path);
	}
	return false;
}

static const char *path_fault(const char *path)
{
	if (!*path || is_slash(*path))
		return "is no path inside the project";
	if (*path == '-')
		return "looks like an option";
	return leaves(path) ? "leaves its directory" : NULL;
}

static const char *url_fault(const char *url)
{
	if (*url == '-')
		return "looks like an option";
	if (strpbrk(url, "\r\n") || strcasestr(url, "%0a") || strcasestr(url, "%0d"))
		return "hides a newline";
	return NULL;
}

struct check {
	const char *fault; /* static text */
	char key[200];	   /* made fit for a message */
};

/* One "submodule.<name>.<key>"; libgit2 has made <key> lower case. */
static int check_entry(const git_config_entry *entry, void *arg)
{
	struct check *c = arg;
	const char *name = entry->name + strlen("submodule."), *key = strrchr(entry->name, '.');
	const char *value = entry->value ? entry->value : "";
	char *copy;

	if (strncmp(entry->name, "submodule.", strlen("submodule.")) != 0 || key < name)
		return 0;
	copy = rj_strndup(name, (size_t)(key - name));
	if (!*copy || *copy == '-' || leaves(copy))
		c->fault = "has a name that leaves its directory or looks like an option";
	else if (!strcmp(key, ".path"))
		c->fault = path_fault(value);
	else if (!strcmp(key, ".url"))
		c->fault = url_fault(value);
	else if (!strcmp(key, ".update") && strchr(value, '!'))
		c->fault = "names a command to run";
	rj_free(&copy);
	if (c->fault)
		(void)rj_stream_show(c->key, sizeof(c->key), entry->name, strlen(entry->name));
	return c->fault ? GIT_EUSER : 0;
}

int rj_modules_check(const char *text, size_t len, struct rj_err *err)
{
	RJ_AUTO(free_config) git_config *cfg = NULL;
	git_config_backend *backend = NULL;
	struct check c = {0};

	if (len > RJ_MODULES_MAX)
		return rj_refuse(err, EBADMSG, ".gitmodules is larger than %d bytes",
				 RJ_MODULES_MAX);
	if (memchr(text, 0, len))
		return rj_refuse(err, EBADMSG, ".gitmodules holds a NUL byte");
	if (git_config_new(&cfg) < 0 ||
	    git_config_backend_from_string(&backend, text, len, NULL) < 0)
		return rj_refuse(err, ENOMEM, "cannot read .gitmodules");
	if (git_config_add_backend(cfg, backend, GIT_CONFIG_LEVEL_LOCAL, NULL, 0) < 0) {
		backend->free(backend);
		return rj_refuse(err, EBADMSG, ".gitmodules cannot be understood");
	}
	if (git_config_foreach(cfg, check_entry, &c) < 0 && !c.fault)
		return rj_refuse(err, EBADMSG, ".gitmodules cannot be understood");
	if (c.fault)
		return rj_refuse(err, EBADMSG, ".gitmodules: %s %s", c.key, c.fault);
	return 0;
}
