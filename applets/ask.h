#ifndef RJ_APPLETS_ASK_H
#define RJ_APPLETS_ASK_H

#include <stdbool.h>

/* After a question on standard output that its caller has begun and that ends without a question
 * mark: "? [y/N] ", and whether the next line of standard input is y or yes. Anything else is no;
 * at the end of the input, as ^D makes it, the line on the screen is ended as well. */
bool rj_ask(void);

#endif
