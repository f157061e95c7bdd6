/* health: what doctor says of hosts that we do not have, each written down as facts. */
#include "core/model/health.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "core/base/mem.h"
#include "tests/unit/hosts.h"

static const struct {
	const char *host;
	void (*change)(struct rj_hostfacts *f);
	const char *check;
	enum rj_health_state state;
	const char *part; /* of found, lost or remedy */
} rows[] = {
	{"Ubuntu 24.04", ubuntu_2404, "id map", RJ_HEALTH_MISSING, "doctor --apparmor-profile"},
	{"Ubuntu 24.04", ubuntu_2404, "id map", RJ_HEALTH_MISSING, "packaging/apparmor/robojail"},
	{"Ubuntu 24.04", ubuntu_2404, "landlock", RJ_HEALTH_WEAKER, "abstract unix sockets"},
	{"Ubuntu 24.04", ubuntu_2404, "sysctls", RJ_HEALTH_FINE,
	 "kernel.apparmor_restrict_unprivileged_userns = 1"},
	{"Ubuntu with the profile", ubuntu_with_profile, "user namespace", RJ_HEALTH_FINE, "works"},
	{"Ubuntu with the profile", ubuntu_with_profile, "container", RJ_HEALTH_FINE,
	 "robojail (unconfined)"},
	{"Debian 10", debian_10, "kernel", RJ_HEALTH_MISSING, "5.12"},
	{"Debian 10", debian_10, "user namespace", RJ_HEALTH_MISSING,
	 "kernel.unprivileged_userns_clone=1"},
	{"Debian 10", debian_10, "landlock", RJ_HEALTH_WEAKER, "none"},
	{"docker", docker, "user namespace", RJ_HEALTH_MISSING, "seccomp=unconfined"},
	{"docker", docker, "container", RJ_HEALTH_FINE, "docker"},
	{"docker", docker, "keyring", RJ_HEALTH_MISSING, "seccomp=unconfined"},
	{"docker with its AppArmor profile", docker_apparmor, "mounts", RJ_HEALTH_MISSING,
	 "apparmor=unconfined"},
	{"masked /proc", masked_proc, "/proc", RJ_HEALTH_MISSING, "systempaths=unconfined"},
	{"masked /proc", masked_proc, "/proc", RJ_HEALTH_MISSING, "unmask=ALL"},
	{"masked /proc", masked_proc, "/proc", RJ_HEALTH_MISSING, "procMount: Unmasked"},
	{"masked /proc", masked_proc, "/proc", RJ_HEALTH_MISSING, "security.nesting=true"},
	{"masked /proc", masked_proc, "/proc", RJ_HEALTH_MISSING, "--allow-host-proc"},
	{"masked /proc, allowed", masked_proc_allowed, "/proc", RJ_HEALTH_WEAKER, "arguments"},
	{"in a jail", nested_limit, "user namespace", RJ_HEALTH_MISSING,
	 "user.max_user_namespaces=15000"},
	{"no network namespaces", no_network_namespaces, "network namespace", RJ_HEALTH_MISSING,
	 "user.max_net_namespaces=15000"},
	{"no IPC namespaces", no_ipc_in_kernel, "ipc namespace", RJ_HEALTH_MISSING, "kernel"},
	{"WSL", wsl, "kernel", RJ_HEALTH_FINE, "(WSL)"},
	{"WSL", wsl, "landlock", RJ_HEALTH_WEAKER, "ABI 2"},
	{"WSL", wsl, "data directory", RJ_HEALTH_WEAKER, "locks"},
	{"WSL", wsl, "data directory", RJ_HEALTH_WEAKER, "case"},
	{"5.11", kernel_511, "kernel", RJ_HEALTH_MISSING, "mount_setattr"},
	{"5.11", kernel_511, "mounts", RJ_HEALTH_MISSING, "Linux 5.12"},
	{"5.12", kernel_512, "kernel", RJ_HEALTH_FINE, ""},
	{"landlock not in lsm=", landlock_off, "landlock", RJ_HEALTH_WEAKER, "lsm=landlock"},
	{"landlock 5", landlock_5, "landlock", RJ_HEALTH_WEAKER, "network_enabled = false"},
	{"no seccomp", no_seccomp, "seccomp", RJ_HEALTH_MISSING, "CONFIG_SECCOMP_FILTER"},
	{"cgroup v1", cgroup_v1, "cgroup", RJ_HEALTH_WEAKER, "unified_cgroup_hierarchy"},
	{"hybrid cgroups", cgroup_hybrid, "cgroup", RJ_HEALTH_WEAKER, "unified_cgroup_hierarchy"},
	{"foreign cgroup", cgroup_foreign, "cgroup", RJ_HEALTH_WEAKER, "systemd-run"},
	{"cgroup without cpu", cgroup_without_cpu, "cgroup", RJ_HEALTH_WEAKER, "Delegate="},
	{"no TERM", bare_terminal, "terminal", RJ_HEALTH_WEAKER, "export TERM"},
	{"no size", sizeless_terminal, "terminal", RJ_HEALTH_WEAKER, "stty rows"},
	{"noexec", noexec_disk, "data directory", RJ_HEALTH_WEAKER, "noexec"},
	{"full disk", full_disk, "data directory", RJ_HEALTH_WEAKER, "make room"},
	{"no inodes", no_inodes, "data directory", RJ_HEALTH_WEAKER, "make room"},
	{"read-only", read_only_state, "state directory", RJ_HEALTH_MISSING, "read-write"},
	{"unreachable", unreachable_data, "data directory", RJ_HEALTH_MISSING, "/h/data"},
	{"writable by a group", open_data, "data directory", RJ_HEALTH_WEAKER,
	 "chmod go-w /h/data"},
	{"readable by all", readable_data, "data directory", RJ_HEALTH_WEAKER, "chmod go= /h/data"},
	{"root's", foreign_data, "data directory", RJ_HEALTH_WEAKER, "another user"},
	{"writable config", open_config, "configuration's mode", RJ_HEALTH_WEAKER,
	 "chmod go-w /h/config.toml"},
	{"1970", old_clock, "clock", RJ_HEALTH_WEAKER, "set the clock"},
};

static const struct rj_finding *find(const struct rj_health *h, const char *check)
{
	for (size_t i = 0; i < h->n; i++)
		if (!strcmp(h->v[i].check, check))
			return &h->v[i];
	return NULL;
}

static bool says(const char *text, const char *part)
{
	return text && strstr(text, part);
}

static void judge(const struct rj_hostfacts *f, struct rj_health *h)
{
	rj_health_kernel(f, h);
	rj_health_around(f, h);
}

Test(health, each_host_gets_its_remedy)
{
	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		RJ_AUTO(rj_health_release) struct rj_health h = {0};
		struct rj_hostfacts facts = good();
		const struct rj_finding *f;

		rows[i].change(&facts);
		judge(&facts, &h);
		f = find(&h, rows[i].check);
		cr_assert_not_null(f, "%s: no %s", rows[i].host, rows[i].check);
		cr_expect_eq(f->state, rows[i].state, "%s: %s is %s", rows[i].host, f->check,
			     rj_health_state_name(f->state));
		cr_expect(says(f->found, rows[i].part) || says(f->lost, rows[i].part) ||
				  says(f->remedy, rows[i].part),
			  "%s: %s: no '%s' in: %s / %s / %s", rows[i].host, f->check, rows[i].part,
			  f->found, f->lost ? f->lost : "", f->remedy ? f->remedy : "");
		if (rows[i].state == RJ_HEALTH_MISSING)
			cr_expect_not(rj_health_is_good(&h), "%s", rows[i].host);
	}
}

Test(health, what_is_not_fine_says_what_is_lost_and_what_to_do)
{
	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		RJ_AUTO(rj_health_release) struct rj_health h = {0};
		struct rj_hostfacts facts = good();

		rows[i].change(&facts);
		judge(&facts, &h);
		for (size_t k = 0; k < h.n; k++) {
			const struct rj_finding *f = &h.v[k];
			bool fine = f->state == RJ_HEALTH_FINE;

			cr_expect(f->found[0], "%s: %s", rows[i].host, f->check);
			cr_expect_eq(f->lost == NULL, fine, "%s: %s", rows[i].host, f->check);
			cr_expect_eq(f->remedy == NULL, fine, "%s: %s", rows[i].host, f->check);
		}
	}
}

Test(health, a_good_host_is_fine)
{
	RJ_AUTO(rj_health_release) struct rj_health h = {0};
	struct rj_hostfacts facts = good();

	judge(&facts, &h);
	cr_expect_gt(h.n, 15);
	for (size_t i = 0; i < h.n; i++)
		cr_expect_eq(h.v[i].state, RJ_HEALTH_FINE, "%s: %s", h.v[i].check, h.v[i].found);
	cr_expect(rj_health_is_good(&h));
	cr_expect_null(find(&h, "container"));
}

Test(health, weaker_is_still_good)
{
	RJ_AUTO(rj_health_release) struct rj_health h = {0};
	struct rj_hostfacts facts = good();

	masked_proc_allowed(&facts);
	landlock_off(&facts);
	judge(&facts, &h);
	cr_expect(rj_health_is_good(&h));
}

Test(health, without_a_home_no_directory_is_judged)
{
	RJ_AUTO(rj_health_release) struct rj_health h = {0};
	struct rj_hostfacts facts = good();

	facts.data = facts.state = facts.config = (struct rj_fs_facts){0};
	judge(&facts, &h);
	cr_expect_null(find(&h, "data directory"));
	cr_expect_null(find(&h, "state directory"));
}

Test(health, an_error_is_a_finding)
{
	RJ_AUTO(rj_health_release) struct rj_health h = {0};
	struct rj_err err = {0};

	rj_refuse(&err, EINVAL, "config.toml:1:2: no");
	rj_health_add_error(&h, "configuration", RJ_HEALTH_MISSING, "all commands", &err);
	rj_hint(&err, "do this");
	rj_health_add_error(&h, "configuration", RJ_HEALTH_MISSING, "all commands", &err);
	cr_expect_str_eq(h.v[0].found, "config.toml:1:2: no");
	cr_expect_null(h.v[0].remedy);
	cr_expect_str_eq(h.v[1].remedy, "do this");
}
