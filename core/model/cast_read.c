/* Reading asciicast: lines, and the values in them. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/json.h"
#include "core/model/cast.h"

enum { LINE_MAX_BYTES = 4 << 20, SIZE_LEAST = 1, SIZE_MOST = 65535 };

/* Longer than a recording can be; a microsecond is still told from the next. */
#define SECONDS_MOST 1e9

static int refuse(const struct rj_cast_reader *r, const char *what, struct rj_err *err)
{
	return rj_refuse(err, EBADMSG, "%s:%zu: %s", r->file, r->line, what);
}

void rj_cast_feed(struct rj_cast_reader *r, const char *bytes, size_t len)
{
	/* what was read goes first, so that no more than a line is held */
	if (r->at > 0) {
		memmove(r->held.s, r->held.s + r->at, r->held.len - r->at);
		r->held.len -= r->at;
		r->at = 0;
	}
	rj_buf_add(&r->held, bytes, len);
}

static bool get_side(const json_t *value, unsigned *ret)
{
	const json_int_t n = json_integer_value(value);

	if (n < SIZE_LEAST || n > SIZE_MOST)
		return false;
	*ret = (unsigned)n;
	return true;
}

static int read_head(const struct rj_cast_reader *r, const json_t *value, struct rj_cast_event *ret,
		     struct rj_err *err)
{
	const json_t *command = json_object_get(value, "command");
	struct rj_cast_event e = {.kind = 'h'};

	if (!json_is_object(value) || json_integer_value(json_object_get(value, "version")) != 2)
		return refuse(r, "this is no asciicast of version 2", err);
	if (!get_side(json_object_get(value, "width"), &e.cols) ||
	    !get_side(json_object_get(value, "height"), &e.rows))
		return refuse(r, "width and height must be numbers from 1 to 65535", err);
	e.timestamp = json_integer_value(json_object_get(value, "timestamp"));
	e.text = json_string_value(command);
	e.len = json_string_length(command);
	*ret = e;
	return 1;
}

/* "COLSxROWS" */
static bool get_size(const char *text, struct rj_cast_event *e)
{
	char *end;
	const unsigned long cols = strtoul(text, &end, 10);
	const unsigned long rows = *end == 'x' ? strtoul(end + 1, &end, 10) : 0;

	if (*end || cols < SIZE_LEAST || cols > SIZE_MOST || rows < SIZE_LEAST || rows > SIZE_MOST)
		return false;
	e->cols = (unsigned)cols;
	e->rows = (unsigned)rows;
	return true;
}

static int read_event(const struct rj_cast_reader *r, const json_t *value,
		      struct rj_cast_event *ret, struct rj_err *err)
{
	const json_t *when = json_array_get(value, 0), *data = json_array_get(value, 2);
	const char *kind = json_string_value(json_array_get(value, 1));
	const double seconds = json_number_value(when);
	struct rj_cast_event e = {0};

	if (!json_is_number(when) || !kind || !json_is_string(data))
		return refuse(r, "an event is [seconds, \"kind\", \"data\"]", err);
	if (!(seconds >= 0 && seconds <= SECONDS_MOST))
		return refuse(r, "the time of an event is out of range", err);
	e.kind = kind[0] && !kind[1] ? kind[0] : '?';
	e.us = (uint64_t)(seconds * 1e6 + 0.5);
	e.text = json_string_value(data);
	e.len = json_string_length(data);
	if (e.kind == 'r' && !get_size(e.text, &e))
		return refuse(r, "a size is written \"COLSxROWS\"", err);
	*ret = e;
	return 1;
}

/* As rj_cast_next, of one line; 0 when there is nothing in it. */
static int read_line(struct rj_cast_reader *r, const char *s, size_t len, struct rj_cast_event *ret,
		     struct rj_err *err)
{
	json_error_t why;
	int rc;

	if (len == 0 || *s == '#')
		return 0;
	json_decref(r->now);
	r->now = json_loadb(s, len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &why);
	if (!r->now)
		return rj_refuse(err, EBADMSG, "%s:%zu: %s", r->file, r->line, why.text);
	if (json_is_object((json_t *)r->now))
		return r->line == 1 ? read_head(r, r->now, ret, err)
				    : refuse(r, "a second head", err);
	if (r->line == 1)
		return refuse(r, "this is no asciicast of version 2", err);
	rc = read_event(r, r->now, ret, err);
	return rc > 0 && !strchr("orm", ret->kind) ? 0 : rc;
}

int rj_cast_next(struct rj_cast_reader *r, struct rj_cast_event *ret, struct rj_err *err)
{
	int rc = 0;

	while (rc == 0) {
		const char *s = r->held.s ? r->held.s + r->at : "";
		const size_t left = r->held.len - r->at;
		const char *end = memchr(s, '\n', left);

		if (!end && left <= LINE_MAX_BYTES)
			return 0;
		r->line++;
		if (!end || end - s > LINE_MAX_BYTES)
			return refuse(r, "the line is longer than 4 MiB", err);
		r->at += (size_t)(end - s) + 1;
		rc = read_line(r, s, (size_t)(end - s), ret, err);
	}
	return rc;
}

void rj_cast_release(struct rj_cast_reader *r)
{
	json_decref(r->now);
	r->now = NULL;
	rj_buf_release(&r->held);
}
