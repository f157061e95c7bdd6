/* url: what of a repository's URL may be shown and handed on. */
#include "core/git/url.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "core/base/buf.h"
#include "core/base/mem.h"

static const struct scheme {
	const char *name;
	bool user_stays; /* a login name, not a token */
} schemes[] = {
	{"https", false},  {"http", false},   {"ssh", true},  {"git", true},
	{"git+ssh", true}, {"ssh+git", true}, {"file", true},
};

size_t rj_url_scheme_len(const char *url)
{
	size_t n = 0;

	if (!isalpha((unsigned char)url[0]))
		return 0;
	while (isalnum((unsigned char)url[n]) || (url[n] && strchr("+-.", url[n])))
		n++;
	return strncmp(url + n, "://", 3) == 0 ? n : 0;
}

static const struct scheme *find_scheme(const char *url, size_t len)
{
	for (size_t i = 0; i < RJ_COUNT(schemes); i++)
		if (strlen(schemes[i].name) == len && !strncasecmp(schemes[i].name, url, len))
			return &schemes[i];
	return NULL;
}

char *rj_url_public(const char *url)
{
	size_t len = rj_url_scheme_len(url);
	const struct scheme *scheme = find_scheme(url, len);
	const char *host = url + len + 3;
	struct rj_buf b = {0};
	size_t authority;
	const char *at;

	if (len == 0) /* a path or HOST:PATH, but for helpers: NAME::... */
		return strstr(url, "::") && !strchr("/.", url[0]) ? NULL : rj_strdup(url);
	if (!scheme)
		return NULL;
	authority = strcspn(host, "/?#");
	at = memrchr(host, '@', authority);
	rj_buf_add(&b, url, len + 3);
	if (at && scheme->user_stays) {
		size_t user = strcspn(host, ":@");

		rj_buf_add(&b, host, user);
		rj_buf_putc(&b, '@');
	}
	rj_buf_puts(&b, at ? at + 1 : host);
	return rj_buf_take(&b);
}
