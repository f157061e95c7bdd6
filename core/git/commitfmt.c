/* The half of treefmt.h for commits and tags. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/git/treefmt.h"

enum {
	HEX = GIT_OID_SHA1_HEXSIZE,
	PARENTS_MAX = 4096,
};

/* Take "<key> <id>\n" off the front. */
static bool take_id(const char **p, const char *end, const char *key, git_oid *ret)
{
	size_t len = strlen(key);

	if ((size_t)(end - *p) < len + HEX + 1 || memcmp(*p, key, len) != 0 ||
	    (*p)[len + HEX] != '\n' || git_oid_fromstrn(ret, *p + len, HEX) < 0)
		return false;
	*p += len + HEX + 1;
	return true;
}

static int64_t read_date(const char *p, const char *end)
{
	static const char key[] = "\ncommitter ";
	const char *line = memmem(p, (size_t)(end - p), key, strlen(key)), *eol;
	int64_t date = 0;

	eol = line ? memchr(line + 1, '\n', (size_t)(end - line - 1)) : NULL;
	line = eol ? memrchr(line, '>', (size_t)(eol - line)) : NULL;
	for (p = line ? line + 2 : end; p < end && *p >= '0' && *p <= '9'; p++) {
		if (date > INT64_MAX / 10 - 10)
			return 0;
		date = date * 10 + (*p - '0');
	}
	return date;
}

int rj_commit_read(const void *raw, size_t len, struct rj_commit *commit, struct rj_err *err)
{
	const char *p = raw, *end = p + len;
	git_oid id;

	commit->parents_n = 0;
	if (!take_id(&p, end, "tree ", &commit->tree))
		return rj_refuse(err, EBADMSG, "it names no tree");
	while (take_id(&p, end, "parent ", &id)) {
		if (commit->parents_n == PARENTS_MAX)
			return rj_refuse(err, EBADMSG, "it has too many parents");
		commit->parents =
			rj_grow(commit->parents, &commit->cap, commit->parents_n + 1, sizeof(id));
		commit->parents[commit->parents_n++] = id;
	}
	commit->date = read_date(p - 1, end);
	return 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "1700000000 +0100\n": a date that fits, with its zone. */
static const char *date_fault(const char **p)
{
	size_t digits = 0;

	while (is_digit((*p)[digits]))
		digits++;
	if (digits == 0 || digits > 18 || (*p)[digits] != ' ' || (digits > 1 && **p == '0'))
		return "a date that is none";
	*p += digits + 1;
	if ((**p != '+' && **p != '-') || !is_digit((*p)[1]) || !is_digit((*p)[2]) ||
	    !is_digit((*p)[3]) || !is_digit((*p)[4]) || (*p)[5] != '\n')
		return "a bad time zone";
	*p += 6;
	return NULL;
}

/* "Name <mail> date zone\n"; the text ends with a NUL, which no step goes beyond. */
static const char *ident_fault(const char **p)
{
	const char *start = *p;

	*p += strcspn(*p, "<>\n");
	if (**p != '<' || *p == start || (*p)[-1] != ' ')
		return "a bad name";
	++*p;
	*p += strcspn(*p, "<>\n");
	if (**p != '>' || (*p)[1] != ' ')
		return "a bad e-mail address";
	*p += 2;
	return date_fault(p);
}

static int check_ident(const char **p, const char *key, struct rj_err *err)
{
	size_t len = strlen(key);
	const char *fault;

	if (strncmp(*p, key, len) != 0 || (*p)[len] != ' ')
		return rj_refuse(err, EBADMSG, "it has no %s", key);
	*p += len + 1;
	fault = ident_fault(p);
	return fault ? rj_refuse(err, EBADMSG, "its %s has %s", key, fault) : 0;
}

int rj_commit_check(const char *raw, size_t len, const struct rj_commit *commit, struct rj_err *err)
{
	const char *p = raw + strlen("tree \n") + HEX, *body = memmem(raw, len, "\n\n", 2);
	int r;

	if (memchr(raw, 0, len))
		return rj_refuse(err, EBADMSG, "it has a NUL byte");
	p += commit->parents_n * (strlen("parent \n") + HEX);
	r = check_ident(&p, "author", err);
	if (r == 0)
		r = check_ident(&p, "committer", err);
	if (r < 0)
		return r;
	if (!body)
		return rj_refuse(err, EBADMSG, "its header does not end");
	/* a second author or another parent further down would be read differently by others */
	for (; p < body; p = strchr(p, '\n') + 1)
		if (!strncmp(p, "author ", 7) || !strncmp(p, "parent ", 7) ||
		    !strncmp(p, "tree ", 5) || !strncmp(p, "committer ", 10))
			return rj_refuse(err, EBADMSG, "its header is out of order");
	return 0;
}

int rj_tag_read(const char *raw, size_t len, git_oid *ret_target, git_object_t *ret_type,
		struct rj_err *err)
{
	const char *p = raw, *eol;
	git_object_t type;
	char word[16];

	if (memchr(raw, 0, len))
		return rj_refuse(err, EBADMSG, "it has a NUL byte");
	if (!take_id(&p, raw + len, "object ", ret_target) || strncmp(p, "type ", 5) != 0)
		return rj_refuse(err, EBADMSG, "it names no object");
	p += 5;
	eol = strchr(p, '\n');
	if (!eol || (size_t)(eol - p) >= sizeof(word))
		return rj_refuse(err, EBADMSG, "it names no type");
	memcpy(word, p, (size_t)(eol - p));
	word[eol - p] = '\0';
	type = git_object_string2type(word);
	if (type != GIT_OBJECT_COMMIT && type != GIT_OBJECT_TREE && type != GIT_OBJECT_BLOB &&
	    type != GIT_OBJECT_TAG)
		return rj_refuse(err, EBADMSG, "it names an unknown type");
	if (strncmp(eol + 1, "tag ", 4) != 0 || eol[5] == '\n')
		return rj_refuse(err, EBADMSG, "it has no name");
	*ret_type = type;
	return 0;
}

void rj_commit_release(struct rj_commit *commit)
{
	free(commit->parents);
	*commit = (struct rj_commit){0};
}
