#ifndef RJ_MODEL_JOURNAL_H
#define RJ_MODEL_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"

struct json_t;

/* One session of a jail that is over, as one line of its history says it: a JSON object. */
enum rj_peak_by {
	RJ_PEAK_UNKNOWN,
	RJ_PEAK_CGROUP,	 /* all of it, as its control group counted (memory.peak, Linux 5.19) */
	RJ_PEAK_SAMPLES, /* all of it, at one of the moments when the watch of limits looked */
	RJ_PEAK_PROCESS, /* its largest process alone (ru_maxrss) */
};

enum {
	RJ_JOURNAL_LINE = 32768, /* no line is longer, with its newline */
	RJ_JOURNAL_WORDS = 4096, /* bytes of a command that are kept, a NUL for each word */
	RJ_JOURNAL_ID = 64,	 /* no id is longer, with its NUL */
};

struct rj_journal_entry {
	char *id;
	char *started; /* RFC 3339, UTC */
	char *user;    /* "root" or "self": who the command was */
	struct rj_strv argv;
	bool argv_cut; /* it was longer */
	bool recorded;
	bool running;	 /* not in the history yet; never written */
	int64_t ms;	 /* how long; -1 not known, as with the rest */
	int status;	 /* of the command, or 128 + signal; -1 */
	int64_t commits; /* brought to the jail's branch at its end; -1 */
	int64_t files;	 /* that differed from the jail's base at its end; -1 */
	uint64_t peak;	 /* bytes of memory */
	enum rj_peak_by peak_by;
	struct rj_strv limits; /* what was said of limits that it hit */
};

/* Add the words of a command, as far as they may be kept. */
void rj_journal_set_argv(struct rj_journal_entry *e, char *const *argv);

/* "cgroup", "samples", "largest-process"; NULL for unknown. */
const char *rj_journal_peak_name(enum rj_peak_by by);

/* The object; what is not known is null in it. The caller owns it. */
struct json_t *rj_journal_json(const struct rj_journal_entry *e);

/* The line, its newline included; malloc'd. Messages on limits, and then words, that are too much
 * for a line are left out. */
char *rj_journal_print(const struct rj_journal_entry *e);

/* Read a line without its newline. False, *ret all zero, when it is none of ours: cut by a crash,
 * or damaged. */
bool rj_journal_parse(const char *line, size_t len, struct rj_journal_entry *ret);
void rj_journal_entry_release(struct rj_journal_entry *e);

/* Letters, digits and '-', not too many: nothing else becomes part of a file's name. */
bool rj_journal_is_id(const char *text);

#endif
