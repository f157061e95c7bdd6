/* msg: messages with descriptors, also when others hold all that may be on their way. */
#include "core/sys/msg.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/err.h"
#include "core/base/mem.h"

enum { FEW = 64, NOBODY = 65534 };

/* What is left of a jail's hog: 80 descriptors on their way, which nobody receives. */
static bool fill(int *ret_spare)
{
	int pair[2], fds[RJ_MSG_FDS] = {0};

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return false;
	for (int i = 0; i < 10; i++)
		if (rj_msg_send(pair[0], "x", 1, fds, RJ_MSG_FDS) < 0)
			return false;
	*ret_spare = pair[0];
	return true;
}

/* In a child; root is not held to it, so it is somebody else. The status is the line that failed.
 */
static int try_with(rlim_t soft, rlim_t hard, int want)
{
	struct rlimit r = {.rlim_cur = soft, .rlim_max = hard};
	int status, sock = -1;
	pid_t child = fork();

	if (child == 0) {
		if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) < 0)
			_exit(1);
		if (!fill(&sock) || setrlimit(RLIMIT_NOFILE, &r) < 0)
			_exit(2);
		if (rj_fd_send(sock, 'x', 0) != want)
			_exit(3);
		if (getrlimit(RLIMIT_NOFILE, &r) < 0 || r.rlim_cur != soft || r.rlim_max != hard)
			_exit(4);
		_exit(0);
	}
	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Test(msg, what_others_have_on_the_way_does_not_stop_us)
{
	cr_expect_eq(try_with(FEW, 4096, 0), 0);
	cr_expect_eq(try_with(FEW, FEW, -ETOOMANYREFS), 0, "all that we may have is less");
}

Test(msg, too_many_on_the_way_has_its_remedy)
{
	struct rj_err err;

	cr_expect_eq(rj_fail(&err, ETOOMANYREFS, "cannot reach X"), -ETOOMANYREFS);
	cr_expect(strstr(err.msg, "cannot reach X: too many descriptors"), "%s", err.msg);
	cr_expect(strstr(err.hint, "ulimit -n"), "%s", err.hint);
}
