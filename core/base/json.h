#ifndef RJ_BASE_JSON_H
#define RJ_BASE_JSON_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

struct rj_buf;
struct rj_err;

/*
 * What jansson does not decide for us: how bytes that are not text get into JSON, and how our
 * documents look. Everything else is used from jansson.h as it is.
 */

/*
 * Before anything else of jansson: without memory the process ends (mem.h). A setter that fails
 * would leave a member out, and a state file without it would be written.
 */
void rj_json_prepare(void);

/*
 * A new string value for bytes that need not be text: file names, branch names, arguments.
 * Valid UTF-8 without a NUL that does not begin with `"` is the value itself. Anything else is
 * written as git quotes paths: between double quotes, with \a \b \t \n \v \f \r \" \\ and three
 * octal digits for every other control byte and every byte from 0x80 on. A value thus stands
 * for one byte string only: if it begins with `"` it is quoted, else it is the bytes.
 * Never NULL; the caller owns the reference.
 */
json_t *rj_json_text(const char *bytes, size_t len);

/* The inverse: append to *out the bytes that rj_json_text was given. Returns 0, or -EINVAL for
 * a value that begins with `"` and is not quoted as above (*out is then as it was). */
int rj_json_bytes(const json_t *text, struct rj_buf *out, struct rj_err *err);

/* Print *root as one document: two spaces of indent, keys in the order in which they were set,
 * non-ASCII text as it is, and a newline. 0, or -errno with *err. */
int rj_json_print(const json_t *root, FILE *out, struct rj_err *err);

/* Print one string as rj_json_text and rj_json_print would. Errors stay in `out`. */
void rj_json_print_text(const char *s, FILE *out);

/* For RJ_AUTO: drops the reference; accepts NULL. */
void rj_json_decref(json_t **json);

#endif
