#include "core/engine/describe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/toml.h"
#include "core/engine/guard.h"
#include "core/engine/project.h"
#include "core/engine/view.h"

static void put_words(FILE *out, const char *what, char *const *words)
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};

	for (; *words; words++) {
		rj_buf_putc(&b, ' ');
		if ((*words)[0] &&
		    strspn(*words, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789/._-+=:,@%") == strlen(*words))
			rj_buf_puts(&b, *words);
		else
			rj_toml_quote(&b, *words, strlen(*words));
	}
	(void)fprintf(out, "%s%s\n", what, rj_buf_str(&b));
}

static void put_limits(FILE *out, const struct rj_limits *limits)
{
	for (size_t i = 0; i < RJ_LIMITS; i++) {
		RJ_AUTO(rj_buf_release) struct rj_buf value = {0};

		rj_limit_print((enum rj_limit_key)i, limits->v[i].value, &value);
		(void)fprintf(out, "limit %s %s", rj_limit_name((enum rj_limit_key)i), value.s);
		if (limits->v[i].value != RJ_UNLIMITED)
			(void)fprintf(out, " by %s", rj_limit_by_name(limits->v[i].by));
		(void)fputc('\n', out);
	}
}

static int put_mounts(FILE *out, const struct rj_plan *plan, struct rj_err *err)
{
	char *text = NULL;
	size_t len = 0;
	FILE *mem = open_memstream(&text, &len);

	if (!mem)
		return rj_fail(err, errno, "cannot print the mount plan");
	rj_plan_print(plan, mem);
	(void)fclose(mem);
	for (char *save, *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		(void)fprintf(out, "mount %s\n", line);
	free(text);
	return 0;
}

int rj_session_describe(struct rj_ctx *ctx, const struct rj_jail *jail,
			const struct rj_session_args *args, FILE *out, struct rj_err *err)
{
	RJ_AUTO(rj_view_release) struct rj_view view = {0};
	struct rj_limits limits;
	struct rj_sandbox sb;
	const char *why;

	if (rj_project_load(ctx, jail, err) < 0 || rj_view_make(ctx, jail, args, &view, err) < 0 ||
	    rj_limits_probe(view.config, &limits, &why, err) < 0)
		return -err->num;
	sb = rj_view_sandbox(&view);
	put_words(out, "jail", (char *[]){jail->name, NULL});
	put_words(out, "command", view.argv);
	put_words(out, "directory", (char *[]){view.dir, NULL});
	rj_sandbox_print(&sb, out);
	put_limits(out, &limits);
	for (size_t i = 0; i < view.env.n; i++) {
		RJ_AUTO(rj_free)
		char *name = rj_strndup(view.env.v[i], strcspn(view.env.v[i], "="));

		put_words(out, "env", (char *[]){name, NULL});
	}
	return put_mounts(out, &view.plan, err);
}
