#ifndef RJ_TESTS_UNIT_DIRFIX_H
#define RJ_TESTS_UNIT_DIRFIX_H

/* The end of a test's own directory. */

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>

static int dirfix_drop_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

/* With all that is in it; links are not followed. */
static void dirfix_drop(const char *top)
{
	enum { DESCRIPTORS = 64 };

	cr_expect_eq(nftw(top, dirfix_drop_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS), 0, "%s stayed",
		     top);
}

#endif
