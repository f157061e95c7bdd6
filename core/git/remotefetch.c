/* remotefetch: one fetch over https, and what went wrong in words. */
#include "core/git/remotefetch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"

enum { PROGRESS_MS = 100 };

struct meter { /* calls `progress` now and then, not at every object */
	const struct rj_remote_fetch *fetch;
	int64_t last; /* rj_now_ms */
	size_t shown; /* objects */
};

static int show_progress(const git_indexer_progress *stats, void *payload)
{
	struct meter *m = payload;
	const int64_t now = rj_now_ms();

	/* All are here: that is said once, however long the deltas take. */
	if (stats->received_objects == m->shown ||
	    (stats->received_objects < stats->total_objects && now - m->last < PROGRESS_MS))
		return 0;
	m->shown = stats->received_objects;
	m->last = now;
	return m->fetch->progress(m->fetch->arg, stats->received_objects, stats->total_objects)
		       ? 0
		       : GIT_EUSER;
}

/* The number behind "status code: ", 0 when the message holds none. */
static long status_in(const char *said)
{
	static const char mark[] = "http status code: ";
	const char *p = strstr(said, mark);

	return p ? strtol(p + strlen(mark), NULL, 10) : 0;
}

static int hint_by_hand(struct rj_err *err)
{
	return rj_hint(err, "check the URL; robojail asks for no password: if it needs one, clone "
			    "it yourself and give the path: git clone URL DIR; robojail create "
			    "--repo DIR");
}

/* The reasons only: libgit2 puts "...: 0x01 - " in front of them. */
static int refuse_certificate(const struct rj_remote_fetch *f, const char *said, struct rj_err *err)
{
	const char *reasons = strstr(said, " - ");

	rj_refuse(err, EACCES,
		  "the certificate of %s is not accepted: %s (trusted is what %s holds)",
		  f->from->host, reasons ? reasons + strlen(" - ") : said, rj_cabundle_name(f->ca));
	if (strstr(said, "expired") || strstr(said, "future"))
		return rj_hint(err, "look at this machine's clock; if it is right, the server's "
				    "certificate must be renewed");
	if (strstr(said, "expected CN"))
		return rj_hint(err, "it was made for another host: look at the host in the URL");
	return rj_hint(err, "if this host has a certificate authority of its own, or a proxy "
			    "replaces certificates, name a file with that authority's certificate: "
			    "SSL_CERT_FILE=FILE");
}

static int refuse_status(const struct rj_remote_fetch *f, long status, struct rj_err *err)
{
	const char *url = f->from->url;

	switch (status) {
	case 401:
		rj_refuse(err, EPERM, "%s needs a login, or is not there (401)", url);
		break;
	case 403:
		rj_refuse(err, EACCES, "the server does not let us read %s (403)", url);
		break;
	case 404:
	case 410:
		rj_refuse(err, ENOENT, "there is no repository at %s (%ld)", url, status);
		break;
	case 407:
		rj_refuse(err, EPERM, "the proxy on the way to %s needs a login (407)", url);
		return rj_hint(err, "clone it yourself and give the path: git clone URL DIR; "
				    "robojail create --repo DIR");
	default:
		rj_refuse(err, EIO, "the server of %s answers with status %ld", url, status);
		return rj_hint(err, "try again later, or look at the URL in a browser");
	}
	return hint_by_hand(err);
}

/* libgit2 said no (rc < 0) while it talked to the server. */
static int explain(const struct rj_remote_fetch *f, int rc, struct rj_err *err)
{
	const git_error *last = git_error_last();
	char said[512];
	long status;

	(void)snprintf(said, sizeof(said), "%s", last->message ? last->message : "");
	for (char *p = said; (p = strchr(p, '\n')); *p = ';')
		; /* one line for each reason */
	status = status_in(said);
	if (rc == GIT_ECERTIFICATE)
		return refuse_certificate(f, said, err);
	if (rc == GIT_EAUTH)
		status = strstr(said, "proxy") ? 407 : 401;
	if (status != 0)
		return refuse_status(f, status, err);
	if (strstr(said, "content-type")) {
		rj_refuse(err, EPROTONOSUPPORT,
			  "the server of %s does not speak git's smart protocol: %s", f->from->url,
			  said);
		return hint_by_hand(err);
	}
	/* Our own URL was checked. The proxy's may hold a password, so it is not repeated. */
	if (strstr(said, "invalid URL: '") || strstr(said, "unknown http scheme")) {
		rj_refuse(err, EINVAL, "cannot fetch %s: the proxy is not given as an http URL",
			  f->from->url);
		return rj_hint(err, "correct https_proxy, or http.proxy of git's configuration: "
				    "http://HOST:PORT");
	}
	rj_git_fail(err, rc, "cannot fetch %s", f->from->url);
	if (last->klass == GIT_ERROR_NET || last->klass == GIT_ERROR_SSL ||
	    last->klass == GIT_ERROR_OS || rc == GIT_TIMEOUT)
		rj_hint(err, "check the network, the host's name, and the proxy if there is one "
			     "(https_proxy)");
	return -err->num;
}

static int local_failure(git_repository *git, int rc, struct rj_err *err)
{
	return rj_git_fail(err, rc, "cannot write what was fetched to %s",
			   git_repository_path(git));
}

static int set_head(git_repository *git, const git_remote_head *first, struct rj_err *err)
{
	RJ_AUTO(rj_git_ref_free) git_reference *unborn = NULL;
	RJ_AUTO(rj_git_ref_free) git_reference *now = NULL;
	RJ_AUTO(rj_git_odb_free) git_odb *odb = NULL;
	int rc = git_repository_odb(&odb, git);

	if (rc == 0)
		rc = git_reference_lookup(&now, git, "HEAD");
	if (rc < 0)
		return local_failure(git, rc, err);
	/* A HEAD that names a commit stands first; one that is on no branch was not fetched. */
	if (!strcmp(first->name, "HEAD") && git_odb_exists(odb, &first->oid)) {
		if (git_reference_type(now) != GIT_REFERENCE_DIRECT ||
		    !git_oid_equal(git_reference_target(now), &first->oid))
			rc = git_repository_set_head_detached(git, &first->oid);
	} else if (git_reference_type(now) == GIT_REFERENCE_DIRECT) {
		rc = git_reference_symbolic_create(&unborn, git, "HEAD", "refs/heads/main", 1,
						   NULL);
	}
	return rc < 0 ? local_failure(git, rc, err) : 0;
}

/* Connected and everything downloaded: move the references. */
static int set_refs(git_repository *git, git_remote *remote, struct rj_err *err)
{
	const git_remote_head **heads;
	size_t n;
	int rc = git_remote_ls(&heads, &n, remote);

	if (rc == 0 && n == 0) {
		rj_refuse(err, ENODATA, "the repository at %s is empty", git_remote_url(remote));
		return rj_hint(err, "push a first commit to it");
	}
	/* What is gone goes first: it may stand in the way (`a` of a new `a/b`). */
	if (rc == 0)
		rc = git_remote_prune(remote, NULL);
	if (rc == 0 || rc == GIT_ENOTFOUND)
		rc = git_remote_update_tips(remote, NULL, 0, GIT_REMOTE_DOWNLOAD_TAGS_ALL, "fetch");
	if (rc < 0)
		return local_failure(git, rc, err);
	return set_head(git, heads[0], err);
}

static int create_remote(git_repository *git, const char *url, git_remote **ret_remote,
			 struct rj_err *err)
{
	const git_remote_create_options opts = {
		.version = GIT_REMOTE_CREATE_OPTIONS_VERSION,
		.repository = git,
		.flags =
			GIT_REMOTE_CREATE_SKIP_INSTEADOF | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC,
	};
	int rc = git_remote_create_with_opts(ret_remote, url, &opts);

	return rc < 0 ? rj_git_fail(err, rc, "cannot fetch %s", url) : 0;
}

int rj_remote_fetch(struct git_repository *git, const struct rj_remote_fetch *fetch,
		    struct rj_err *err)
{
	RJ_AUTO(rj_git_remote_free) git_remote *remote = NULL;
	char heads[] = "+refs/heads/*:refs/remotes/origin/*";
	char *specs[] = {heads};
	const git_strarray refspecs = {.strings = specs, .count = 1};
	struct meter meter = {.fetch = fetch};
	const git_fetch_options opts = {
		.version = GIT_FETCH_OPTIONS_VERSION,
		.callbacks = {.version = GIT_REMOTE_CALLBACKS_VERSION,
			      .transfer_progress = fetch->progress ? show_progress : NULL,
			      .payload = &meter},
		.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_ALL,
		.proxy_opts = {.version = GIT_PROXY_OPTIONS_VERSION, .type = GIT_PROXY_AUTO},
		.follow_redirects = GIT_REMOTE_REDIRECT_INITIAL,
	};
	int rc = create_remote(git, fetch->from->url, &remote, err);

	if (rc < 0)
		return rc;
	rc = git_remote_download(remote, &refspecs, &opts);
	if (rc < 0)
		return explain(fetch, rc, err);
	return set_refs(git, remote, err);
}
