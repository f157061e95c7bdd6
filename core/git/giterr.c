/* giterr: libgit2 made ready once, and its errors as ours. */
#include "core/git/giterr.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/git/auto.h"
#include "core/git/gitenv.h"

enum {
	WINDOW = 64 << 20, /* bytes of a pack that are mapped at a time */
	PACKS_OPEN = 128,  /* far below the usual limit of 1024 descriptors */
	CONNECT_MS = 20 * 1000,
	ANSWER_MS = 120 * 1000,
};

static const size_t mapped_max = (size_t)2 << 30;

/*
 * Extensions of a repository that do not change what we read, or that repo.c looks at itself and
 * refuses with a better message than "unsupported extension".
 */
static const char *const extensions[] = {"partialclone", "refstorage", "relativeworktrees"};

static int set_options(void)
{
	int rc = rj_gitenv_apply();

	rc |= git_libgit2_opts(GIT_OPT_SET_TEMPLATE_PATH, "");
	rc |= git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1);
	rc |= git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, 1);
	rc |= git_libgit2_opts(GIT_OPT_ENABLE_STRICT_SYMBOLIC_REF_CREATION, 1);
	rc |= git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
	/* A commit that came over from a jail must outlive a power cut. */
	rc |= git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
	rc |= git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, mapped_max);
	rc |= git_libgit2_opts(GIT_OPT_SET_MWINDOW_FILE_LIMIT, (size_t)PACKS_OPEN);
	rc |= git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, RJ_COUNT(extensions));
	rc |= git_libgit2_opts(GIT_OPT_SET_SERVER_CONNECT_TIMEOUT, CONNECT_MS);
	rc |= git_libgit2_opts(GIT_OPT_SET_SERVER_TIMEOUT, ANSWER_MS);
	return rc < 0 ? rc : git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, (size_t)WINDOW);
}

/* Our own window size is the mark: somebody else (a test framework) may have started libgit2. */
static bool is_ready(void)
{
	size_t window = 0;

	return git_libgit2_opts(GIT_OPT_GET_MWINDOW_SIZE, &window) == 0 && window == WINDOW;
}

int rj_git_init(struct rj_err *err)
{
	int count = git_libgit2_init();

	if (count < 0)
		return rj_git_fail(err, count, "cannot start libgit2");
	if (count > 1)
		(void)git_libgit2_shutdown(); /* keep the count at one */
	if (!is_ready() && set_options() < 0)
		return rj_git_fail(err, GIT_ERROR, "cannot set libgit2's options");
	return 0;
}

static int by_class(const git_error *last)
{
	static const int known[] = {ENOSPC, EDQUOT, EACCES};

	for (size_t i = 0; last->message && i < RJ_COUNT(known); i++)
		if (strstr(last->message, strerror(known[i])))
			return known[i];
	if (last->klass == GIT_ERROR_NOMEMORY)
		return ENOMEM;
	return EIO;
}

static int to_errno(int rc, const git_error *last)
{
	switch (rc) {
	case GIT_ENOTFOUND:
	case GIT_EUNBORNBRANCH:
		return ENOENT;
	case GIT_EEXISTS:
		return EEXIST;
	case GIT_ELOCKED:
	case GIT_EMODIFIED:
	case GIT_ECONFLICT:
	case GIT_EINDEXDIRTY:
		return EBUSY;
	case GIT_EOWNER:
	case GIT_EAUTH:
		return EPERM;
	case GIT_ECERTIFICATE:
		return EACCES;
	case GIT_EMISMATCH:
		return EBADMSG;
	case GIT_EUSER:
		return ECANCELED;
	case GIT_TIMEOUT:
		return ETIMEDOUT;
	case GIT_EREADONLY:
		return EROFS;
	case GIT_ENOTSUPPORTED:
		return ENOTSUP;
	case GIT_EAMBIGUOUS:
	case GIT_EINVALID:
	case GIT_EINVALIDSPEC:
	case GIT_EPEEL:
		return EINVAL;
	default:
		return by_class(last);
	}
}

static void set_hint(struct rj_err *err, int rc)
{
	if (rc == GIT_EOWNER)
		rj_hint(err, "if you trust it: git config --global --add safe.directory DIRECTORY, "
			     "with the directory as it stands in this message");
	else if (rc == GIT_ELOCKED)
		rj_hint(err, "another git command may be at work: try again when it is done; if "
			     "none runs, remove the .lock file");
	else
		(void)rj_hint_room(err);
}

int rj_git_fail(struct rj_err *err, int rc, const char *fmt, ...)
{
	const git_error *last = git_error_last();
	char what[sizeof(err->msg)];
	va_list ap;
	int ret;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	ret = rj_refuse(err, to_errno(rc, last), "%s: %s", what,
			last->message && *last->message ? last->message : "no reason given");
	for (char *p = err->msg; *p; p++)
		if (*p == '\n')
			*p = ' ';
	set_hint(err, rc);
	return ret;
}
