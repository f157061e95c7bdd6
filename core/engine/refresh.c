#include "core/engine/refresh.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/git/hostrefs.h"
#include "core/git/pins.h"
#include "core/git/private.h"
#include "core/git/sha1.h"
#include "core/sys/file.h"
#include "core/sys/proc.h"

enum {
	PATIENCE_MS = 10000
}; /* what the agent put into G must not keep the session from starting */

static void summarize(struct rj_refresh *r)
{
	struct rj_sha1 s;

	rj_sha1_init(&s);
	rj_sha1_update(&s, rj_buf_str(&r->packed), r->packed.len);
	rj_sha1_update(&s, rj_buf_str(&r->head), r->head.len);
	rj_sha1_final_hex(&s, r->stamp);
}

int rj_refresh_prepare(const struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_refresh *ret,
		       struct rj_err *err)
{
	RJ_AUTO(rj_free) char *file = rj_ctx_private(ctx, jail->name, "host-refs");
	RJ_AUTO(rj_buf_release) struct rj_buf last = {0};
	struct rj_refresh r = {.due = true};
	struct rj_err none;

	if (rj_host_refs_read(jail->git_dir, &r.packed, &r.head, err) < 0) {
		rj_refresh_release(&r);
		return -err->num;
	}
	summarize(&r);
	if (rj_file_read(AT_FDCWD, file, sizeof(r.stamp), &last, &none) == 0)
		r.due = strcmp(rj_buf_str(&last), r.stamp) != 0;
	if (r.due &&
	    rj_pins_add(jail->git_dir, jail->admin, jail->base, rj_buf_str(&r.packed), err) < 0) {
		rj_refresh_release(&r);
		return -err->num;
	}
	*ret = r;
	return 0;
}

void rj_refresh_release(struct rj_refresh *r)
{
	rj_buf_release(&r->packed);
	rj_buf_release(&r->head);
}

static void fetch(char *const *env)
{
	static const char git_dir[] = "--git-dir=" RJ_INSIDE_GIT;
	static const char *const argv[] = {"git",
					   git_dir,
					   "-c",
					   "core.hooksPath=/dev/null",
					   "fetch",
					   "--quiet",
					   "--prune",
					   "--no-tags",
					   "--no-write-fetch-head",
					   "--no-recurse-submodules",
					   "--no-auto-maintenance",
					   RJ_INSIDE_HOST,
					   "+refs/heads/*:refs/remotes/host/*",
					   NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		(void)dup2(null, fd);
	(void)execve("/usr/bin/git", (char *const *)(uintptr_t)argv, env);
	_exit(127);
}

void rj_refresh_inside(char *const *env)
{
	pid_t pid = access("/usr/bin/git", X_OK) == 0 ? fork() : -1;
	struct pollfd p = {.events = POLLIN};

	if (pid == 0)
		fetch(env);
	if (pid < 0)
		return;
	p.fd = rj_pidfd_open(pid);
	if (p.fd < 0 || poll(&p, 1, PATIENCE_MS) != 1)
		(void)kill(pid, SIGKILL);
	rj_close(&p.fd);
	/* Not waited for: what the agent put into G may trace it, and then it is not ours to reap
	 * before its tracer ends (ptrace(2)). The reaper takes it. */
	(void)waitpid(pid, NULL, WNOHANG);
}

void rj_refresh_done(const struct rj_ctx *ctx, const struct rj_jail *jail,
		     const struct rj_refresh *r)
{
	RJ_AUTO(rj_free) char *file = rj_ctx_private(ctx, jail->name, "host-refs");
	struct rj_err none;

	if (r->due)
		(void)rj_file_replace(file, r->stamp, strlen(r->stamp), 0600, &none);
}
