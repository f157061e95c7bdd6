#include "core/model/jail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void rj_jail_release(struct rj_jail *jail)
{
	free(jail->name);
	free(jail->id);
	free(jail->repo_path);
	free(jail->worktree_path);
	free(jail->branch);
	free(jail->created_at);
	free(jail->git_dir);
	free(jail->admin);
	free(jail->base);
	free(jail->agent);
	rj_strv_release(&jail->entrypoint);
	*jail = (struct rj_jail){0};
}

void rj_jails_free(struct rj_jail *jails, size_t n)
{
	for (size_t i = 0; i < n; i++)
		rj_jail_release(&jails[i]);
	free(jails);
}

int rj_jail_check_name(const char *name, struct rj_err *err)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	size_t len = strlen(name);

	if (len >= 1 && len <= RJ_NAME_MAX && strspn(name, letters) == len && name[0] != '-')
		return 0;
	rj_refuse(err, EINVAL, "'%s' cannot be the name of a jail", name);
	rj_exit_with(err, RJ_EXIT_USAGE);
	return rj_hint(err, "use 1 to %d letters, digits, '-' and '_', and no '-' at the beginning",
		       RJ_NAME_MAX);
}
