#ifndef RJ_GIT_IGNORE_H
#define RJ_GIT_IGNORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * gitignore(5): the rules of one file and what they say about a path. Text in, verdict out; who
 * reads which file and how the files of a path rank is scan.c's matter.
 *
 * Meaning equals git's to the letter, oddities included (tests compare the two): the text before
 * the first special character of a rule with a slash is compared as it is and the rest matched
 * alone, so `foo**` + `/bar` crosses directories.
 */
struct rj_ignore;

enum rj_ignore_verdict {
	RJ_IGNORE_SILENT, /* no rule is about it */
	RJ_IGNORE_HIDE,
	RJ_IGNORE_SHOW, /* a rule with '!' has the last word */
};

enum { RJ_IGNORE_FILE_MAX = 4 << 20 }; /* bytes; what is larger is not read and named unreadable */

/* Never NULL. `fold`: core.ignorecase. The text is copied. */
struct rj_ignore *rj_ignore_new(const char *text, size_t len, bool fold);
void rj_ignore_free(struct rj_ignore **ig);

/* Bytes that they take: up to 13 for each byte of the text, and a few more. */
size_t rj_ignore_size(const struct rj_ignore *ig);

/*
 * `path` is seen from the directory of the rules' file, without a slash at its end. NULL rules are
 * silent. A path below a hidden directory is hidden too: that is for the caller to know.
 *
 * `left`: steps that may still be taken (some nanoseconds each), of which those that it takes are
 * subtracted. With none left the answer is none.
 */
enum rj_ignore_verdict rj_ignore_match(const struct rj_ignore *ig, const char *path, bool is_dir,
				       uint64_t *left);

struct rj_repo;
struct rj_err;

/*
 * The user's own rules for every worktree: <common>/info/exclude, and core.excludesFile of the
 * configuration ("~/" expanded), else $XDG_CONFIG_HOME/git/ignore, else
 * ~/.config/git/ignore. Trusted files, so links in them are followed. A file that is missing or
 * cannot be read has no rules, as for git.
 */
struct rj_ignore_user {
	struct rj_ignore *exclude; /* ranks above `file`; both below each .gitignore */
	struct rj_ignore *file;
	bool fold; /* core.ignorecase */
};

/* Where `file` is, NULL without a home; malloc'd. A relative core.excludesFile is seen from the top
 * of the main worktree: what a jail's worktree has there is the agent's. */
char *rj_ignore_user_path(const struct rj_repo *repo);

int rj_ignore_user_load(const struct rj_repo *repo, struct rj_ignore_user *ret, struct rj_err *err);
void rj_ignore_user_release(struct rj_ignore_user *u);

#endif
