/*
 * toml against files: the public toml-test suite, where it is at hand, and the
 * project's own cases in tests/data/toml, always.
 *
 * A valid file must give the tree that the JSON beside it describes (the tagged
 * form of toml-test: {"type": "integer", "value": "1"}); an invalid one must be
 * refused, with a place that exists in it.
 */
#include "core/base/toml.h"

#include <criterion/criterion.h>
#include <criterion/logging.h>
#include <errno.h>
#include <glob.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"

/* The repository's top: the test runs there, or says where it is. */
static const char *top(void)
{
	const char *dir = getenv("RJ_TOP");

	return dir ? dir : ".";
}

static void slurp(const char *path, struct rj_buf *out)
{
	FILE *f = fopen(path, "rb");
	char bytes[4096];
	size_t n;

	cr_assert(f != NULL, "%s: %s", path, strerror(errno));
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		rj_buf_add(out, bytes, n);
	(void)fclose(f);
}

static const char *tag(enum rj_toml_type type)
{
	static const char *const names[] = {
		[RJ_TOML_TABLE] = "table",	     [RJ_TOML_ARRAY] = "array",
		[RJ_TOML_STRING] = "string",	     [RJ_TOML_INTEGER] = "integer",
		[RJ_TOML_FLOAT] = "float",	     [RJ_TOML_BOOL] = "bool",
		[RJ_TOML_DATETIME] = "datetime",     [RJ_TOML_LOCAL_DATETIME] = "datetime-local",
		[RJ_TOML_LOCAL_DATE] = "date-local", [RJ_TOML_LOCAL_TIME] = "time-local",
	};

	return names[type];
}

static bool same_float(double got, const char *expected)
{
	double value = strtod(expected, NULL);

	if (isnan(value))
		return isnan(got);
	return got == value && signbit(got) == signbit(value);
}

/* Times are compared without the zeros at the end of the fraction: .6 is .600. */
static void put_time(struct rj_buf *out, const char *s)
{
	const char *point = strchr(s, '.');
	size_t digits;

	if (!point) {
		rj_buf_puts(out, s);
		return;
	}
	digits = strspn(point + 1, "0123456789");
	while (digits > 0 && point[digits] == '0')
		digits--;
	rj_buf_add(out, s, (size_t)(point - s) + (digits ? digits + 1 : 0));
	rj_buf_puts(out, point + 1 + strspn(point + 1, "0123456789"));
}

static bool same_time(const char *got, const char *expected)
{
	RJ_AUTO(rj_buf_release) struct rj_buf a = {0}, b = {0};

	put_time(&a, got);
	put_time(&b, expected);
	return !strcmp(rj_buf_str(&a), rj_buf_str(&b));
}

/*
 * jansson reads no NUL in a key. So that it need not, the JSON says U+E000 for
 * it, and so does what we compare with it.
 */
static void put_without_nul(struct rj_buf *out, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i])
			rj_buf_putc(out, bytes[i]);
		else
			rj_buf_puts(out, "\xee\x80\x80");
	}
}

static void put_json_without_nul(struct rj_buf *out, const struct rj_buf *json)
{
	for (size_t i = 0; i < json->len; i++) {
		if (!strncmp(json->s + i, "\\u0000", 6)) {
			rj_buf_puts(out, "\\uE000");
			i += 5;
			continue;
		}
		rj_buf_putc(out, json->s[i]);
		if (json->s[i] == '\\')
			rj_buf_putc(out, json->s[++i]);
	}
}

static bool same_scalar(const struct rj_toml *node, const char *type, const json_t *value)
{
	RJ_AUTO(rj_buf_release) struct rj_buf plain = {0};
	const char *text = json_string_value(value);

	if (!text || strcmp(tag(node->type), type) != 0)
		return false;
	switch (node->type) {
	case RJ_TOML_STRING:
		put_without_nul(&plain, node->s, node->len);
		return !strcmp(rj_buf_str(&plain), text);
	case RJ_TOML_INTEGER:
		errno = 0;
		return node->integer == strtoll(text, NULL, 10) && errno == 0;
	case RJ_TOML_FLOAT:
		return same_float(node->real, text);
	case RJ_TOML_BOOL:
		return node->truth == !strcmp(text, "true");
	case RJ_TOML_DATETIME:
	case RJ_TOML_LOCAL_DATETIME:
	case RJ_TOML_LOCAL_DATE:
	case RJ_TOML_LOCAL_TIME:
		return same_time(node->s, text);
	case RJ_TOML_TABLE:
	case RJ_TOML_ARRAY:
		break;
	}
	return false;
}

static bool is_tagged(const json_t *json)
{
	return json_object_size(json) == 2 && json_is_string(json_object_get(json, "type")) &&
	       json_is_string(json_object_get(json, "value"));
}

static bool same(const struct rj_toml *node, const json_t *json)
{
	if (json_is_array(json)) {
		if (node->type != RJ_TOML_ARRAY || node->n != json_array_size(json))
			return false;
		for (size_t i = 0; i < node->n; i++)
			if (!same(node->v[i], json_array_get(json, i)))
				return false;
		return true;
	}
	if (is_tagged(json))
		return same_scalar(node, json_string_value(json_object_get(json, "type")),
				   json_object_get(json, "value"));
	if (node->type != RJ_TOML_TABLE || node->n != json_object_size(json))
		return false;
	for (size_t i = 0; i < node->n; i++) {
		const struct rj_toml *child = node->v[i];
		RJ_AUTO(rj_buf_release) struct rj_buf key = {0};
		const json_t *there;

		put_without_nul(&key, child->key, child->key_len);
		there = json_object_get(json, rj_buf_str(&key));
		if (!there || !same(child, there))
			return false;
	}
	return true;
}

static void check_valid(const char *path)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0}, raw = {0}, wanted = {0}, beside = {0};
	RJ_AUTO(rj_toml_free) struct rj_toml *root = NULL;
	struct rj_err err = {0};
	json_error_t why;
	json_t *json;
	int r;

	slurp(path, &text);
	rj_buf_add(&beside, path, strlen(path) - strlen(".toml"));
	rj_buf_puts(&beside, ".json");
	slurp(rj_buf_str(&beside), &raw);
	put_json_without_nul(&wanted, &raw);
	json = json_loads(rj_buf_str(&wanted), 0, &why);
	cr_assert(json != NULL, "%s: %s", rj_buf_str(&beside), why.text);
	r = rj_toml_parse(rj_buf_str(&text), text.len, path, &root, &err);
	cr_expect(r == 0, "%s is valid, but: %s", path, err.msg);
	cr_expect(err.num == 0);
	if (r == 0)
		cr_expect(same(root, json), "%s is read as something else", path);
	json_decref(json);
}

/* "PATH:LINE:COL: what", with a line that the text has. */
static bool has_place(const char *msg, const char *path, const struct rj_buf *text)
{
	unsigned long line, col, lines = 1;
	char *end;

	for (size_t i = 0; i < text->len; i++)
		lines += text->s[i] == '\n';
	if (strncmp(msg, path, strlen(path)) != 0 || msg[strlen(path)] != ':')
		return false;
	line = strtoul(msg + strlen(path) + 1, &end, 10);
	if (*end != ':')
		return false;
	col = strtoul(end + 1, &end, 10);
	return line >= 1 && line <= lines && col >= 1 && col <= text->len + 1 &&
	       !strncmp(end, ": ", 2) && end[2] != '\0';
}

static void check_invalid(const char *path)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct rj_toml *root = NULL;
	struct rj_err err = {0};
	int r;

	slurp(path, &text);
	r = rj_toml_parse(rj_buf_str(&text), text.len, path, &root, &err);
	cr_expect(r == -EINVAL, "%s is invalid, but was read (%d)", path, r);
	cr_expect(root == NULL, "%s: the result was touched on failure", path);
	if (r < 0)
		cr_expect(has_place(err.msg, path, &text), "no place in: %s", err.msg);
	rj_toml_free(&root);
}

static size_t check_folder(const char *kind, void (*check)(const char *path))
{
	RJ_AUTO(rj_buf_release) struct rj_buf pattern = {0};
	glob_t found = {0};
	size_t n;

	rj_buf_printf(&pattern, "%s/tests/data/toml/%s/*.toml", top(), kind);
	cr_assert(glob(rj_buf_str(&pattern), 0, NULL, &found) == 0, "nothing matches %s",
		  rj_buf_str(&pattern));
	for (size_t i = 0; i < found.gl_pathc; i++)
		check(found.gl_pathv[i]);
	n = found.gl_pathc;
	globfree(&found);
	return n;
}

Test(toml_suite, own_valid)
{
	cr_expect(check_folder("valid", check_valid) >= 8);
}

Test(toml_suite, own_invalid)
{
	cr_expect(check_folder("invalid", check_invalid) >= 20);
}

/* Where toml-test is: malloc'd, NULL when it is not there. */
static char *suite_dir(void)
{
	const char *named = getenv("RJ_TOML_TEST");
	RJ_AUTO(rj_free) char *beside = rj_path_join(top(), "../shared/data/toml-test");

	if (named) {
		cr_assert(access(named, R_OK) == 0, "RJ_TOML_TEST=%s: %s", named, strerror(errno));
		return rj_strdup(named);
	}
	return access(beside, R_OK) == 0 ? rj_strdup(beside) : NULL;
}

Test(toml_suite, public_suite)
{
	RJ_AUTO(rj_free) char *dir = suite_dir();
	RJ_AUTO(rj_free) char *list = dir ? rj_path_join(dir, "files-toml-1.0.0") : NULL;
	RJ_AUTO(rj_free) char *line = NULL;
	size_t size = 0, valid = 0, invalid = 0;
	ssize_t len;
	FILE *f;

	if (!dir) {
		/* not cr_log_warn, after which the whole run ends with status 1 */
		(void)fputs("[WARN] toml-test is not here (RJ_TOML_TEST is not set): left out\n",
			    stderr);
		return;
	}
	f = fopen(list, "re");
	cr_assert(f != NULL, "%s: %s", list, strerror(errno));
	while ((len = getline(&line, &size, f)) > 0) {
		RJ_AUTO(rj_free) char *path = NULL;

		line[strcspn(line, "\n")] = '\0';
		path = rj_path_join(dir, line);
		if (!strcmp(line + strlen(line) - strlen(".json"), ".json"))
			continue;
		if (!strncmp(line, "valid/", 6)) {
			check_valid(path);
			valid++;
		} else {
			check_invalid(path);
			invalid++;
		}
	}
	(void)fclose(f);
	cr_log_info("toml-test: %zu valid and %zu invalid files", valid, invalid);
	cr_expect(valid > 150 && invalid > 400, "%s lists too few files", list);
}
