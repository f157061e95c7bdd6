#ifndef RJ_GIT_WILDMATCH_H
#define RJ_GIT_WILDMATCH_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The patterns of gitignore(5), made ready to match.
 *
 * Patterns come from files that an agent may write. Matching therefore takes at most
 * length-of-pattern times length-of-text steps, whatever the pattern: all ways to match are
 * followed at once, nothing is tried and taken back.
 */
enum rj_wild_flags {
	RJ_WILD_PATH = 1u << 0, /* `*`, `?` and sets do not match '/'; whole-part `**` does */
	RJ_WILD_FOLD = 1u << 1, /* ASCII letters match in either case, as git does it */
};

struct rj_wild;

/* The characters that make a pattern more than a plain name. */
#define RJ_WILD_SPECIAL "*?[\\"

/* A pattern that cannot match (an unfinished set, a backslash at its end) is no error: it matches
 * nothing. So does one of more than 4096 bytes. Never NULL. */
struct rj_wild *rj_wild_new(const char *pattern, unsigned flags);
bool rj_wild_match(const struct rj_wild *w, const char *text, size_t len);
void rj_wild_free(struct rj_wild **w);

#endif
