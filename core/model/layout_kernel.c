/* What a jail does not share with the host: /proc, /dev, room for temporary files; and /sys. */
#include <stdio.h>

#include "core/base/mem.h"
#include "core/model/layout.h"
#include "core/model/limits.h"

enum { PAGE_SHIFT = 12 };

/*
 * A user's own rights keep most of this shut as well; uid 0 on the host is what needs the masks. In
 * a nested jail an ordinary user's /proc has none, since the kernel lets a nested namespace mount
 * /proc only where one is seen that hides nothing (fs/namespace.c: mount_too_revealing).
 */
static void add_proc(struct rj_plan *p, const struct rj_layout_in *in)
{
	static const char *const readonly[] = {"/proc/sys", "/proc/sysrq-trigger", "/proc/irq",
					       "/proc/bus", "/proc/fs"};
	static const char *const masked[] = {
		"/proc/kcore",	     "/proc/keys",     "/proc/timer_list",
		"/proc/acpi",	     "/proc/scsi",     "/proc/latency_stats",
		"/proc/sched_debug", "/proc/kallsyms", "/proc/asound"};

	rj_plan_add(p, (struct rj_step){.kind = in->outer_proc ? RJ_STEP_PROC_OUTER : RJ_STEP_PROC,
					.dst = "/proc"});
	if (in->config->nested && in->facts->uid != 0 && !in->outer_proc)
		return;
	for (size_t i = 0; i < RJ_COUNT(readonly); i++)
		rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_READONLY, .dst = readonly[i]});
	for (size_t i = 0; i < RJ_COUNT(masked); i++)
		rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_MASK, .dst = masked[i]});
}

/* A sysfs of the jail's own needs a network namespace of its own; the host's does for both. */
static void add_sys(struct rj_plan *p, const struct rj_layout_in *in)
{
	static const char *const masked[] = {"/sys/firmware",	       "/sys/fs/bpf",
					     "/sys/fs/cgroup",	       "/sys/fs/fuse",
					     "/sys/fs/pstore",	       "/sys/fs/resctrl",
					     "/sys/fs/selinux",	       "/sys/kernel/config",
					     "/sys/kernel/debug",      "/sys/kernel/notes",
					     "/sys/kernel/vmcoreinfo", "/sys/kernel/security",
					     "/sys/kernel/tracing"};
	struct rj_err none;

	if (in->config->sysfs != RJ_SYSFS_RO ||
	    rj_layout_add_bind(p, in->facts, "/sys", "/sys", 0, &none) < 0)
		return;
	for (size_t i = 0; i < RJ_COUNT(masked); i++)
		rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_MASK, .dst = masked[i]});
}

/* An empty directory that programs may fill, up to its share of tmp_size. A file of one page needs
 * one inode, so the inodes' own memory (about 1 KiB each) is bounded without being in the way. */
static void add_tmpfs(struct rj_plan *p, const struct rj_layout_in *in, const char *dst,
		      unsigned mode)
{
	const uint64_t bytes = rj_limit_tmp_bytes(in->config, in->facts->ram, dst);
	char size[32];

	(void)snprintf(size, sizeof(size), "%lluk", (unsigned long long)bytes >> 10);
	rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_TMPFS,
					.flags = RJ_STEP_WRITABLE,
					.mode = mode,
					.size = bytes ? size : "25%",
					.inodes = bytes >> PAGE_SHIFT,
					.dst = dst});
}

void rj_layout_add_kernel(struct rj_plan *p, const struct rj_layout_in *in)
{
	static const char *const nodes[] = {"/dev/null",   "/dev/zero",	   "/dev/full",
					    "/dev/random", "/dev/urandom", "/dev/tty"};
	static const struct {
		const char *src, *dst;
	} links[] = {
		{"pts/ptmx", "/dev/ptmx"},	    {"/proc/self/fd", "/dev/fd"},
		{"/proc/self/fd/0", "/dev/stdin"},  {"/proc/self/fd/1", "/dev/stdout"},
		{"/proc/self/fd/2", "/dev/stderr"},
	};
	struct rj_err none;

	add_proc(p, in);
	add_sys(p, in);
	rj_layout_add_dir(p, in, "/dev", "64k");
	/* read-only is about a node's mode, owner and times: real root's jail would own it */
	for (size_t i = 0; i < RJ_COUNT(nodes); i++)
		(void)rj_layout_add_bind(p, in->facts, nodes[i], nodes[i], RJ_STEP_DEVICE, &none);
	rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_DEVPTS,
					.flags = RJ_STEP_WRITABLE,
					.dst = "/dev/pts"});
	add_tmpfs(p, in, "/dev/shm", 01777);
	for (size_t i = 0; i < RJ_COUNT(links); i++)
		rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_SYMLINK,
						.src = links[i].src,
						.dst = links[i].dst});
}

/* XDG_RUNTIME_DIR, which must belong to the user alone */
static void add_runtime(struct rj_plan *p, const struct rj_layout_in *in)
{
	char path[32];

	(void)snprintf(path, sizeof(path), RJ_LAYOUT_RUNTIME "/%u",
		       (unsigned)rj_layout_identity(in->config, in->facts).uid);
	rj_plan_add(p,
		    (struct rj_step){.kind = RJ_STEP_DIR, .mode = 0755, .dst = RJ_LAYOUT_RUNTIME});
	rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_DIR, .mode = 0700, .dst = path});
}

void rj_layout_add_scratch(struct rj_plan *p, const struct rj_layout_in *in)
{
	add_tmpfs(p, in, "/tmp", 01777);
	add_tmpfs(p, in, "/run", 0755);
	add_runtime(p, in);
	rj_layout_add_dir(p, in, "/var", "64k");
	add_tmpfs(p, in, "/var/tmp", 01777);
	rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_DIR, .mode = 0755, .dst = "/var/lib"});
	rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_SYMLINK, .src = "/run", .dst = "/var/run"});
}
