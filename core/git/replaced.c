/* replaced: what is told of a repository with replacement objects. */
#include "core/git/replaced.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/path.h"
#include "core/git/auto.h"
#include "core/git/gitlock.h"

/* Are there perhaps some? libgit2 takes long to look, among many references. */
static bool may_have(const struct rj_repo *repo)
{
	RJ_AUTO(rj_free) char *dir = rj_path_join(repo->common, "refs/replace");
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct rj_err none;

	return access(dir, F_OK) == 0 || (rj_packed_read(repo->common, &text, &none) == 0 &&
					  strstr(rj_buf_str(&text), " refs/replace/"));
}

static bool follows(const struct rj_repo *repo)
{
	RJ_AUTO(rj_git_config_free) git_config *config = NULL;
	int on = 1;

	if (getenv("GIT_NO_REPLACE_OBJECTS"))
		return false;
	return git_repository_config_snapshot(&config, repo->git) < 0 ||
	       git_config_get_bool(&on, config, "core.usereplacerefs") < 0 || on;
}

void rj_replaced_tell(const struct rj_repo *repo, struct rj_strv *notes)
{
	RJ_AUTO(rj_git_ref_iter_free) git_reference_iterator *it = NULL;
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};
	const char *name;
	size_t n = 0;

	if (!may_have(repo) || !follows(repo) ||
	    git_reference_iterator_glob_new(&it, repo->git, "refs/replace/*") < 0)
		return;
	while (git_reference_next_name(&name, it) == 0)
		n++;
	if (n == 0)
		return;
	rj_buf_printf(&b,
		      "%zu object%s replaced (git replace -l): the files and the agent's git have "
		      "the original%s, and git on the host may show changes that are none; it does "
		      "not with GIT_NO_REPLACE_OBJECTS=1",
		      n, n > 1 ? "s are" : " is", n > 1 ? "s" : "");
	rj_strv_add(notes, b.s);
}
