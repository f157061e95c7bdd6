/* The stream: what the writer writes is read; what nobody writes is refused. */
#include <errno.h>

#include "tests/unit/importkit.h"

static const unsigned char oid[RJ_STREAM_OID] = "abcdefghijklmnopqrs";

static int init(void)
{
	struct rj_err err = {0};

	cr_assert(rj_git_init(&err) == 0);
	return 0;
}

TestSuite(stream, .init = (void (*)(void))(void *)init);

static struct rj_stream_reader *reader(int fd)
{
	struct rj_stream_reader *r = rj_alloc(1, sizeof(*r));

	cr_assert(lseek(fd, 0, SEEK_SET) == 0);
	r->fd = fd;
	return r;
}

Test(stream, reads_what_it_writes)
{
	static char big[200000];
	struct rj_stream_writer w = {.fd = kit_memfd()};
	struct rj_stream_record rec;
	struct rj_stream_reader *r;
	struct rj_err err = {0};
	size_t got = 0;

	memset(big, 'x', sizeof(big));
	cr_assert_eq(rj_stream_write_head(&w, RJ_STREAM_BRANCH, oid, "refs/heads/a", &err), 0);
	cr_assert_eq(rj_stream_write_ref(&w, oid, 1ull << 40, "refs/tags/t", &err), 0);
	cr_assert_eq(rj_stream_write_pack(&w, big, sizeof(big), &err), 0);
	cr_assert_eq(rj_stream_write_staged(&w, 3, "src/a\tb", &err), 0);
	cr_assert_eq(rj_stream_write_end(&w, 7, &err), 0);
	r = reader(w.fd);
	cr_assert_eq(rj_stream_read(r, &rec, &err), 0, "%s", err.msg);
	cr_expect(rec.type == RJ_STREAM_HEAD && rec.kind == RJ_STREAM_BRANCH);
	cr_expect_str_eq(rec.name, "refs/heads/a");
	cr_expect_arr_eq(rec.oid, oid, sizeof(oid));
	cr_assert_eq(rj_stream_read(r, &rec, &err), 0, "%s", err.msg);
	cr_expect(rec.type == RJ_STREAM_REF && rec.ahead == 1ull << 40);
	cr_expect_str_eq(rec.name, "refs/tags/t");
	while (rj_stream_read(r, &rec, &err) == 0 && rec.type == RJ_STREAM_PACK)
		got += rec.len;
	cr_expect_eq(got, sizeof(big));
	cr_expect(rec.type == RJ_STREAM_STAGED && rec.staged == 3);
	cr_expect_str_eq(rec.name, "src/a\tb");
	cr_assert_eq(rj_stream_read(r, &rec, &err), 0, "%s", err.msg);
	cr_expect(rec.type == RJ_STREAM_END && rec.left_out == 7);
	free(r);
	(void)close(w.fd);
}

Test(stream, carries_an_error)
{
	struct rj_stream_writer w = {.fd = kit_memfd()};
	struct rj_err why = {.num = ENOSPC, .msg = "full \x1b[2J\xff"}, err = {0};
	struct rj_stream_record rec;
	struct rj_stream_reader *r;

	cr_assert_eq(rj_stream_write_error(&w, &why, &err), 0);
	r = reader(w.fd);
	cr_expect_eq(rj_stream_read(r, &rec, &err), -ENOSPC);
	cr_expect_str_eq(err.msg, "full \\x1b[2J\\xff");
	free(r);
	(void)close(w.fd);
}

#define MAGIC	  "rjimport\1\0\0\0"
#define OID	  "abcdefghijklmnopqrst"
#define HEAD	  "H\x21\0\0\0\1" OID "refs/heads/a"
#define REF(n)	  "R" n "\0\0\0\0\0\0\0\0\0\0\0" OID
#define STAGED(n) "I\x9\0\0\0" n "\0\0\0\0\0\0\0"
#define END	  "Z\x18\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define BYTES(s)  s, sizeof(s) - 1

static const struct {
	const char *part, *bytes;
	size_t len;
} row[] = {
	{NULL, BYTES(MAGIC HEAD END)},
	{NULL, BYTES(MAGIC HEAD STAGED("\1") "a" END)},
	{NULL, BYTES(MAGIC "H\x15\0\0\0\2" OID END)},
	{NULL, BYTES(MAGIC HEAD REF("\x27") "refs/tags/t"
					    "Z\x18\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
					    "\0\0\0\0")},
	{"too early", BYTES("")},
	{"too early", BYTES("rjimp")},
	{"does not begin", BYTES("RJIMPORT\1\0\0\0" HEAD END)},
	{"version", BYTES("rjimport\2\0\0\0" HEAD END)},
	{"out of order", BYTES(MAGIC END)},
	{"out of order", BYTES(MAGIC HEAD HEAD END)},
	{"out of order", BYTES(MAGIC HEAD "P\1\0\0\0x" REF("\x27") "refs/tags/t" END)},
	{"out of order", BYTES(MAGIC HEAD STAGED("\1") "a" STAGED("\1") "a" END)},
	{"out of order", BYTES(MAGIC HEAD STAGED("\1") "a"
						       "P\1\0\0\0x" END)},
	{"out of order", BYTES(MAGIC STAGED("\1") "a" END)},
	{"is no path", BYTES(MAGIC HEAD STAGED("\0") "a" END)},
	{"is no path", BYTES(MAGIC HEAD STAGED("\1") "\0" END)},
	{"impossible length", BYTES(MAGIC HEAD "I\x8\0\0\0\1\0\0\0\0\0\0\0" END)},
	{"impossible length", BYTES(MAGIC HEAD "I\xff\xff\0\0\1\0\0\0\0\0\0\0a" END)},
	{"unknown type", BYTES(MAGIC "Q\1\0\0\0x")},
	{"impossible length", BYTES(MAGIC "H\0\0\0\0")},
	{"impossible length", BYTES(MAGIC "H\xff\xff\xff\xff")},
	{"impossible length", BYTES(MAGIC HEAD "P\0\0\0\0" END)},
	{"impossible length", BYTES(MAGIC HEAD "P\1\0\1\0")},
	{"impossible length", BYTES(MAGIC HEAD "R\xff\xff\xff\x7f")},
	{"impossible length", BYTES(MAGIC "E\xff\xff\0\0")},
	{NULL, BYTES(MAGIC "H\x21\0\0\0\3" OID "refs/heads/a" END)},
	{"kind of HEAD", BYTES(MAGIC "H\x15\0\0\0\3" OID END)},
	{"kind of HEAD", BYTES(MAGIC "H\x21\0\0\0\6" OID "refs/heads/a")},
	{"does not fit its commit", BYTES(MAGIC "H\x21\0\0\0\0" OID "refs/heads/a")},
	{"does not fit its name", BYTES(MAGIC "H\x21\0\0\0\2" OID "refs/heads/a")},
	{"does not fit its name", BYTES(MAGIC "H\x15\0\0\0\1" OID)},
	{"ref is named", BYTES(MAGIC "H\x21\0\0\0\1" OID "../../config")},
	{"ref is named", BYTES(MAGIC "H\x21\0\0\0\1" OID "refs/../../c")},
	{"ref is named", BYTES(MAGIC "H\x21\0\0\0\1" OID "refs/head\0/a")},
	{"ref is named", BYTES(MAGIC "H\x21\0\0\0\1" OID "refs/heads/\n")},
	{"ref is named", BYTES(MAGIC "H\x21\0\0\0\1" OID "/etc//passwd")},
	{"ref is named '../../config'", BYTES(MAGIC HEAD REF("\x28") "../../config" END)},
	{"ref is named", BYTES(MAGIC HEAD REF("\x27") "refs/a.lock" END)},
	{"counts", BYTES(MAGIC HEAD REF("\x27") "refs/tags/t" END)},
	{"counts", BYTES(MAGIC HEAD "P\1\0\0\0x" END)},
	{"counts",
	 BYTES(MAGIC HEAD "Z\x18\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
			  "\0\0")},
};

Test(stream, refuses_what_is_none)
{
	for (size_t i = 0; i < RJ_COUNT(row); i++) {
		struct rj_stream_record rec = {0};
		struct rj_err err = {0};
		struct rj_stream_reader *r;
		int fd = kit_memfd(), rc = 0;

		cr_assert_eq(write(fd, row[i].bytes, row[i].len), (ssize_t)row[i].len);
		r = reader(fd);
		while (rc == 0 && rec.type != RJ_STREAM_END)
			rc = rj_stream_read(r, &rec, &err);
		if (row[i].part) {
			cr_expect_eq(rc, -EBADMSG, "row %zu", i);
			cr_expect(strstr(err.msg, row[i].part), "row %zu: '%s' is not in: %s", i,
				  row[i].part, err.msg);
		} else {
			cr_expect_eq(rc, 0, "row %zu: %s", i, err.msg);
		}
		free(r);
		(void)close(fd);
	}
}

Test(stream, refuses_too_many_refs)
{
	struct rj_stream_writer w = {.fd = kit_memfd()};
	struct rj_stream_record rec = {0};
	struct rj_stream_reader *r;
	struct rj_err err = {0};
	int rc = 0;

	cr_assert_eq(rj_stream_write_head(&w, RJ_STREAM_BRANCH, oid, "refs/heads/a", &err), 0);
	for (int i = 0; i < RJ_STREAM_REFS_MAX + 1; i++)
		cr_assert_eq(rj_stream_write_ref(&w, oid, 1, "refs/tags/t", &err), 0);
	r = reader(w.fd);
	while (rc == 0)
		rc = rj_stream_read(r, &rec, &err);
	cr_expect(strstr(err.msg, "too many refs"), "%s", err.msg);
	cr_expect_eq(r->refs, RJ_STREAM_REFS_MAX + 1);
	free(r);
	(void)close(w.fd);
}

Test(stream, shows_hostile_text)
{
	char room[16];

	cr_expect_str_eq(rj_stream_show(room, sizeof(room), "a b", 3), "a b");
	cr_expect_str_eq(rj_stream_show(room, sizeof(room), "\x1b\n", 2), "\\x1b\\x0a");
	cr_expect_str_eq(rj_stream_show(room, sizeof(room), "0123456789abcdef", 16),
			 "0123456789ab...");
	cr_expect_str_eq(rj_stream_show(room, 4, "abcd", 4), "...");
}
