/* project: what of it needs trust, and what of it applies */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/model/layout.h"
#include "core/model/limits.h"
#include "core/model/project.h"

static void say(struct rj_strv *ret, const char *what, const char *name, const char *rest)
{
	struct rj_buf b = {0};

	rj_buf_printf(&b, "%s'%s'%s", what, name, rest);
	rj_strv_give(ret, rj_buf_take(&b));
}

static bool shell_loosens(const struct rj_project *p)
{
	return p->shell && !rj_layout_is_system(p->shell);
}

void rj_project_loosens(const struct rj_project *p, const struct rj_config *config,
			bool (*in_tree)(void *arg, const char *path), void *arg,
			struct rj_strv *ret)
{
	for (size_t i = 0; in_tree && i < p->copy.n; i++) {
		RJ_AUTO(rj_free) char *src = NULL;
		RJ_AUTO(rj_free) char *dst = NULL;
		struct rj_err none;

		if (rj_project_item(p->copy.v[i], &src, &dst, &none) == 0 && !in_tree(arg, src))
			say(ret, "copies ", src, " of your worktree into the jail");
	}
	for (size_t i = 0; i < p->link.n; i++)
		say(ret, "shows ", p->link.v[i], " of your worktree in the jail, read-only");
	if (p->network == RJ_PROJECT_ON && !config->network_enabled)
		rj_strv_add(ret, "turns the network on, which your configuration turns off");
	if (shell_loosens(p))
		say(ret, "shows and starts the shell ", p->shell, ", which is not the system's");
}

static void lower_text(char **own, const char *asked, uint64_t ram,
		       int (*parse)(const char *text, uint64_t ram, uint64_t *ret,
				    struct rj_err *err))
{
	uint64_t a, b;
	struct rj_err none;

	if (!asked || parse(asked, ram, &a, &none) < 0 || parse(*own, ram, &b, &none) < 0 || a >= b)
		return;
	free(*own);
	*own = rj_strdup(asked);
}

static int parse_cpu(const char *text, uint64_t ram, uint64_t *ret, struct rj_err *err)
{
	(void)ram;
	return rj_limit_parse_cpu(text, ret, err);
}

static void lower(uint64_t *own, uint64_t asked)
{
	if (asked && asked < *own)
		*own = asked;
}

void rj_project_apply(const struct rj_project *p, bool trusted, uint64_t ram,
		      struct rj_config *config)
{
	if (p->network == RJ_PROJECT_OFF)
		config->network_enabled = false;
	if (p->network == RJ_PROJECT_ON && trusted)
		config->network_enabled = true;
	if (p->shell && (trusted || !shell_loosens(p))) {
		free(config->default_shell);
		config->default_shell = rj_strdup(p->shell);
	}
	lower_text(&config->memory_max, p->memory_max, ram, rj_limit_parse_size);
	lower_text(&config->tmp_size, p->tmp_size, ram, rj_limit_parse_size);
	lower_text(&config->home_size, p->home_size, ram, rj_limit_parse_size);
	lower_text(&config->cpu_max, p->cpu_max, ram, parse_cpu);
	lower(&config->pids_max, p->pids_max);
	lower(&config->open_files, p->open_files);
}
