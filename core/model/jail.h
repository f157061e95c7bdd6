#ifndef RJ_MODEL_JAIL_H
#define RJ_MODEL_JAIL_H

#include <stdbool.h>

#include "core/base/buf.h"

/*
 * What a jail is: one record of the state file. All strings are owned.
 *
 * Where a jail's things lie is a function of its name and of the user's data
 * directory, so records hold only what cannot be derived; see struct rj_dirs
 * in core/engine/ctx.h.
 */
enum {
	RJ_NAME_MAX = 64,
	RJ_OID_HEX = 65, /* room for a sha256 in hex and its NUL */
};

struct rj_jail {
	char *name;
	char *id;	     /* 8 hex digits or, from 0.1, a UUID */
	char *repo_path;     /* main worktree, or the bare repository itself */
	char *worktree_path; /* W */
	char *branch;	     /* short: robojail/NAME-<8 hex> */
	char *created_at;    /* RFC 3339, UTC */
	char *git_dir;	     /* common git directory of repo_path; NULL from 0.1 */
	char *admin;	     /* name below git_dir/worktrees; NULL from 0.1 */
	char *base;	     /* commit the jail began from, hex; NULL from 0.1 */
	char *agent;	     /* its preset, see core/model/agent.h; NULL for none */
	struct rj_strv entrypoint;
	bool nested;   /* user namespaces may be made inside: see core/engine/gitguard.h */
	bool creating; /* half of it is there: `create` or `destroy` is at work, or died at it */
};

void rj_jail_release(struct rj_jail *jail);

/* Release each of an array, and free it. */
void rj_jails_free(struct rj_jail *jails, size_t n);

/* Letters, digits, '-' and '_'; 1 to 64 of them; no leading '-'. -EINVAL with the rule as hint. */
int rj_jail_check_name(const char *name, struct rj_err *err);

#endif
