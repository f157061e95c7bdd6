/* What became of attempts that work at once and do harm later: see rj_selftest_later. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/selftest_site.h"
#include "core/sys/file.h"

enum { STABLE_SIZE = 17 }; /* of the file "stable" of rj_sample_repo */

/* One question. */
struct later {
	const struct rj_selftest_site *s;
	const char *work;
	const char *jail; /* NULL: the control */
	struct rj_attack_note *note;
};

static bool say(const struct later *l, bool worked, const char *text)
{
	(void)snprintf(l->note->text, sizeof(l->note->text), "%s", text);
	return worked;
}

static bool has(const struct rj_buf *b, const char *text)
{
	return b->len && memmem(b->s, b->len, text, strlen(text));
}

/* Is `text` in what `robojail status ...`, or for the control git, prints? */
static bool shows(const struct later *l, const char *option, const char *git, const char *text,
		  bool *ret_known)
{
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};
	int rc = l->jail ? rj_selftest_robojail(l->s, RJ_WORDS("status", l->jail, option), &out)
			 : rj_selftest_git(l->s, l->work, RJ_WORDS(git), &out);

	*ret_known = rc == 0;
	return has(&out, text);
}

/* A command in a configuration: does anything that the host does run it? */
static bool ran(const struct later *l, const char *below)
{
	RJ_AUTO(rj_free) char *dir = rj_path_join(l->work, below);
	bool marked;
	int rc;

	if (l->jail) {
		(void)rj_selftest_robojail(l->s, RJ_WORDS("status", "--diff", l->jail), NULL);
		(void)rj_selftest_robojail(l->s, RJ_WORDS("sync", l->jail), NULL);
		dir[strlen(l->work)] = '\0'; /* by hand people stand at the top */
	}
	rc = rj_selftest_git(l->s, dir, RJ_WORDS("status"), NULL);
	marked = access(l->s->mark, F_OK) == 0;
	(void)unlink(l->s->mark);
	if (!marked && rc == -ENOENT && !l->jail)
		return say(l, false, "there is no git to show it with");
	return say(l, marked, marked ? "git status ran it" : "nothing ran it");
}

static bool git_config(const struct later *l)
{
	return ran(l, "");
}

static bool nested_repo(const struct later *l)
{
	return ran(l, "sub");
}

static bool bad_ref(const struct later *l)
{
	static const char bad[] = "deadbeefdeadbeef";
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};
	struct rj_err err;

	if (!l->jail) {
		RJ_AUTO(rj_free) char *ref = rj_path_join(l->work, ".git/refs/heads/main");

		(void)rj_file_read(AT_FDCWD, ref, 4096, &text, &err);
		return has(&text, bad) ? say(l, true, "the branch is there")
				       : say(l, false, "the branch is not there");
	}
	(void)rj_selftest_robojail(l->s, RJ_WORDS("sync", l->jail), &out);
	(void)rj_selftest_robojail(l->s, RJ_WORDS("status", "--json", l->jail), &text);
	return say(l, has(&text, "\"tip\": \"deadbeef"),
		   has(&out, "deadbeef") ? "the import names it and refuses" : "not imported");
}

static bool symlink_read(const struct later *l)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(l->work, "README");
	bool known, found = false;

	if (!l->jail)
		return rj_attack_reads(path)
			       ? say(l, true, "whoever reads the file reads the secret")
			       : say(l, false, "nobody reads the secret through it");
	found = shows(l, "--diff", NULL, RJ_ATTACK_SECRET, &known);
	if (found || !known)
		return say(l, true, found ? "the diff shows the secret" : "status failed");
	return say(l, false, "the diff shows a link");
}

/* Of "stable", written before "plain", which nobody touched: see rj_sample_repo. */
static bool looks_as_before(const struct later *l)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(l->work, "stable");
	RJ_AUTO(rj_free) char *next = rj_path_join(l->work, "plain");
	struct stat st, after;

	if (stat(path, &st) < 0 || stat(next, &after) < 0 || st.st_size != STABLE_SIZE)
		return false;
	return st.st_mtim.tv_sec < after.st_mtim.tv_sec ||
	       (st.st_mtim.tv_sec == after.st_mtim.tv_sec &&
		st.st_mtim.tv_nsec <= after.st_mtim.tv_nsec);
}

static bool same_stat(const struct later *l)
{
	bool known, shown;

	if (!l->jail)
		return looks_as_before(l) ? say(l, true, "size and time are as before")
					  : say(l, false, "size or time tells of it");
	shown = shows(l, "--json", NULL, "stable", &known);
	return say(l, !shown, shown ? "status shows it" : "status does not show it");
}

static bool ignored(const struct later *l)
{
	bool known, shown = shows(l, "--json", "status", "unseen", &known);

	if (!known && !l->jail)
		return say(l, true, "the rules say so; there is no git to show it with");
	return say(l, !shown, shown ? "status names it" : "not shown");
}

static bool attributes(const struct later *l)
{
	bool known, shown = shows(l, "--diff", "diff", "a line to be seen", &known);

	if (!known && !l->jail)
		return say(l, true, "the attributes say so; there is no git to show it with");
	return say(l, !shown, shown ? "the diff shows it" : "the diff is blind");
}

static bool outlive(const struct later *l)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(l->work, "daemon.lock");
	RJ_AUTO(rj_close) int fd = open(path, O_RDWR | O_CLOEXEC);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fd < 0 || fcntl(fd, F_GETLK, &lock) < 0 || lock.l_type == F_UNLCK)
		return say(l, false, "it ended with the session");
	if (lock.l_pid > 0)
		(void)kill(lock.l_pid, SIGKILL);
	return say(l, true, "it lives on");
}

static bool escape_sequence(const struct later *l)
{
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};
	char *ls[] = {(char[]){"ls"}, (char *)(uintptr_t)l->work, NULL};
	bool raw;

	if (l->jail) {
		(void)rj_selftest_robojail(l->s, RJ_WORDS("status", l->jail), &out);
		raw = has(&out, "\033") || has(&out, "\a");
		return say(l, raw || !has(&out, "x1b"), raw ? "printed as it is" : "made visible");
	}
	return rj_selftest_call(l->s, ls, &out) == 0 && has(&out, "\033")
		       ? say(l, true, "ls prints it")
		       : say(l, false, "ls does not print it");
}

static const struct {
	const char *id;
	bool (*worked)(const struct later *l);
} checks[] = {
	{"git-config", git_config},
	{"nested-repo", nested_repo},
	{"bad-ref", bad_ref},
	{"symlink", symlink_read},
	{"same-stat", same_stat},
	{"ignored", ignored},
	{"attributes", attributes},
	{"outlive", outlive},
	{"escape-sequence", escape_sequence},
};

bool rj_selftest_later(const struct rj_selftest_site *s, const char *id, const char *work,
		       const char *jail, struct rj_attack_note *note)
{
	const struct later l = {.s = s, .work = work, .jail = jail, .note = note};

	for (size_t i = 0; i < RJ_COUNT(checks); i++)
		if (!strcmp(checks[i].id, id))
			return checks[i].worked(&l);
	return true; /* an attempt without a check counts as one that worked */
}
