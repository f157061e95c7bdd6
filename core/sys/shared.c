#include "core/sys/shared.h"

#include <sys/mman.h>

/* Ten times what a command may be started with (execve(2): 6 MiB); when it goes, the kernel looks
 * at each 2 MiB of it. The second where the first is more than may be reserved (ulimit -v,
 * overcommit_memory 2). */
static const size_t more[] = {(size_t)1 << 26, (size_t)1 << 24};

struct rj_shared rj_shared_new(size_t least)
{
	struct rj_shared s = {.room = NULL};

	for (size_t i = 0; !s.room && i < sizeof(more) / sizeof(more[0]); i++) {
		const size_t size = least + more[i];
		void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (p != MAP_FAILED)
			s = (struct rj_shared){.room = p, .size = size};
	}
	return s;
}

void rj_shared_drop(struct rj_shared *s)
{
	if (s->room)
		(void)munmap(s->room, s->size);
	*s = (struct rj_shared){.room = NULL};
}
