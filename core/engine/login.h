#ifndef RJ_ENGINE_LOGIN_H
#define RJ_ENGINE_LOGIN_H

#include "core/engine/agentgive.h"

/*
 * Bringing a refreshed login out of a jail. Everything in the jail's copy is hostile: it must be a
 * regular file of at most a MiB, a JSON object, and of it only the values count that the preset
 * names in `back`. They are compared with the user's file, shown by the caller, and written when
 * the user says so; all other keys of the user's file stay as they are.
 */
struct rj_login_change {
	char *key;
	char *mine, *theirs; /* for people; mine is NULL when there is no such key */
};

struct rj_login {
	char *path;  /* of the user's file */
	bool is_new; /* it is not there yet */
	struct rj_login_change *v;
	size_t n, cap;
	struct rj_strv left; /* keys of the jail's copy that are not brought back and not as here */
	struct rj_login_state *state;
};

/* Compare one login file. Release *ret. -ENOENT without *err when the jail has none; with n == 0
 * there is nothing to bring back. */
int rj_login_compare(const struct rj_ctx *ctx, const char *jail, const struct rj_agent_file *f,
		     struct rj_login *ret, struct rj_err *err);

/* Write what was compared. -ESTALE when the user's file changed meanwhile. */
int rj_login_write(const struct rj_ctx *ctx, const char *jail, const struct rj_agent_file *f,
		   const struct rj_login *login, struct rj_err *err);
void rj_login_release(struct rj_login *login);

#endif
