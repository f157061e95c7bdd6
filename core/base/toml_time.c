/* TOML dates and times (RFC 3339): kept as text once they are known to be real. */
#include "core/base/toml_text.h"

#include <string.h>

#include "core/base/mem.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Does it begin with a year and a dash, or an hour and a colon? No number does. */
bool rj_toml_is_time(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && is_digit(s[n]))
		n++;
	return n < len && ((n == 4 && s[n] == '-') || (n == 2 && s[n] == ':'));
}

/* Exactly `n` digits with a value from `least` to `most`. */
static bool take(const char **s, int n, int least, int most, int *ret)
{
	int value = 0;

	for (; n > 0; n--, (*s)++) {
		if (!is_digit(**s))
			return false;
		value = value * 10 + (**s - '0');
	}
	*ret = value;
	return value >= least && value <= most;
}

static bool take_char(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static bool take_date(const char **s)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year, month, day;

	if (!take(s, 4, 0, 9999, &year) || !take_char(s, '-') || !take(s, 2, 1, 12, &month) ||
	    !take_char(s, '-') || !take(s, 2, 1, days[month - 1], &day))
		return false;
	return !(month == 2 && day == 29) ||
	       (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

static bool take_clock(const char **s)
{
	int hour, minute, second;

	/* RFC 3339: second 60 is a leap second; when there was one no table here knows. */
	if (!take(s, 2, 0, 23, &hour) || !take_char(s, ':') || !take(s, 2, 0, 59, &minute) ||
	    !take_char(s, ':') || !take(s, 2, 0, 60, &second))
		return false;
	if (take_char(s, '.')) {
		if (!is_digit(**s))
			return false;
		while (is_digit(**s))
			(*s)++;
	}
	return true;
}

static bool take_offset(const char **s)
{
	int hour, minute;

	if (take_char(s, 'Z'))
		return true;
	return (take_char(s, '+') || take_char(s, '-')) && take(s, 2, 0, 23, &hour) &&
	       take_char(s, ':') && take(s, 2, 0, 59, &minute);
}

static bool classify(const char *s, enum rj_toml_type *ret)
{
	if (s[2] == ':') {
		*ret = RJ_TOML_LOCAL_TIME;
		return take_clock(&s) && !*s;
	}
	if (!take_date(&s))
		return false;
	*ret = RJ_TOML_LOCAL_DATE;
	if (!*s)
		return true;
	if (!take_char(&s, 'T') || !take_clock(&s))
		return false;
	*ret = RJ_TOML_LOCAL_DATETIME;
	if (!*s)
		return true;
	*ret = RJ_TOML_DATETIME;
	return take_offset(&s) && !*s;
}

/* A blank stands only between date and time, where a digit follows it. */
static size_t time_len(const struct rj_toml_text *t)
{
	size_t n = rj_toml_token_len(t, 0), left = (size_t)(t->end - t->at);

	if (n == 10 && left > 11 && t->at[n] == ' ' && is_digit(t->at[n + 1]))
		return rj_toml_token_len(t, n + 1);
	return n;
}

int rj_toml_read_time(struct rj_toml_text *t, struct rj_toml *node, struct rj_err *err)
{
	size_t len = time_len(t);
	RJ_AUTO(rj_free) char *s = rj_strndup(t->at, len);
	enum rj_toml_type type;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == 't' || (s[i] == ' ' && i == 10))
			s[i] = 'T';
		else if (s[i] == 'z')
			s[i] = 'Z';
	}
	if (!classify(s, &type))
		return rj_toml_refuse(err, t->file, rj_toml_here(t),
				      "'%.*s' is not a date or time that exists",
				      len < 60 ? (int)len : 60, t->at);
	node->type = type;
	node->s = s;
	node->len = len;
	s = NULL;
	t->at += len;
	return 0;
}
