/*
 * config - show the configuration in force
 *
 * What is shown is made from the rows of core/model/config_rows.c, like the
 * reader of the file, so that neither can know a key that the other does not.
 * The template is for who has a broken file, too.
 */
#include <stdio.h>

#include "applets/applet.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/optdoc.h"
#include "core/base/term.h"
#include "core/engine/ctx.h"

struct config_args {
	bool json;
	bool template;
};

static const struct rj_opt config_opts[] = {
	RJ_FLAG('j', "json", struct config_args, json, "print JSON"),
	RJ_FLAG('\0', "template", struct config_args, template,
		"print a file to start from instead: every key, explained, with its default"),
	RJ_STOP,
};

static int print_json(const struct rj_ctx *ctx, struct rj_err *err)
{
	RJ_AUTO(rj_json_decref) json_t *root = rj_config_json(&ctx->config);

	return rj_json_print(root, stdout, err);
}

/* The place of the file, so that nobody needs to look it up. */
static void print_file(const struct rj_ctx *ctx)
{
	(void)fputs("# ", stdout);
	rj_term_puts(stdout, ctx->dirs.config_file);
	(void)puts(ctx->config.file ? "" : " does not exist: all is default");
}

static int config_run(struct rj_ctx *no_ctx, const void *p, char *const *operands,
		      struct rj_err *err)
{
	const struct config_args *args = p;
	RJ_AUTO(rj_ctx_release) struct rj_ctx ctx = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};

	(void)no_ctx;
	(void)operands;
	if (args->json && args->template)
		return rj_opt_usage(err, "config", "--json and --template exclude each other");
	if (!args->template && rj_ctx_init(&ctx, err) < 0)
		return -err->num;
	if (args->json)
		return print_json(&ctx, err);
	if (args->template) {
		rj_config_print_template(&out);
	} else {
		print_file(&ctx);
		rj_config_print(&ctx.config, &out);
	}
	(void)fwrite(out.s, 1, out.len, stdout);
	return 0;
}

static void put_keys(struct rj_buf *out)
{
	for (const struct rj_config_row *row = rj_config_rows(); row->name; row++)
		rj_buf_printf(out, "%s: %s Default: %s.\n\n", row->name, row->help, row->standard);
}

static const struct rj_doc_section config_sections[] = {
	{.title = "KEYS", .put = put_keys},
	{.title = "PROJECT FILE",
	 .text = "A file .robojail.toml at the top of the commit that a jail begins from may say "
		 "what it needs, in a table [project] with these keys. What loosens the "
		 "configuration has to be trusted first; see robojail-trust(1).\n\n"
		 "setup: A command for sh that 'create' runs in the jail.\n\n"
		 "copy: Files and directories, SRC or SRC:DST, that are copied into the new "
		 "worktree, "
		 "within it or from yours. What the commit does not hold needs trust.\n\n"
		 "link: Directories of your worktree that are shown at the same place, read-only. "
		 "Needs trust.\n\n"
		 "shell: Takes the place of default_shell. One outside of the system's directories "
		 "needs "
		 "trust.\n\n"
		 "network: false turns the network off; true needs trust where the configuration "
		 "turns it "
		 "off.\n\n"
		 "limits: A table of memory_max, pids_max, cpu_max, tmp_size, home_size and "
		 "open_files: "
		 "the lower one of this and the configuration's counts."},
	{.title = NULL},
};

const struct rj_applet rj_applet_config = {
	.name = "config",
	.summary = "show the configuration and where each value comes from",
	.details = "The file is $XDG_CONFIG_HOME/robojail/config.toml, that is "
		   "~/.config/robojail/config.toml for most. It is TOML 1.0, and so is what this "
		   "command prints. The comment behind each value says whether it is the default, "
		   "or which line of the file set it.",
	.example = "robojail config\n"
		   "robojail config --template > config.toml",
	.sections = config_sections,
	.opts = config_opts,
	.args_size = sizeof(struct config_args),
	.no_ctx = true,
	.run = config_run,
};
