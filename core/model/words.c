#include "core/model/words.h"

#include <errno.h>
#include <string.h>

struct split {
	const char *line, *at;
	struct rj_buf word;
	bool in_word;
};

static int refuse(const struct split *s, const char *what, struct rj_err *err)
{
	return rj_refuse(err, EINVAL, "'%s': %s", s->line, what);
}

static int single_quoted(struct split *s, struct rj_err *err)
{
	const char *end = strchr(++s->at, '\'');

	if (!end)
		return refuse(s, "a ' is not closed", err);
	rj_buf_add(&s->word, s->at, (size_t)(end - s->at));
	s->at = end + 1;
	return 0;
}

static int double_quoted(struct split *s, struct rj_err *err)
{
	for (s->at++; *s->at != '"'; s->at++) {
		if (*s->at == '\\' && s->at[1] && strchr("\"\\$`", s->at[1]))
			s->at++;
		else if (*s->at == '$' || *s->at == '`')
			return refuse(s, "$ and ` are not expanded: quote them with ' or \\", err);
		if (!*s->at)
			return refuse(s, "a \" is not closed", err);
		rj_buf_putc(&s->word, *s->at);
	}
	s->at++;
	return 0;
}

static int plain(struct split *s, struct rj_err *err)
{
	if (*s->at == '\\' && !*++s->at)
		return refuse(s, "a \\ stands at the end", err);
	rj_buf_putc(&s->word, *s->at++);
	return 0;
}

static int one(struct split *s, struct rj_strv *words, struct rj_err *err)
{
	switch (*s->at) {
	case ' ':
	case '\t':
	case '\n':
		if (s->in_word)
			rj_strv_give(words, rj_buf_take(&s->word));
		s->in_word = false;
		s->at++;
		return 0;
	case '\'':
		s->in_word = true;
		return single_quoted(s, err);
	case '"':
		s->in_word = true;
		return double_quoted(s, err);
	default:
		if (strchr("|&;<>()$`", *s->at)) {
			refuse(s, "it needs a shell", err);
			return rj_hint(err, "quote the special characters, or use: sh -c '...'");
		}
		s->in_word = true;
		return plain(s, err);
	}
}

int rj_words_split(const char *line, struct rj_strv *ret_words, struct rj_err *err)
{
	struct split s = {.line = line, .at = line};
	struct rj_strv words = {0};
	int rc = 0;

	while (*s.at && rc == 0)
		rc = one(&s, &words, err);
	if (rc == 0 && s.in_word)
		rj_strv_give(&words, rj_buf_take(&s.word));
	if (rc == 0 && words.n == 0)
		rc = refuse(&s, "there is no command in it", err);
	rj_buf_release(&s.word);
	if (rc < 0) {
		rj_strv_release(&words);
		return rc;
	}
	*ret_words = words;
	return 0;
}

char *rj_words_join(const struct rj_strv *words)
{
	struct rj_buf b = {0};

	for (size_t i = 0; i < words->n; i++) {
		if (i > 0)
			rj_buf_putc(&b, ' ');
		rj_buf_word(&b, words->v[i]);
	}
	return rj_buf_take(&b);
}
