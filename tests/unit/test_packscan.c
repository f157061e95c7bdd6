/* Packs that lie: each is refused before it costs anything, and the main repository is untouched.
 */
#include <errno.h>
#include <sys/resource.h>

#include "core/git/packscan.h"
#include "tests/unit/importkit.h"

static struct kit kit;

static void begin(void)
{
	kit_begin(&kit);
}

static void end(void)
{
	kit_end(&kit);
}

TestSuite(packscan, .init = begin, .fini = end);

static void expect(int fd, const char *why, int num, const char *part)
{
	RJ_AUTO(rj_free) char *before = kit_hash();
	RJ_AUTO(rj_free) char *after = NULL;
	int r = kit_import(&kit, fd, NULL);

	(void)close(fd);
	if (!part) {
		cr_expect(r == 0, "%s: %s", why, kit.err.msg);
		return;
	}
	after = kit_hash();
	cr_expect(r == -num, "%s: %d, not %d: %s", why, r, -num, kit.err.msg);
	cr_expect(strstr(kit.err.msg, part), "%s: '%s' is not in: %s", why, part, kit.err.msg);
	cr_expect_str_eq(after, before, "%s: the main repository was changed", why);
}

/* A file, its tree and commit; `size` and `type` are what the pack says of the file. */
static int file(uint64_t size, unsigned type, const void *data, size_t len)
{
	struct kit_pack p = {.lie = size, .lie_type = type};
	struct rj_buf b = {0};
	git_oid id = kit_add(&p, GIT_OBJECT_BLOB, data, len);

	kit_entry(&b, "100644", "a", &id);
	id = kit_add(&p, GIT_OBJECT_TREE, b.s, b.len);
	id = kit_commit(&p, &id, kit.base);
	rj_buf_release(&b);
	return kit_stream(&p, &id);
}

Test(packscan, objects_that_lie)
{
	static char zero[1 << 20];

	expect(file(99, 0, "text", 4), "smaller than said", EBADMSG, "smaller than it says");
	expect(file(3, 0, "text", 4), "larger than said", EBADMSG, "larger than it says");
	expect(file(100, 0, zero, sizeof(zero)), "a bomb", EBADMSG, "larger than it says");
	expect(file(10ull << 30, 0, zero, sizeof(zero)), "10 GB", EFBIG, "bytes of one file");
	expect(file(1ull << 59, 0, "x", 1), "absurd size", EFBIG, "bytes of one file");
	expect(file(~0ull, 0, "x", 1), "2^64", EBADMSG, "absurd size");
	expect(file(0, 4, "x", 1), "a tag", EBADMSG, "a tag");
	expect(file(0, 5, "x", 1), "type 5", EBADMSG, "unknown type");
	expect(file(0, 6, "x", 1), "offset delta", EBADMSG, "a delta");
	expect(file(0, 7, "x", 1), "ref delta", EBADMSG, "a delta");
	expect(file(0, 2, "x", 1), "a file as a tree", EBADMSG, "missing");
	expect(file(0, 0, "text", 4), "the control", 0, NULL);
}

/* The good pack with bytes replaced: -1 as `at` counts from the end. */
static int patched(long at, const void *bytes, size_t len, bool fix_trailer)
{
	RJ_AUTO(rj_free) char *tree = out("git -C main rev-parse HEAD^{tree}");
	struct rj_stream_writer w = {.fd = kit_memfd()};
	struct kit_pack p = {0};
	struct rj_buf b = {0};
	struct rj_err err = {0};
	struct rj_sha1 sha;
	git_oid id;

	cr_assert(git_oid_fromstr(&id, tree) == 0);
	id = kit_commit(&p, &id, kit.base);
	kit_pack_bytes(&p, &b);
	rj_buf_release(&p.body);
	if (at < 0)
		at += (long)b.len;
	memcpy(b.s + at, bytes, len);
	if (fix_trailer) {
		rj_sha1_init(&sha);
		rj_sha1_update(&sha, b.s, b.len - RJ_SHA1_SIZE);
		rj_sha1_final(&sha, (unsigned char *)b.s + b.len - RJ_SHA1_SIZE);
	}
	cr_assert(rj_stream_write_head(&w, RJ_STREAM_DETACHED, id.id, "", &err) == 0);
	cr_assert(rj_stream_write_pack(&w, b.s, b.len, &err) == 0);
	cr_assert(rj_stream_write_end(&w, 0, &err) == 0);
	rj_buf_release(&b);
	return w.fd;
}

Test(packscan, packs_that_lie)
{
	expect(patched(0, "PACX", 4, true), "magic", EBADMSG, "does not begin as one");
	expect(patched(4, "\0\0\0\3", 4, true), "version", EBADMSG, "does not begin as one");
	expect(patched(8, "\0\0\0\0", 4, true), "nothing", EBADMSG, "holds nothing");
	expect(patched(8, "\xff\xff\xff\xff", 4, true), "2^32", EFBIG, "objects in the pack");
	expect(patched(-1, "\x55", 1, false), "trailer", EBADMSG, "trailer mismatch");
	expect(patched(-21, "\x55", 1, true), "an object's sum", EBADMSG, "cannot be inflated");
	expect(patched(16, "\x55", 1, true), "compressed data", EBADMSG, "bad pack: an object");
	expect(patched(0, "PACK", 4, false), "the control", 0, NULL);
}

/* More objects than the header promises. */
Test(packscan, bytes_behind_the_end)
{
	struct rj_import_limits limits = RJ_IMPORT_LIMITS_DEFAULT;
	RJ_AUTO(rj_packscan_release) struct rj_packscan s;
	struct kit_pack p = {0};
	struct rj_buf b = {0};

	(void)kit_add(&p, GIT_OBJECT_BLOB, "one", 3);
	(void)kit_add(&p, GIT_OBJECT_BLOB, "and another one", 15);
	p.n = 1;
	kit_pack_bytes(&p, &b);
	rj_packscan_init(&s, &limits);
	cr_expect_eq(rj_packscan_feed(&s, (unsigned char *)b.s, b.len, &kit.err), -EBADMSG);
	cr_expect(strstr(kit.err.msg, "bytes follow"), "%s", kit.err.msg);
	rj_buf_release(&b);
	rj_buf_release(&p.body);
}

/* Cut anywhere, a stream is refused. */
Test(packscan, streams_that_end_early)
{
	RJ_AUTO(rj_free) char *before = kit_hash();
	RJ_AUTO(rj_free) char *after = NULL;
	int fd = patched(0, "PACK", 4, false);
	off_t len = lseek(fd, 0, SEEK_END);

	while (len-- > 0) {
		cr_assert(ftruncate(fd, len) == 0);
		cr_expect_eq(kit_import(&kit, fd, NULL), -EBADMSG, "cut at %ld: %s", (long)len,
			     kit.err.msg);
	}
	after = kit_hash();
	cr_expect_str_eq(after, before);
	(void)close(fd);
}

/* 64 MB of zeros in 64 KB: taken, with little memory. One of its bytes more is a limit passed. */
Test(packscan, a_large_file_takes_little_memory)
{
	static char big[64 << 20];
	struct rj_import_limits limits = RJ_IMPORT_LIMITS_DEFAULT;
	struct rusage before, after;
	int fd = file(0, 0, big, sizeof(big));

	limits.inflated = sizeof(big) - 1;
	cr_expect_eq(kit_import(&kit, fd, &limits), -EFBIG, "%s", kit.err.msg);
	cr_assert(getrusage(RUSAGE_SELF, &before) == 0);
	cr_expect_eq(kit_import(&kit, fd, NULL), 0, "%s", kit.err.msg);
	cr_assert(getrusage(RUSAGE_SELF, &after) == 0);
	cr_expect_lt(after.ru_maxrss - before.ru_maxrss, 32 << 10, "%ld KB more",
		     after.ru_maxrss - before.ru_maxrss);
	(void)close(fd);
}
