#include "core/git/exportrefs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/git/gitlock.h"
#include "core/git/private.h"
#include "core/sys/file.h"

#define HOST "refs/remotes/host" /* what came from there, and goes back nowhere */

enum {
	HEX = GIT_OID_SHA1_HEXSIZE,
	REF_FILE_MAX = 4096,
	PACKED_MAX = 256 << 20,
	DEPTH_MAX = 64,
	SYMREFS_MAX = 5,
	REFS_MAX = 1000000,
};

static void close_dir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

/* Every name that gets this far was valid as a ref, or came from a directory below refs/. */
static bool is_valid(const char *name)
{
	int valid = 0;

	return strlen(name) <= RJ_STREAM_NAME_MAX && !strncmp(name, "refs/", 5) &&
	       git_reference_name_is_valid(&valid, name) == 0 && valid;
}

static void add(struct rj_exportrefs *refs, const char *name, const git_oid *id)
{
	refs->v = rj_grow(refs->v, &refs->cap, refs->n + 1, sizeof(*refs->v));
	refs->v[refs->n++] = (struct rj_exportref){.name = rj_strdup(name), .id = *id};
}

/* The text of G/<path> without its newline; -ENOENT (without *err) when it is not there, or is an
 * empty directory that git left where a deeper ref once was. */
static int read_ref(int g, const char *path, struct rj_buf *ret, struct rj_err *err)
{
	struct stat st;
	int r;

	if (fstatat(g, path, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return -ENOENT;
		return rj_fail(err, errno, "cannot look at %s", path);
	}
	if (S_ISDIR(st.st_mode))
		return -ENOENT;
	if (!S_ISREG(st.st_mode))
		return rj_refuse(err, EBADMSG, "%s is not a regular file", path);
	r = rj_file_read(g, path, REF_FILE_MAX, ret, err);
	while (ret->len && strchr("\n\r ", ret->s[ret->len - 1]))
		ret->s[--ret->len] = '\0';
	return r;
}

/* `text` has to be an id and nothing more. */
static bool parse_id(const char *text, git_oid *ret)
{
	return strlen(text) == HEX && git_oid_fromstrn(ret, text, HEX) == 0 &&
	       !git_oid_is_zero(ret);
}

static int read_packed(int g, struct rj_buf *ret, struct rj_err *err)
{
	struct stat st;

	if (fstatat(g, "packed-refs", &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : rj_fail(err, errno, "cannot look at packed-refs");
	if (!S_ISREG(st.st_mode))
		return rj_refuse(err, EBADMSG, "packed-refs is not a regular file");
	return rj_file_read(g, "packed-refs", PACKED_MAX, ret, err);
}

/* Take one line "<id> <name>" off; the text is cut into strings on the way. False at the end. */
static bool next_packed(char **p, char **ret_name, git_oid *ret_id)
{
	while (*p && **p) {
		char *line = *p, *end = strchr(line, '\n');

		*p = end ? end + 1 : NULL;
		if (end)
			*end = '\0';
		if (strlen(line) > HEX + 1 && line[HEX] == ' ' &&
		    git_oid_fromstrn(ret_id, line, HEX) == 0) {
			*ret_name = line + HEX + 1;
			return true;
		}
	}
	return false;
}

static int find_packed(int g, const char *name, bool *ret_found, git_oid *ret_id,
		       struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	int r = read_packed(g, &text, err);
	char *p = text.s, *got;
	git_oid id;

	*ret_found = false;
	while (r == 0 && next_packed(&p, &got, &id))
		if (!strcmp(got, name)) {
			*ret_id = id;
			*ret_found = true;
			break;
		}
	return r;
}

/* HEAD or a symbolic ref says `name`. Leaves the name of the next one in *text, or an id. */
static int follow(int g, struct rj_buf *text, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *name = NULL;
	char show[200];

	name = rj_strdup(text->s + strlen("ref:") + strspn(text->s + strlen("ref:"), " \t"));
	if (!strcmp(name, "refs/heads/.invalid") && faccessat(g, "reftable", F_OK, 0) == 0) {
		(void)rj_refuse(err, ENOTSUP, "its refs are kept as a reftable");
		return rj_hint(err, "inside the jail: git refs migrate --ref-format=files");
	}
	if (!is_valid(name))
		return rj_refuse(err, EBADMSG, "HEAD is '%s', which is no name for a branch",
				 rj_stream_show(show, sizeof(show), name, strlen(name)));
	rj_buf_release(text);
	rj_buf_puts(text, name);
	return 0;
}

static int resolve(int g, const char *name, bool *ret_found, struct rj_buf *text, git_oid *ret_id,
		   struct rj_err *err)
{
	int r = read_ref(g, name, text, err);

	*ret_found = true;
	if (r == -ENOENT)
		return find_packed(g, name, ret_found, ret_id, err);
	if (r < 0 || (text->len && !strncmp(text->s, "ref:", 4)) ||
	    parse_id(rj_buf_str(text), ret_id))
		return r;
	(void)rj_refuse(err, EBADMSG, "%s holds no commit id", name);
	return rj_hint(err,
		       "inside the jail: git reflog shows what it was; git update-ref sets it");
}

/* git itself takes a directory without one for no repository. The reader shows no hint of ours. */
static int bad_head(const char *what, struct rj_err *err)
{
	return rj_refuse(err, EBADMSG,
			 "%s: inside, " RJ_INSIDE_GIT "/HEAD has to hold 'ref: refs/heads/BRANCH'",
			 what);
}

int rj_exportrefs_head(int g, enum rj_stream_kind *ret_kind, char **ret_name, git_oid *ret_id,
		       struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	RJ_AUTO(rj_free) char *name = NULL;
	git_oid id = {0};
	bool found = true;
	int r = read_ref(g, "HEAD", &text, err);

	if (r == -ENOENT)
		return bad_head("there is no HEAD in the jail's git directory", err);
	if (r == 0 && parse_id(rj_buf_str(&text), &id)) {
		*ret_kind = RJ_STREAM_DETACHED;
		*ret_name = rj_strdup("");
		*ret_id = id;
		return 0;
	}
	if (r == 0 && strncmp(rj_buf_str(&text), "ref:", 4) != 0)
		return bad_head("the jail's HEAD is neither a branch nor a commit", err);
	for (int i = 0; r == 0 && text.len && !strncmp(text.s, "ref:", 4); i++) {
		if (i == SYMREFS_MAX)
			return bad_head("the jail's HEAD leads round in a circle", err);
		r = follow(g, &text, err);
		rj_free(&name);
		name = rj_buf_take(&text);
		if (r == 0)
			r = resolve(g, name, &found, &text, &id, err);
	}
	if (r < 0)
		return r;
	*ret_kind = found ? RJ_STREAM_BRANCH : RJ_STREAM_UNBORN;
	*ret_id = found ? id : (git_oid){0};
	*ret_name = name;
	name = NULL;
	return 0;
}

static int list_dir(int g, int dir, struct rj_buf *path, int depth, struct rj_exportrefs *ret,
		    struct rj_err *err);

static int list_file(int g, const char *path, struct rj_exportrefs *ret, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	git_oid id;
	int r;

	if (rj_gitlock_is_name(path))
		return 0; /* git is at work */
	r = read_ref(g, path, &text, err);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (text.len && !strncmp(text.s, "ref:", 4))
		return 0; /* what it stands for is listed itself */
	if (is_valid(path) && parse_id(rj_buf_str(&text), &id))
		add(ret, path, &id);
	else
		ret->left_out++;
	return 0;
}

static int list_entry(int g, int dir, const char *name, struct rj_buf *path, int depth,
		      struct rj_exportrefs *ret, struct rj_err *err)
{
	RJ_AUTO(rj_close) int sub = -1;
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : rj_fail(err, errno, "cannot look at %s", path->s);
	if (!S_ISDIR(st.st_mode))
		return list_file(g, path->s, ret, err);
	sub = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (sub < 0)
		return rj_fail(err, errno, "cannot open %s", path->s);
	return list_dir(g, sub, path, depth + 1, ret, err);
}

static int list_dir(int g, int dir, struct rj_buf *path, int depth, struct rj_exportrefs *ret,
		    struct rj_err *err)
{
	RJ_AUTO(close_dir) DIR *d = NULL;
	size_t len = path->len;
	struct dirent *e;
	int r = 0, fd;

	if (depth > DEPTH_MAX || ret->n > REFS_MAX)
		return rj_refuse(err, EBADMSG, "it has too many refs, or too deep ones");
	if (!strcmp(path->s, HOST))
		return 0;
	fd = fcntl(dir, F_DUPFD_CLOEXEC, 0);
	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		r = rj_fail(err, errno, "cannot list %s", path->s);
		rj_close(&fd);
		return r;
	}
	while (r == 0 && (e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		rj_buf_putc(path, '/');
		rj_buf_puts(path, e->d_name);
		r = list_entry(g, dir, e->d_name, path, depth, ret, err);
		path->len = len;
		path->s[len] = '\0';
	}
	return r;
}

static int by_name(const void *a, const void *b)
{
	const struct rj_exportref *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Add the packed refs that no loose one of the same name stands before. `ret` is sorted. */
static int list_packed(int g, struct rj_exportrefs *ret, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	int r = read_packed(g, &text, err);
	size_t loose = ret->n;
	char *p = text.s, *name;
	git_oid id;

	while (r == 0 && next_packed(&p, &name, &id)) {
		struct rj_exportref key = {.name = name};

		if (!strncmp(name, HOST "/", sizeof(HOST)) ||
		    (loose && bsearch(&key, ret->v, loose, sizeof(key), by_name)))
			continue;
		if (ret->n > REFS_MAX)
			return rj_refuse(err, EBADMSG, "it has too many refs");
		if (is_valid(name) && !git_oid_is_zero(&id))
			add(ret, name, &id);
		else
			ret->left_out++;
	}
	return r;
}

bool rj_exportrefs_id(int g, const char *path, git_oid *ret)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct rj_err ignored;

	return read_ref(g, path, &text, &ignored) == 0 && parse_id(rj_buf_str(&text), ret);
}

void rj_exportrefs_add(struct rj_exportrefs *refs, const char *name, const git_oid *id)
{
	if (is_valid(name))
		add(refs, name, id);
	else
		refs->left_out++;
}

int rj_exportrefs_list(int g, struct rj_exportrefs *ret, struct rj_err *err)
{
	RJ_AUTO(rj_close) int dir = openat(g, "refs", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	RJ_AUTO(rj_buf_release) struct rj_buf path = {0};
	RJ_AUTO(rj_exportrefs_release) struct rj_exportrefs refs = {0};
	int r;

	if (dir < 0)
		return rj_fail(err, errno, "cannot open refs");
	rj_buf_puts(&path, "refs");
	r = list_dir(g, dir, &path, 0, &refs, err);
	if (r < 0)
		return r;
	if (refs.n)
		qsort(refs.v, refs.n, sizeof(*refs.v), by_name);
	r = list_packed(g, &refs, err);
	if (r < 0)
		return r;
	rj_exportrefs_heads(g, &refs);
	if (refs.n)
		qsort(refs.v, refs.n, sizeof(*refs.v), by_name);
	*ret = refs;
	refs = (struct rj_exportrefs){0};
	return 0;
}

void rj_exportrefs_parse(const char *packed, struct rj_exportrefs *ret)
{
	RJ_AUTO(rj_free) char *text = rj_strdup(packed);
	struct rj_exportrefs refs = {0};
	char *p = text, *name;
	git_oid id;

	while (next_packed(&p, &name, &id))
		add(&refs, name, &id);
	if (refs.n)
		qsort(refs.v, refs.n, sizeof(*refs.v), by_name);
	*ret = refs;
}

bool rj_exportrefs_has(const struct rj_exportrefs *refs, const struct rj_exportref *ref)
{
	const struct rj_exportref *found =
		refs->n ? bsearch(ref, refs->v, refs->n, sizeof(*ref), by_name) : NULL;

	return found && git_oid_equal(&found->id, &ref->id);
}

void rj_exportrefs_release(struct rj_exportrefs *refs)
{
	for (size_t i = 0; i < refs->n; i++)
		free(refs->v[i].name);
	free(refs->v);
	*refs = (struct rj_exportrefs){0};
}
