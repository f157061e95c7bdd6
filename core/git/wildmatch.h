#ifndef RJ_GIT_WILDMATCH_H
#define RJ_GIT_WILDMATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The patterns of gitignore(5).
 *
 * Patterns come from files that an agent may write. They are matched as they stand, so that they
 * take no memory, and in at most length-of-pattern times length-of-text steps, whatever they are.
 */
enum rj_wild_flags {
	RJ_WILD_PATH = 1u << 0, /* `*`, `?` and sets do not match '/'; whole-part `**` does */
	RJ_WILD_FOLD = 1u << 1, /* ASCII letters match in either case, as git does it */
};

/* The characters that make a pattern more than a plain name. */
#define RJ_WILD_SPECIAL "*?[\\"

/* A pattern that cannot match (an unfinished set, a backslash at its end) is no error: it matches
 * nothing. `left`: how many steps it may take, and on return how many are left; with none left it
 * is not known to match, and false. NULL: as many as it takes. */
bool rj_wild_match(const char *pattern, unsigned flags, const char *text, size_t len,
		   uint64_t *left);

#endif
