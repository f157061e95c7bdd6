#include "applets/ask.h"

#include <stdio.h>
#include <strings.h>

bool rj_ask(void)
{
	char line[16];

	(void)fputs("? [y/N] ", stdout);
	(void)fflush(stdout);
	if (!fgets(line, sizeof(line), stdin)) {
		(void)putchar('\n');
		return false;
	}
	return !strcasecmp(line, "y\n") || !strcasecmp(line, "yes\n");
}
