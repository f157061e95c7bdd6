/* TOML booleans, integers and floats. */
#include "core/base/toml_text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* One or more digits, with single underscores between them only; copied to *out without those. */
static bool take_digits(const char **s, const char *digits, struct rj_buf *out)
{
	bool digit_before = false;

	for (;; (*s)++) {
		if (**s && strchr(digits, **s)) {
			rj_buf_putc(out, **s);
			digit_before = true;
		} else if (**s == '_' && digit_before) {
			digit_before = false;
		} else {
			return digit_before;
		}
	}
}

static const char decimal[] = "0123456789";

/* `digits` has passed take_digits; false when it does not fit into 64 bits. */
static bool to_integer(const char *digits, int base, bool negative, int64_t *ret)
{
	int64_t value = 0;

	for (; *digits; digits++) {
		int c = (unsigned char)*digits;
		int digit = is_digit(*digits) ? c - '0' : (c | 0x20) - 'a' + 10;

		/* Downwards, because the least integer has no positive twin. */
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_sub_overflow(value, digit, &value))
			return false;
	}
	return negative ? (*ret = value, true) : !__builtin_sub_overflow(0, value, ret);
}

enum outcome {
	NOT_A_NUMBER,
	TOO_LARGE,
	DONE,
};

static enum outcome set_integer(struct rj_toml *node, const char *digits, int base, bool negative)
{
	int64_t value;

	if (!to_integer(digits, base, negative, &value))
		return TOO_LARGE;
	node->type = RJ_TOML_INTEGER;
	node->integer = value;
	return DONE;
}

static enum outcome set_float(struct rj_toml *node, double value)
{
	node->type = RJ_TOML_FLOAT;
	node->real = value;
	return DONE;
}

/* 0x, 0o, 0b and what follows; no sign is allowed before them. */
static enum outcome read_based(const char *s, struct rj_toml *node)
{
	static const struct {
		char letter;
		int base;
		const char *digits;
	} rows[] = {
		{'x', 16, "0123456789abcdefABCDEF"},
		{'o', 8, "01234567"},
		{'b', 2, "01"},
	};

	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		RJ_AUTO(rj_buf_release) struct rj_buf digits = {0};
		const char *p = s + 2;

		if (s[1] != rows[i].letter)
			continue;
		if (!take_digits(&p, rows[i].digits, &digits) || *p)
			return NOT_A_NUMBER;
		return set_integer(node, rj_buf_str(&digits), rows[i].base, false);
	}
	return NOT_A_NUMBER;
}

static enum outcome read_number(const char *s, struct rj_toml *node)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	bool negative = *s == '-', sign = negative || *s == '+', whole = true;
	const char *first, *p = s + sign;
	double value;

	if (!strcmp(p, "inf"))
		return set_float(node, negative ? -(double)INFINITY : (double)INFINITY);
	if (!strcmp(p, "nan"))
		return set_float(node, negative ? -(double)NAN : (double)NAN);
	if (!sign && p[0] == '0' && p[1] && !strchr(".eE", p[1]))
		return read_based(p, node);
	first = p;
	if (!take_digits(&p, decimal, &text) || (first[0] == '0' && p - first > 1))
		return NOT_A_NUMBER;
	if (*p == '\0')
		return set_integer(node, rj_buf_str(&text), 10, negative);
	if (*p == '.') {
		whole = false;
		rj_buf_putc(&text, *p++);
		if (!take_digits(&p, decimal, &text))
			return NOT_A_NUMBER;
	}
	if (*p == 'e' || *p == 'E') {
		whole = false;
		rj_buf_putc(&text, *p++);
		if (*p == '+' || *p == '-')
			rj_buf_putc(&text, *p++);
		if (!take_digits(&p, decimal, &text))
			return NOT_A_NUMBER;
	}
	if (whole || *p)
		return NOT_A_NUMBER;
	/* strtod minds the locale, which a robojail process never sets: the point is a point. */
	value = strtod(rj_buf_str(&text), NULL);
	return isinf(value) ? TOO_LARGE : set_float(node, negative ? -value : value);
}

static int refuse_token(const struct rj_toml_text *t, struct rj_toml_pos at, const char *token,
			struct rj_err *err)
{
	if (!strcasecmp(token, "true") || !strcasecmp(token, "false"))
		return rj_toml_refuse(err, t->file, at, "'%s' must be in small letters", token);
	if (token[0] == '+' || token[0] == '-' || token[0] == '.' || is_digit(token[0]))
		return rj_toml_refuse(err, t->file, at, "'%.60s' is not a number, date or time",
				      token);
	(void)rj_toml_refuse(err, t->file, at, "'%.60s' is not a value", token);
	return rj_hint(err, "a string needs quotes around it");
}

int rj_toml_read_scalar(struct rj_toml_text *t, struct rj_toml *node, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *token = NULL;
	struct rj_toml_pos at = rj_toml_here(t);
	char found[RJ_TOML_FOUND_SIZE];
	size_t len = rj_toml_token_len(t, 0);

	if (len == 0)
		return rj_toml_refuse(err, t->file, at, "expected a value, found %s",
				      rj_toml_found(t, found));
	if (rj_toml_is_time(t->at, len))
		return rj_toml_read_time(t, node, err);
	token = rj_strndup(t->at, len);
	if (!strcmp(token, "true") || !strcmp(token, "false")) {
		node->type = RJ_TOML_BOOL;
		node->truth = token[0] == 't';
	} else {
		enum outcome outcome = read_number(token, node);

		if (outcome == TOO_LARGE)
			return rj_toml_refuse(err, t->file, at, "%.60s is too large", token);
		if (outcome == NOT_A_NUMBER)
			return refuse_token(t, at, token, err);
	}
	t->at += len;
	return 0;
}
