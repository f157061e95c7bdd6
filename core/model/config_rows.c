/* The keys of the configuration. A new one is a row here and a field in struct rj_config. */
#include <assert.h>
#include <stddef.h>

#include "core/base/mem.h"
#include "core/model/caches.h"
#include "core/model/config_value.h"
#include "core/model/limits.h"

#define OFF(field, want) \
	_Generic(((struct rj_config *)0)->field, want : offsetof(struct rj_config, field))

#define STRING(key, text, reader, words)                                                           \
	{                                                                                          \
		.name = #key, .type = RJ_CONFIG_STRING, .off = OFF(key, char *), .standard = text, \
		.read = reader, .help = words                                                      \
	}
#define BOOL(key, text, words)                                                                 \
	{                                                                                      \
		.name = #key, .type = RJ_CONFIG_BOOL, .off = OFF(key, bool), .standard = text, \
		.help = words                                                                  \
	}
#define CHOICE(key, text, names, words)                                                 \
	{                                                                               \
		.name = #key, .type = RJ_CONFIG_CHOICE, .off = OFF(key, enum rj_##key), \
		.standard = text, .choices = names, .help = words                       \
	}
#define STRINGS(key, text, reader, words)                                                 \
	{                                                                                 \
		.name = #key, .type = RJ_CONFIG_STRINGS, .off = OFF(key, struct rj_strv), \
		.standard = text, .read = reader, .help = words                           \
	}

#define NUMBER(key, text, lowest, highest, words)                                  \
	{                                                                          \
		.name = #key, .type = RJ_CONFIG_NUMBER, .off = OFF(key, uint64_t), \
		.standard = text, .least = lowest, .most = highest, .help = words  \
	}

static const char *const users[] = {
	[RJ_USER_ROOT] = "root",
	[RJ_USER_SELF] = "self",
	NULL,
};

static const char *const layouts[] = {
	[RJ_LAYOUT_PATH] = "path",
	[RJ_LAYOUT_ROOT] = "root",
	NULL,
};

static const char *const sysfs_choices[] = {
	[RJ_SYSFS_NONE] = "none",
	[RJ_SYSFS_RO] = "ro",
	NULL,
};

static const struct rj_config_row rows[] = {
	STRING(default_shell, "\"/bin/bash\"", rj_config_read_shell,
	       "The program that `enter` starts when the jail has no entrypoint, an absolute path. "
	       "/bin/sh takes its place when it is missing."),
	BOOL(network_enabled, "true",
	     "true: the jail shares the network of the host. false: it has an empty network with "
	     "loopback only."),
	STRINGS(extra_ro_binds, "[]", rj_config_read_bind,
		"More paths that the jail may read: PATH, or SRC:DST to show it elsewhere. ~ is "
		"your home; a colon that belongs to a path is written '\\:'."),
	STRINGS(extra_rw_binds, "[]", rj_config_read_bind,
		"More paths that the jail may read and write, written the same way."),
	STRINGS(hidden_paths,
		"[\".ssh\", \".gnupg\", \".aws\", \".config/gcloud\", \".kube\", \".docker\", "
		"\".npmrc\", \".pypirc\", \".netrc\"]",
		rj_config_read_hidden,
		"What no jail ever sees, even below an extra bind: paths below your home, or "
		"absolute ones. The list takes the place of the default, so repeat what you want "
		"to keep of it."),
	STRINGS(env_passthrough, "[\"TERM\", \"LANG\", \"LC_ALL\", \"COLORTERM\"]",
		rj_config_read_env,
		"Environment variables that the jail gets; all others are dropped. A name that "
		"ends with * stands for all that begin so, as in \"LC_*\"."),
	CHOICE(user, "\"root\"", users,
	       "Who you are inside: \"root\" (in name only), or \"self\" with your own name and "
	       "number."),
	CHOICE(layout, "\"path\"", layouts,
	       "Where the project lies inside: \"path\" keeps the path that it has on the host, "
	       "\"root\" makes it the root directory, as RoboJail 0.1 did."),
	BOOL(nested, "false",
	     "true: `create` makes jails as with --nested: programs inside may make user "
	     "namespaces, which sandboxes of browsers and of agents, and bubblewrap, need. You "
	     "keep "
	     "your own name and number inside. What is lost: the kernel's code behind namespaces "
	     "is "
	     "in reach, Landlock does not guard files a second time, and the worktree's .git file "
	     "is guarded by a watch that ends the jail, not by the kernel. A jail stays what it "
	     "was "
	     "made as."),
	CHOICE(sysfs, "\"none\"", sysfs_choices,
	       "\"ro\" shows the host's /sys, read-only, without firmware, debugging, security "
	       "and cgroup files; \"none\" shows no /sys."),
	STRINGS(caches, "[]", rj_cache_read,
		"Caches of yours that jails begin with, each with a writable layer of its own on "
		"top, so that nothing a jail writes gets into yours: npm, yarn, pnpm, pip, uv, "
		"cargo, go, ccache, gradle, maven."),
	BOOL(git_hooks, "false",
	     "true: git inside runs a copy of the main repository's hooks directory. false: it "
	     "runs "
	     "the jail's own hooks, of which there are none at first."),
	BOOL(allow_host_proc, "false",
	     "true: where the kernel refuses a fresh /proc, because a container masks parts of its "
	     "own, the jail is shown the outer one, read-only. It can then see which processes run "
	     "outside, with their arguments, mounts and connections. false: such a jail is not "
	     "made."),
	NUMBER(import_max_mib, "4096", 1, 1u << 20,
	       "How many MiB of new objects one import may bring from a jail to the main "
	       "repository."),
	NUMBER(import_max_objects, "2000000", 1, 1u << 30,
	       "How many new objects one import may bring."),
	NUMBER(import_max_seconds, "900", 1, 86400, "How long one import may take."),
	STRING(memory_max, "\"75%\"", rj_limit_read_memory,
	       "How much memory all of a session together may use: a size such as \"2G\" or "
	       "\"512M\", a share of the machine's such as \"50%\", or \"max\" for no limit."),
	NUMBER(pids_max, "4096", RJ_LIMIT_PIDS_MIN, 4194304,
	       "How many processes and threads a session may have."),
	STRING(cpu_max, "\"max\"", rj_limit_read_cpu,
	       "How many processors a session may keep busy: \"1.5\", or \"150%\", which is the "
	       "same. \"max\" is no limit. Anything else needs a cgroup of its own."),
	STRING(tmp_size, "\"25%\"", rj_limit_read_tmp,
	       "How large /tmp, /var/tmp and /dev/shm may grow, each; /run a quarter of it. They "
	       "lie in memory."),
	STRING(home_size, "\"max\"", rj_limit_read_home,
	       "How much the jail's home may hold; a session that exceeds it is ended, and none "
	       "begins as long as it does."),
	STRING(disk_reserve, "\"256M\"", rj_limit_read_reserve,
	       "A session is ended when less than this is left free on the disk where the jails "
	       "lie, whoever filled it, unless there was less at its start. \"0\" keeps nothing "
	       "free."),
	NUMBER(open_files, "65536", RJ_LIMIT_FILES_MIN, 1u << 30,
	       "How many files one process of a session may have open."),
	BOOL(record, "false",
	     "true: what each session on a terminal shows is recorded, for `robojail log "
	     "--replay`. Keys are not, but what the terminal echoes of them is."),
	NUMBER(record_max_mib, "64", 1, 1u << 20,
	       "How many MiB one recording may have. When it is full it ends, and the session "
	       "goes on."),
	{.name = NULL},
};

static_assert(RJ_COUNT(rows) - 1 <= RJ_CONFIG_MAX_KEYS, "RJ_CONFIG_MAX_KEYS is too small");

const struct rj_config_row *rj_config_rows(void)
{
	return rows;
}
