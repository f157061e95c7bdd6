/* What jansson leaves open: bytes that are not text, and how our documents look. */
#include "core/base/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"

static void *must_alloc(size_t n)
{
	return rj_must(malloc(n));
}

void rj_json_prepare(void)
{
	size_t seed;

	json_set_alloc_funcs(must_alloc, free);
	/* One call; the library's own way opens a device. Without it that is what happens. */
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == sizeof(seed) && seed != 0)
		json_object_seed(seed);
}

/* The bytes with an escape of one letter, and those letters, in the same order. */
static const char escaped[] = "\a\b\t\n\v\f\r\"\\";
static const char letters[] = "abtnvfr\"\\";

static bool is_plain(const char *bytes, size_t len)
{
	return (len == 0 || bytes[0] != '"') && !memchr(bytes, '\0', len) &&
	       rj_utf8_is_valid(bytes, len);
}

static void quote(struct rj_buf *b, const char *bytes, size_t len)
{
	rj_buf_putc(b, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];
		const char *e = c ? strchr(escaped, c) : NULL;

		if (e)
			rj_buf_printf(b, "\\%c", letters[e - escaped]);
		else if (c < 0x20 || c >= 0x7f)
			rj_buf_printf(b, "\\%03o", c);
		else
			rj_buf_putc(b, (char)c);
	}
	rj_buf_putc(b, '"');
}

json_t *rj_json_text(const char *bytes, size_t len)
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};

	if (!is_plain(bytes, len)) {
		quote(&b, bytes, len);
		bytes = b.s;
		len = b.len;
	}
	/* The bytes are valid by now: only memory can be missing. */
	return rj_must(json_stringn_nocheck(bytes, len));
}

static bool is_octal(const char *s)
{
	for (int i = 0; i < 3; i++)
		if (s[i] < '0' || s[i] > (i ? '7' : '3'))
			return false;
	return true;
}

/* s ends with a NUL. Anything that is not an escape is taken as it is: the caller compares. */
static void unquote(struct rj_buf *b, const char *s)
{
	while (*s && *s != '"') {
		const char *l;

		if (*s != '\\') {
			rj_buf_putc(b, *s++);
			continue;
		}
		l = *++s ? strchr(letters, *s) : NULL;
		if (l) {
			rj_buf_putc(b, escaped[l - letters]);
			s++;
		} else if (is_octal(s)) {
			rj_buf_putc(b,
				    (char)((s[0] - '0') << 6 | (s[1] - '0') << 3 | (s[2] - '0')));
			s += 3;
		}
	}
}

int rj_json_bytes(const json_t *text, struct rj_buf *out, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf bytes = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf again = {0};
	const char *s = json_string_value(text);

	if (!s)
		return rj_refuse(err, EINVAL, "not a JSON string");
	if (s[0] != '"') {
		rj_buf_add(out, s, json_string_length(text));
		return 0;
	}
	unquote(&bytes, s + 1);
	/* One value, one meaning: only what rj_json_text writes is read. */
	if (!is_plain(rj_buf_str(&bytes), bytes.len))
		quote(&again, rj_buf_str(&bytes), bytes.len);
	if (strcmp(rj_buf_str(&again), s) != 0)
		return rj_refuse(err, EINVAL,
				 "a string that begins with '\"' is not quoted as it should be");
	rj_buf_add(out, rj_buf_str(&bytes), bytes.len);
	return 0;
}

int rj_json_print(const json_t *root, FILE *out, struct rj_err *err)
{
	/* 15 digits are exact for what was written with no more: 2.244, not 2.2440000000000002 */
	const size_t flags = JSON_INDENT(2) | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15);

	errno = 0;
	if (json_dumpf(root, out, flags) < 0 || fputc('\n', out) == EOF)
		return rj_fail(err, errno ? errno : ENOMEM, "cannot write JSON");
	return 0;
}

void rj_json_print_text(const char *s, FILE *out)
{
	RJ_AUTO(rj_json_decref) json_t *text = NULL;

	for (const char *p = s; *p; p++)
		if (*p < ' ' || *p > '~' || *p == '"' || *p == '\\') {
			text = rj_json_text(s, strlen(s));
			(void)json_dumpf(text, out, JSON_ENCODE_ANY);
			return;
		}
	(void)fputc('"', out);
	(void)fputs(s, out);
	(void)fputc('"', out);
}

void rj_json_decref(json_t **json)
{
	json_decref(*json);
	*json = NULL;
}
