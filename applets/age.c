/* How old things are, in tables */
#include "applets/age.h"

#include <stdio.h>

void rj_age_print(int64_t seconds, char *ret, size_t size)
{
	const long long s = seconds < 0 ? 0 : (long long)seconds;

	if (s < 60)
		(void)snprintf(ret, size, "%llds", s);
	else if (s < 3600)
		(void)snprintf(ret, size, "%lldm", s / 60);
	else if (s < 86400)
		(void)snprintf(ret, size, "%lldh", s / 3600);
	else
		(void)snprintf(ret, size, "%lldd", s / 86400);
}
