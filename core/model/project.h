#ifndef RJ_MODEL_PROJECT_H
#define RJ_MODEL_PROJECT_H

#include <stdbool.h>

#include "core/model/config.h"

/*
 * What a project asks for in RJ_PROJECT_FILE at the top of its repository:
 *
 *   [project]
 *   copy = [".env", "config/local.example:config/local"]
 *   link = ["node_modules"]
 *   setup = "npm ci"
 *   shell = "/bin/zsh"
 *   network = false
 *   limits = { memory_max = "2G", pids_max = 500 }
 *
 * A repository is not trusted. What tightens applies; what loosens the user's configuration, or
 * brings something into the jail that the commit does not hold, is named by rj_project_loosens, and
 * only applies when the user trusted that very text (core/engine/trust.h). Limits are the lower of
 * the two, trusted or not. Pure.
 */
#define RJ_PROJECT_FILE ".robojail.toml"

enum {
	RJ_PROJECT_MAX = 64 << 10, /* bytes of the file */
	RJ_PROJECT_ITEMS = 100,	   /* of a list */
};

enum rj_project_network {
	RJ_PROJECT_UNSAID,
	RJ_PROJECT_OFF,
	RJ_PROJECT_ON,
};

struct rj_project {
	struct rj_strv copy; /* as written; rj_project_item reads one */
	struct rj_strv link; /* paths below the top of the repository */
	char *setup, *shell; /* NULL: nothing is said; so below, and 0 */
	enum rj_project_network network;
	char *memory_max, *cpu_max, *tmp_size, *home_size;
	uint64_t pids_max, open_files;
};

/* -EINVAL with "FILE:LINE:COL: what", -EFBIG for a long text; *ret is zeroed before and released by
 * the caller. No string of it holds a control character. */
int rj_project_parse(const char *text, size_t len, const char *file, struct rj_project *ret,
		     struct rj_err *err);
void rj_project_release(struct rj_project *p);

/* SRC or SRC:DST of copy, both relative, normal, and without a part that git takes for its own. */
int rj_project_item(const char *text, char **ret_src, char **ret_dst, struct rj_err *err);

/*
 * What needs the user's trust, a sentence's end each ("copies '.env' of your worktree into the
 * jail"). `in_tree` tells whether the commit holds a path; NULL when nothing is copied any more.
 */
void rj_project_loosens(const struct rj_project *p, const struct rj_config *config,
			bool (*in_tree)(void *arg, const char *path), void *arg,
			struct rj_strv *ret);

/* Put into *config what applies: all of it when `trusted`, or else what tightens. `ram` as in
 * struct rj_facts. Doing it twice is doing it once. */
void rj_project_apply(const struct rj_project *p, bool trusted, uint64_t ram,
		      struct rj_config *config);

#endif
