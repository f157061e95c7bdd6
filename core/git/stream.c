#include "core/git/stream.h"

#include <errno.h>
#include <git2.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/file.h"

static const char magic[8] = "rjimport"; /* no NUL: eight bytes on purpose */

enum {
	VERSION = 1,
	HEADER = 5, /* type and length of a record */
};

static void put(unsigned char *p, uint64_t v, size_t len)
{
	for (size_t i = 0; i < len; i++, v >>= 8)
		p[i] = (unsigned char)v;
}

static uint64_t get(const unsigned char *p, size_t len)
{
	uint64_t v = 0;

	while (len--)
		v = v << 8 | p[len];
	return v;
}

const char *rj_stream_show(char *room, size_t size, const void *text, size_t len)
{
	const unsigned char *p = text;
	size_t used = 0;

	for (size_t i = 0; i < len; i++) {
		bool plain = p[i] >= ' ' && p[i] < 0x7f;

		if (used + (plain ? 1 : 4) + sizeof("...") > size) {
			memcpy(room + used, "...", 3);
			used += 3;
			break;
		}
		if (plain)
			room[used++] = (char)p[i];
		else
			used += (size_t)snprintf(room + used, size - used, "\\x%02x", p[i]);
	}
	room[used] = '\0';
	return room;
}

static int write_all(int fd, const void *bytes, size_t len, struct rj_err *err)
{
	const int rc = rj_write_all(fd, bytes, len);

	return rc < 0 ? rj_fail(err, -rc, "cannot write the import stream") : 0;
}

static int write_record(struct rj_stream_writer *w, enum rj_stream_type type, const void *head,
			size_t head_len, const void *body, size_t body_len, struct rj_err *err)
{
	unsigned char first[sizeof(magic) + 4], h[HEADER + 64];
	int r;

	if (!w->started) {
		memcpy(first, magic, sizeof(magic));
		put(first + sizeof(magic), VERSION, 4);
		r = write_all(w->fd, first, sizeof(first), err);
		if (r < 0)
			return r;
		w->started = true;
	}
	h[0] = (unsigned char)type;
	put(h + 1, head_len + body_len, 4);
	if (head_len)
		memcpy(h + HEADER, head, head_len);
	r = write_all(w->fd, h, HEADER + head_len, err);
	if (r == 0 && body_len)
		r = write_all(w->fd, body, body_len, err);
	return r;
}

static size_t name_len(const char *name)
{
	return strnlen(name, RJ_STREAM_NAME_MAX);
}

int rj_stream_write_head(struct rj_stream_writer *w, enum rj_stream_kind kind,
			 const unsigned char oid[RJ_STREAM_OID], const char *name,
			 struct rj_err *err)
{
	unsigned char head[1 + RJ_STREAM_OID];

	head[0] = (unsigned char)kind;
	memcpy(head + 1, oid, RJ_STREAM_OID);
	return write_record(w, RJ_STREAM_HEAD, head, sizeof(head), name, name_len(name), err);
}

int rj_stream_write_ref(struct rj_stream_writer *w, const unsigned char oid[RJ_STREAM_OID],
			uint64_t ahead, const char *name, struct rj_err *err)
{
	unsigned char head[8 + RJ_STREAM_OID];

	w->refs++;
	put(head, ahead, 8);
	memcpy(head + 8, oid, RJ_STREAM_OID);
	return write_record(w, RJ_STREAM_REF, head, sizeof(head), name, name_len(name), err);
}

int rj_stream_write_pack(struct rj_stream_writer *w, const void *bytes, size_t len,
			 struct rj_err *err)
{
	const unsigned char *p = bytes;
	int r = 0;

	while (len && r == 0) {
		size_t n = len < RJ_STREAM_CHUNK ? len : RJ_STREAM_CHUNK;

		r = write_record(w, RJ_STREAM_PACK, NULL, 0, p, n, err);
		w->bytes += n;
		p += n;
		len -= n;
	}
	return r;
}

int rj_stream_write_staged(struct rj_stream_writer *w, uint64_t count, const char *path,
			   struct rj_err *err)
{
	unsigned char head[8];

	put(head, count, sizeof(head));
	return write_record(w, RJ_STREAM_STAGED, head, sizeof(head), path, name_len(path), err);
}

int rj_stream_write_end(struct rj_stream_writer *w, uint64_t left_out, struct rj_err *err)
{
	unsigned char head[24];

	put(head, w->refs, 8);
	put(head + 8, w->bytes, 8);
	put(head + 16, left_out, 8);
	return write_record(w, RJ_STREAM_END, head, sizeof(head), NULL, 0, err);
}

int rj_stream_write_error(struct rj_stream_writer *w, const struct rj_err *why, struct rj_err *err)
{
	unsigned char head[4];

	put(head, (uint64_t)why->num, sizeof(head));
	return write_record(w, RJ_STREAM_ERROR, head, sizeof(head), why->msg,
			    strnlen(why->msg, RJ_STREAM_TEXT_MAX), err);
}

static int bad(struct rj_err *err, const char *what)
{
	return rj_refuse(err, EBADMSG, "bad import stream: %s", what);
}

static int read_all(struct rj_stream_reader *r, void *bytes, size_t len, struct rj_err *err)
{
	char *p = bytes;

	while (len) {
		ssize_t n = read(r->fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return rj_fail(err, errno, "cannot read the import stream");
		if (n == 0)
			return bad(err, "it ends too early");
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* What a payload of this type may measure. */
static bool length_ok(char type, size_t len)
{
	switch (type) {
	case RJ_STREAM_HEAD:
		return len >= 1 + RJ_STREAM_OID && len <= 1 + RJ_STREAM_OID + RJ_STREAM_NAME_MAX;
	case RJ_STREAM_REF:
		return len > 8 + RJ_STREAM_OID && len <= 8 + RJ_STREAM_OID + RJ_STREAM_NAME_MAX;
	case RJ_STREAM_PACK:
		return len > 0 && len <= RJ_STREAM_CHUNK;
	case RJ_STREAM_STAGED:
		return len > 8 && len <= 8 + RJ_STREAM_NAME_MAX;
	case RJ_STREAM_END:
		return len == 24;
	case RJ_STREAM_ERROR:
		return len >= 4 && len <= 4 + RJ_STREAM_TEXT_MAX;
	default:
		return false;
	}
}

/* Records come in the order of this string; the first exactly once, the last but one once at most.
 */
static bool order_ok(char last, char type)
{
	static const char order[] = "HRPIZ";
	const char *p;

	if (type == RJ_STREAM_ERROR)
		return last != RJ_STREAM_END;
	if (!last)
		return type == RJ_STREAM_HEAD;
	p = strchr(order, last);
	if (p && last == RJ_STREAM_STAGED)
		p++;
	return p && strchr(p, type) && type != RJ_STREAM_HEAD && last != RJ_STREAM_END;
}

static int parse_name(struct rj_stream_reader *r, size_t off, size_t len, bool may_be_empty,
		      struct rj_stream_record *rec, struct rj_err *err)
{
	char show[200];
	int valid = 0;

	rec->name = (const char *)r->buf + off;
	r->buf[len] = '\0';
	if (off == len)
		return may_be_empty ? 0 : bad(err, "a ref without a name");
	if (memchr(rec->name, 0, len - off) || strncmp(rec->name, "refs/", 5) != 0 ||
	    git_reference_name_is_valid(&valid, rec->name) < 0 || !valid)
		return rj_refuse(err, EBADMSG, "bad import stream: a ref is named '%s'",
				 rj_stream_show(show, sizeof(show), rec->name, len - off));
	return 0;
}

static int parse_staged(struct rj_stream_reader *r, size_t len, struct rj_stream_record *rec,
			struct rj_err *err)
{
	rec->staged = get(r->buf, 8);
	rec->name = (const char *)r->buf + 8;
	r->buf[len] = '\0';
	if (rec->staged == 0 || strlen(rec->name) != len - 8)
		return bad(err, "what the index holds is no path");
	return 0;
}

static int parse_head(struct rj_stream_reader *r, size_t len, struct rj_stream_record *rec,
		      struct rj_err *err)
{
	static const unsigned char zero[RJ_STREAM_OID];
	bool unborn;

	if (r->buf[0] > RJ_STREAM_BISECTS)
		return bad(err, "an unknown kind of HEAD");
	rec->kind = r->buf[0];
	memcpy(rec->oid, r->buf + 1, RJ_STREAM_OID);
	unborn = memcmp(rec->oid, zero, RJ_STREAM_OID) == 0;
	if (unborn != (rec->kind == RJ_STREAM_UNBORN))
		return bad(err, "the kind of HEAD does not fit its commit");
	if ((len == 1 + RJ_STREAM_OID) != (rec->kind == RJ_STREAM_DETACHED))
		return bad(err, "the kind of HEAD does not fit its name");
	return parse_name(r, 1 + RJ_STREAM_OID, len, true, rec, err);
}

static int parse(struct rj_stream_reader *r, size_t len, struct rj_stream_record *rec,
		 struct rj_err *err)
{
	char show[RJ_STREAM_TEXT_MAX];
	uint64_t num;

	switch (rec->type) {
	case RJ_STREAM_HEAD:
		return parse_head(r, len, rec, err);
	case RJ_STREAM_REF:
		if (++r->refs > RJ_STREAM_REFS_MAX)
			return bad(err, "too many refs");
		rec->ahead = get(r->buf, 8);
		memcpy(rec->oid, r->buf + 8, RJ_STREAM_OID);
		return parse_name(r, 8 + RJ_STREAM_OID, len, false, rec, err);
	case RJ_STREAM_PACK:
		r->bytes += len;
		rec->bytes = r->buf;
		rec->len = len;
		return 0;
	case RJ_STREAM_STAGED:
		return parse_staged(r, len, rec, err);
	case RJ_STREAM_END:
		rec->left_out = get(r->buf + 16, 8);
		if (get(r->buf, 8) != r->refs || get(r->buf + 8, 8) != r->bytes)
			return bad(err, "the counts at its end do not fit what came");
		return 0;
	case RJ_STREAM_ERROR:
		num = get(r->buf, 4);
		return rj_refuse(err, num > 0 && num < 4096 ? (int)num : EBADMSG, "%s",
				 rj_stream_show(show, sizeof(show), r->buf + 4, len - 4));
	default:
		return bad(err, "an unknown record");
	}
}

int rj_stream_read(struct rj_stream_reader *r, struct rj_stream_record *ret, struct rj_err *err)
{
	struct rj_stream_record rec = {0};
	unsigned char h[sizeof(magic) + 4];
	size_t len;
	int e;

	if (!r->last) {
		e = read_all(r, h, sizeof(h), err);
		if (e < 0)
			return e;
		if (memcmp(h, magic, sizeof(magic)) != 0)
			return bad(err, "it does not begin as one");
		if (get(h + sizeof(magic), 4) != VERSION)
			return bad(err, "its version is not known here");
	}
	e = read_all(r, h, HEADER, err);
	if (e < 0)
		return e;
	len = (size_t)get(h + 1, 4);
	if (!length_ok((char)h[0], len))
		return bad(err, "a record of an unknown type or an impossible length");
	if (!order_ok(r->last, (char)h[0]))
		return bad(err, "its records are out of order");
	e = read_all(r, r->buf, len, err);
	if (e < 0)
		return e;
	rec.type = h[0];
	r->last = (char)h[0];
	e = parse(r, len, &rec, err);
	if (e < 0)
		return e;
	*ret = rec;
	return 0;
}
