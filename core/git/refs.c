/* refs: references of the main repository, with patience for other processes. */
#include "core/git/refs.h"

#include <errno.h>
#include <fcntl.h>
#include <git2/sys/repository.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"

enum {
	TRIES = 60,
	STEP_MS = 2,
	LONGEST_MS = 100,
};

bool rj_ref_again(int rc, unsigned *tries)
{
	const git_error *last = git_error_last();
	bool collision =
		rc == GIT_ELOCKED || (rc < 0 && last->klass == GIT_ERROR_OS && last->message &&
				      strstr(last->message, strerror(ENOENT)));
	unsigned ms = STEP_MS * (*tries + 1);
	struct timespec nap;

	if (!collision || ++*tries > TRIES)
		return false;
	/* Not all at the same time again. */
	ms += (unsigned)getpid() % (ms + 1);
	if (ms > LONGEST_MS)
		ms = LONGEST_MS;
	nap = (struct timespec){.tv_nsec = (long)ms * 1000000};
	(void)nanosleep(&nap, NULL);
	return true;
}

/* Or the journal could bring the name to the disk half a minute before the bytes. */
static void begin_writing(const struct rj_repo *repo, const char *name)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(repo->common, name);
	RJ_AUTO(rj_close) int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

int rj_ref_create(const struct rj_repo *repo, const char *name, const char *hex, bool force,
		  const char *message, struct rj_err *err)
{
	RJ_AUTO(rj_git_ref_free) git_reference *ref = NULL;
	unsigned tries = 0;
	git_oid oid;
	int rc = git_oid_fromstr(&oid, hex);

	if (rc < 0)
		return rj_git_fail(err, rc, "'%s' is no commit id", hex);
	do
		rc = git_reference_create(&ref, repo->git, name, &oid, force, message);
	while (rj_ref_again(rc, &tries));
	if (rc == GIT_EEXISTS)
		return rj_refuse(err, EEXIST, "%s of repository %s exists already", name,
				 repo->top);
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot make %s in repository %s", name, repo->top);
	begin_writing(repo, name);
	return 0;
}

int rj_ref_begin_log(const struct rj_repo *repo, const char *name, struct rj_err *err)
{
	RJ_AUTO(rj_git_config_free) git_config *config = NULL;
	RJ_AUTO(rj_git_config_entry_free) git_config_entry *entry = NULL;
	unsigned tries = 0;
	int rc = git_repository_config_snapshot(&config, repo->git);

	if (rc < 0)
		return rj_git_fail(err, rc, "cannot read the configuration of %s", repo->top);
	if (git_config_get_entry(&entry, config, "core.logallrefupdates") == 0)
		return 0;
	do
		rc = git_reference_ensure_log(repo->git, name);
	while (rj_ref_again(rc, &tries));
	return rc < 0 ? rj_git_fail(err, rc, "cannot make the reflog of %s in repository %s", name,
				    repo->top)
		      : 0;
}

int rj_ref_log_line(const struct rj_repo *repo, const char *hex, const char *message,
		    struct rj_buf *ret_line, struct rj_err *err)
{
	RJ_AUTO(rj_git_signature_free) git_signature *who = NULL;
	int minutes;

	if (git_signature_default(&who, repo->git) < 0 &&
	    git_signature_now(&who, "robojail", "robojail@localhost") < 0)
		return rj_git_fail(err, GIT_ERROR, "cannot tell whose reflog of %s it is",
				   repo->top);
	minutes = who->when.offset < 0 ? -who->when.offset : who->when.offset;
	rj_buf_printf(ret_line, "%0*d %s %s <%s> %lld %c%02d%02d%s%s\n", (int)strlen(hex), 0, hex,
		      who->name, who->email, (long long)who->when.time,
		      who->when.offset < 0 ? '-' : '+', minutes / 60, minutes % 60,
		      *message ? "\t" : "", message);
	return 0;
}

void rj_refs_write_lazily(const struct rj_repo *repo)
{
	RJ_AUTO(rj_git_refdb_free) git_refdb *refdb = NULL;

	(void)git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 0);
	if (git_refdb_open(&refdb, repo->git) == 0)
		(void)git_repository_set_refdb(repo->git, refdb);
	(void)git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
}
