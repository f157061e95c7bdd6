#ifndef RJ_TESTS_HOSTS_H
#define RJ_TESTS_HOSTS_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/hostfacts.h"

/* Hosts as facts, for test_health.c: a good one, and what makes others of it. */

/* A host on which all is well. */
static struct rj_hostfacts good(void)
{
	struct rj_hostfacts f = {
		.release = "6.12.1",
		.machine = "x86_64",
		.major = 6,
		.minor = 12,
		.uid = 1000,
		.now = 1800000000,
		.switches = {.debian = -1, .max = 100000, .apparmor = -1},
		.legacy_tiocsti = 0,
		.ptrace_scope = 1,
		.kptr_restrict = 1,
		.landlock = 6,
		.cgroup = {.v2 = true,
			   .delegated = true,
			   .path = "/user.slice",
			   .controllers = "cpuset cpu memory pids"},
		.tty = {.in = true,
			.out = true,
			.rows = 50,
			.cols = 120,
			.term = "xterm-256color",
			.colors = true},
		.git = "git version 2.47.0",
		.data = {.path = "/h/data",
			 .exists = true,
			 .type = "ext4",
			 .free_mib = 100000,
			 .free_inodes = 1000000,
			 .owner = 1000,
			 .mode = 040700},
	};

	for (int i = 0; i < RJ_TRY_N; i++)
		f.max_ns[i] = 100000;
	f.state = f.data;
	f.state.path = "/h/state";
	f.config = f.data;
	f.config.path = "/h/config.toml";
	f.config.mode = 0100644;
	return f;
}

static void no_userns(struct rj_hostfacts *f, int num)
{
	for (int i = 0; i < RJ_TRY_N; i++)
		f->tried[i] = RJ_UNTRIED;
	f->tried[RJ_TRY_USER] = num;
}

static void ubuntu_2404(struct rj_hostfacts *f)
{
	f->major = 6, f->minor = 8;
	f->switches.apparmor = 1;
	f->landlock = 4;
	/* The namespace is made, and has no capability. */
	f->tried[RJ_TRY_MAP] = EACCES;
	f->tried[RJ_TRY_MOUNT] = f->tried[RJ_TRY_PROC] = RJ_UNTRIED;
}

static void ubuntu_with_profile(struct rj_hostfacts *f)
{
	f->switches.apparmor = 1;
	(void)snprintf(f->label, sizeof(f->label), "%s", "robojail (unconfined)");
}

static void debian_10(struct rj_hostfacts *f)
{
	f->major = 4, f->minor = 19;
	f->switches.debian = 0;
	f->landlock = -ENOSYS;
	no_userns(f, EPERM);
}

static void docker(struct rj_hostfacts *f)
{
	(void)snprintf(f->container, sizeof(f->container), "%s", "docker");
	no_userns(f, EPERM);
	f->keyring = EPERM;
	f->landlock = -EPERM;
}

static void docker_apparmor(struct rj_hostfacts *f)
{
	f->tried[RJ_TRY_MOUNT] = EACCES;
}

static void masked_proc(struct rj_hostfacts *f)
{
	f->tried[RJ_TRY_PROC] = EPERM;
}

static void masked_proc_allowed(struct rj_hostfacts *f)
{
	f->tried[RJ_TRY_PROC] = EPERM;
	f->allow_host_proc = true;
}

static void nested_limit(struct rj_hostfacts *f)
{
	f->switches.max = 0;
	no_userns(f, ENOSPC);
}

static void no_network_namespaces(struct rj_hostfacts *f)
{
	f->tried[RJ_TRY_NET] = ENOSPC;
	f->max_ns[RJ_TRY_NET] = 0;
}

static void no_ipc_in_kernel(struct rj_hostfacts *f)
{
	f->tried[RJ_TRY_IPC] = EINVAL;
}

static void wsl(struct rj_hostfacts *f)
{
	(void)snprintf(f->release, sizeof(f->release), "%s", "5.15.153.1-microsoft-standard-WSL2");
	f->major = 5, f->minor = 15;
	f->landlock = 1;
	(void)snprintf(f->data.type, sizeof(f->data.type), "%s", "9p");
	f->data.network = true;
	f->data.casefold = true;
}

static void kernel_511(struct rj_hostfacts *f)
{
	f->major = 5, f->minor = 11;
	f->tried[RJ_TRY_MOUNT] = ENOSYS;
}

static void kernel_512(struct rj_hostfacts *f)
{
	f->major = 5, f->minor = 12;
}

static void landlock_off(struct rj_hostfacts *f)
{
	f->landlock = -EOPNOTSUPP;
}

static void landlock_5(struct rj_hostfacts *f)
{
	f->landlock = 5;
}

static void no_seccomp(struct rj_hostfacts *f)
{
	f->seccomp = EINVAL;
}

static void cgroup_v1(struct rj_hostfacts *f)
{
	f->cgroup.v2 = false;
}

static void cgroup_hybrid(struct rj_hostfacts *f)
{
	(void)snprintf(f->cgroup.controllers, sizeof(f->cgroup.controllers), "hugetlb");
}

static void cgroup_foreign(struct rj_hostfacts *f)
{
	f->cgroup.delegated = false;
}

static void cgroup_without_cpu(struct rj_hostfacts *f)
{
	(void)snprintf(f->cgroup.controllers, sizeof(f->cgroup.controllers), "%s",
		       "cpuset memory pids");
}

static void bare_terminal(struct rj_hostfacts *f)
{
	f->tty.term[0] = '\0';
}

static void sizeless_terminal(struct rj_hostfacts *f)
{
	f->tty.rows = f->tty.cols = 0;
}

static void noexec_disk(struct rj_hostfacts *f)
{
	f->data.noexec = true;
}

static void full_disk(struct rj_hostfacts *f)
{
	f->data.free_mib = 3;
}

static void no_inodes(struct rj_hostfacts *f)
{
	f->data.free_inodes = 12;
}

static void read_only_state(struct rj_hostfacts *f)
{
	f->state.read_only = true;
}

static void unreachable_data(struct rj_hostfacts *f)
{
	f->data.num = EACCES;
}

static void open_data(struct rj_hostfacts *f)
{
	f->data.mode = 040775;
}

static void readable_data(struct rj_hostfacts *f)
{
	f->data.mode = 040755;
}

static void foreign_data(struct rj_hostfacts *f)
{
	f->data.owner = 0;
}

static void open_config(struct rj_hostfacts *f)
{
	f->config.mode = 0100666;
}

static void old_clock(struct rj_hostfacts *f)
{
	f->now = 12345;
}

#endif
