/*
 * trust - let a project's file loosen what the configuration says
 *
 * What is trusted can be seen and revoked also with a configuration that cannot be read.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "applets/applet.h"
#include "applets/ask.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/term.h"
#include "core/engine/lifecycle.h"
#include "core/engine/project.h"
#include "core/sys/file.h"

struct trust_args {
	const char *branch;
	bool show;
	bool revoke;
	bool list;
	bool yes;
};

static const struct rj_opt trust_opts[] = {
	RJ_STRING('b', "branch", struct trust_args, branch, "REV",
		  "the branch, tag or commit whose file is meant (default: HEAD)"),
	RJ_FLAG('\0', "show", struct trust_args, show, "say what the file asks for, and no more"),
	RJ_FLAG('\0', "revoke", struct trust_args, revoke,
		"trust no file of this repository any more"),
	RJ_FLAG('\0', "list", struct trust_args, list, "list what is trusted"),
	RJ_FLAG('y', "yes", struct trust_args, yes, "do not ask"),
	RJ_STOP,
};

static void line(const char *what, const char *text)
{
	(void)fputs(what, stdout);
	rj_term_puts(stdout, text);
	(void)putchar('\n');
}

static int list_all(const struct rj_ctx *ctx, struct rj_err *err)
{
	RJ_AUTO(rj_json_decref) json_t *list = NULL;
	const json_t *e;
	size_t i;

	if (rj_trust_list(ctx, &list, err) < 0)
		return -err->num;
	if (json_array_size(list) == 0)
		(void)puts("No project file is trusted.");
	json_array_foreach(list, i, e)
	{
		const char *at = json_string_value(json_object_get(e, "at"));

		(void)printf("%.12s  ", json_string_value(json_object_get(e, "sha256")));
		rj_term_puts(stdout, at ? at : "");
		line("  ", json_string_value(json_object_get(e, "repo")));
	}
	return 0;
}

static int revoke_all(const struct rj_ctx *ctx, const struct rj_repo *repo, struct rj_err *err)
{
	size_t n = 0;

	if (rj_trust_revoke(ctx, repo->common, &n, err) < 0)
		return -err->num;
	(void)printf("%zu file%s of this repository %s trusted, none is now.\n", n,
		     n == 1 ? "" : "s", n == 1 ? "was" : "were");
	return 0;
}

static void show(const struct rj_repo *repo, const char *commit, const struct rj_project_file *f)
{
	line("repository  ", repo->top);
	(void)printf("file        " RJ_PROJECT_FILE " of commit %.12s, sha256 %s\n", commit,
		     f->hash);
	if (f->project.setup)
		line("setup       run inside, which needs no trust: ", f->project.setup);
	if (f->loosens.n == 0)
		(void)puts("It only tightens: there is nothing to trust.");
	for (size_t i = 0; i < f->loosens.n; i++)
		line("  it ", f->loosens.v[i]);
	if (f->loosens.n > 0 && f->trusted)
		(void)puts("It is trusted.");
}

static bool is_wanted(void)
{
	(void)fputs("Trust this file, as it is now, in this repository", stdout);
	return rj_ask();
}

static int decide(const struct rj_ctx *ctx, const struct trust_args *args,
		  const struct rj_repo *repo, const struct rj_project_file *f, struct rj_err *err)
{
	if (args->show || f->loosens.n == 0 || f->trusted)
		return 0;
	if (!args->yes && !isatty(STDIN_FILENO)) {
		rj_refuse(err, EINVAL, "there is nobody to ask: standard input is no terminal");
		return rj_hint(err, "when you have read what it asks for: robojail trust --yes");
	}
	if (!args->yes && !is_wanted())
		return rj_refuse(err, ECANCELED, "not trusted");
	if (rj_trust_add(ctx, repo->common, f->hash, err) < 0)
		return -err->num;
	(void)puts("Trusted. Another text of the file, or another repository, is not.");
	return 0;
}

static int trust_run(struct rj_ctx *no_ctx, const void *p, char *const *operands,
		     struct rj_err *err)
{
	const struct trust_args *args = p;
	RJ_AUTO(rj_ctx_release) struct rj_ctx ctx = {0};
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	RJ_AUTO(rj_project_file_release) struct rj_project_file f = {0};
	RJ_AUTO(rj_free) char *path = NULL;
	char commit[RJ_OID_HEX];

	if (args->show + args->revoke + args->list > 1)
		return rj_opt_usage(err, "trust", "--show, --revoke and --list exclude each other");
	(void)no_ctx;
	if (rj_ctx_init_dirs(&ctx, err) < 0)
		return -err->num;
	if (args->list)
		return list_all(&ctx, err);
	path = rj_absolute(operands[0] ? operands[0] : ".", err);
	if (!path)
		return -err->num;
	if (rj_jail_open_repo(&ctx, path, &repo, err) < 0)
		return -err->num;
	if (args->revoke)
		return revoke_all(&ctx, &repo, err);
	if (rj_ctx_load_config(&ctx, err) < 0 ||
	    rj_repo_commit(&repo, args->branch, commit, err) < 0 ||
	    rj_project_read(&ctx, &repo, commit, &f, err) < 0)
		return -err->num;
	if (!f.found) {
		rj_refuse(err, ENOENT, "commit %.12s of %s has no " RJ_PROJECT_FILE, commit,
			  repo.top);
		return rj_hint(err, "only a file that is committed counts; --branch names another "
				    "commit");
	}
	show(&repo, commit, &f);
	return decide(&ctx, args, &repo, &f, err);
}

const struct rj_applet rj_applet_trust = {
	.name = "trust",
	.summary = "let a project's file loosen your configuration",
	.operands = "[PATH]",
	.min = 0,
	.max = 1,
	.details =
		"A repository may ask for things in a file .robojail.toml. What tightens your "
		"configuration applies by itself. What loosens it, or brings files into the jail "
		"that the commit does not hold, does not: 'robojail create' then refuses, and this "
		"command shows what the file of a commit asks for, item by item, and asks.\n\n"
		"The answer is bound to the bytes of the file (their SHA-256) and to the "
		"repository. "
		"A file that has changed is asked for again.",
	.example = "robojail trust\nrobojail trust ~/src/site --branch v2 --show",
	.opts = trust_opts,
	.args_size = sizeof(struct trust_args),
	.no_ctx = true,
	.run = trust_run,
};
