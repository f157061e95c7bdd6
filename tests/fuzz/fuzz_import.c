/*
 * Fuzz the host's end of an import and of a bundle: any bytes are refused with a reason or taken,
 * and either way nothing is left behind. The repository is made once, always the same, so that a
 * kept stream means the same in the next run.
 *
 * The first byte of an input says what it is. 'S': a stream as it is. 'O': objects, from which a
 * good pack and a good stream are made, so that the checks behind hashes and checksums are reached:
 * each is type u8, length u16, bytes; in them, eight bytes 0xee and one that names an earlier
 * object stand for its id: in hex with 0xed in place of the last 0xee. The last object is the tip.
 * 's' and 'o': the same for a bundle, where objects may be tags, and commits and tags are refs.
 *
 * With FUZZ_SEEDS=DIR, inputs to begin with are written there and nothing else is done. With
 * FUZZ_SAY=1, what became of each input is printed.
 */
#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <git2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "core/base/mem.h"
#include "core/git/bundle.h"
#include "core/git/giterr.h"
#include "core/git/import.h"
#include "core/git/sha1.h"
#include "core/git/stream.h"
#include "tests/fuzz/import_seeds.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BRANCH "robojail/fuzz-00000000"

enum {
	OBJECTS_MAX = 64,
	MARK = 8, /* bytes that stand for an id, before the one that says which */
};

static struct fuzz {
	char dir[64], objects[96], packs[96], work[96];
	struct rj_repo repo;
	struct rj_worktree wt;
	char base[RJ_OID_HEX];
	git_oid base_id, tree_id;
} fz;

static void file(const char *name, const char *text)
{
	char path[192];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", fz.dir, name);
	f = fopen(path, "w");
	assert(f && fputs(text, f) >= 0);
	(void)fclose(f);
}

static void make_base(void)
{
	git_signature *who;
	git_treebuilder *tb;
	git_tree *tree;
	git_oid blob, ref;
	git_reference *out;

	assert(git_signature_new(&who, "A", "a@b", 1700000000, 0) == 0);
	assert(git_treebuilder_new(&tb, fz.repo.git, NULL) == 0);
	assert(git_blob_create_from_buffer(&blob, fz.repo.git, "text\n", 5) == 0);
	assert(git_treebuilder_insert(NULL, tb, "a", &blob, GIT_FILEMODE_BLOB) == 0);
	assert(git_treebuilder_insert(NULL, tb, "b", &blob, GIT_FILEMODE_BLOB) == 0);
	assert(git_treebuilder_write(&fz.tree_id, tb) == 0);
	git_treebuilder_free(tb);
	assert(git_tree_lookup(&tree, fz.repo.git, &fz.tree_id) == 0);
	assert(git_commit_create(&ref, fz.repo.git, NULL, who, who, NULL, "base\n", tree, 0,
				 NULL) == 0);
	git_tree_free(tree);
	git_signature_free(who);
	fz.base_id = ref;
	(void)git_oid_tostr(fz.base, sizeof(fz.base), &ref);
	assert(git_reference_create(&out, fz.repo.git, "refs/heads/" BRANCH, &ref, 1, "made") == 0);
	git_reference_free(out);
}

/* Remove everything in a directory, or what begins with `prefix`. */
static size_t clear(const char *dir, const char *prefix)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	size_t n = 0;

	while (d && (e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    !strncmp(e->d_name, prefix, strlen(prefix))) {
			n++;
			(void)unlinkat(dirfd(d), e->d_name, 0);
		}
	if (d)
		(void)closedir(d);
	return n;
}

static void remove_all(void)
{
	pid_t pid;

	git_repository_free(fz.repo.git);
	pid = fork();
	if (pid == 0) {
		(void)execlp("rm", "rm", "-rf", fz.dir, (char *)NULL);
		_exit(1);
	}
	(void)waitpid(pid, NULL, 0);
}

static void start(void)
{
	struct rj_err err = {0};
	char path[160];

	(void)snprintf(fz.dir, sizeof(fz.dir), "%s/rj-fuzz-XXXXXX",
		       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert(mkdtemp(fz.dir) && rj_git_init(&err) == 0);
	(void)git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 0);
	assert(git_repository_init(&fz.repo.git, fz.dir, 1) == 0);
	fz.repo.common = fz.repo.top = fz.dir;
	(void)snprintf(fz.objects, sizeof(fz.objects), "%s/objects", fz.dir);
	(void)snprintf(fz.packs, sizeof(fz.packs), "%s/objects/pack", fz.dir);
	(void)snprintf(path, sizeof(path), "%s/worktrees", fz.dir);
	assert(mkdir(path, 0700) == 0);
	(void)snprintf(path, sizeof(path), "%s/worktrees/w", fz.dir);
	assert(mkdir(path, 0700) == 0);
	(void)snprintf(fz.work, sizeof(fz.work), "%s/work", fz.dir);
	assert(mkdir(fz.work, 0700) == 0);
	file("worktrees/w/HEAD", "ref: refs/heads/" BRANCH "\n");
	make_base();
	fz.wt = (struct rj_worktree){
		.path = "/nonexistent", .admin = "w", .branch = BRANCH, .base = fz.base};
	(void)atexit(remove_all);
}

/* As it was before the import. */
static void restore(void)
{
	char path[160];
	git_reference *ref;

	assert(clear(fz.objects, "tmp_") == 0);
	if (clear(fz.packs, "pack-") == 0)
		return;
	assert(git_reference_create(&ref, fz.repo.git, "refs/heads/" BRANCH, &fz.base_id, 1,
				    "back") == 0);
	git_reference_free(ref);
	(void)git_reflog_delete(fz.repo.git, "refs/heads/" BRANCH);
	(void)snprintf(path, sizeof(path), "%s/worktrees/w", fz.dir);
	(void)clear(path, "index");
	(void)clear(path, "robojail-");
	git_repository_free(fz.repo.git);
	assert(git_repository_open_bare(&fz.repo.git, fz.dir) == 0);
}

static const struct rj_import_limits limits = {
	.bytes = 1 << 20, .objects = 100, .inflated = 1 << 22, .total = 1 << 24};

static void bundle(int fd)
{
	const struct rj_bundle_args args = {.in = fd,
					    .out = memfd_create("bundle", MFD_CLOEXEC),
					    .repo = &fz.repo,
					    .wt = &fz.wt,
					    .jail_name = "fuzz",
					    .work = fz.work,
					    .limits = &limits};
	struct rj_bundle_result res = {0};
	struct rj_err err = {0};
	int r = rj_bundle_write(&args, &res, &err);

	assert(r == 0 ? !err.num : r == -err.num && err.msg[0]);
	if (getenv("FUZZ_SAY"))
		(void)fprintf(stderr, "%s\n", r ? err.msg : "written");
	rj_bundle_result_release(&res);
	assert(clear(fz.work, "") == 0 && clear(fz.packs, "pack-") == 0);
	(void)close(args.out);
}

static void import(int fd)
{
	struct rj_import_result res = {0};
	struct rj_err err = {0};
	int r;

	r = rj_import_read(fd, &fz.repo, &fz.wt, "fuzz", &limits, &res, &err);
	assert(r == 0 ? !err.num : r == -err.num && err.msg[0]);
	if (getenv("FUZZ_SAY"))
		(void)fprintf(stderr, "%s\n", r ? err.msg : res.moved ? "moved" : "nothing to do");
	rj_import_result_release(&res);
	restore();
}

static void feed(int fd, bool is_bundle)
{
	assert(lseek(fd, 0, SEEK_SET) == 0);
	if (is_bundle)
		bundle(fd);
	else
		import(fd);
	(void)close(fd);
}

/* ---- 'O': objects */

struct objects {
	struct rj_buf pack;
	git_oid id[OBJECTS_MAX];
	unsigned type[OBJECTS_MAX];
	unsigned n;
};

/* Copy the bytes of an object with ids in place of their marks. */
static void fill_in(struct objects *o, const uint8_t *p, size_t len, struct rj_buf *ret)
{
	static const uint8_t raw[MARK] = {0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee};
	static const uint8_t hex[MARK] = {0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xed};

	while (len) {
		const git_oid *id = len > MARK && p[MARK] < o->n    ? &o->id[p[MARK]]
				    : len > MARK && p[MARK] == 0xff ? &fz.base_id
				    : len > MARK && p[MARK] == 0xfe ? &fz.tree_id
								    : NULL;

		if (id && !memcmp(p, raw, MARK))
			rj_buf_add(ret, id->id, GIT_OID_SHA1_SIZE);
		else if (id && !memcmp(p, hex, MARK))
			rj_buf_puts(ret, git_oid_tostr_s(id));
		else {
			rj_buf_add(ret, p++, 1);
			len--;
			continue;
		}
		p += MARK + 1;
		len -= MARK + 1;
	}
}

static void add_object(struct objects *o, unsigned type, const uint8_t *p, size_t len)
{
	struct rj_buf b = {0};
	unsigned char c, z[140000];
	uLongf room = sizeof(z);
	size_t size;

	fill_in(o, p, len, &b);
	size = b.len;
	c = (unsigned char)(type << 4 | (size & 15));
	for (size >>= 4; size; size >>= 7) {
		rj_buf_putc(&o->pack, (char)(c | 0x80));
		c = size & 0x7f;
	}
	rj_buf_putc(&o->pack, (char)c);
	assert(b.len < 130000 &&
	       compress2(z, &room, (const Bytef *)rj_buf_str(&b), b.len, 1) == Z_OK);
	rj_buf_add(&o->pack, z, room);
	o->type[o->n] = type;
	assert(git_odb_hash(&o->id[o->n++], rj_buf_str(&b), b.len, (git_object_t)type) == 0);
	rj_buf_release(&b);
}

/* Every commit and tag is a ref of the jail's. */
static void write_refs(const struct objects *o, struct rj_stream_writer *w)
{
	struct rj_err err;
	char name[32];

	for (unsigned i = 0; i < o->n; i++)
		if (o->type[i] == GIT_OBJECT_COMMIT || o->type[i] == GIT_OBJECT_TAG) {
			(void)snprintf(name, sizeof(name), "refs/tags/t%u", i);
			(void)rj_stream_write_ref(w, o->id[i].id, 0, name, &err);
		}
}

static void run_objects(const uint8_t *p, size_t size, bool is_bundle)
{
	struct rj_stream_writer w = {.fd = memfd_create("fuzz", MFD_CLOEXEC)};
	struct objects o = {0};
	struct rj_err err;
	struct rj_sha1 sha;
	unsigned char sum[RJ_SHA1_SIZE];

	rj_buf_add(&o.pack, "PACK\0\0\0\2\0\0\0", 12);
	while (size >= 3 && o.n < OBJECTS_MAX) {
		size_t len = (size_t)p[1] | (size_t)p[2] << 8;

		len = len < size - 3 ? len : size - 3;
		add_object(&o, 1 + p[0] % (is_bundle ? 4u : 3u), p + 3, len);
		p += 3 + len;
		size -= 3 + len;
	}
	o.pack.s[11] = (char)o.n;
	rj_sha1_init(&sha);
	rj_sha1_update(&sha, o.pack.s, o.pack.len);
	rj_sha1_final(&sha, sum);
	if (o.n) {
		(void)rj_stream_write_head(&w, RJ_STREAM_DETACHED, o.id[o.n - 1].id, "", &err);
		if (is_bundle)
			write_refs(&o, &w);
		(void)rj_stream_write_pack(&w, o.pack.s, o.pack.len, &err);
		(void)rj_stream_write_pack(&w, sum, sizeof(sum), &err);
		(void)rj_stream_write_end(&w, 0, &err);
	}
	rj_buf_release(&o.pack);
	feed(w.fd, is_bundle);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd;

	if (!fz.dir[0]) {
		start();
		if (getenv("FUZZ_SEEDS")) {
			write_seeds(fz.base_id.id);
			remove_all();
			_exit(0);
		}
	}
	if (size > 1 && (data[0] | 32) == 'o') {
		run_objects(data + 1, size - 1, data[0] == 'o');
	} else if (size) {
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		assert(fd >= 0 && write(fd, data + 1, size - 1) == (ssize_t)(size - 1));
		feed(fd, data[0] == 's');
	}
	return 0;
}
