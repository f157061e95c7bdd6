#include "core/engine/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/engine/sandbox.h"
#include "core/sys/file.h"
#include "core/sys/tty.h"

static int read_status(char *ret, size_t size, struct rj_err *err)
{
	RJ_AUTO(rj_close) int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ret, size - 1);

	if (n <= 0)
		return rj_fail(err, fd < 0 || n < 0 ? errno : EIO,
			       "cannot read /proc/self/status inside");
	ret[n] = '\0';
	return 0;
}

/* What must be true of the first process of every jail. */
static int look_around(void *arg, int report, struct rj_err *err)
{
	static const char *const lines[] = {"\nCapPrm:\t0000000000000000\n",
					    "\nCapEff:\t0000000000000000\n",
					    "\nCapBnd:\t0000000000000000\n", "\nNoNewPrivs:\t1\n"};
	RJ_AUTO(rj_close) int master = -1;
	RJ_AUTO(rj_close) int slave = -1;
	char text[4096];

	(void)arg;
	if (getpid() != 1)
		return rj_refuse(err, EPROTO, "a jail's first process is not number 1");
	if (read_status(text, sizeof(text), err) < 0)
		return -err->num;
	for (size_t i = 0; i < RJ_COUNT(lines); i++)
		if (!strstr(text, lines[i]))
			return rj_refuse(err, EPROTO, "a jail's first process has not%.*s",
					 (int)strcspn(lines[i] + 1, "\n") + 1, lines[i]);
	if (access("/", W_OK) == 0)
		return rj_refuse(err, EPROTO, "a jail's root can be written");
	master = rj_tty_open_pair("/dev/pts/ptmx", &slave, err);
	if (master < 0)
		return master;
	rj_close(&report);
	return 0;
}

static int add_system(struct rj_plan *p, struct rj_err *err)
{
	struct rj_err none;
	RJ_AUTO(rj_free) char *usr = rj_real_path("/usr", &none);
	struct stat st;

	if (!usr || stat(usr, &st) < 0)
		return 0; /* then a jail has none, either */
	if (!S_ISDIR(st.st_mode))
		return rj_refuse(err, ENOTDIR, "/usr is no directory");
	rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_BIND,
					.flags = RJ_STEP_IS_DIR,
					.src = usr,
					.dst = "/usr",
					.dev = st.st_dev,
					.ino = st.st_ino});
	return 0;
}

int rj_trial_run(bool outer_proc, struct rj_err *err)
{
	RJ_AUTO(rj_plan_release) struct rj_plan plan = {0};
	const struct rj_step steps[] = {
		{.kind = RJ_STEP_ROOT_TMPFS, .mode = 0755, .size = "64k", .dst = "/"},
		{.kind = outer_proc ? RJ_STEP_PROC_OUTER : RJ_STEP_PROC, .dst = "/proc"},
		{.kind = RJ_STEP_READONLY, .dst = "/proc/sys"},
		{.kind = RJ_STEP_MASK, .dst = "/proc/kcore"},
		{.kind = RJ_STEP_TMPFS, .mode = 0755, .size = "64k", .dst = "/dev"},
		{.kind = RJ_STEP_DEVPTS, .flags = RJ_STEP_WRITABLE, .dst = "/dev/pts"},
	};
	const struct rj_sandbox sb = {
		.plan = &plan,
		.hostname = "trial",
		.own_network = true,
		.body = look_around,
	};
	struct rj_child child;
	int status;

	for (size_t i = 0; i < RJ_COUNT(steps); i++)
		rj_plan_add(&plan, steps[i]);
	if (add_system(&plan, err) < 0 || rj_plan_check(&plan, err) < 0 ||
	    rj_sandbox_start(&sb, &child, err) < 0)
		return -err->num;
	status = rj_child_wait(&child);
	if (status == 0)
		return 0;
	return rj_refuse(err, EPROTO, "the jail that was tried ended with status %d", status);
}
