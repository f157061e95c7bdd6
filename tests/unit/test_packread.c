/* Packs whole and damaged: the right bytes or none, and no byte outside of the maps. */
#include <fcntl.h>
#include <sys/stat.h>

#include "core/git/packread.h"
#include "core/sys/file.h"
#include "tests/unit/gitfix.h"

enum { OBJECTS_MAX = 16 };

static struct object {
	git_oid id;
	struct rj_buf bytes;
} objects[OBJECTS_MAX];
static size_t objects_n;

/* Files that git packs whole, as deltas and as deltas of these; none has the size of another. */
static void begin(void)
{
	RJ_AUTO(rj_free) char *list = NULL;

	fix_begin();
	sh("git init -q r && cd r && seq 1 300 >a && seq 1 299 >b && seq 1 150 >c && (seq 1 280; "
	   "echo x) >d &&"
	   " : >empty && head -c 300 /dev/urandom >random && git add . && git commit -qm x &&"
	   " git repack -adfq --depth=9 --window=9 && mkdir -p o/pack &&"
	   " cp .git/objects/pack/*.pack o/pack/p.pack && cp .git/objects/pack/*.idx o/pack/p.idx "
	   "&&"
	   " chmod u+w o/pack/*");
	list = out("cd r && git ls-tree HEAD | cut -d ' ' -f 3 | cut -f 1");
	for (char *rest = list, *s; (s = strsep(&rest, "\n"));) {
		struct object *o = &objects[objects_n++];
		char command[128];

		cr_assert(objects_n <= OBJECTS_MAX && git_oid_fromstr(&o->id, s) == 0);
		(void)snprintf(command, sizeof(command), "git -C r cat-file blob %s", s);
		cr_assert_eq(fix_run(command, &o->bytes), 0);
	}
	cr_assert_eq(objects_n, 6);
}

static void end(void)
{
	for (size_t i = 0; i < objects_n; i++)
		rj_buf_release(&objects[i].bytes);
	objects_n = 0;
	fix_end();
}

TestSuite(packread, .init = begin, .fini = end);

/* How many objects can be read; each twice, so that what is kept in between is used too. */
static size_t count(const char *why, size_t at, bool exact)
{
	struct rj_packs *packs = rj_packs_open("r/o");
	struct rj_packread *r = rj_packread_new(packs, GIT_OBJECT_BLOB, 0);
	size_t found = 0;

	for (size_t i = 0; i < 2 * objects_n; i++) {
		const struct object *o = &objects[i % objects_n];
		const char *bytes;
		size_t len;

		if (!rj_packread(r, &o->id, &bytes, &len))
			continue;
		found++;
		if (exact)
			cr_expect(len == o->bytes.len &&
					  !memcmp(bytes, rj_buf_str(&o->bytes), len) &&
					  bytes[len] == 0,
				  "%s at %zu: wrong bytes", why, at);
	}
	rj_packread_free(r);
	rj_packs_free(&packs);
	return found;
}

Test(packread, whole)
{
	RJ_AUTO(rj_free)
	char *depths = out("git verify-pack -v r/o/pack/p.idx | awk "
			   "'$2 == \"blob\" && NF == 7 && $6 > 1 { print $6 }'");

	cr_expect(*depths, "no delta is made from another delta");
	cr_expect_eq(count("whole", 0, true), 2 * objects_n);
}

/* Damage each byte of the file, and cut it at each length. */
static void damage(const char *path, bool exact)
{
	static const unsigned char flips[] = {0x01, 0x10, 0x40, 0x80, 0xff};
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	RJ_AUTO(rj_close) int fd = open(path, O_RDWR | O_CLOEXEC);
	size_t lost = 0;
	struct rj_err err;

	cr_assert(fd >= 0 && rj_file_read(AT_FDCWD, path, 1 << 20, &text, &err) == 0);
	for (size_t i = 0; i < text.len; i++) {
		for (size_t k = 0; k < RJ_COUNT(flips); k++) {
			unsigned char c = (unsigned char)text.s[i] ^ flips[k];

			cr_assert_eq(pwrite(fd, &c, 1, (off_t)i), 1);
			lost += count(path, i, exact) < 2 * objects_n;
		}
		cr_assert_eq(pwrite(fd, text.s + i, 1, (off_t)i), 1);
	}
	cr_expect_gt(lost, text.len, "damage goes unnoticed");
	cr_expect_eq(count(path, 0, true), 2 * objects_n);
	for (size_t len = text.len; len-- > 0;) {
		cr_assert_eq(ftruncate(fd, (off_t)len), 0);
		(void)count(path, len, exact);
	}
}

Test(packread, damaged_pack)
{
	damage("r/o/pack/p.pack", true);
}

/* A number changed here leads to another object, which is for git fsck to find. */
Test(packread, damaged_index)
{
	damage("r/o/pack/p.idx", false);
}

Test(packread, of_another_type)
{
	struct rj_packs *packs = rj_packs_open("r/o");
	struct rj_packread *r = rj_packread_new(packs, GIT_OBJECT_TREE, 0);
	const char *bytes;
	size_t len;

	for (size_t i = 0; i < objects_n; i++)
		cr_expect_not(rj_packread(r, &objects[i].id, &bytes, &len));
	rj_packread_free(r);
	rj_packs_free(&packs);
}
