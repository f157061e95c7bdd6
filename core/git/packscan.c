#include "core/git/packscan.h"

#include <errno.h>
#include <string.h>

#include "core/git/sha1.h"

enum {
	TYPE_COMMIT = 1,
	TYPE_TREE = 2,
	TYPE_BLOB = 3,
	TYPE_TAG = 4,
	TYPE_OFS_DELTA = 6,
	TYPE_REF_DELTA = 7,
	META_PART = 32, /* a commit or a tree may have this part of what a file may */
};

void rj_packscan_init(struct rj_packscan *s, const struct rj_import_limits *limits)
{
	*s = (struct rj_packscan){.limits = *limits};
}

void rj_packscan_release(struct rj_packscan *s)
{
	if (s->begun)
		(void)inflateEnd(&s->z);
	s->begun = false;
}

static int bad(struct rj_err *err, const char *what)
{
	return rj_refuse(err, EBADMSG, "bad pack: %s", what);
}

static int too_large(struct rj_err *err, const char *what, uint64_t is, uint64_t limit)
{
	(void)rj_refuse(err, EFBIG, "%s: %llu, and the limit is %llu", what, (unsigned long long)is,
			(unsigned long long)limit);
	return rj_hint(err, "if the jail's work really is that large, raise import_max_mib or "
			    "import_max_objects in config.toml");
}

static int end_header(struct rj_packscan *s, struct rj_err *err)
{
	static const unsigned char start[8] = {'P', 'A', 'C', 'K', 0, 0, 0, 2};

	if (memcmp(s->head, start, sizeof(start)) != 0)
		return bad(err, "it does not begin as one");
	for (unsigned i = 8; i < 12; i++)
		s->objects = s->objects << 8 | s->head[i];
	if (s->objects > s->limits.objects)
		return too_large(err, "objects in the pack", s->objects, s->limits.objects);
	if (!s->objects)
		return bad(err, "it holds nothing");
	s->state = RJ_PACKSCAN_ENTRY;
	s->got = 0;
	return 0;
}

static int begin_data(struct rj_packscan *s, struct rj_err *err)
{
	uint64_t limit = s->limits.inflated;

	if (s->type == TYPE_OFS_DELTA || s->type == TYPE_REF_DELTA)
		return bad(err, "it has a delta, which the export never sends");
	if (s->type == TYPE_TAG && !s->limits.tags)
		return bad(err, "it has a tag, which no branch needs");
	if (s->type < TYPE_COMMIT || s->type > TYPE_TAG)
		return bad(err, "it has an object of an unknown type");
	if (s->type != TYPE_BLOB)
		limit /= META_PART;
	if (s->size > limit)
		return too_large(err,
				 s->type == TYPE_BLOB	? "bytes of one file"
				 : s->type == TYPE_TREE ? "bytes of one directory listing"
							: "bytes of one commit or tag",
				 s->size, limit);
	s->total += s->size;
	if (s->total > s->limits.total)
		return too_large(err, "bytes of all objects", s->total, s->limits.total);
	if ((s->begun ? inflateReset(&s->z) : inflateInit(&s->z)) != Z_OK)
		return rj_refuse(err, ENOMEM, "cannot start zlib");
	s->begun = true;
	s->inflated = s->packed = 0;
	s->state = RJ_PACKSCAN_DATA;
	return 0;
}

/* One byte of an entry's header: type and size of the object, four bits and then seven at a time.
 */
static int entry_byte(struct rj_packscan *s, unsigned char c, struct rj_err *err)
{
	if (s->got == 0) {
		s->type = (c >> 4) & 7;
		s->size = c & 15;
	} else {
		unsigned shift = 4 + 7 * (unsigned)(s->got - 1);

		if (shift > 56)
			return bad(err, "an object has an absurd size");
		s->size |= (uint64_t)(c & 0x7f) << shift;
	}
	s->got++;
	return c & 0x80 ? 0 : begin_data(s, err);
}

static int end_object(struct rj_packscan *s, struct rj_err *err)
{
	if (s->inflated != s->size)
		return bad(err, "an object is smaller than it says");
	s->got = 0;
	s->state = ++s->seen == s->objects ? RJ_PACKSCAN_TRAILER : RJ_PACKSCAN_ENTRY;
	return 0;
}

static int data(struct rj_packscan *s, const unsigned char **p, size_t *len, struct rj_err *err)
{
	int z;

	s->z.next_in = (z_const Bytef *)(uintptr_t)*p;
	s->z.avail_in = (uInt)*len;
	do {
		s->z.next_out = s->scratch;
		s->z.avail_out = sizeof(s->scratch);
		z = inflate(&s->z, Z_NO_FLUSH);
		s->inflated += sizeof(s->scratch) - s->z.avail_out;
		if (z != Z_OK && z != Z_STREAM_END && z != Z_BUF_ERROR)
			return bad(err, "an object cannot be inflated");
		if (s->inflated > s->size)
			return bad(err, "an object is larger than it says");
	} while (z == Z_OK && (s->z.avail_in || !s->z.avail_out));
	s->packed += *len - s->z.avail_in;
	/* empty blocks would let nothing take any room */
	if (s->packed > s->size + s->size / 64 + 4096)
		return bad(err, "an object is packed absurdly");
	*p += *len - s->z.avail_in;
	*len = s->z.avail_in;
	return z == Z_STREAM_END ? end_object(s, err) : 0;
}

/* Header and trailer: so many bytes, then go on. */
static int fixed(struct rj_packscan *s, unsigned char c, struct rj_err *err)
{
	if (s->state == RJ_PACKSCAN_HEADER) {
		s->head[s->got++] = c;
		return s->got == sizeof(s->head) ? end_header(s, err) : 0;
	}
	if (++s->got == RJ_SHA1_SIZE)
		s->state = RJ_PACKSCAN_DONE;
	return 0;
}

int rj_packscan_feed(struct rj_packscan *s, const unsigned char *bytes, size_t len,
		     struct rj_err *err)
{
	int r = 0;

	s->bytes += len;
	if (s->bytes > s->limits.bytes)
		return too_large(err, "bytes of the pack", s->bytes, s->limits.bytes);
	while (len && r == 0) {
		switch (s->state) {
		case RJ_PACKSCAN_DATA:
			r = data(s, &bytes, &len, err);
			break;
		case RJ_PACKSCAN_ENTRY:
			r = entry_byte(s, *bytes++, err);
			len--;
			break;
		case RJ_PACKSCAN_HEADER:
		case RJ_PACKSCAN_TRAILER:
			r = fixed(s, *bytes++, err);
			len--;
			break;
		case RJ_PACKSCAN_DONE:
		default:
			r = bad(err, "bytes follow its end");
		}
	}
	return r;
}

int rj_packscan_end(const struct rj_packscan *s, struct rj_err *err)
{
	return s->state == RJ_PACKSCAN_DONE ? 0 : bad(err, "it ends too early");
}
