#ifndef RJ_APPLETS_VERSION_H
#define RJ_APPLETS_VERSION_H

/* "0.2.0" */
const char *rj_version(void);

/* The day of the commit, YYYY-MM-DD; "" if it was not known when the program was built. */
const char *rj_version_date(void);

#endif
