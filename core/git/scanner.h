#ifndef RJ_GIT_SCANNER_H
#define RJ_GIT_SCANNER_H

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/git/ignore.h"
#include "core/git/scan.h"
#include "core/sys/pool.h"

/* The inside of scan: scan.c walks, scan_list.c lists one directory, scan_dir.c compares it,
 * scan_file.c one file, scan_read.c reads it if need be, scan_hide.c knows the rules along the way,
 * scan_ahead.c what need not be entered, scan_nested.c repositories. Nobody else includes it.
 */

/* Which rules: those that lie in W, or those of the base commit. */
enum rj_scan_rules {
	RJ_SCAN_NOW,
	RJ_SCAN_BASE,
	RJ_SCAN_RULES, /* how many there are */
};

struct rj_scan_name {
	const char *name;
	size_t len;
	bool is_dir;
	bool claimed;	 /* a directory that the index knows as a gitlink */
	struct stat st;	 /* not for directories */
	size_t from, to; /* directories: entries of the index below them */
};

struct rj_scan_list {
	struct rj_scan_name *v; /* in the order of the index, once they are sorted */
	size_t n, cap;
	struct rj_buf text; /* what the names point into */
};

/* A directory on the way from the top to where the walk stands. */
struct rj_scan_level {
	int fd;	   /* -1 while it is put away (see scan.c) or cannot be found again */
	dev_t dev; /* to know it again */
	ino_t ino;
	size_t path_len; /* of its path with the '/' at the end; 0 for the top */
	size_t from, to; /* entries of the index below it */

	struct rj_scan_list list;
	size_t next; /* first name that may still be a directory to enter */

	struct rj_ignore *rules[RJ_SCAN_RULES];
	git_oid rules_id;	   /* of the file in W */
	bool has_rules;		   /* there is a file in W */
	bool base_known;	   /* rules[RJ_SCAN_BASE] and `bent` are right */
	bool bent;		   /* here or above, the rules are not those of the base */
	int hidden[RJ_SCAN_RULES]; /* is the directory itself? -1: not asked yet */
	bool head_new;		   /* HEAD or config is not the tracked one */
};

/* Directories that need not be entered; see scan_ahead.c. */
struct rj_scan_ahead;

enum {
	/* to read a file: nothing is followed, waited for or taken as a terminal */
	RJ_SCAN_READ = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
	RJ_SCAN_LATER = 64, /* files that may wait; each has a descriptor */

	RJ_SCAN_STEPS = 1 << 30,      /* of matching rules in all (a few seconds), */
	RJ_SCAN_NAME_STEPS = 2000,    /* and more for each name: as long as it takes to find it */
	RJ_SCAN_RULES_MAX = 64 << 20, /* bytes of the rules along one path */
};

/* A file whose content tells what it is. */
struct rj_scan_job {
	struct rj_buf path;
	const struct rj_index_entry *entry; /* NULL: untracked */
	struct rj_scan_entry e;		    /* of which `path` is not filled in here */
	int fd;
	uint64_t size; /* when it was opened */
	int r;	       /* -errno when it cannot be known */
	bool store_failed;
};

/* Files that wait until a few can be read at once, on all processors. */
struct rj_scan_later {
	struct rj_scan_job *v; /* RJ_SCAN_LATER of them, once there was one */
	size_t n;
	uint64_t bytes;
	struct rj_attrs attrs[RJ_POOL_MAX]; /* handles of threads, once they need one */
};

struct rj_scanner {
	const struct rj_scan_source *src;
	unsigned flags;
	struct rj_ignore_user user;
	struct rj_scan_ahead *ahead; /* may be NULL */
	struct rj_scan_level *levels;
	size_t depth, cap;
	struct rj_buf path; /* of what is at hand, seen from W */
	struct rj_scan_later later;
	size_t names_bytes, kept_bytes, rules_bytes;
	uint64_t steps; /* of matching rules, that are left */
	atomic_ullong read_bytes;
	struct rj_scan *out;
	struct rj_err *err;
};

/* The level where the walk stands. */
static inline struct rj_scan_level *rj_scan_here(struct rj_scanner *s)
{
	return &s->levels[s->depth - 1];
}

/* Count bytes of names or rules towards the limit; -E2BIG when it is reached. */
int rj_scan_charge(struct rj_scanner *s, size_t bytes);
void rj_scan_give_back(struct rj_scanner *s, size_t bytes);

/* Where does a name stand to another one in the order of the index: by bytes, directories as if
 * they ended with '/'. */
int rj_scan_order(const struct rj_scan_name *name, const char *other, size_t len, bool is_dir);

/*
 * Read the names in a directory that nobody read from yet, and which of them are directories. They
 * take the place of what is in *list; so do those that came until a failure. -E2BIG: there are more
 * than `most`. Touches nothing but that, so any thread may.
 */
int rj_scan_names(int fd, size_t most, struct rj_scan_list *list);

/* Sort them, and then find their stat data: in the order in which files are made as a rule, that is
 * faster than in that of the directory. What has vanished is left out. */
void rj_scan_stat(int fd, struct rj_scan_list *list);
void rj_scan_list_release(struct rj_scan_list *list);

/* Bytes that it takes, but for the text of the names. */
static inline size_t rj_scan_list_size(const struct rj_scan_list *list)
{
	return list->n * sizeof(*list->v);
}

/* In a sorted list; NULL when it is not there. */
const struct rj_scan_name *rj_scan_find(const struct rj_scan_list *list, const char *name,
					size_t len, bool is_dir);

/* List the level at hand, and compare it with the index. 0 or -errno with *err. */
int rj_scan_list(struct rj_scanner *s);
int rj_scan_compare(struct rj_scanner *s);

/* Look at all directories of W (open at `top`) that the index knows, on all processors; NULL when
 * it knows none. Both are borrowed until it is freed. */
struct rj_scan_ahead *rj_scan_ahead_new(int top, const struct rj_scanner *s);

/* Was the directory `path` (with '/' at the end) just what the index says, with all below it? */
bool rj_scan_ahead_plain(const struct rj_scan_ahead *a, const char *path, size_t len);

/* What was in it, if it was the very directory of that level: the caller's from now on. */
bool rj_scan_ahead_take(const struct rj_scan_ahead *a, const struct rj_scan_level *level,
			const char *path, struct rj_scan_list *ret);
void rj_scan_ahead_free(struct rj_scan_ahead *a);

/* Do kind, mode and stat data of a file say that it is what its entry says? Touches nothing. */
bool rj_scan_unchanged(const struct rj_scanner *s, const struct stat *st,
		       const struct rj_index_entry *entry);

/* Entries [from, to) of the index are not there. */
int rj_scan_gone(struct rj_scanner *s, size_t from, size_t to);

/* The directory or file at s->path cannot be read. */
int rj_scan_unreadable(struct rj_scanner *s, bool is_dir);

/* Record what is at s->path; takes `content`. */
int rj_scan_add(struct rj_scanner *s, const struct rj_scan_entry *entry);

/* Compare the file or link `name`, whose path is s->path, with its entry (NULL: untracked). Sets
 * *ret_clean when it is as the index has it; with NULL it may be left for later. */
int rj_scan_file(struct rj_scanner *s, const struct rj_scan_name *name,
		 const struct rj_index_entry *entry, bool *ret_clean);

/* Read and record all that were left for later. */
int rj_scan_finish(struct rj_scanner *s);
void rj_scan_later_release(struct rj_scan_later *later);

/* openat(2); when there are no descriptors left, what waits for later gives its own back. */
int rj_scan_open(struct rj_scanner *s, int dir, const char *name, int flags);

/* Find out what the open file of a job is: on any thread, with attributes that are its own. */
void rj_scan_read_job(struct rj_scanner *s, const struct rj_attrs *attrs, struct rj_scan_job *job);

/* The same for content that is known; takes it. */
void rj_scan_hash_job(const struct rj_scanner *s, struct rj_scan_job *job, char **content,
		      size_t len);

/* The content of a small regular file, ended by a NUL; the caller frees. -errno: it cannot be read,
 * is no regular file, or has more than `max` bytes (-EFBIG). */
int rj_scan_slurp(int dir, const char *name, size_t max, char **ret, size_t *ret_len);

/* Read the level's .gitignore. */
int rj_scan_load_rules(struct rj_scanner *s);
void rj_scan_drop_rules(struct rj_scanner *s, struct rj_scan_level *level);

/* Is the untracked entry at s->path hidden? Counts it if so. False when that takes too much. */
int rj_scan_hides(struct rj_scanner *s, bool is_dir, bool *ret);

/* Note repositories in the level at hand; *ret_skip: an untracked directory that git takes as one
 * entry. */
int rj_scan_nested(struct rj_scanner *s, bool *ret_skip);

/* Note the level at hand if it looks like a bare repository that is not just tracked files. */
int rj_scan_bare(struct rj_scanner *s);

/* Is there nothing in the directory? False when it cannot be told. */
bool rj_scan_is_empty(int fd);

/* Note the submodule at s->path if there is more in it than an empty directory. */
int rj_scan_submodule(struct rj_scanner *s, const char *name);

#endif
