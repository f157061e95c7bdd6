#ifndef RJ_TESTS_IMPORTKIT_H
#define RJ_TESTS_IMPORTKIT_H

/*
 * One jail for the tests of export and import, without namespaces: a main repository `main`, a
 * linked worktree `w` on branch robojail/j-00000000, and a private git directory `g` with `w` as
 * its worktree. jail("git ...") runs a command as the agent would, sh() as the user.
 *
 * Also a maker of packs that no git would write.
 */
#include <fcntl.h>
#include <git2.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <zlib.h>

#include "core/git/giterr.h"
#include "core/git/import.h"
#include "core/git/sha1.h"
#include "core/git/stream.h"
#include "tests/unit/gitfix.h"

#define KIT_BRANCH "robojail/j-00000000"

struct kit {
	struct rj_repo repo;
	struct rj_worktree wt;
	char base[RJ_OID_HEX];
	char path[160];
	struct rj_import_result res;
	struct rj_err err;
};

static FIX_UNUSED void jail(const char *command)
{
	struct rj_buf b = {0};

	rj_buf_printf(&b, "cd w && export GIT_DIR=\"$PWD/../g\" GIT_WORK_TREE=\"$PWD\" && { %s\n}",
		      command);
	sh(rj_buf_str(&b));
	rj_buf_release(&b);
}

/* `main` is there. Make the rest. */
static FIX_UNUSED void kit_jail(struct kit *k)
{
	RJ_AUTO(rj_free) char *base = NULL;

	sh("git -C main worktree add -q -b " KIT_BRANCH " ../w");
	sh("git init -q --bare g && git -C g config core.bare false &&"
	   " echo \"$PWD/main/.git/objects\" >g/objects/info/alternates &&"
	   " if [ -f main/.git/shallow ]; then cp main/.git/shallow g/; fi &&"
	   " git -C g update-ref refs/heads/" KIT_BRANCH " $(git -C main rev-parse HEAD) &&"
	   " git -C g symbolic-ref HEAD refs/heads/" KIT_BRANCH);
	jail("git reset -q");
	base = out("git -C main rev-parse HEAD");
	(void)snprintf(k->base, sizeof(k->base), "%.64s", base);
	(void)snprintf(k->path, sizeof(k->path), "%s/w", fix_dir);
	k->wt = (struct rj_worktree){
		.path = k->path, .admin = "w", .branch = KIT_BRANCH, .base = k->base};
	cr_assert(rj_repo_open("main", &k->repo, &k->err) == 0, "%s", k->err.msg);
}

static FIX_UNUSED void kit_begin(struct kit *k)
{
	*k = (struct kit){0};
	fix_begin();
	fix_repo("main");
	kit_jail(k);
}

static FIX_UNUSED void kit_end(struct kit *k)
{
	rj_import_result_release(&k->res);
	rj_repo_release(&k->repo);
	fix_end();
}

static FIX_UNUSED int kit_memfd(void)
{
	int fd = memfd_create("stream", MFD_CLOEXEC);

	cr_assert(fd >= 0);
	return fd;
}

/* Export into a memfd, rewound. *ret is what rj_export_write returned. */
static FIX_UNUSED int kit_export(struct kit *k, int *ret)
{
	RJ_AUTO(rj_free) char *objects = out("echo \"$PWD/main/.git/objects\"");
	const char *dirs[] = {objects, NULL};
	struct rj_export ex = {
		.git_dir = "g", .base = k->base, .main_objects = dirs, .branch = KIT_BRANCH};
	int fd = kit_memfd();

	cr_assert(rj_import_last(&k->repo, &k->wt, ex.last, &k->err) == 0, "%s", k->err.msg);
	*ret = rj_export_write(fd, &ex, &k->err);
	cr_assert(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

static FIX_UNUSED int kit_import(struct kit *k, int fd, const struct rj_import_limits *limits)
{
	struct rj_import_result res = {0};
	int r;

	k->err = (struct rj_err){0};
	cr_assert(lseek(fd, 0, SEEK_SET) == 0);
	r = rj_import_read(fd, &k->repo, &k->wt, "j", limits, &res, &k->err);
	if (r == 0) {
		rj_import_result_release(&k->res);
		k->res = res;
	}
	return r;
}

/* Both ends, as a command of the user would run them. */
static FIX_UNUSED int kit_sync(struct kit *k)
{
	int r, fd = kit_export(k, &r);

	cr_assert(r == 0, "export: %s", k->err.msg);
	r = kit_import(k, fd, NULL);
	(void)close(fd);
	return r;
}

/* A line that changes with any byte and any name in main's git directory. */
static FIX_UNUSED char *kit_hash(void)
{
	return out("{ find main/.git | LC_ALL=C sort; find main/.git -type f -print0 |"
		   " LC_ALL=C sort -z | xargs -0 sha256sum; } | sha256sum");
}

struct kit_pack {
	struct rj_buf body;
	uint32_t n;
	uint64_t lie;	   /* said in place of the next object's size, if not 0 */
	unsigned lie_type; /* and of its type */
};

static FIX_UNUSED void kit_deflate(struct rj_buf *out_buf, const void *data, size_t len)
{
	uLongf room = compressBound(len);
	unsigned char *z = rj_alloc(room, 1);

	cr_assert(compress(z, &room, data, len) == Z_OK);
	rj_buf_add(out_buf, z, room);
	free(z);
}

/* Append an object; *ret gets its true id. */
static FIX_UNUSED git_oid kit_add(struct kit_pack *p, git_object_t type, const void *data,
				  size_t len)
{
	uint64_t size = p->lie ? p->lie : len;
	unsigned t = p->lie_type ? p->lie_type : (unsigned)type;
	unsigned char c = (unsigned char)(t << 4 | (size & 15));
	git_oid id;

	for (size >>= 4; size; size >>= 7) {
		rj_buf_putc(&p->body, (char)(c | 0x80));
		c = size & 0x7f;
	}
	rj_buf_putc(&p->body, (char)c);
	kit_deflate(&p->body, data, len);
	p->n++;
	p->lie = 0;
	p->lie_type = 0;
	cr_assert(git_odb_hash(&id, data, len, type) == 0);
	return id;
}

static FIX_UNUSED void kit_entry(struct rj_buf *tree, const char *mode, const char *name,
				 const git_oid *id)
{
	rj_buf_printf(tree, "%s %s", mode, name);
	rj_buf_add(tree, "", 1);
	rj_buf_add(tree, id->id, GIT_OID_SHA1_SIZE);
}

static FIX_UNUSED git_oid kit_commit(struct kit_pack *p, const git_oid *tree, const char *parent)
{
	struct rj_buf b = {0};
	git_oid id;

	rj_buf_printf(&b, "tree %s\n", git_oid_tostr_s(tree));
	if (parent)
		rj_buf_printf(&b, "parent %s\n", parent);
	rj_buf_puts(&b, "author A <a@b> 1700000000 +0000\n"
			"committer A <a@b> 1700000000 +0000\n\nmessage\n");
	id = kit_add(p, GIT_OBJECT_COMMIT, b.s, b.len);
	rj_buf_release(&b);
	return id;
}

/* The whole pack as bytes. */
static FIX_UNUSED void kit_pack_bytes(const struct kit_pack *p, struct rj_buf *b)
{
	unsigned char sum[RJ_SHA1_SIZE];
	struct rj_sha1 sha;

	rj_buf_add(b, "PACK\0\0\0\2", 8);
	for (unsigned i = 0; i < 4; i++)
		rj_buf_putc(b, (char)(p->n >> (24 - 8 * i)));
	rj_buf_add(b, rj_buf_str(&p->body), p->body.len);
	rj_sha1_init(&sha);
	rj_sha1_update(&sha, b->s, b->len);
	rj_sha1_final(&sha, sum);
	rj_buf_add(b, sum, sizeof(sum));
}

/* A whole stream with that pack; releases it. */
static FIX_UNUSED int kit_stream(struct kit_pack *p, const git_oid *tip)
{
	struct rj_stream_writer w = {.fd = kit_memfd()};
	struct rj_buf b = {0};
	struct rj_err err = {0};

	kit_pack_bytes(p, &b);
	cr_assert(rj_stream_write_head(&w, RJ_STREAM_BRANCH, tip->id, "refs/heads/" KIT_BRANCH,
				       &err) == 0);
	cr_assert(rj_stream_write_pack(&w, b.s, b.len, &err) == 0);
	cr_assert(rj_stream_write_end(&w, 0, &err) == 0);
	rj_buf_release(&b);
	rj_buf_release(&p->body);
	*p = (struct kit_pack){0};
	return w.fd;
}

#endif
