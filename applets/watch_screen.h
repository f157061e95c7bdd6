#ifndef RJ_APPLETS_WATCH_SCREEN_H
#define RJ_APPLETS_WATCH_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/term.h"
#include "core/engine/monitor.h"

struct rj_watch_diff;

/* What `watch` shows: frames of a whole screen, each made in memory and written at once. */
struct rj_watch_screen {
	size_t cols, rows;
	bool colors;
	size_t selected, top; /* of the list: the chosen jail, and the first that is shown */
	const char *error;    /* what went wrong last; borrowed; or NULL */
	struct rj_buf shown;  /* the last frame */
};

/* Take the screen, and give it back as it was. */
#define RJ_WATCH_ENTER "\033[?1049h\033[?25l\033[?7l\033[H\033[2J"
#define RJ_WATCH_LEAVE "\033[?7h\033[?25h\033[0m\033[?1049l"

/* The size of the terminal at standard output, 80x24 if it does not say. The next frame is drawn
 * whatever the last one was. */
void rj_watch_resize(struct rj_watch_screen *s);

/* Draw the list, or the diff. Nothing is written when nothing changed. */
void rj_watch_draw_list(struct rj_watch_screen *s, const struct rj_monitor *m);
void rj_watch_draw_diff(struct rj_watch_screen *s, const struct rj_watch_diff *d);

/* Append `text`, made harmless, in exactly `columns`: cut with an ellipsis, or filled up with
 * spaces, which come first when `right`. */
void rj_watch_put(struct rj_buf *out, const char *text, size_t len, size_t columns, bool right);

/* Values as text: "5m", "3h02m"; "12.5M"; a number. "-" when it is not known. */
void rj_watch_time(int64_t seconds, char *ret, size_t size);
void rj_watch_bytes(int64_t bytes, char *ret, size_t size);
void rj_watch_number(int64_t n, char *ret, size_t size);
void rj_watch_percent(double percent, char *ret, size_t size);

#endif
