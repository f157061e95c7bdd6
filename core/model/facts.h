#ifndef RJ_MODEL_FACTS_H
#define RJ_MODEL_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What the model may know about the host. The model makes no system call: it asks through `look`,
 * which the engine answers from the file system and a unit test from a table.
 */
enum rj_path_kind {
	RJ_PATH_NONE, /* missing, or not to be reached with the user's rights */
	RJ_PATH_DIR,
	RJ_PATH_FILE, /* anything that is no directory, after symlinks */
};

enum { RJ_PATH_SMALL = 131072 }; /* bytes of a file that a copy may stand for, at most */

struct rj_path_fact {
	enum rj_path_kind kind;
	const char *real;  /* without symlinks; NULL when missing */
	const char *link;  /* the text of the symlink that the path itself is, else NULL */
	uint64_t dev, ino; /* of `real` */
	/* Of a small (RJ_PATH_SMALL) regular file that all may read: ctime in ns. Else 0. */
	uint64_t changed;
};

struct rj_facts {
	/* Never NULL; valid as long as the oracle. `path` is normal. */
	const struct rj_path_fact *(*look)(void *arg, const char *path);
	/* The first 4 KiB of a regular file that is no symlink, and a NUL behind them; NULL for
	 * anything else. Valid as long as the oracle; may be NULL: nothing is known. */
	const char *(*head)(void *arg, const char *path, size_t *ret_len);
	/* Is it a regular file, after symlinks, that the user may execute? May be NULL. */
	bool (*runs)(void *arg, const char *path);
	/* A variable of the user's environment, or NULL. May be NULL: nothing is known. */
	const char *(*variable)(void *arg, const char *name);
	/* The text of /etc/hosts, or NULL. */
	const char *(*hosts)(void *arg);
	void *arg;
	uid_t uid;
	gid_t gid;
	const char *user;   /* login name */
	const char *group;  /* name of the primary group */
	const char *home;   /* of the user, normal; need not exist */
	const char *search; /* the user's PATH, or NULL */
	const char *pyenv;  /* $PYENV_VERSION, or NULL */
	uint64_t ram;	    /* bytes of the machine's memory; 0 not known */
};

#endif
