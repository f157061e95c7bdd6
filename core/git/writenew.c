/* writenew: the small files of a git directory. */
#include "core/git/writenew.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/sys/file.h"

int rj_write_new(const char *dir, const char *name, const void *text, size_t len,
		 struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(dir, name);
	RJ_AUTO(rj_close)
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
	int rc = fd < 0 ? -errno : rj_write_all(fd, text, len);

	if (rc == 0)
		return 0;
	rj_fail(err, -rc, "cannot write %s", path);
	return rj_hint_room(err);
}
