#include "core/git/exportline.h"

#include <fcntl.h>
#include <git2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"

enum {
	HEX = GIT_OID_SHA1_HEXSIZE,
	TAIL = 65536, /* of a log */
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
	n = n > 0 ? (ssize_t)strlen(text) : 0; /* what follows a NUL is nothing that git wrote */
	if (n > 0 && text[n - 1] == '\n')
		text[n - 1] = '\0';
	return text;
}

/* Each entry after a newline. */
static char *read_log(int g, const char *path)
{
	RJ_AUTO(rj_free) char *text = read_end(g, path);
	struct rj_buf log = {0};

	rj_buf_printf(&log, "%s%s", text[0] ? "\n" : "", text);
	return rj_buf_take(&log);
}

static void add(struct rj_exportline *line, const char *prefix, const char *name)
{
	RJ_AUTO(rj_buf_release) struct rj_buf full = {0};

	rj_buf_printf(&full, "%s%s", prefix, name);
	if (line->names.n < NAMES_MAX && !rj_strv_has(&line->names, full.s))
		rj_strv_add(&line->names, full.s);
}

/* An entry of a log: old id, new id, who and when, tab, message. */
static const char *message_of(const char *entry)
{
	const char *tab = strchr(entry, '\t');

	return tab ? tab + 1 : "";
}

static bool is_at(const char *entry, const char *id)
{
	return strlen(entry) > 2 * (HEX + 1) && !strncmp(entry + HEX + 1, id, HEX);
}

static void add_left(struct rj_exportline *line, const char *message)
{
	static const char moving[] = "checkout: moving from ";
	RJ_AUTO(rj_free) char *name = NULL;
	const char *end;

	if (strncmp(message, moving, sizeof(moving) - 1) != 0)
		return;
	message += sizeof(moving) - 1;
	end = strstr(message, " to ");
	if (!end)
		return;
	name = rj_strndup(message, (size_t)(end - message));
	add(line, "refs/heads/", name);
}

/* Cut the last entry off. */
static const char *take_last(char *log)
{
	char *newline = strrchr(log, '\n');

	if (!newline)
		return NULL;
	*newline = '\0';
	return newline + 1;
}

static bool add_at_work(struct rj_exportline *line, int g, const char *path, const char *prefix)
{
	RJ_AUTO(rj_free) char *name = read_end(g, path);

	if (name[0])
		add(line, prefix, name);
	return name[0] != '\0';
}

void rj_exportline_read(int g, const char *head, struct rj_exportline *ret)
{
	RJ_AUTO(rj_free) char *log = read_log(g, "logs/HEAD");
	bool came = false, made = false;
	const char *entry;

	*ret = (struct rj_exportline){.what = RJ_HEAD_LOOKS};
	if (add_at_work(ret, g, "rebase-merge/head-name", "") ||
	    add_at_work(ret, g, "rebase-apply/head-name", ""))
		ret->what = RJ_HEAD_REBASES;
	else if (add_at_work(ret, g, "BISECT_START", "refs/heads/"))
		ret->what = RJ_HEAD_BISECTS;
	while ((entry = take_last(log))) {
		const char *message = message_of(entry);
		const bool moves = !strncmp(message, "checkout: ", 10);

		came = came || (moves && is_at(entry, head));
		made = made || (!moves && is_at(entry, head));
		add_left(ret, message);
	}
	ret->looks = came && !made;
}

struct rj_exportlog rj_exportline_log(int g, const char *name, const char *id)
{
	RJ_AUTO(rj_buf_release) struct rj_buf path = {0};
	RJ_AUTO(rj_free) char *log = NULL;
	struct rj_exportlog ret = {0};
	const char *entry;

	rj_buf_printf(&path, "logs/%s", name);
	log = read_log(g, path.s);
	while ((entry = take_last(log))) {
		ret.has_id = ret.has_id || is_at(entry, id);
		ret.at_work = ret.at_work || strncmp(message_of(entry), "branch: ", 8) != 0;
	}
	return ret;
}

void rj_exportline_release(struct rj_exportline *line)
{
	rj_strv_release(&line->names);
}
