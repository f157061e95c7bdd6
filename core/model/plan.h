#ifndef RJ_MODEL_PLAN_H
#define RJ_MODEL_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/base/arena.h"
#include "core/base/err.h"

/*
 * A mount plan: the ordered steps that turn an empty tmpfs, or a worktree, into a jail's root.
 *
 * A plan is data. Nothing in this module touches the kernel, so a plan can be built and checked in
 * a unit test, printed, and compared with the previous release. engine/apply.c is the only code
 * that executes one.
 */
enum rj_step_kind {
	RJ_STEP_ROOT_TMPFS, /* the first step is one of the roots */
	RJ_STEP_ROOT_BIND,
	RJ_STEP_ROOT_KEPT, /* in place of a tmpfs, once a start has made it: engine/skeleton.h */
	RJ_STEP_BIND,
	RJ_STEP_BIND_INSIDE, /* src is a path inside the new root */
	RJ_STEP_OVERLAY,     /* src below, what is written goes to upper: core/engine/overlay.h */
	RJ_STEP_TMPFS,
	RJ_STEP_PROC,
	RJ_STEP_PROC_OUTER, /* the /proc of outside, read-only: see layout.h */
	RJ_STEP_DEVPTS,
	RJ_STEP_DIR,
	RJ_STEP_FILE,	  /* src is the text */
	RJ_STEP_SYMLINK,  /* src is the target */
	RJ_STEP_READONLY, /* what is at dst already, read-only; left out when there is nothing */
	RJ_STEP_MASK,	  /* an empty thing over what is at dst; left out when there is nothing */
};

enum rj_step_flags {
	RJ_STEP_WRITABLE = 1u << 0, /* read-only unless asked otherwise */
	RJ_STEP_DEVICE = 1u << 1,   /* a device node that must work, for writing too */
	RJ_STEP_IS_DIR = 1u << 2,   /* of a bind: what the source is */
	RJ_STEP_KEPT = 1u << 3,	    /* in a kept root: what it makes or is mounted on is there */
	RJ_STEP_HIDDEN = 1u << 4,   /* of a mask: hidden also from what replaces the thing at dst */
};

struct rj_step {
	enum rj_step_kind kind;
	unsigned flags;	   /* enum rj_step_flags */
	unsigned mode;	   /* of a directory or tmpfs root */
	const char *src;   /* host path without symlinks, text, or NULL */
	const char *upper; /* of an overlay: a directory of our own on the host */
	const char *dst;   /* path inside the jail, absolute and normal */
	const char *size;  /* of a tmpfs, as tmpfs(5) takes it; NULL for the kernel's default */
	uint64_t inodes;   /* of a tmpfs, at most; 0 for the kernel's default */
	uint64_t dev, ino; /* of a bind's source: apply refuses another one */
	uint64_t changed;  /* of one that a copy as of then may stand for; else 0 */
};

struct rj_plan {
	struct rj_step *v;
	size_t n, cap;
	struct rj_arena strings; /* the steps, and what they point to */
};

/* Append a copy of `s`, strings included. */
void rj_plan_add(struct rj_plan *p, struct rj_step s);

/*
 * Refuse a plan that would not give the jail it describes: no root at the start, a destination that
 * is not absolute and normal, or a step hidden by a later one. -EINVAL with *err naming the step.
 */
int rj_plan_check(const struct rj_plan *p, struct rj_err *err);

/*
 * Flag with RJ_STEP_KEPT what lies in the root itself, and not in something that an earlier step
 * mounts: what a root that is kept on disk can hold. Or take the flags back. false, without flags,
 * when the root is no tmpfs, or something in it is to be covered.
 */
bool rj_plan_keep(struct rj_plan *p, bool keep);

/* A copy stands for it, in a root that is kept. */
bool rj_step_is_copied(const struct rj_step *s);

/* What the step makes, or is mounted on, is a directory. */
bool rj_step_is_dir(const struct rj_step *s);

/* One line a step, stable across releases: scripts and tests read it. KIND rw|ro SOURCE
 * DESTINATION, where a path that is no plain word is a TOML string. */
void rj_plan_print(const struct rj_plan *p, FILE *out);

void rj_plan_release(struct rj_plan *p);

#endif
