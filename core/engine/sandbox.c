#include "core/engine/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/engine/apply.h"
#include "core/sys/caps.h"
#include "core/sys/cgroup.h"
#include "core/sys/netns.h"
#include "core/sys/proc.h"
#include "core/sys/rlimit.h"
#include "core/sys/seccomp.h"
#include "core/sys/userns.h"

enum { MAX_KEEP = 16 };

struct outside {
	uid_t uid;
	gid_t gid;
	int alive[2]; /* a pipe whose write end only the parent holds */
	int net[2];   /* a socket pair for the network namespace, or -1 */
};

static int die_with_parent(struct rj_err *err)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0)
		return 0;
	return rj_fail(err, errno, "cannot tie the jail to its supervisor");
}

/* What the parent says on the pipe, each by one byte. */
enum word { A_PART = 'p', THE_PLAN = 'w', GO = 'g' };

/* When the parent died, which may have been before the call above, or its part failed, the pipe is
 * at its end. The word, or -errno. */
static int hear(const struct outside *out, struct rj_err *err)
{
	char word;
	ssize_t n;

	do
		n = read(out->alive[0], &word, 1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return rj_fail(err, errno, "cannot wait for the supervisor");
	if (n == 0)
		_exit(RJ_EXIT_NOT_MADE);
	return word;
}

static int say(int to, enum word w, struct rj_err *err)
{
	const char word = (char)w;

	if (write(to, &word, 1) == 1)
		return 0;
	return rj_fail(err, errno, "cannot let the jail's first process go on");
}

void rj_sandbox_part(int feed)
{
	struct rj_err ignored;

	(void)say(feed, A_PART, &ignored);
}

/* While the outer /proc is there. */
static int take_limits(const struct rj_sandbox_limits *l, struct rj_err *err)
{
	if (!l)
		return 0;
	if (l->group && unshare(CLONE_NEWCGROUP) < 0)
		return rj_fail(err, errno, "cannot make a cgroup namespace");
	if (rj_oom_score_raise(l->oom_score, err) < 0 ||
	    rj_userns_limit_inotify(&l->inotify, err) < 0)
		return -err->num;
	return l->pid_max ? rj_pid_max_set(l->pid_max, err) : 0;
}

/* The limits, then the plan, while it comes in. */
static int follow(const struct rj_sandbox *sb, const struct outside *out, struct rj_apply *a,
		  struct rj_err *err)
{
	int word = sb->planned ? hear(out, err) : THE_PLAN;

	if (word < 0 || take_limits(sb->limits, err) < 0)
		return -err->num;
	for (size_t i = 0; word != THE_PLAN; i++) {
		if (rj_apply_begin(a, &sb->parts[i], err) < 0)
			return -err->num;
		word = hear(out, err);
		if (word < 0)
			return word;
	}
	return rj_apply(a, sb->plan, err);
}

/* Not before the view is built, which takes many descriptors. */
static int set_limits(const struct rj_sandbox_limits *l, struct rj_err *err)
{
	/* what the caller may have of the scheduler, the jail needs not */
	if (rj_rlimit_lower(RLIMIT_RTPRIO, "RLIMIT_RTPRIO", 0, err) < 0 ||
	    rj_rlimit_lower(RLIMIT_NICE, "RLIMIT_NICE", 0, err) < 0)
		return -err->num;
	/* nor all of its user's timers and queued signals, message queues and locked memory */
	if (rj_rlimit_halve(RLIMIT_SIGPENDING, "RLIMIT_SIGPENDING", err) < 0 ||
	    rj_rlimit_halve(RLIMIT_MSGQUEUE, "RLIMIT_MSGQUEUE", err) < 0 ||
	    rj_rlimit_halve(RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK", err) < 0)
		return -err->num;
	if (!l)
		return 0;
	if (l->processes && rj_rlimit_lower(RLIMIT_NPROC, "RLIMIT_NPROC", l->processes, err) < 0)
		return -err->num;
	return l->files ? rj_rlimit_lower(RLIMIT_NOFILE, "RLIMIT_NOFILE", l->files, err) : 0;
}

static int build(const struct rj_sandbox *sb, const struct outside *out, const int *keep, size_t n,
		 struct rj_err *err)
{
	const struct rj_filter_program *filter = rj_filter_program(sb->filter);
	RJ_AUTO(rj_apply_release) struct rj_apply apply = RJ_APPLY_NONE;

	if (die_with_parent(err) < 0)
		return -err->num;
	/* No controlling terminal: /dev/tty must never be the user's. */
	if (setsid() < 0)
		return rj_fail(err, errno, "cannot start a session");
	if (rj_userns_map(sb->inside_uid, out->uid, sb->inside_gid, out->gid, err) < 0 ||
	    (!(sb->wall & RJ_WALL_NESTED) && rj_userns_forbid_nested(err) < 0))
		return -err->num;
	rj_proc_set_title("rj-init");
	if (sb->hostname && sethostname(sb->hostname, strlen(sb->hostname)) < 0)
		return rj_fail(err, errno, "cannot set the host name");
	if (rj_keyring_new(err) < 0 || rj_caps_bound(err) < 0 || follow(sb, out, &apply, err) < 0)
		return -err->num;
	if (sb->mounted && sb->mounted(sb->arg, apply.trees, err) < 0)
		return -err->num;
	if (set_limits(sb->limits, err) < 0 ||
	    rj_wall_raise(sb->plan, apply.trees, sb->wall, err) < 0 ||
	    (sb->own_network && rj_netns_enter(out->net[0], err) < 0) || rj_caps_drop(err) < 0)
		return -err->num;
	rj_close_all_but(keep, n); /* the mounts of the plan */
	/* Late: /proc/self turns into somebody else's with it (prctl(2)). */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return rj_fail(err, errno, "cannot hide the jail's first process");
	return rj_seccomp_load(filter->code, filter->n, err);
}

static void child_main(const struct rj_sandbox *sb, const struct outside *out, int report)
{
	int keep[MAX_KEEP + 3];
	size_t n = 0;
	struct rj_err err;
	int rc;

	for (; n < sb->keep_n && n < MAX_KEEP; n++)
		keep[n] = sb->keep[n];
	keep[n++] = report;
	keep[n++] = out->alive[0];
	keep[n] = out->net[0]; /* until it is used */
	rj_close_all_but(keep, n + sb->own_network);
	rc = build(sb, out, keep, n, &err);
	if (rc == 0) /* before anything else runs in here: the parent has done its part */
		rc = hear(out, &err);
	if (rc == GO)
		rc = sb->body(sb->arg, report, &err);
	if (rc < 0)
		rj_err_send(report, &err);
	_exit(rc < 0 ? RJ_EXIT_NOT_MADE : rc);
}

/* And the one of the network, which takes as long as all of these: see netns.h. */
#define NAMESPACES \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

void rj_sandbox_print(const struct rj_sandbox *sb, FILE *out)
{
	(void)fprintf(out, "namespaces user mount pid ipc uts cgroup%s\n",
		      sb->own_network ? " network" : "");
	(void)fprintf(out, "uid %u for %u\ngid %u for %u\n", (unsigned)sb->inside_uid,
		      (unsigned)getuid(), (unsigned)sb->inside_gid, (unsigned)getgid());
	(void)fprintf(out, "network %s\n", sb->own_network ? "loopback" : "shared");
	(void)fputs("lock keyring no-new-privs no-capabilities\n", out);
	(void)fprintf(out, "user-namespaces %s\n",
		      sb->wall & RJ_WALL_NESTED ? "allowed" : "forbidden");
	rj_wall_print(sb->wall, out);
	(void)fprintf(out, "seccomp %s %u\n", rj_filter_name(sb->filter),
		      (unsigned)rj_filter_program(sb->filter)->n);
}

static int explain_clone(int num, struct rj_err *err)
{
	if (num == EPERM || num == EACCES || num == ENOSPC || num == EINVAL || num == ENOSYS ||
	    num == EUSERS)
		return rj_userns_explain(num, err);
	rj_fail(err, num, "cannot start the jail's first process");
	if (num == EAGAIN)
		rj_hint(err, "the limit on processes is reached: see ulimit -u");
	return -num;
}

static int make_pipes(int report[2], struct outside *out, bool net, struct rj_err *err)
{
	if (pipe2(report, O_CLOEXEC) < 0)
		return rj_fail(err, errno, "cannot make a pipe");
	if (pipe2(out->alive, O_CLOEXEC) == 0) {
		if (!net || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, out->net) == 0)
			return 0;
		rj_fail(err, errno, "cannot make a socket pair");
		rj_close(&out->alive[0]);
		rj_close(&out->alive[1]);
	} else {
		rj_fail(err, errno, "cannot make a pipe");
	}
	rj_close(&report[0]);
	rj_close(&report[1]);
	return -err->num;
}

/* The parent's part, while the child is at work. */
static int attend(const struct rj_sandbox *sb, const struct outside *out,
		  const struct rj_child *child, struct rj_err *err)
{
	int rc = 0;

	if (sb->planned) {
		rc = sb->planned(sb->arg, child->pid, child->alive, err);
		if (rc == 0)
			rc = say(child->alive, THE_PLAN, err);
	}
	if (rc == 0 && sb->own_network)
		rc = rj_netns_offer(child->pidfd, out->net[1], err);
	if (rc == 0 && sb->cloned)
		rc = sb->cloned(sb->arg, child->pidfd, err);
	if (rc == 0)
		rc = say(child->alive, GO, err);
	if (rc < 0)
		(void)rj_pidfd_kill(child->pidfd, SIGKILL);
	return rc;
}

int rj_sandbox_start(const struct rj_sandbox *sb, struct rj_child *ret_child, struct rj_err *err)
{
	struct outside out = {.uid = getuid(), .gid = getgid(), .net = {-1, -1}};
	struct rj_child child = {.pidfd = -1};
	int report[2];
	int rc;

	if (make_pipes(report, &out, sb->own_network, err) < 0)
		return -err->num;
	child.alive = out.alive[1];
	child.pid = rj_clone(NAMESPACES, &child.pidfd);
	if (child.pid == 0)
		child_main(sb, &out, report[1]);
	if (child.pid > 0 && sb->planned) /* both have work from here on */
		rj_proc_send_away(child.pid);
	rj_close(&report[1]);
	rc = child.pid < 0 ? explain_clone(-child.pid, err) : attend(sb, &out, &child, err);
	rj_close(&out.alive[0]); /* not before, so that what is written always has a reader */
	rj_close(&out.net[0]);
	rj_close(&out.net[1]);
	if (rc == 0)
		rc = rj_err_receive(report[0], err);
	rj_close(&report[0]);
	if (rc == 0)
		*ret_child = child;
	else if (child.pid > 0)
		(void)rj_child_wait(&child);
	else
		rj_close(&child.alive);
	return rc;
}

int rj_child_wait(struct rj_child *child)
{
	int status = rj_wait(child->pid);

	rj_close(&child->pidfd);
	rj_close(&child->alive);
	child->pidfd = -1;
	child->alive = -1;
	return status;
}
