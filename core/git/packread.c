/* packread: objects out of packs, without an allocation for each. */
#include "core/git/packread.h"

#include <libdeflate.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/git/packdelta.h"
#include "core/git/packs.h"

enum {
	OID = GIT_OID_SHA1_SIZE,
	TYPE_OFS = 6,
	TYPE_REF = 7,
	DEPTH_MAX = 4096,
	KEEP = 1024,	     /* places for objects that are kept */
	PIECE = 16 << 10,    /* bytes of the least room for one object */
	KEEP_SIZE = 1 << 18, /* larger ones are not kept */
	RING = 1 << 20,	     /* bytes of all that are */
	SIZE_MAX_HERE = 256 << 20,
};

/* Something inflated, or made from a delta. */
struct piece {
	char *s;
	size_t len, cap;
};

struct text {
	const char *s;
	size_t len;
};

/* An object that was read, by its place: the next one is often made from it. */
struct kept {
	const struct rj_pack *pack;
	uint64_t at;
	uint64_t pos; /* of its bytes, counted from the first that the ring ever held */
	size_t len;
};

struct rj_packread {
	const struct rj_packs *packs;
	unsigned type; /* as packs have it, which is as libgit2 does */
	uint64_t most;
	struct libdeflate_decompressor *z;
	struct piece base, delta, made;
	struct kept *kept;
	char *ring;    /* the bytes of what was kept last */
	uint64_t head; /* where the next ones go */
	uint64_t *chain;
	size_t chain_cap;
};

struct rj_packread *rj_packread_new(const struct rj_packs *packs, git_object_t type, size_t most)
{
	struct rj_packread *r = rj_alloc(1, sizeof(*r));

	r->packs = packs;
	r->type = (unsigned)type;
	r->most = most ? most : SIZE_MAX_HERE;
	r->z = libdeflate_alloc_decompressor();
	r->kept = rj_alloc(KEEP, sizeof(*r->kept));
	r->ring = rj_alloc(RING, 1);
	return r;
}

void rj_packread_free(struct rj_packread *r)
{
	if (!r)
		return;
	libdeflate_free_decompressor(r->z);
	free(r->base.s);
	free(r->delta.s);
	free(r->made.s);
	rj_free(&r->kept);
	rj_free(&r->ring);
	rj_free(&r->chain);
	rj_free(&r);
}

/* The head of the object at `at`: its type, size, where its data are, and its base if it has one.
 */
struct head {
	unsigned type;
	uint64_t size, data, base;
};

static bool read_head(const struct rj_pack *p, uint64_t at, struct head *h)
{
	const uint64_t end = p->size - OID;
	unsigned shift = 4;
	uint64_t i = at, back;
	unsigned char c;

	if (at < RJ_PACK_HEAD || at >= end)
		return false;
	c = p->bytes[i++];
	h->type = c >> 4 & 7;
	for (h->size = c & 15; c & 0x80; shift += 7) {
		if (i >= end || shift > 32)
			return false;
		c = p->bytes[i++];
		h->size |= (uint64_t)(c & 0x7f) << shift;
	}
	h->base = 0;
	if (h->type == TYPE_OFS) {
		if (i >= end)
			return false;
		c = p->bytes[i++];
		for (back = c & 0x7f; c & 0x80; back = (back + 1) << 7 | (c & 0x7f)) {
			if (i >= end || back > end)
				return false;
			c = p->bytes[i++];
		}
		if (back == 0 || back >= at)
			return false;
		h->base = at - back;
	} else if (h->type == TYPE_REF) {
		if (end - i < OID || !rj_pack_find(p, p->bytes + i, &h->base))
			return false;
		i += OID;
	}
	h->data = i;
	return h->size <= SIZE_MAX_HERE;
}

/* With a NUL behind it, as libgit2 gives it. */
static void reserve(struct piece *to, size_t len)
{
	to->s = rj_grow(to->s, &to->cap, len < PIECE ? PIECE : len + 1, 1);
	to->s[len] = '\0';
	to->len = len;
}

static bool inflate(struct rj_packread *r, const struct rj_pack *p, const struct head *h, char *to)
{
	const size_t left = p->size - OID - h->data;

	/* all of it and nothing more, and its Adler-32 fits */
	return libdeflate_zlib_decompress_ex(r->z, p->bytes + h->data, left, to, (size_t)h->size,
					     NULL, NULL) == LIBDEFLATE_SUCCESS;
}

static bool unpack(struct rj_packread *r, const struct rj_pack *p, const struct head *h,
		   struct piece *to)
{
	if (h->size > r->most)
		return false;
	reserve(to, (size_t)h->size);
	return inflate(r, p, h, to->s);
}

static struct kept *place(struct rj_packread *r, const struct rj_pack *p, uint64_t at)
{
	return &r->kept[(at ^ at >> 9 ^ (uintptr_t)p >> 5) % KEEP];
}

/* The object at `at`, if the ring still has it. */
static bool recall(struct rj_packread *r, const struct rj_pack *p, uint64_t at, struct text *ret)
{
	const struct kept *k = place(r, p, at);

	if (k->pack != p || k->at != at || r->head - k->pos > RING)
		return false;
	*ret = (struct text){r->ring + k->pos % RING, k->len};
	return true;
}

/* Take room for `len` bytes in the ring, and forget what was there; gives its place. */
static uint64_t take_room(struct rj_packread *r, size_t len)
{
	uint64_t room = RING - r->head % RING, pos = r->head;

	if (len > room)
		pos += room;
	r->head = pos + len;
	return pos;
}

static void keep(struct rj_packread *r, const struct rj_pack *p, uint64_t at, const struct text *t)
{
	uint64_t pos;

	if (t->len > KEEP_SIZE)
		return;
	pos = take_room(r, t->len + 1);
	memcpy(r->ring + pos % RING, t->s, t->len + 1);
	*place(r, p, at) = (struct kept){.pack = p, .at = at, .pos = pos, .len = t->len};
}

/* An object that is no delta: into the ring at once unless it is large. */
static bool read_whole(struct rj_packread *r, const struct rj_pack *p, uint64_t at,
		       const struct head *h, struct text *ret)
{
	size_t len = (size_t)h->size;
	uint64_t pos;
	char *to;

	if (len > KEEP_SIZE || h->size > r->most) {
		if (!unpack(r, p, h, &r->base))
			return false;
		*ret = (struct text){r->base.s, len};
		return true;
	}
	pos = take_room(r, len + 1);
	to = r->ring + pos % RING;
	to[len] = '\0';
	*ret = (struct text){to, len};
	if (!inflate(r, p, h, to))
		return false;
	*place(r, p, at) = (struct kept){.pack = p, .at = at, .pos = pos, .len = len};
	return true;
}

/* Make the next object from the last one and the delta at `at`. */
static bool follow(struct rj_packread *r, const struct rj_pack *p, uint64_t at, struct text *last)
{
	struct piece *to = last->s == r->made.s ? &r->base : &r->made;
	struct head h;

	if (!read_head(p, at, &h) || !unpack(r, p, &h, &r->delta) ||
	    !rj_packdelta_size(r->delta.s, r->delta.len, last->len, r->most, &h.size))
		return false;
	reserve(to, (size_t)h.size);
	if (!rj_packdelta_apply(r->delta.s, r->delta.len, last->s, last->len, to->s, to->len))
		return false;
	*last = (struct text){to->s, to->len};
	return true;
}

static bool read_object(struct rj_packread *r, const struct rj_pack *p, uint64_t at,
			struct text *ret)
{
	struct text last = {0};
	struct head h = {0};
	size_t n = 0;

	/* down to what is no delta, or is known */
	for (; !recall(r, p, at, &last); at = h.base) {
		if (n == DEPTH_MAX || !read_head(p, at, &h))
			return false;
		r->chain = rj_grow(r->chain, &r->chain_cap, n + 1, sizeof(*r->chain));
		r->chain[n++] = at;
		if (h.base)
			continue;
		if (h.type != r->type || !read_whole(r, p, r->chain[--n], &h, &last))
			return false;
		break;
	}
	while (n--) {
		if (!follow(r, p, r->chain[n], &last))
			return false;
		keep(r, p, r->chain[n], &last);
	}
	*ret = last;
	return true;
}

bool rj_packread(struct rj_packread *r, const git_oid *id, const char **ret, size_t *ret_len)
{
	struct text t;
	uint64_t at;

	for (size_t i = 0; r->z && i < r->packs->n; i++)
		if (rj_pack_find(&r->packs->v[i], id->id, &at)) {
			if (!read_object(r, &r->packs->v[i], at, &t))
				return false;
			*ret = t.s;
			*ret_len = t.len;
			return true;
		}
	return false;
}
