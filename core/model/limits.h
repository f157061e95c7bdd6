#ifndef RJ_MODEL_LIMITS_H
#define RJ_MODEL_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/model/config.h"

/*
 * What a session may use of the machine, and what holds it to that. Pure: facts come in.
 *
 *   limit         in a cgroup of our own       without one
 *   memory_max    memory.max                   sampled: the biggest process is ended, or the jail
 *   pids_max      pids.max                     RLIMIT_NPROC, which in a user namespace counts that
 *                                              namespace alone (user_namespaces(7)); real root is
 *                                              exempt from it, and has kernel.pid_max of the PID
 *                                              namespace (Linux 6.14)
 *   cpu_max       cpu.max                      nothing: a process may undo affinity and niceness
 *   tmp_size      size and inodes of the tmpfs, both ways
 *   home_size     sampled, both ways: no quota is to be had without privilege
 *   disk_reserve  sampled, both ways
 *   open_files    RLIMIT_NOFILE, both ways
 *
 * RLIMIT_AS and RLIMIT_DATA are not used for memory: they count reservations of a single process,
 * not use, so programs with sanitizers (15 TiB of shadow) do not even start, while a hundred
 * processes may each have all of it.
 */
enum rj_limit_key {
	RJ_LIMIT_MEMORY, /* bytes */
	RJ_LIMIT_PIDS,	 /* processes and threads */
	RJ_LIMIT_CPU,	 /* thousandths of one processor */
	RJ_LIMIT_TMP,	 /* bytes, of each of /tmp, /var/tmp and /dev/shm; /run has a quarter */
	RJ_LIMIT_HOME,	 /* bytes */
	RJ_LIMIT_DISK,	 /* bytes that stay free, and the same share of the inodes */
	RJ_LIMIT_FILES,	 /* descriptors of one process */
	RJ_LIMITS,
};

enum rj_limit_by {
	RJ_BY_NOTHING, /* there is no such limit, or nothing that could hold it */
	RJ_BY_CGROUP,
	RJ_BY_RLIMIT,
	RJ_BY_PID_MAX,
	RJ_BY_TMPFS,
	RJ_BY_WATCH,
};

#define RJ_UNLIMITED UINT64_MAX

/* With less, nothing could run. */
enum {
	RJ_LIMIT_PIDS_MIN = 8,
	RJ_LIMIT_FILES_MIN = 64,
};

enum rj_limit_controllers {
	RJ_LIMIT_HAS_CPU = 1u << 0,
	RJ_LIMIT_HAS_MEMORY = 1u << 1,
	RJ_LIMIT_HAS_PIDS = 1u << 2,
};

struct rj_limit_facts {
	uint64_t ram;	      /* bytes */
	bool is_root;	      /* user 0, whom RLIMIT_NPROC does not bind */
	bool own_pid_max;     /* kernel.pid_max belongs to the PID namespace: Linux 6.14 */
	unsigned controllers; /* that a group for the session would have */
	const char *no_group; /* why there are none, or not all; a sentence's end */
};

struct rj_limits {
	struct {
		uint64_t value; /* RJ_UNLIMITED: none */
		enum rj_limit_by by;
		bool asked; /* the user set it, rather than the default */
	} v[RJ_LIMITS];
};

/* "memory_max" */
const char *rj_limit_name(enum rj_limit_key key);

/* "a cgroup", for people */
const char *rj_limit_by_name(enum rj_limit_by by);

/* A value as people write it: "18 GiB", "4096", "150%", "no limit". */
void rj_limit_print(enum rj_limit_key key, uint64_t value, struct rj_buf *out);

/*
 * Work out all limits. What the user asked for and nothing here can hold is refused with the remedy
 * (-EOPNOTSUPP, RJ_EXIT_NO_FEATURE), as is a value with which nothing could run; a default
 * that cannot be held is by RJ_BY_NOTHING and keeps its value, which `doctor` tells.
 */
int rj_limits_plan(const struct rj_config *config, const struct rj_limit_facts *facts,
		   struct rj_limits *ret, struct rj_err *err);

/*
 * Sizes: digits and K, M, G or T (of 1024; an `iB` or `B` may follow), a percentage of `ram`, or
 * "max", without blanks. -EINVAL when it is none, or does not fit. With `ram` 0 a percentage is
 * RJ_UNLIMITED.
 */
int rj_limit_parse_size(const char *text, uint64_t ram, uint64_t *ret, struct rj_err *err);

/* Processors: "1.5", "150%" or "max", to thousandths. */
int rj_limit_parse_cpu(const char *text, uint64_t *ret, struct rj_err *err);

/* "6.14.0-x" at least major.minor? */
bool rj_limit_kernel_at_least(const char *release, unsigned major, unsigned minor);

/* How large the tmpfs at `dst` is, in bytes; 0 when the machine's memory is not known. */
uint64_t rj_limit_tmp_bytes(const struct rj_config *config, uint64_t ram, const char *dst);

/*
 * How many of a disk's `inodes` stay free where `reserve` of its `bytes` do: the same share,
 * rounded down. 0 where a file system does not count them (btrfs, vfat).
 */
uint64_t rj_limit_inodes(uint64_t reserve, uint64_t bytes, uint64_t inodes);

/* Readers of the configuration's rows (struct rj_config_row). Less than anything could run with is
 * refused, unless it is a share of the machine's memory. */
int rj_limit_read_memory(const char *value, char **ret, struct rj_err *err);
int rj_limit_read_home(const char *value, char **ret, struct rj_err *err);    /* no percentage */
int rj_limit_read_tmp(const char *value, char **ret, struct rj_err *err);     /* no "max" */
int rj_limit_read_reserve(const char *value, char **ret, struct rj_err *err); /* "0" is none */
int rj_limit_read_cpu(const char *value, char **ret, struct rj_err *err);

#endif
