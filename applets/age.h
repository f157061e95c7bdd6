#ifndef RJ_APPLETS_AGE_H
#define RJ_APPLETS_AGE_H

#include <stddef.h>
#include <stdint.h>

/* Seconds as one short number for tables: "12s", "5m", "3h", "12d". Less than nothing is "0s". */
void rj_age_print(int64_t seconds, char *ret, size_t size);

#endif
