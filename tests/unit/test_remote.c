/* remote: which URLs are taken, whose certificates are trusted, and what a fetch does to a mirror.
 * (tests/e2e/t-https.sh has the network.) */
#include "core/git/remote.h"

#include <errno.h>
#include <sys/stat.h>

#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/remotefetch.h"
#include "tests/unit/gitfix.h"

TestSuite(remote, .init = fix_begin, .fini = fix_end);

Test(remote, urls_and_paths)
{
	static const char *const urls[] = {"https://h/x",     "HTTP://h/x",	 "git+ssh://h/x",
					   "ssh://h/x",	      "file:///x",	 "a.b-c+1://",
					   "git@host:x.git",  "me@host:/abs",	 "s3://bucket/",
					   "https://u:p@h/x", "git@host:~/x.git"};
	static const char *const paths[] = {"",		"x",	 "/x",	       "./a@b:c", "a/b@c:d",
					    "https:/x", "x:y",	 "host:x.git", "@h:x",	  "a@b",
					    "://x",	"1x://", "a b://c",    "../x",	  "~/x"};

	for (size_t i = 0; i < RJ_COUNT(urls); i++)
		cr_expect(rj_remote_is_url(urls[i]), "%s", urls[i]);
	for (size_t i = 0; i < RJ_COUNT(paths); i++)
		cr_expect(!rj_remote_is_url(paths[i]), "%s", paths[i]);
}

static void taken(const char *text, const char *url, const char *host, const char *base)
{
	RJ_AUTO(rj_remote_url_release) struct rj_remote_url u = {0};
	struct rj_err err = {0};
	size_t len = strlen(base);

	cr_assert(rj_remote_url_parse(text, &u, &err) == 0, "%s: %s", text, err.msg);
	same(u.url, url);
	same(u.host, host);
	cr_expect(!strncmp(u.name, base, len) && u.name[len] == '-', "%s: %s", text, u.name);
	cr_expect(strspn(u.name + len + 1, "0123456789abcdef") == 8, "%s: %s", text, u.name);
	same(u.name + len + 9, ".git");
	cr_expect(strlen(u.name) < 128 && !strchr(u.name, '/'));
}

Test(remote, https_is_taken)
{
	char longest[300] = "https://h/";

	taken("https://h/x.git", "https://h/x.git", "h", "x");
	taken("HTTPS://Example.ORG/A/B.git//", "https://example.org/A/B.git", "example.org", "B");
	taken("https://h:8443/x", "https://h:8443/x", "h:8443", "x");
	taken("https://[::1]:8443/x", "https://[::1]:8443/x", "[::1]:8443", "x");
	taken("https://h/~me/@scope/x", "https://h/~me/@scope/x", "h", "x");
	taken("https://h/a%20b", "https://h/a%20b", "h", "a_20b");
	taken("https://h/.git", "https://h/.git", "h", "_git");
	taken("https://h/..", "https://h/..", "h", "_.");
	taken("https://h/-rf", "https://h/-rf", "h", "_rf");
	taken("https://h", "https://h", "h", "h");
	memset(longest + strlen(longest), 'n', 250);
	taken(longest, longest, "h",
	      "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
	      "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn");
}

Test(remote, one_name_for_one_url)
{
	static const char *const texts[] = {"https://h/x.git", "https://H/x.git/", "https://h/x",
					    "https://h/y/x.git", "https://i/x.git"};
	struct rj_remote_url u[RJ_COUNT(texts)] = {0};
	struct rj_err err = {0};

	for (size_t i = 0; i < RJ_COUNT(texts); i++)
		cr_assert(rj_remote_url_parse(texts[i], &u[i], &err) == 0, "%s", err.msg);
	same(u[0].name, u[1].name);
	for (size_t i = 1; i < RJ_COUNT(texts); i++)
		for (size_t k = i + 1; k < RJ_COUNT(texts); k++)
			cr_expect(strcmp(u[i].name, u[k].name) != 0, "%s", u[i].name);
	for (size_t i = 0; i < RJ_COUNT(texts); i++)
		rj_remote_url_release(&u[i]);
}

static void not_taken(const char *text, const char *word, const char *hint)
{
	struct rj_remote_url u = {0};
	struct rj_err err = {0};

	cr_expect(rj_remote_url_parse(text, &u, &err) < 0, "%s", text);
	cr_expect(strstr(err.msg, word), "%s: '%s' is not in '%s'", text, word, err.msg);
	cr_expect(strstr(err.hint, hint), "%s: '%s' is not in '%s'", text, hint, err.hint);
	cr_expect(!strstr(err.msg, "SECRET") && !strstr(err.hint, "SECRET"), "%s: %s (%s)", text,
		  err.msg, err.hint);
	cr_expect(!u.url && !u.host && !u.name, "outputs are not touched");
}

Test(remote, others_are_refused_and_keep_their_secrets)
{
	not_taken("http://h/x", "http://h/x: only https", "--repo https://h/x;");
	not_taken("git://h/x", "only https", "--repo https://h/x;");
	not_taken("http://me:SECRET@h/x?SECRET", "http://h/x: only https", "https://h/x;");
	not_taken("ssh://SECRET@h/x", "ssh", "git clone URL DIR");
	not_taken("git@h:x.git", "ssh", "git clone URL DIR");
	not_taken("SECRET@h:x.git", "ssh", "git clone URL DIR");
	not_taken("file:///srv/x", "only https", "--repo /srv/x");
	not_taken("ftp://SECRET@h/x", "ftp://h/x", "git clone URL DIR");
	not_taken("https://me:SECRET@h/x", "credentials", "--repo https://h/x;");
	not_taken("https://SECRET@h:1/x", "credentials", "--repo https://h:1/x;");
	not_taken("https://@h/x", "credentials", "--repo https://h/x;");
	not_taken("https://a@SECRET@h/x", "credentials", "--repo https://h/x;");
	not_taken("https://me:SEC/SECRET@h/x", "port", "https://HOST/");
	not_taken("https://h/x?t=SECRET", "credentials", "git clone URL DIR");
	not_taken("https://h/x#SECRET", "'#'", "git clone URL DIR");
	not_taken("https://h/a\nb", "control character", "%20");
	not_taken("https://h/a b", "blank", "%20");
	not_taken("https://", "no host", "https://HOST/");
	not_taken("https:///x", "no host", "https://HOST/");
	not_taken("https://h:/x", "port", "https://HOST/");
	not_taken("https://h:1a/x", "port", "https://HOST/");
	not_taken("https://[::1/x", "no host", "https://HOST/");
	not_taken("https://h\\x/", "no host", "https://HOST/");
}

static void trusts(const char *file, const char *dir, const char *const *paths, const char *name)
{
	RJ_AUTO(rj_cabundle_release) struct rj_cabundle ca = {0};
	struct rj_err err = {0};

	cr_assert(rj_cabundle_find(file, dir, paths, &ca, &err) == 0, "%s", err.msg);
	same(rj_cabundle_name(&ca), name);
}

static void trusts_none(const char *file, const char *dir, const char *const *paths,
			const char *word, const char *hint)
{
	struct rj_cabundle ca = {0};
	struct rj_err err = {0};

	cr_expect(rj_cabundle_find(file, dir, paths, &ca, &err) < 0);
	cr_expect(strstr(err.msg, word), "'%s' is not in '%s'", word, err.msg);
	cr_expect(strstr(err.hint, hint), "'%s' is not in '%s'", hint, err.hint);
	cr_expect(!ca.file && !ca.dir);
}

Test(remote, certificates_are_found)
{
	static const char *const paths[] = {"none", "empty", "dir", "fifo", "a.pem", "b.pem", NULL};
	static const char *const bad[] = {"none", "empty", NULL};

	sh("touch empty; mkdir dir; mkfifo fifo; echo x >a.pem; echo x >b.pem");
	trusts(NULL, NULL, paths, "a.pem");
	trusts("", "", paths, "a.pem");
	trusts("b.pem", NULL, paths, "b.pem");
	trusts(NULL, "dir", paths, "dir");
	trusts("b.pem", "dir", paths, "b.pem");
	trusts_none(NULL, NULL, bad, "tried none, empty", "ca-certificates");
	/* What was asked for is never replaced by something else. */
	trusts_none("none", NULL, paths, "SSL_CERT_FILE", "SSL_CERT_FILE");
	trusts_none("empty", NULL, paths, "no certificates", "SSL_CERT_FILE");
	trusts_none("fifo", NULL, paths, "SSL_CERT_FILE", "SSL_CERT_FILE");
	trusts_none("dir", NULL, paths, "SSL_CERT_FILE", "SSL_CERT_FILE");
	trusts_none(NULL, "a.pem", paths, "SSL_CERT_DIR", "SSL_CERT_DIR");
	trusts_none("a.pem", "none", paths, "SSL_CERT_DIR", "SSL_CERT_DIR");
}

Test(remote, the_distributions_of_the_list)
{
	const char *const *paths = rj_cabundle_paths();
	size_t n = 0;

	while (paths[n])
		cr_expect(paths[n++][0] == '/');
	cr_expect(n >= 6);
	/* All of them fit into one message. */
	trusts_none(NULL, NULL, (const char *const[]){"x", NULL}, "tried x", "SSL_CERT_FILE");
	for (size_t i = 0, len = 0; i < n; i++) {
		len += strlen(paths[i]) + 2;
		cr_expect(len < 800);
	}
}

struct seen {
	size_t calls, done, total;
};

static bool count(void *arg, size_t done, size_t total)
{
	struct seen *s = arg;

	s->calls++;
	s->done = done;
	s->total = total;
	return true;
}

/* Fetch `from`, a path: libgit2 does with it as with a URL. */
static int fetch(const char *from, struct seen *seen, struct rj_err *err)
{
	RJ_AUTO(rj_git_repo_free) git_repository *git = NULL;
	char url[] = "from", host[] = "host", name[] = "name", file[] = "file";
	const struct rj_remote_url u = {url, host, name};
	const struct rj_cabundle ca = {.file = file};
	struct rj_remote_url there = u;
	const struct rj_remote_fetch f = {&there, &ca, seen ? count : NULL, seen};
	RJ_AUTO(rj_free) char *path = rj_must(realpath(from, NULL));

	there.url = path;
	cr_assert(rj_git_init(err) == 0, "%s", err->msg);
	cr_assert(git_repository_open_bare(&git, "m.git") == 0);
	return rj_remote_fetch(git, &f, err);
}

static void fetches(void)
{
	struct rj_err err = {0};

	cr_assert(fetch("r", NULL, &err) == 0, "%s", err.msg);
}

static void begin_pair(void)
{
	sh("git init -q -b main r && cd r && git commit -q --allow-empty -m 1 && git branch old &&"
	   "git tag v1 && git tag -a -m v2 v2 && git commit -q --allow-empty -m 2");
	sh("git init -q --bare -b main m.git");
}

Test(remote, a_fetch)
{
	struct seen seen = {0};
	struct rj_err err = {0};

	begin_pair();
	cr_assert(fetch("r", &seen, &err) == 0, "%s", err.msg);
	cr_expect(seen.calls > 0 && seen.done == seen.total && seen.total > 0);
	same_out("git -C m.git rev-parse origin/main origin/old v1 v2 HEAD",
		 "git -C r rev-parse main old v1 v2 HEAD");
	same_out("git -C m.git for-each-ref refs/heads", "true");
	sh("test ! -e m.git/FETCH_HEAD; git -C m.git fsck --strict && git -C m.git branch");
}

Test(remote, a_fetch_again_moves_only_what_is_theirs)
{
	begin_pair();
	fetches();
	sh("cd m.git && git branch robojail/j-1 HEAD && git tag mine HEAD && "
	   "git update-ref refs/robojail/base/j HEAD && git update-ref refs/remotes/up/x HEAD && "
	   "git pack-refs --all && git for-each-ref refs/heads refs/robojail refs/remotes/up "
	   "refs/tags/mine >../before");
	sh("cd r && git branch -m old old/new && git branch robojail/j-1 old/new && "
	   "git tag -f v1 HEAD && git tag -d v2 && git commit -q --amend --allow-empty -m "
	   "rewritten");
	fetches();
	same_out("cd m.git && git for-each-ref refs/heads refs/robojail refs/remotes/up "
		 "refs/tags/mine",
		 "cat before");
	same_out("git -C m.git for-each-ref --format='%(objectname) %(refname:lstrip=3)' "
		 "refs/remotes/origin",
		 "git -C r for-each-ref --format='%(objectname) %(refname:lstrip=2)' refs/heads");
	same_out("git -C m.git rev-parse v1 HEAD", "git -C r rev-parse v1 HEAD");
	sh("git -C m.git rev-parse -q --verify v2 && git -C m.git fsck --strict");
}

Test(remote, the_head_is_theirs)
{
	begin_pair();
	fetches();
	sh("git -C r checkout -q old");
	fetches();
	same_out("git -C m.git rev-parse HEAD", "git -C r rev-parse old");
	sh("git -C r checkout -q --detach main");
	fetches();
	same_out("git -C m.git rev-parse HEAD", "git -C r rev-parse main");
	/* Born nowhere there: nor here, and it comes back. */
	sh("git -C r symbolic-ref HEAD refs/heads/none");
	fetches();
	sh("! git -C m.git rev-parse -q --verify HEAD && git -C m.git symbolic-ref HEAD");
	sh("git -C r symbolic-ref HEAD refs/heads/main");
	fetches();
	same_out("git -C m.git rev-parse HEAD", "git -C r rev-parse main");
	/* On no branch: the commit is not here. */
	sh("cd r && git checkout -q --detach && git commit -q --allow-empty -m 3");
	fetches();
	sh("! git -C m.git rev-parse -q --verify HEAD");
}

Test(remote, an_empty_one_changes_nothing)
{
	struct rj_err err = {0};

	begin_pair();
	fetches();
	sh("git -C m.git for-each-ref >before; git init -q --bare empty");
	cr_expect(fetch("empty", NULL, &err) == -ENODATA);
	cr_expect(strstr(err.msg, "is empty") && strstr(err.hint, "first commit"));
	same_out("git -C m.git for-each-ref", "cat before");
}

/* An authority that signed nothing. */
static const char authority[] = "-----BEGIN CERTIFICATE-----\n"
				"MIIBejCCASGgAwIBAgIUa4Nip6Zk+RU1ZtRdIhgtmZbpoOkwCgYIKoZIzj0EAwIw\n"
				"EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yNjExMjMyMzM4MzFaGA8yMTI2MTAzMDIz\n"
				"MzgzMVowEjEQMA4GA1UEAwwHVGVzdCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEH\n"
				"A0IABEXTmDkcHuJc05JS06tkin4frYSc7xFRVd8nrtsYYrQBoWR9U6jC2RTT7R5J\n"
				"KHSXpSagD7Oeau7xI8j+SsB1zTOjUzBRMB0GA1UdDgQWBBSgPuPQ/aOSFWdlJglm\n"
				"TcNsiXiOTzAfBgNVHSMEGDAWgBSgPuPQ/aOSFWdlJglmTcNsiXiOTzAPBgNVHRMB\n"
				"Af8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIECbhVCYrsqIgRrKm0ZYQu2uLbUv\n"
				"tyo1e2Zn66DkIX2KAiBpvy492MXhv7NwuWVntJsjXextzqHpir2xYMwgD4ZwlQ==\n"
				"-----END CERTIFICATE-----\n";

static int mirror_of(const char *url, char **ret_path, struct rj_err *err)
{
	return rj_remote_mirror(url, "mirrors", NULL, NULL, ret_path, err);
}

static void write_authority(void)
{
	FILE *f = fopen("ca.pem", "w");

	cr_assert(f && fputs(authority, f) >= 0 && fclose(f) == 0);
	cr_assert(setenv("SSL_CERT_FILE", "ca.pem", 1) == 0);
	cr_assert(mkdir("mirrors", 0700) == 0);
	cr_assert(unsetenv("https_proxy") == 0 && unsetenv("HTTPS_PROXY") == 0);
}

Test(remote, a_clone_that_fails_leaves_nothing)
{
	struct rj_remote_url u = {0};
	struct rj_err err = {0};
	struct rj_buf cmd = {0};
	char *path = NULL;

	write_authority();
	/* Nobody listens on port 1. Leftovers of a clone that was killed go too. */
	cr_assert(rj_remote_url_parse("https://127.0.0.1:1/x.git", &u, &err) == 0);
	rj_buf_printf(&cmd, "mkdir -p mirrors/.%s.part/objects && touch mirrors/.%s.part/HEAD",
		      u.name, u.name);
	sh(cmd.s);
	cr_expect(mirror_of(u.url, &path, &err) < 0 && !path);
	cr_expect(strstr(err.msg, u.url) && strstr(err.hint, "network"), "%s", err.msg);
	same_out("ls -A mirrors", "true");
	rj_buf_release(&cmd);
	rj_remote_url_release(&u);
}

Test(remote, a_mirror_is_not_mistaken_nor_silently_stale)
{
	struct rj_remote_url u = {0};
	struct rj_err err = {0};
	struct rj_buf cmd = {0};
	char *path = NULL;

	write_authority();
	cr_assert(rj_remote_url_parse("https://127.0.0.1:1/x.git", &u, &err) == 0);
	rj_buf_printf(&cmd, "git init -q --bare mirrors/%s", u.name);
	sh(cmd.s);
	cr_expect(mirror_of(u.url, &path, &err) == -EEXIST && !path);
	cr_expect(strstr(err.msg, "is not a mirror of") && strstr(err.hint, "move it away"));
	cmd.len = 0;
	rj_buf_printf(&cmd, "git -C mirrors/%s config robojail.mirrorof %s", u.name, u.url);
	sh(cmd.s);
	cr_expect(mirror_of(u.url, &path, &err) < 0 && !path);
	cmd.len = 0;
	rj_buf_printf(&cmd, "--repo mirrors/%s", u.name);
	cr_expect(strstr(err.hint, cmd.s), "%s", err.hint);
	rj_buf_release(&cmd);
	rj_remote_url_release(&u);
}

Test(remote, certificates_that_are_none)
{
	struct rj_err err = {0};
	char *path = NULL;

	write_authority();
	sh("echo none >ca.pem");
	cr_expect(mirror_of("https://127.0.0.1:1/x.git", &path, &err) < 0 && !path);
	cr_expect(strstr(err.msg, "ca.pem") && strstr(err.hint, "SSL_CERT_FILE"), "%s", err.msg);
	same_out("ls -A mirrors", "true");
}
