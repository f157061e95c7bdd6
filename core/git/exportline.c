#include "core/git/exportline.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"

enum {
	TAIL = 65536, /* of the log */
	NAMES_MAX = 16,
};

/* The end of a regular file, without its last newline; empty when there is none. */
static char *read_end(int g, const char *path)
{
	RJ_AUTO(rj_close)
	int fd = openat(g, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	char *text = rj_alloc(TAIL + 1, 1);
	ssize_t n = 0;
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = pread(fd, text, TAIL, st.st_size > TAIL ? st.st_size - TAIL : 0);
	text[n > 0 ? n : 0] = '\0';
	if (n > 0 && text[strlen(text) - 1] == '\n')
		text[strlen(text) - 1] = '\0';
	return text;
}

static void add(struct rj_exportline *line, const char *prefix, const char *name)
{
	RJ_AUTO(rj_buf_release) struct rj_buf full = {0};

	rj_buf_printf(&full, "%s%s", prefix, name);
	if (line->names.n < NAMES_MAX && !rj_strv_has(&line->names, full.s))
		rj_strv_add(&line->names, full.s);
}

/* A line of the log: old id, new id, who and when, tab, message. */
static void add_left(struct rj_exportline *line, const char *entry)
{
	static const char moving[] = "\tcheckout: moving from ";
	RJ_AUTO(rj_free) char *name = NULL;
	const char *from = strstr(entry, moving), *end;

	if (!from)
		return;
	from += sizeof(moving) - 1;
	end = strstr(from, " to ");
	if (!end)
		return;
	name = strndup(from, (size_t)(end - from));
	add(line, "refs/heads/", name);
}

static bool add_at_work(struct rj_exportline *line, int g, const char *path, const char *prefix)
{
	RJ_AUTO(rj_free) char *name = read_end(g, path);

	if (name[0])
		add(line, prefix, name);
	return name[0] != '\0';
}

void rj_exportline_read(int g, struct rj_exportline *ret)
{
	RJ_AUTO(rj_free) char *log = read_end(g, "logs/HEAD");

	*ret = (struct rj_exportline){.what = RJ_HEAD_LOOKS};
	if (add_at_work(ret, g, "rebase-merge/head-name", "") ||
	    add_at_work(ret, g, "rebase-apply/head-name", ""))
		ret->what = RJ_HEAD_REBASES;
	else if (add_at_work(ret, g, "BISECT_START", "refs/heads/"))
		ret->what = RJ_HEAD_BISECTS;
	while (log[0]) {
		char *newline = strrchr(log, '\n');

		add_left(ret, newline ? newline + 1 : log);
		*(newline ? newline : log) = '\0';
	}
}

void rj_exportline_release(struct rj_exportline *line)
{
	rj_strv_release(&line->names);
}
