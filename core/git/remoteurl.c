/* remoteurl: which URLs are fetched, and under which name. */
#include "core/git/remoteurl.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/git/remote.h"
#include "core/git/sha1.h"
#include "core/git/url.h"

enum { NAME_MAX_LEN = 100 }; /* file names end at 255 bytes */

void rj_remote_url_release(struct rj_remote_url *u)
{
	free(u->url);
	free(u->host);
	free(u->name);
	*u = (struct rj_remote_url){0};
}

/* USER@HOST:PATH, the short form of ssh. A file of such a name can be given as ./USER@HOST:PATH. */
static bool is_short_ssh(const char *text)
{
	size_t user = strcspn(text, "@:/");
	size_t host;

	if (user == 0 || text[user] != '@')
		return false;
	host = strcspn(text + user + 1, ":/");
	return host > 0 && text[user + 1 + host] == ':';
}

bool rj_remote_is_url(const char *repo)
{
	return rj_url_scheme_len(repo) > 0 || is_short_ssh(repo);
}

/* What the parts of a URL are, all pointing into the text. */
struct parts {
	size_t scheme; /* length */
	const char *authority, *host, *path;
	size_t host_len;
};

static struct parts split(const char *text)
{
	struct parts p = {.scheme = rj_url_scheme_len(text)};
	const char *at;

	p.authority = text + p.scheme + 3;
	p.path = p.authority + strcspn(p.authority, "/?#");
	at = memrchr(p.authority, '@', (size_t)(p.path - p.authority));
	p.host = at ? at + 1 : p.authority;
	p.host_len = (size_t)(p.path - p.host);
	return p;
}

static bool is_scheme(const char *text, size_t len, const char *name)
{
	return len == strlen(name) && !strncasecmp(text, name, len);
}

static int by_hand(struct rj_err *err)
{
	return rj_hint(err, "clone it yourself and give the path: git clone URL DIR; robojail "
			    "create --repo DIR");
}

/* The host and the path without user, password, query and fragment: fit to be shown. */
static char *shown(const char *text, const struct parts *p, bool with_scheme)
{
	struct rj_buf b = {0};

	if (with_scheme)
		rj_buf_add(&b, text, p->scheme + 3);
	rj_buf_add(&b, p->host, p->host_len);
	rj_buf_add(&b, p->path, strcspn(p->path, "?#"));
	return rj_buf_take(&b);
}

static int refuse_scheme(const char *text, const struct parts *p, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *url = shown(text, p, true);
	RJ_AUTO(rj_free) char *rest = shown(text, p, false);

	if (is_scheme(text, p->scheme, "file")) {
		rj_refuse(err, ENOTSUP, "%s: only https URLs are fetched", url);
		return rj_hint(err, "give the path alone: --repo %s", p->path);
	}
	if (is_scheme(text, p->scheme, "http") || is_scheme(text, p->scheme, "git")) {
		rj_refuse(err, ENOTSUP,
			  "%s: only https URLs are fetched; %.*s is not encrypted, and anybody on "
			  "the way could change what arrives",
			  url, (int)p->scheme, text);
		return rj_hint(err,
			       "try --repo https://%s; or clone it yourself and give the path: git "
			       "clone URL DIR; robojail create --repo DIR",
			       rest);
	}
	if (is_scheme(text, p->scheme, "ssh") || is_scheme(text, p->scheme, "git+ssh") ||
	    is_scheme(text, p->scheme, "ssh+git"))
		rj_refuse(err, ENOTSUP,
			  "%s: only https URLs are fetched; ssh needs your keys, "
			  "which robojail does not touch",
			  url);
	else
		rj_refuse(err, ENOTSUP, "%s: only https URLs are fetched", url);
	return by_hand(err);
}

static int refuse_user(const struct parts *p, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *rest = shown("", p, false);

	rj_refuse(err, ENOTSUP,
		  "a URL with a user name or a password is not taken: robojail keeps "
		  "no credentials");
	return rj_hint(err,
		       "if everybody may read it: --repo https://%s; if not, clone it yourself and "
		       "give the path: git clone URL DIR; robojail create --repo DIR",
		       rest);
}

/* HOST or HOST:PORT or [IPV6]:PORT. An odd one is not shown: it may be half of a password. */
static bool is_host(const char *host, size_t len)
{
	const char *end = host + len;
	const char *s = host;

	if (len && *s == '[') {
		s = memchr(s, ']', len);
		if (!s || s == host + 1)
			return false;
		s++;
	} else {
		while (s < end && (isalnum((unsigned char)*s) || *s == '.' || *s == '-' ||
				   *s == '_' || (unsigned char)*s >= 0x80))
			s++;
		if (s == host)
			return false;
	}
	if (s == end)
		return true;
	if (*s++ != ':' || s == end)
		return false;
	while (s < end && isdigit((unsigned char)*s))
		s++;
	return s == end;
}

static int check(const char *text, const struct parts *p, struct rj_err *err)
{
	for (const char *s = text; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f) {
			rj_refuse(err, EINVAL,
				  "there is a blank or a control character in the URL");
			return rj_hint(err, "write a blank as %%20");
		}
	if (!is_scheme(text, p->scheme, "https"))
		return refuse_scheme(text, p, err);
	if (p->host != p->authority)
		return refuse_user(p, err);
	if (!is_host(p->host, p->host_len)) {
		rj_refuse(err, EINVAL, "the URL names no host, or its port is not a number");
		return rj_hint(err, "a URL looks like this: https://HOST/PATH.git");
	}
	if (strpbrk(p->path, "?#")) {
		rj_refuse(err, ENOTSUP,
			  "a URL with '?' or '#' is not taken: robojail keeps no "
			  "credentials, and that is where they may stand");
		return by_hand(err);
	}
	return 0;
}

/* The last part of the path, or the host, in characters that are harmless in file names. */
static void add_base(struct rj_buf *out, const char *url)
{
	const char *base = strrchr(url, '/') + 1;
	size_t len = strlen(base);

	if (len > 4 && !strcmp(base + len - 4, ".git"))
		len -= 4;
	if (len > NAME_MAX_LEN)
		len = NAME_MAX_LEN;
	for (size_t i = 0; i < len; i++) {
		bool plain = isalnum((unsigned char)base[i]) || base[i] == '_' ||
			     (i > 0 && (base[i] == '.' || base[i] == '-'));

		rj_buf_putc(out, plain ? base[i] : '_');
	}
}

static char *mirror_name(const char *url)
{
	struct rj_buf b = {0};
	unsigned char hash[RJ_SHA1_SIZE];
	struct rj_sha1 sha1;

	rj_sha1_init(&sha1);
	rj_sha1_update(&sha1, url, strlen(url));
	rj_sha1_final(&sha1, hash);
	add_base(&b, url);
	rj_buf_printf(&b, "-%02x%02x%02x%02x.git", hash[0], hash[1], hash[2], hash[3]);
	return rj_buf_take(&b);
}

int rj_remote_url_parse(const char *text, struct rj_remote_url *ret_url, struct rj_err *err)
{
	struct rj_buf b = {0};
	struct parts p;
	size_t path_len;

	if (rj_url_scheme_len(text) == 0) {
		rj_refuse(err, ENOTSUP, "%s is reached by ssh, and only https URLs are fetched",
			  strchr(text, '@') ? strchr(text, '@') + 1 : text);
		return by_hand(err);
	}
	p = split(text);
	if (check(text, &p, err) < 0)
		return -err->num;
	path_len = strlen(p.path);
	while (path_len > 0 && p.path[path_len - 1] == '/')
		path_len--;
	rj_buf_puts(&b, "https://");
	for (size_t i = 0; i < p.host_len; i++)
		rj_buf_putc(&b, (char)tolower((unsigned char)p.host[i]));
	ret_url->host = rj_strndup(b.s + strlen("https://"), p.host_len);
	rj_buf_add(&b, p.path, path_len);
	ret_url->url = rj_buf_take(&b);
	ret_url->name = mirror_name(ret_url->url);
	return 0;
}
