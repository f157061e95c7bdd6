/* attrs_convert: what attributes and settings do to content on its way in and out, by git's rules.
 */
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/git/attrs.h"
#include "core/git/auto.h"
#include "core/git/convert.h"

struct how {
	enum rj_eol eol;
	bool ident;
	const char *encoding; /* NULL: UTF-8 */
};

/* What `text` (or `crlf`) says. */
enum text {
	SILENT,
	BINARY,
	IS_TEXT,
	IS_TEXT_LF,
	GUESS,
};

static enum text text_of(const char *value)
{
	if (!value)
		return SILENT;
	if (value == rj_attr_on)
		return IS_TEXT;
	if (value == rj_attr_off)
		return BINARY;
	return !strcmp(value, "input") ? IS_TEXT_LF : !strcmp(value, "auto") ? GUESS : SILENT;
}

static enum rj_eol eol_of(const struct rj_attrs *a, const char *const values[RJ_ATTR_COUNT])
{
	const char *eol = values[RJ_ATTR_EOL];
	enum text text = text_of(values[RJ_ATTR_TEXT]);
	bool crlf = eol && !strcmp(eol, "crlf"), lf = eol && !strcmp(eol, "lf");

	if (text == SILENT)
		text = text_of(values[RJ_ATTR_CRLF]);
	if (text == BINARY)
		return RJ_EOL_KEEP;
	if (!crlf && !lf) {
		if (text == SILENT && !a->autocrlf)
			return RJ_EOL_KEEP;
		if (text == SILENT)
			text = GUESS;
		crlf = text != IS_TEXT_LF && a->native_crlf;
	}
	if (text == GUESS)
		return crlf ? RJ_EOL_CRLF_AUTO : RJ_EOL_LF_AUTO;
	return crlf ? RJ_EOL_CRLF : RJ_EOL_LF;
}

static const char *encoding_of(const char *value)
{
	if (!value || value == rj_attr_on || value == rj_attr_off || !*value)
		return NULL;
	return strcasecmp(value, "UTF-8") != 0 ? value : NULL;
}

static struct how look_up(const struct rj_attrs *a, const char *path)
{
	const char *values[RJ_ATTR_COUNT];

	if (!a->active)
		return (struct how){.eol = RJ_EOL_KEEP};
	rj_attrs_get(a, path, values);
	return (struct how){
		.eol = eol_of(a, values),
		.ident = values[RJ_ATTR_IDENT] == rj_attr_on,
		.encoding = encoding_of(values[RJ_ATTR_ENCODING]),
	};
}

bool rj_attrs_converts(const struct rj_attrs *a, const char *path)
{
	const struct how how = look_up(a, path);

	return how.eol != RJ_EOL_KEEP || how.ident || how.encoding;
}

/* The next form of the content is in *made: put it in place of the last. */
static void take(struct rj_buf *ret, struct rj_buf *made, const char **bytes, size_t *len)
{
	rj_buf_release(ret);
	*ret = *made;
	*made = (struct rj_buf){0};
	*bytes = ret->s;
	*len = ret->len;
}

/* Was it stored with CRLF? Then a text that nobody but git calls one keeps them. */
static bool was_crlf(const struct rj_attrs *a, const struct rj_side *tracked)
{
	RJ_AUTO(rj_git_blob_free) git_blob *blob = NULL;

	return tracked->mode && git_blob_lookup(&blob, a->git, &tracked->id) == 0 &&
	       rj_convert_is_crlf(git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob));
}

static bool to_lf(const struct rj_attrs *a, enum rj_eol eol, const struct rj_side *tracked,
		  const char *bytes, size_t len, struct rj_buf *ret)
{
	const bool guess = eol == RJ_EOL_LF_AUTO || eol == RJ_EOL_CRLF_AUTO;

	if (eol == RJ_EOL_KEEP || !memmem(bytes, len, "\r\n", 2))
		return false;
	return !(guess && was_crlf(a, tracked)) && rj_convert_uneol(bytes, len, guess, ret);
}

bool rj_attrs_clean(const struct rj_attrs *a, const char *path, const struct rj_side *tracked,
		    const char *bytes, size_t len, git_buf *ret)
{
	const struct how how = look_up(a, path);
	RJ_AUTO(rj_buf_release) struct rj_buf last = {0};
	struct rj_buf made = {0};

	if (how.encoding && rj_convert_decode(bytes, len, how.encoding, &made))
		take(&last, &made, &bytes, &len);
	if (to_lf(a, how.eol, tracked, bytes, len, &made))
		take(&last, &made, &bytes, &len);
	if (how.ident && rj_convert_unident(bytes, len, &made))
		take(&last, &made, &bytes, &len);
	return last.s && git_buf_set(ret, bytes, len) == 0;
}

bool rj_attrs_smudge(const struct rj_attrs *a, const char *path, const git_oid *id,
		     const char *bytes, size_t len, struct rj_buf *ret, const char **ret_unencoded)
{
	char hex[GIT_OID_SHA1_HEXSIZE + 1];
	struct rj_buf made = {0};
	struct how how;

	if (!a->active || (!a->native_crlf && !rj_attrset_smudges(a->set, path)))
		return false;
	how = look_up(a, path);
	if (how.ident && rj_convert_ident(bytes, len, git_oid_tostr(hex, sizeof(hex), id), &made))
		take(ret, &made, &bytes, &len);
	if (rj_convert_eol(bytes, len, how.eol, &made))
		take(ret, &made, &bytes, &len);
	if (how.encoding && rj_convert_encode(bytes, len, how.encoding, &made))
		take(ret, &made, &bytes, &len);
	else if (how.encoding && len)
		*ret_unencoded = how.encoding;
	return ret->s != NULL;
}
