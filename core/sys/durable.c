/* durable: what has to be on disk at the end of an operation. */
#include "core/sys/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "core/base/mem.h"

enum { NOTED_MAX = 64 }; /* descriptors; what is more is not put off */

static struct {
	bool open;
	int fds[NOTED_MAX];
	size_t n;
} noted;

int rj_durable(int fd)
{
	int copy = noted.open && noted.n < NOTED_MAX ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;

	if (copy < 0)
		return fsync(fd) < 0 ? -errno : 0;
	noted.fds[noted.n++] = copy;
	return 0;
}

void rj_durable_begin(void)
{
	rj_durable_drop();
	noted.open = true;
}

int rj_durable_end(struct rj_err *err)
{
	int num = 0;

	for (size_t i = 0; i < noted.n; i++) /* only a start: fsync(2) tells of errors */
		(void)sync_file_range(noted.fds[i], 0, 0, SYNC_FILE_RANGE_WRITE);
	for (size_t i = 0; i < noted.n && num == 0; i++)
		if (fsync(noted.fds[i]) < 0)
			num = errno;
	rj_durable_drop();
	return num ? rj_fail(err, num, "cannot bring new files to the disk") : 0;
}

void rj_durable_drop(void)
{
	for (size_t i = 0; i < noted.n; i++)
		rj_close(&noted.fds[i]);
	noted.n = 0;
	noted.open = false;
}
