#include "core/git/exportpack.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/sha1.h"

enum {
	PIECE = RJ_STREAM_CHUNK,
	SMALL = 1024,
};

struct out {
	struct rj_stream_writer *w;
	struct rj_sha1 sha;
	z_stream z;
	size_t used;
	unsigned char buf[PIECE];
};

static void end_out(struct out *o)
{
	(void)deflateEnd(&o->z);
}

static int flush(struct out *o, struct rj_err *err)
{
	size_t len = o->used;

	o->used = 0;
	rj_sha1_update(&o->sha, o->buf, len);
	return rj_stream_write_pack(o->w, o->buf, len, err);
}

static int put_byte(struct out *o, unsigned char c, struct rj_err *err)
{
	int r = o->used == PIECE ? flush(o, err) : 0;

	o->buf[o->used++] = c;
	return r;
}

/* Type and size in git's variable-length form. */
static int put_header(struct out *o, git_object_t type, uint64_t size, struct rj_err *err)
{
	unsigned char c = (unsigned char)((unsigned)type << 4 | (size & 15));
	int r = 0;

	for (size >>= 4; size && r == 0; size >>= 7) {
		r = put_byte(o, c | 0x80, err);
		c = size & 0x7f;
	}
	return r < 0 ? r : put_byte(o, c, err);
}

static int deflate_piece(struct out *o, const void *bytes, size_t len, bool last,
			 struct rj_err *err)
{
	const unsigned char *p = bytes;
	int z = Z_OK;

	do {
		/* avail_in has 32 bits: feed what is larger in turns */
		size_t n = len < 1u << 30 ? len : 1u << 30;

		o->z.next_in = (z_const Bytef *)(uintptr_t)p;
		o->z.avail_in = (uInt)n;
		p += n;
		len -= n;
		do {
			if (o->used == PIECE) {
				int r = flush(o, err);

				if (r < 0)
					return r;
			}
			o->z.next_out = o->buf + o->used;
			o->z.avail_out = (uInt)(PIECE - o->used);
			z = deflate(&o->z, last && !len ? Z_FINISH : Z_NO_FLUSH);
			o->used = PIECE - o->z.avail_out;
		} while (o->z.avail_in || (last && !len && z == Z_OK));
	} while (len);
	return z == Z_OK || z == Z_STREAM_END || z == Z_BUF_ERROR
		       ? 0
		       : rj_refuse(err, EIO, "cannot compress an object");
}

/* Commits and most trees are a few hundred bytes, half of them ids: there is little to save, and to
 * try takes longer than all the rest. So here is the zlib stream (RFC 1950) of one stored block
 * (RFC 1951). */
static int store_small(struct out *o, const unsigned char *bytes, size_t len, struct rj_err *err)
{
	const unsigned char head[] = {
		0x78, 0x01, 0x01, len & 0xff, len >> 8 & 0xff, ~len & 0xff, ~len >> 8 & 0xff};
	uLong sum = adler32(adler32(0, NULL, 0), bytes, (uInt)len);
	int r = 0;

	if (PIECE - o->used < sizeof(head) + len + 4)
		r = flush(o, err);
	if (r < 0)
		return r;
	memcpy(o->buf + o->used, head, sizeof(head));
	o->used += sizeof(head);
	memcpy(o->buf + o->used, bytes, len);
	o->used += len;
	for (int shift = 24; shift >= 0; shift -= 8)
		o->buf[o->used++] = (unsigned char)(sum >> shift);
	return 0;
}

/* Pictures, archives and the like do not get smaller; to try takes ten times the time. */
static void choose_level(struct out *o, const void *bytes, size_t len)
{
	RJ_AUTO(rj_free) unsigned char *packed = NULL;
	uLongf got = compressBound(PIECE);
	int level = Z_BEST_SPEED;

	if (len >= PIECE) {
		packed = rj_alloc(got, 1);
		if (compress2(packed, &got, bytes, PIECE, Z_BEST_SPEED) == Z_OK &&
		    got > PIECE - PIECE / 16)
			level = Z_NO_COMPRESSION;
	}
	(void)deflateParams(&o->z, level, Z_DEFAULT_STRATEGY);
}

/* A large object that lies loose; 1 when it does not. */
static int write_in_pieces(struct out *o, git_odb *odb, const git_oid *id, struct rj_err *err)
{
	RJ_AUTO(rj_git_odb_stream_free) git_odb_stream *in = NULL;
	RJ_AUTO(rj_free) char *piece = NULL;
	git_object_t type;
	size_t left, sent = 0;
	int r;

	if (git_odb_open_rstream(&in, &left, &type, odb, id) < 0)
		return 1;
	piece = rj_alloc(PIECE, 1);
	(void)deflateReset(&o->z);
	r = put_header(o, type, left, err);
	while (r == 0 && left) {
		int n = git_odb_stream_read(in, piece, left < PIECE ? left : PIECE);

		if (n <= 0 || (size_t)n > left)
			return rj_refuse(err, EBADMSG, "object %s is damaged", git_oid_tostr_s(id));
		if (!sent)
			choose_level(o, piece, (size_t)n);
		sent += (size_t)n;
		left -= (size_t)n;
		r = deflate_piece(o, piece, (size_t)n, left == 0, err);
	}
	return r;
}

static int write_large(struct out *o, git_odb *odb, const git_oid *id, struct rj_err *err)
{
	git_object_t type;
	size_t size;
	int r = git_odb_read_header(&size, &type, odb, id);

	return r == 0 && size >= RJ_OBJECT_LARGE ? write_in_pieces(o, odb, id, err) : 1;
}

static int write_object(struct out *o, struct rj_objread *from, const git_oid *id,
			git_object_t type, struct rj_err *err)
{
	RJ_AUTO(rj_object_release) struct rj_object e = {0};
	int r;

	if (!rj_objread_packed(from, id, type, &e)) {
		r = write_large(o, from->odb, id, err);
		if (r <= 0)
			return r;
		r = rj_object_read(from->odb, id, &e);
		if (r < 0)
			return rj_git_fail(err, r, "cannot read object %s", git_oid_tostr_s(id));
	}
	r = put_header(o, e.type, e.len, err);
	if (r == 0 && e.len <= SMALL)
		return store_small(o, (const unsigned char *)e.s, e.len, err);
	(void)deflateReset(&o->z);
	choose_level(o, e.s, e.len);
	return r < 0 ? r : deflate_piece(o, e.s, e.len, true, err);
}

static int write_set(struct out *o, struct rj_objread *from, const struct rj_oidset *set,
		     git_object_t type, struct rj_err *err)
{
	int r = 0;

	for (size_t i = 0; i < set->n && r == 0; i++)
		r = write_object(o, from, &set->v[i], type, err);
	return r;
}

int rj_exportpack_write(const struct rj_exportpack *pack, struct rj_objread *from,
			struct rj_stream_writer *w, struct rj_err *err)
{
	RJ_AUTO(end_out) struct out o = {.w = w};
	unsigned char head[12] = "PACK\0\0\0\2", sum[RJ_SHA1_SIZE];
	size_t n = pack->tags.n + pack->commits.n + pack->trees.n + pack->blobs.n;
	int r = 0;

	for (unsigned i = 0; i < 4; i++)
		head[8 + i] = (unsigned char)(n >> (24 - 8 * i));
	rj_sha1_init(&o.sha);
	if (deflateInit(&o.z, Z_BEST_SPEED) != Z_OK)
		return rj_refuse(err, ENOMEM, "cannot start zlib");
	for (unsigned i = 0; i < sizeof(head) && r == 0; i++)
		r = put_byte(&o, head[i], err);
	if (r == 0)
		r = write_set(&o, from, &pack->tags, GIT_OBJECT_TAG, err);
	if (r == 0)
		r = write_set(&o, from, &pack->commits, GIT_OBJECT_COMMIT, err);
	if (r == 0)
		r = write_set(&o, from, &pack->trees, GIT_OBJECT_TREE, err);
	if (r == 0)
		r = write_set(&o, from, &pack->blobs, GIT_OBJECT_BLOB, err);
	if (r == 0)
		r = flush(&o, err);
	if (r < 0)
		return r;
	rj_sha1_final(&o.sha, sum);
	return rj_stream_write_pack(w, sum, sizeof(sum), err);
}

void rj_exportpack_release(struct rj_exportpack *pack)
{
	rj_oidset_release(&pack->tags);
	rj_oidset_release(&pack->commits);
	rj_oidset_release(&pack->trees);
	rj_oidset_release(&pack->blobs);
}
