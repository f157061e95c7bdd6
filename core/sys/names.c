#include "core/sys/names.h"

#include <string.h>
#include <unistd.h>

#include "core/sys/uapi.h"

const struct dirent *rj_names_next(struct rj_names *n)
{
	for (;;) {
		const struct dirent *e;

		if (n->at >= n->len) {
			n->at = 0;
			n->len = syscall(SYS_getdents64, n->fd, n->batch, sizeof(n->batch));
			if (n->len <= 0)
				return NULL;
		}
		/* struct linux_dirent64 is the same (getdents64(2)) */
		e = (const struct dirent *)(const void *)(n->batch + n->at);
		n->at += e->d_reclen;
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			return e;
	}
}
