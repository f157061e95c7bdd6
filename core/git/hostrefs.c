#include "core/git/hostrefs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/gitlock.h"
#include "core/sys/file.h"
#include "core/sys/names.h"

enum {
	LOOSE_MAX = 4096,
	DEPTH_MAX = 64, /* of directories below refs/heads */
};

#define JAILS "refs/heads/robojail" /* what is in there no jail is shown */

struct ref {
	char *name;
	char oid[65];
	bool loose;
};

struct refs {
	struct ref *v;
	size_t n, cap;
};

static void refs_release(struct refs *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->v[i].name);
	free(r->v);
}

static size_t hex_len(const char *s)
{
	return strspn(s, "0123456789abcdef");
}

static bool is_offered(const char *name)
{
	return (!strncmp(name, "refs/heads/", 11) &&
		strncmp(name, JAILS "/", strlen(JAILS "/")) != 0) ||
	       !strncmp(name, "refs/tags/", 10);
}

static void add(struct refs *r, const char *name, size_t len, const char *oid, bool loose)
{
	struct ref ref = {.name = rj_strndup(name, len), .loose = loose};
	size_t hex = hex_len(oid);

	if (!is_offered(ref.name) || (hex != 40 && hex != 64)) {
		free(ref.name);
		return;
	}
	memcpy(ref.oid, oid, hex);
	r->v = rj_grow(r->v, &r->cap, r->n + 1, sizeof(*r->v));
	r->v[r->n++] = ref;
}

static int read_packed(const char *common, struct refs *r, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};

	if (rj_packed_read(common, &text, err) < 0)
		return -err->num;
	for (const char *line = rj_buf_str(&text); *line;) {
		size_t len = strcspn(line, "\n"), hex = hex_len(line);

		if (hex >= 40 && hex + 1 < len && line[hex] == ' ')
			add(r, line + hex + 1, len - hex - 1, line, false);
		line += len + (line[len] == '\n');
	}
	return 0;
}

/* One directory of loose refs; what vanishes while we look is no error. */
static void read_loose(int parent, const char *dir, struct rj_buf *name, int depth, struct refs *r)
{
	RJ_AUTO(rj_close) int fd = openat(parent, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct rj_names names = {.fd = fd};
	const struct dirent *e;
	size_t base = name->len;

	while (fd >= 0 && (e = rj_names_next(&names))) {
		RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
		struct rj_err none;

		if (e->d_name[0] == '.' || rj_gitlock_is_name(e->d_name))
			continue;
		name->len = base;
		rj_buf_putc(name, '/');
		rj_buf_puts(name, e->d_name);
		if (e->d_type == DT_DIR && !strcmp(rj_buf_str(name), JAILS))
			continue; /* not read, either: there may be many */
		if (e->d_type != DT_DIR &&
		    rj_file_read(fd, e->d_name, LOOSE_MAX, &text, &none) == 0)
			add(r, name->s, name->len, rj_buf_str(&text), true);
		else if (depth < DEPTH_MAX)
			read_loose(fd, e->d_name, name, depth + 1, r);
	}
	name->len = base;
}

static int by_name(const void *a, const void *b)
{
	const struct ref *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	return c ? c : (int)y->loose - (int)x->loose;
}

static void print(struct refs *r, struct rj_buf *out)
{
	rj_buf_puts(out, "# pack-refs with: sorted \n");
	if (r->n > 0)
		qsort(r->v, r->n, sizeof(*r->v), by_name);
	for (size_t i = 0; i < r->n; i++)
		if (i == 0 || strcmp(r->v[i].name, r->v[i - 1].name) != 0)
			rj_buf_printf(out, "%s %s\n", r->v[i].oid, r->v[i].name);
}

int rj_host_refs_read(const char *common, struct rj_buf *ret_packed, struct rj_buf *ret_head,
		      struct rj_err *err)
{
	static const char *const kinds[] = {"refs/heads", "refs/tags"};
	RJ_AUTO(refs_release) struct refs r = {0};
	RJ_AUTO(rj_close) int dir = open(common, O_PATH | O_DIRECTORY | O_CLOEXEC);
	RJ_AUTO(rj_buf_release) struct rj_buf name = {0};

	if (dir < 0)
		return rj_fail(err, errno, "cannot open the main repository %s", common);
	if (read_packed(common, &r, err) < 0 ||
	    rj_file_read(dir, "HEAD", LOOSE_MAX, ret_head, err) < 0)
		return rj_wrap(err, "cannot read the main repository's refs");
	for (size_t i = 0; i < RJ_COUNT(kinds); i++) {
		name.len = 0;
		rj_buf_puts(&name, kinds[i]);
		read_loose(dir, kinds[i], &name, 0, &r);
	}
	print(&r, ret_packed);
	return 0;
}
