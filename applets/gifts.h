#ifndef RJ_APPLETS_GIFTS_H
#define RJ_APPLETS_GIFTS_H

struct rj_gifts;

/* What create tells of an agent: what it was given, what it was not and why, which variables pass,
 * which options are offered. On stdout; what was refused is a warning on stderr. */
void rj_gifts_report(const struct rj_gifts *gifts);

#endif
