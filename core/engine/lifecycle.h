#ifndef RJ_ENGINE_LIFECYCLE_H
#define RJ_ENGINE_LIFECYCLE_H

#include "core/engine/agentgive.h"
#include "core/engine/ctx.h"
#include "core/engine/project.h"
#include "core/git/import.h"
#include "core/git/worktree.h"
#include "core/model/entrypoint.h"
#include "core/model/jail.h"

/*
 * How jails come and go. Both are transactions over things outside this process: worktree, branch,
 * private data, record.
 *
 *   create   record (creating) -> branch, worktree -> private data -> record (done)
 *   destroy  record (creating) -> worktree, admin entry -> branch, when nothing is lost -> private
 *            data -> record
 *
 * The record comes first and goes last, so whatever a crash leaves has a name, and destroy, or
 * create under the same name, finishes the removal. Both hold private/N/lock exclusively.
 *
 * Nothing waits for the disk, as nothing of git's does: a power cut may undo the last seconds, but
 * in order. A record never reaches the disk after what it names, nor is it gone from there before
 * that; references and files of a new worktree are as `git worktree add` leaves them. At worst a
 * jail is made again. What is worth more is synced where it comes in (rj_import), and a branch with
 * commits that nothing else holds outlives even a record that fell back to "creating".
 */
struct rj_create_args {
	const char *name;
	const char *repo;	/* path, or https URL */
	const char *rev;	/* NULL: where the repository stands */
	const char *entrypoint; /* command line, or NULL */
	const char *agent;	/* preset; "none", or NULL: by the entrypoint */
	bool nested;
	/* What the entrypoint's program needs, all of which is shown inside; release it. Or NULL.
	 */
	struct rj_entrypoint *ret_entry;
	bool no_project;		 /* leave the project's file alone */
	struct rj_project_file *project; /* empty before, what was read after; release it */
	struct rj_strv *notes;		 /* what of it was left out */
	struct rj_strv *unlike_git;	 /* what git would have written otherwise; or NULL */
	bool *ret_unnamed;		 /* git knows no author for commits made here; or NULL */
	struct rj_gifts *ret_gifts;	 /* what the agent was given; release it. Or NULL. */
	rj_progress_fn *checkout_progress;
	rj_progress_fn *transfer_progress;
	void *progress_arg;
};

/* A failure leaves nothing behind. Release *ret_jail. */
int rj_jail_create(struct rj_ctx *ctx, const struct rj_create_args *args, struct rj_jail *ret_jail,
		   struct rj_err *err);

enum rj_destroy_flags {
	RJ_DESTROY_FORCE = 1u << 0,
	RJ_DESTROY_DELETE_BRANCH = 1u << 1,
};

struct rj_destroy_result {
	char *branch;	  /* its name */
	char *repo;	  /* where it is */
	bool branch_kept; /* it has commits that nothing else holds */
	size_t unheld;	  /* how many */
	bool repo_gone;	  /* with force: the main repository, which may have the branch elsewhere */
	int sync_failed;  /* with force: the agent's last commits could not be brought over */
	struct rj_err sync_err;
};

/* Refuses (-EBUSY, -ENOTEMPTY) while the jail runs, or when work would be lost, and says what. */
int rj_jail_destroy(struct rj_ctx *ctx, const char *name, unsigned flags,
		    struct rj_destroy_result *ret, struct rj_err *err);
void rj_destroy_result_release(struct rj_destroy_result *r);

/*
 * A record of RoboJail 0.1 lacks what this version needs (git_dir, admin, base, private data): find
 * and make it, and keep it in the store. Does nothing for a complete one.
 */
int rj_jail_adopt(struct rj_ctx *ctx, struct rj_jail *jail, struct rj_err *err);

/* rj_repo_open for what a user names, or stands in. -EPERM for what lies in a jail's own
 * directories: whatever looks like a repository there was written inside, its alternates and links
 * as well. */
int rj_jail_open_repo(const struct rj_ctx *ctx, const char *path, struct rj_repo *ret,
		      struct rj_err *err);

/* The main repository of a jail. `common` is as the record has it, which W/.git names too, also
 * where a link stands in for a repository that was moved. */
int rj_jail_repo(const struct rj_jail *jail, struct rj_repo *ret, struct rj_err *err);

/* Find a jail that may be used: adopted if need be; half-made ones are refused with the remedy. */
int rj_jail_find(struct rj_ctx *ctx, const char *name, struct rj_jail *ret_jail,
		 struct rj_err *err);

/* Hold private/NAME/lock exclusively, making the directory: a descriptor; -EBUSY when somebody has
 * it. */
int rj_jail_lock(const struct rj_ctx *ctx, const char *name, struct rj_err *err);

/* Is anything but the lock in private/NAME? What cannot be told counts. */
bool rj_jail_has_data(const struct rj_ctx *ctx, const char *name);

/* Take back what rj_jail_lock made, file and directory, where there is nothing else. The lock is
 * held. */
void rj_jail_unlock_unused(const struct rj_ctx *ctx, const char *name);

/* Make the private home, and say what G is to be; its path is *ret_git, to be freed. */
struct rj_private;
int rj_jail_make_home(const struct rj_ctx *ctx, const struct rj_jail *jail, char **ret_git,
		      struct rj_private *ret, struct rj_err *err);

/* Remove whatever there is of a jail, and its branch when asked to, the record last. `repo` NULL:
 * the main repository is gone. */
int rj_jail_remove(struct rj_ctx *ctx, const struct rj_jail *jail, const struct rj_repo *repo,
		   bool with_branch, struct rj_err *err);

#endif
