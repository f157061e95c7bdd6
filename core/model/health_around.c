/* health_around - what is around the kernel, judged: file systems, cgroup, terminal, git, clock */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/model/health.h"

enum {
	LITTLE_MIB = 512,
	LITTLE_INODES = 20000,
	OTHERS_WRITE = 0022,
	OTHERS_READ = 0077,
};

/* The day this was written; a clock before it is wrong. */
#define EARLIEST 1764028800LL /* 2025-11-25 */

static void join(struct rj_buf *b, const char *text)
{
	rj_buf_printf(b, "%s%s", b->len ? "; " : "", text);
}

/* What is wrong with a file system for worktrees. */
static void judge_type(const struct rj_fs_facts *fs, struct rj_buf *lost, struct rj_buf *remedy)
{
	if (fs->noexec) {
		join(lost, "programs of a project cannot be started: it is mounted noexec");
		join(remedy, "mount it without noexec, or set XDG_DATA_HOME");
	}
	if (fs->network) {
		join(lost, "locks may not hold, and files change without notice, when another "
			   "machine or a daemon serves the files");
		join(remedy, "set XDG_DATA_HOME and XDG_STATE_HOME to a directory on a local disk");
	}
	if (fs->casefold) {
		join(lost, "names that differ in case only are one file here");
		join(remedy, "use a directory without case folding for projects with such names");
	}
	if (fs->free_mib < LITTLE_MIB || fs->free_inodes < LITTLE_INODES) {
		join(lost, "worktrees may not fit");
		join(remedy, "make room: robojail list shows which jails could be destroyed");
	}
}

static void judge_mode(const struct rj_hostfacts *f, const struct rj_fs_facts *fs, mode_t forbidden,
		       struct rj_buf *lost, struct rj_buf *remedy)
{
	RJ_AUTO(rj_buf_release) struct rj_buf command = {0};

	if (!fs->exists)
		return;
	if (fs->owner != f->uid) {
		join(lost, "it belongs to another user, who can change it");
		rj_buf_printf(&command, "chown it to yourself: %s", fs->path);
	} else if (fs->mode & forbidden & OTHERS_WRITE) {
		join(lost, "other users may write it");
		rj_buf_printf(&command, "chmod go-w %s", fs->path);
	} else if (fs->mode & forbidden) {
		join(lost, "other users may look into it");
		rj_buf_printf(&command, "chmod go= %s", fs->path);
	}
	if (command.len)
		join(remedy, command.s);
}

static void judge_fs(const struct rj_hostfacts *f, struct rj_health *h, const char *check,
		     const struct rj_fs_facts *fs, bool holds_worktrees)
{
	RJ_AUTO(rj_buf_release) struct rj_buf found = {0}, lost = {0}, remedy = {0};

	if (!fs->path)
		return;
	rj_buf_printf(&found, "%s: ", fs->path);
	if (fs->num || fs->closed) {
		rj_buf_puts(&found, strerror(fs->num ? fs->num : fs->closed));
		rj_health_add(h, check, RJ_HEALTH_MISSING, found.s, "jails",
			      "make it, or what it would be made in, a directory of yours that "
			      "you may write to");
		return;
	}
	rj_buf_printf(&found, "%s%s%s, %" PRIu64 " MiB free", fs->type,
		      fs->read_only ? ", read-only" : "", fs->noexec ? ", noexec" : "",
		      fs->free_mib);
	if (fs->free_inodes != UINT64_MAX)
		rj_buf_printf(&found, ", %" PRIu64 " inodes", fs->free_inodes);
	if (!fs->exists)
		rj_buf_puts(&found, ", not made yet");
	if (fs->read_only) {
		rj_health_add(h, check, RJ_HEALTH_MISSING, found.s, "jails: nothing can be written",
			      "mount it read-write, or set XDG_DATA_HOME and XDG_STATE_HOME");
		return;
	}
	if (holds_worktrees)
		judge_type(fs, &lost, &remedy);
	else if (fs->network)
		judge_type(&(struct rj_fs_facts){.network = true,
						 .free_mib = UINT64_MAX,
						 .free_inodes = UINT64_MAX},
			   &lost, &remedy);
	judge_mode(f, fs, OTHERS_READ, &lost, &remedy);
	rj_health_add(h, check, lost.len ? RJ_HEALTH_WEAKER : RJ_HEALTH_FINE, found.s, lost.s,
		      remedy.s);
}

static void judge_config_mode(const struct rj_hostfacts *f, struct rj_health *h)
{
	RJ_AUTO(rj_buf_release) struct rj_buf lost = {0}, remedy = {0};

	if (!f->config.path || f->config.num)
		return;
	judge_mode(f, &f->config, OTHERS_WRITE, &lost, &remedy);
	if (lost.len)
		rj_health_add(h, "configuration's mode", RJ_HEALTH_WEAKER, f->config.path, lost.s,
			      remedy.s);
}

static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *s = list; (s = strstr(s, word)); s += len)
		if ((s == list || s[-1] == ' ') && (s[len] == ' ' || s[len] == '\0'))
			return true;
	return false;
}

static void judge_cgroup(const struct rj_hostfacts *f, struct rj_health *h)
{
	static const char lost[] = "limits on memory, processes and CPU cannot be set by cgroups";
	static const char *const needed[] = {"memory", "pids", "cpu"};
	RJ_AUTO(rj_buf_release) struct rj_buf found = {0}, none = {0};
	bool any = false;

	if (!f->cgroup.v2) {
		rj_health_add(h, "cgroup", RJ_HEALTH_WEAKER, "no cgroup v2 hierarchy", lost,
			      "boot with systemd.unified_cgroup_hierarchy=1");
		return;
	}
	rj_buf_printf(&found, "%s, %s, controllers: %s", f->cgroup.path,
		      f->cgroup.delegated ? "delegated" : "not delegated",
		      f->cgroup.controllers[0] ? f->cgroup.controllers : "none");
	for (size_t i = 0; i < RJ_COUNT(needed); i++)
		if (has_word(f->cgroup.controllers, needed[i]))
			any = true;
		else
			rj_buf_printf(&none, "%s%s", none.len ? ", " : "", needed[i]);
	if (!any)
		rj_health_add(h, "cgroup", RJ_HEALTH_WEAKER, found.s, lost,
			      "have version 2 hold the controllers: boot with "
			      "systemd.unified_cgroup_hierarchy=1 (in a container, its host)");
	else if (!f->cgroup.delegated)
		rj_health_add(h, "cgroup", RJ_HEALTH_WEAKER, found.s, lost,
			      "start from a session of systemd (systemd-run --user --scope -p "
			      "Delegate=yes ...)");
	else if (none.len)
		rj_health_add(h, "cgroup", RJ_HEALTH_WEAKER, found.s, lost,
			      "delegate memory, pids and cpu (Delegate= of user@.service)");
	else
		rj_health_add(h, "cgroup", RJ_HEALTH_FINE, found.s, NULL, NULL);
}

static void judge_terminal(const struct rj_hostfacts *f, struct rj_health *h)
{
	RJ_AUTO(rj_buf_release) struct rj_buf found = {0};
	const char *lost = NULL, *remedy = NULL;

	if (!f->tty.in && !f->tty.out) {
		rj_health_add(h, "terminal", RJ_HEALTH_FINE,
			      "none: input and output are passed through", NULL, NULL);
		return;
	}
	rj_buf_printf(&found, "%s, %ux%u, %s", f->tty.term[0] ? f->tty.term : "TERM is not set",
		      f->tty.cols, f->tty.rows, f->tty.colors ? "colours" : "no colours");
	if (!f->tty.term[0] || !strcmp(f->tty.term, "dumb")) {
		lost = "full-screen programs of an agent";
		remedy = "export TERM=xterm-256color, or what your terminal is";
	} else if (f->tty.out && (f->tty.rows == 0 || f->tty.cols == 0)) {
		lost = "full-screen programs do not know the size";
		remedy = "stty rows 50 cols 120";
	}
	rj_health_add(h, "terminal", lost ? RJ_HEALTH_WEAKER : RJ_HEALTH_FINE, found.s, lost,
		      remedy);
}

void rj_health_around(const struct rj_hostfacts *f, struct rj_health *h)
{
	judge_cgroup(f, h);
	judge_terminal(f, h);
	rj_health_add(h, "git", RJ_HEALTH_FINE,
		      f->git[0] ? f->git : "none on the host, and none is needed", NULL, NULL);
	if (f->now < EARLIEST)
		rj_health_add(h, "clock", RJ_HEALTH_WEAKER, "stands in the past",
			      "certificates are refused, and commits get wrong dates",
			      "set the clock (timedatectl set-ntp true)");
	else
		rj_health_add(h, "clock", RJ_HEALTH_FINE, "plausible", NULL, NULL);
	judge_fs(f, h, "data directory", &f->data, true);
	judge_fs(f, h, "state directory", &f->state, false);
	judge_config_mode(f, h);
}
