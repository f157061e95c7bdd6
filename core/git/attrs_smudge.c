/* attrs_smudge: which attributes say how a file lies in the worktree, by git's rules. */
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/git/attrs.h"
#include "core/git/convert.h"
#include "core/git/giterr.h"

enum {
	TEXT,
	CRLF, /* the name that `text` had before git 1.7.2 */
	EOL,
	IDENT,
	ENCODING,
	ATTRS,
};

static const char *const names[ATTRS] = {"text", "crlf", "eol", "ident", "working-tree-encoding"};

static int look_up(const struct rj_attrs *a, const char *path, const char *values[ATTRS])
{
	git_attr_options options = {
		.version = GIT_ATTR_OPTIONS_VERSION,
		.flags = GIT_ATTR_CHECK_INCLUDE_COMMIT,
		.attr_commit_id = a->base,
	};
	const char *asked[ATTRS];

	memcpy(asked, names, sizeof(asked));
	return git_attr_get_many_ext(values, a->git, &options, path, ATTRS, asked);
}

static bool says(const char *value, const char *word)
{
	return git_attr_value(value) == GIT_ATTR_VALUE_STRING && !strcmp(value, word);
}

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
	switch (git_attr_value(value)) {
	case GIT_ATTR_VALUE_TRUE:
		return IS_TEXT;
	case GIT_ATTR_VALUE_FALSE:
		return BINARY;
	case GIT_ATTR_VALUE_STRING:
		return !strcmp(value, "input")	? IS_TEXT_LF
		       : !strcmp(value, "auto") ? GUESS
						: SILENT;
	case GIT_ATTR_VALUE_UNSPECIFIED:
	default:
		return SILENT;
	}
}

static enum rj_eol eol_of(const struct rj_attrs *a, const char *const values[ATTRS])
{
	enum text text = text_of(values[TEXT]);
	bool crlf = says(values[EOL], "crlf"), lf = says(values[EOL], "lf");

	if (text == SILENT)
		text = text_of(values[CRLF]);
	if (text == BINARY)
		return RJ_EOL_KEEP;
	if (crlf)
		return text == GUESS ? RJ_EOL_CRLF_AUTO : RJ_EOL_CRLF;
	if (lf || text == IS_TEXT_LF)
		return RJ_EOL_KEEP;
	if (text == SILENT)
		return a->autocrlf ? RJ_EOL_CRLF_AUTO : RJ_EOL_KEEP;
	if (!a->native_crlf)
		return RJ_EOL_KEEP;
	return text == GUESS ? RJ_EOL_CRLF_AUTO : RJ_EOL_CRLF;
}

static const char *encoding_of(const char *value)
{
	bool named = git_attr_value(value) == GIT_ATTR_VALUE_STRING;

	return named && strcasecmp(value, "UTF-8") != 0 ? value : NULL;
}

const char *rj_attrs_encoding(const struct rj_attrs *a, const char *path, bool *ret_ident)
{
	const char *values[ATTRS];

	*ret_ident = false;
	if (!a->active || look_up(a, path, values) < 0)
		return NULL;
	*ret_ident = git_attr_value(values[IDENT]) == GIT_ATTR_VALUE_TRUE;
	return encoding_of(values[ENCODING]);
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

int rj_attrs_smudge(const struct rj_attrs *a, const char *path, const git_oid *id,
		    const char *bytes, size_t len, struct rj_buf *ret, struct rj_err *err)
{
	const char *values[ATTRS];
	char hex[GIT_OID_SHA1_HEXSIZE + 1];
	struct rj_buf made = {0};
	int rc = a->active ? look_up(a, path, values) : 0;

	if (rc < 0)
		return rj_git_fail(err, rc, "cannot read the attributes of '%s'", path);
	if (!a->active)
		return 0;
	if (git_attr_value(values[IDENT]) == GIT_ATTR_VALUE_TRUE &&
	    rj_convert_ident(bytes, len, git_oid_tostr(hex, sizeof(hex), id), &made))
		take(ret, &made, &bytes, &len);
	if (rj_convert_eol(bytes, len, eol_of(a, values), &made))
		take(ret, &made, &bytes, &len);
	if (encoding_of(values[ENCODING]) && rj_convert_encode(bytes, len, values[ENCODING], &made))
		take(ret, &made, &bytes, &len);
	return ret->s != NULL;
}
