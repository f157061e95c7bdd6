#ifndef RJ_BASE_OPT_H
#define RJ_BASE_OPT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"

struct rj_err;

/*
 * Options and operands of one command, as data.
 *
 * One row describes one option to everything that needs to know: the parser,
 * --help, the manual page and the shell completions (optdoc.h). Rows are const:
 * values go to an offset in the command's own argument struct.
 */
enum rj_opt_type {
	RJ_OPT_STOP,
	RJ_OPT_FLAG,   /* bool: true when given */
	RJ_OPT_STRING, /* const char *: points into argv; the last one given wins */
	RJ_OPT_INT,    /* int: decimal, between lo and hi */
	RJ_OPT_STRV,   /* struct rj_strv: each one given is added; see rj_opt_release */
	RJ_OPT_CHOICE, /* const char *: one of choices, points into that list */
};

/*
 * The placeholder `arg`, and each word of a command's `operands`, also say how a shell
 * completes it: JAIL the name of a jail, PATH or FILE a file, DIR a directory, COMMAND a
 * command of the system, APPLET a command of robojail; any other word is free text.
 */
struct rj_opt {
	enum rj_opt_type type;
	char letter;	  /* '\0' for none */
	const char *name; /* without dashes */
	size_t off;
	const char *arg;  /* placeholder in capitals, NULL for a flag and a choice */
	const char *help; /* no capital, no full stop; NULL keeps the option out of all documents */
	int lo, hi;
	const char *const *choices; /* ends with NULL */
};

/* _Generic without a default: a field of the wrong type does not compile. */
#define RJ_OFF_OF(T, field, want) _Generic(((T *)0)->field, want : offsetof(T, field))

/* (letter, "name", struct T, field, ["PLACEHOLDER",] "help") */
#define RJ_FLAG(c, n, T, field, h)                                                             \
	{                                                                                      \
		.type = RJ_OPT_FLAG, .letter = c, .name = n, .off = RJ_OFF_OF(T, field, bool), \
		.help = h                                                                      \
	}
#define RJ_STRING(c, n, T, field, a, h)                                       \
	{                                                                     \
		.type = RJ_OPT_STRING, .letter = c, .name = n,                \
		.off = RJ_OFF_OF(T, field, const char *), .arg = a, .help = h \
	}
#define RJ_INT(c, n, T, field, a, from, to, h)                                               \
	{                                                                                    \
		.type = RJ_OPT_INT, .letter = c, .name = n, .off = RJ_OFF_OF(T, field, int), \
		.arg = a, .help = h, .lo = from, .hi = to                                    \
	}
#define RJ_STRV(c, n, T, field, a, h)                                           \
	{                                                                       \
		.type = RJ_OPT_STRV, .letter = c, .name = n,                    \
		.off = RJ_OFF_OF(T, field, struct rj_strv), .arg = a, .help = h \
	}
#define RJ_CHOICE(c, n, T, field, list, h)                                           \
	{                                                                            \
		.type = RJ_OPT_CHOICE, .letter = c, .name = n,                       \
		.off = RJ_OFF_OF(T, field, const char *), .help = h, .choices = list \
	}
#define RJ_STOP             \
	{                   \
		RJ_OPT_STOP \
	}

enum { RJ_MANY = INT_MAX };

/* What a command accepts. Strings and rows are borrowed. */
struct rj_opt_spec {
	const char *name;	   /* of the command: "create" */
	const char *operands;	   /* as in the usage line: "JAIL -- COMMAND [ARG...]"; or NULL */
	const struct rj_opt *opts; /* ends with RJ_STOP; NULL for none */
	int min, max;		   /* operands; max may be RJ_MANY */
	/*
	 * 0: options may stand anywhere before `--`. K > 0: the operands from number K on
	 * (counted from 0) are somebody's command line: options end where it begins, a `--` in
	 * front of it is dropped, and all the rest is handed on as it is. With K = 1 the
	 * command of `run N --x -- CMD --y`, `run N CMD --y` and `run -- N -- CMD --y` is
	 * "CMD --y" and only --x is ours.
	 */
	int command_at;
};

struct rj_opt_result {
	bool help;	 /* -h or --help was met: parsing ended there, use nothing else */
	char **operands; /* ends with NULL; the array is malloc'd, its strings are argv's */
	size_t n;
};

/*
 * Parse argv (without the command's own name; ends with NULL; not changed) into *args, which the
 * caller has filled with the defaults. Strings in *args point into argv, which must outlive it.
 *
 * Accepted: --name VALUE, --name=VALUE, -nVALUE, -n VALUE, bundled flags (-fj), `--`, and a lone
 * `-` as an operand. Not accepted: abbreviations of names, a value for a flag.
 *
 * Returns 0, or -EINVAL with err->status RJ_EXIT_USAGE and a hint. Release args with
 * rj_opt_release in both cases. *ret is set on success only.
 */
int rj_opt_parse(const struct rj_opt_spec *spec, char *const *argv, void *args,
		 struct rj_opt_result *ret, struct rj_err *err);

/* Free what the parser allocated in *args (RJ_OPT_STRV fields). */
void rj_opt_release(const struct rj_opt *opts, void *args);

/* For RJ_AUTO. */
void rj_opt_result_release(struct rj_opt_result *r);

/* A usage error from a command itself, after parsing: sets status and hint, and returns -EINVAL. */
int rj_opt_usage(struct rj_err *err, const char *command, const char *fmt, ...) RJ_PRINTF(3, 4);

#endif
