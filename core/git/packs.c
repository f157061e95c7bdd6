/* packs: the packs of a repository, mapped, and where their objects lie. */
#include "core/git/packs.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/path.h"

enum {
	OID = GIT_OID_SHA1_SIZE,
	FANOUT = 256 * 4,
	IDX_HEAD = 8,
};

static uint32_t u32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static const void *map(const char *path, size_t *ret_size)
{
	RJ_AUTO(rj_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	void *p;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < RJ_PACK_HEAD + OID)
		return NULL;
	*ret_size = (size_t)st.st_size;
	p = mmap(NULL, *ret_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return NULL;
	return p;
}

static void unmap(const struct rj_pack *p)
{
	/* munmap(2) takes no const */
	if (p->idx)
		(void)munmap((void *)(uintptr_t)p->idx, p->idx_size);
	if (p->bytes)
		(void)munmap((void *)(uintptr_t)p->bytes, p->size);
}

/* Are the sizes right for the tables that are read? */
static bool is_common(struct rj_pack *p)
{
	static const unsigned char magic[] = {0xff, 't', 'O', 'c', 0, 0, 0, 2};

	if (p->idx_size < IDX_HEAD + FANOUT + 2 * OID || memcmp(p->idx, magic, sizeof(magic)) != 0)
		return false;
	p->n = u32(p->idx + IDX_HEAD + FANOUT - 4);
	for (size_t i = 1; i < 256; i++)
		if (u32(p->idx + IDX_HEAD + 4 * i) < u32(p->idx + IDX_HEAD + 4 * (i - 1)))
			return false;
	return p->idx_size >= IDX_HEAD + FANOUT + p->n * (OID + 8) + 2 * OID &&
	       !memcmp(p->bytes, "PACK\0\0\0\2", 8);
}

static void add_pack(struct rj_packs *packs, const char *dir, const char *name)
{
	RJ_AUTO(rj_free) char *idx = rj_path_join(dir, name);
	RJ_AUTO(rj_buf_release) struct rj_buf path = {0};
	struct rj_pack p = {0};

	rj_buf_add(&path, idx, strlen(idx) - strlen("idx"));
	rj_buf_puts(&path, "pack");
	p.idx = map(idx, &p.idx_size);
	p.bytes = p.idx ? map(path.s, &p.size) : NULL;
	if (!p.bytes || !is_common(&p)) {
		unmap(&p);
		return;
	}
	packs->v = rj_grow(packs->v, &packs->cap, packs->n + 1, sizeof(p));
	packs->v[packs->n++] = p;
}

struct rj_packs *rj_packs_open(const char *objects)
{
	struct rj_packs *packs = rj_alloc(1, sizeof(*packs));
	RJ_AUTO(rj_free) char *path = rj_path_join(objects, "pack");
	DIR *dir = opendir(path);
	const struct dirent *de;

	while (dir && (de = readdir(dir))) {
		size_t len = strlen(de->d_name);

		if (len > 4 && !strcmp(de->d_name + len - 4, ".idx"))
			add_pack(packs, path, de->d_name);
	}
	if (dir)
		(void)closedir(dir);
	return packs;
}

void rj_packs_free(struct rj_packs **packs)
{
	struct rj_packs *p = *packs;

	for (size_t i = 0; p && i < p->n; i++)
		unmap(&p->v[i]);
	if (p)
		rj_free(&p->v);
	rj_free(packs);
}

bool rj_pack_find(const struct rj_pack *p, const unsigned char *id, uint64_t *ret)
{
	const unsigned char *fan = p->idx + IDX_HEAD, *ids = fan + FANOUT;
	const unsigned char *small = ids + p->n * (OID + 4), *large = small + p->n * 4;
	size_t lo = id[0] ? u32(fan + 4 * (id[0] - 1)) : 0, hi = u32(fan + 4 * id[0]);

	if (hi > p->n) /* the file was changed since it was looked at */
		return false;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = memcmp(id, ids + mid * OID, OID);

		if (c == 0) {
			uint32_t at = u32(small + 4 * mid), k = at & 0x7fffffff;

			*ret = at;
			if (!(at & 0x80000000))
				return true;
			if ((size_t)(p->idx + p->idx_size - large) < 8 * ((size_t)k + 1) + 2 * OID)
				return false;
			*ret = (uint64_t)u32(large + 8 * (size_t)k) << 32 |
			       u32(large + 8 * (size_t)k + 4);
			return true;
		}
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return false;
}
