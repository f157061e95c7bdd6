#include "core/engine/viewer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/sys/msg.h"
#include "core/sys/proc.h"

enum {
	PATIENCE_MS = 5000,
	SETTLE_MS = 60,
};

static void drop(struct rj_viewers *v, size_t i)
{
	rj_close(&v->v[i].sock);
	v->v[i] = v->v[--v->n];
	v->due_ms = rj_now_ms(); /* the others may all have more room */
}

void rj_viewers_release(struct rj_viewers *v)
{
	while (v->n > 0)
		drop(v, v->n - 1);
	rj_free(&v->last);
	*v = (struct rj_viewers){.n = 0};
}

/* `until`: on the clock of rj_now_ms. */
static int send_chunk(int sock, char what, const char *bytes, size_t len, int64_t until)
{
	struct pollfd p = {.fd = sock, .events = POLLOUT};
	char msg[RJ_VIEW_BYTES + 1];

	msg[0] = what;
	memcpy(msg + 1, bytes, len);
	while (send(sock, msg, len + 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
		const int64_t left = until - rj_now_ms();

		if (errno == EINTR)
			continue;
		if (errno != EAGAIN || left <= 0)
			return -EPIPE;
		(void)poll(&p, 1, (int)left);
	}
	return 0;
}

static int send_output(int sock, const char *bytes, size_t len)
{
	const int64_t until = rj_now_ms() + PATIENCE_MS;

	for (size_t at = 0; at < len; at += RJ_VIEW_BYTES) {
		const size_t n = len - at < RJ_VIEW_BYTES ? len - at : RJ_VIEW_BYTES;

		if (send_chunk(sock, RJ_VIEW_OUTPUT, bytes + at, n, until) < 0)
			return -EPIPE;
	}
	return 0;
}

/* The last output from the start of a line on, so that no sequence and no character is cut; the
 * modes it leaves behind are what the terminal has, whatever was before. */
static int greet(const struct rj_viewers *v, const struct rj_modes *modes, int sock)
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};
	const size_t start = (v->at + RJ_VIEW_LAST - v->len) % RJ_VIEW_LAST;
	const size_t first = v->len < RJ_VIEW_LAST - start ? v->len : RJ_VIEW_LAST - start;
	const char *from;
	size_t skip = 0;

	rj_modes_enter(modes, &b);
	if (v->len == 0)
		return send_output(sock, rj_buf_str(&b), b.len);
	from = v->len == RJ_VIEW_LAST ? memchr(v->last + start, '\n', first) : NULL;
	if (from)
		skip = (size_t)(from + 1 - (v->last + start));
	rj_buf_add(&b, v->last + start + skip, first - skip);
	rj_buf_add(&b, v->last, v->len - first);
	return send_output(sock, b.s, b.len);
}

void rj_viewers_add(struct rj_viewers *v, const struct rj_modes *modes, int sock)
{
	if (v->n == RJ_VIEWERS || greet(v, modes, sock) < 0) {
		rj_close(&sock);
		return;
	}
	v->v[v->n++] = (struct rj_viewer){.sock = sock};
}

static void remember(struct rj_viewers *v, const char *bytes, size_t len)
{
	if (!v->last)
		v->last = rj_alloc(1, RJ_VIEW_LAST);
	if (len > RJ_VIEW_LAST) {
		bytes += len - RJ_VIEW_LAST;
		len = RJ_VIEW_LAST;
	}
	for (size_t at = 0; at < len;) {
		const size_t room = RJ_VIEW_LAST - v->at;
		const size_t n = len - at < room ? len - at : room;

		memcpy(v->last + v->at, bytes + at, n);
		v->at = (v->at + n) % RJ_VIEW_LAST;
		at += n;
	}
	v->len = v->len + len < RJ_VIEW_LAST ? v->len + len : RJ_VIEW_LAST;
}

void rj_viewers_put(struct rj_viewers *v, const char *bytes, size_t len)
{
	remember(v, bytes, len);
	for (size_t i = v->n; i-- > 0;)
		if (send_output(v->v[i].sock, bytes, len) < 0)
			drop(v, i);
}

void rj_viewers_end(struct rj_viewers *v, int status)
{
	while (v->n > 0) {
		(void)send_chunk(v->v[v->n - 1].sock, RJ_VIEW_ENDED, (const char *)&status,
				 sizeof(status), rj_now_ms() + PATIENCE_MS);
		drop(v, v->n - 1);
	}
}

static unsigned short lesser(unsigned short a, unsigned short b)
{
	return a && (!b || a < b) ? a : b;
}

/* What all of them have room for; 0 where nobody said anything. */
static struct winsize smallest(const struct rj_viewers *v)
{
	struct winsize ws = {0};

	for (size_t i = 0; i < v->n; i++) {
		ws.ws_row = lesser(v->v[i].rows, ws.ws_row);
		ws.ws_col = lesser(v->v[i].cols, ws.ws_col);
	}
	return ws;
}

static void set_size(struct rj_viewers *v, size_t i, int master, const char *bytes)
{
	unsigned short size[2];
	struct winsize old, ws;

	memcpy(size, bytes, sizeof(size));
	v->v[i].rows = size[0];
	v->v[i].cols = size[1];
	ws = smallest(v);
	v->due_ms = rj_now_ms();
	if (ioctl(master, TIOCGWINSZ, &old) == 0 && old.ws_row == ws.ws_row &&
	    old.ws_col == ws.ws_col && old.ws_row > 1) {
		v->due_ms += SETTLE_MS;
		ws.ws_row--;
		(void)ioctl(master, TIOCSWINSZ, &ws);
	}
}

RJ_IDLE int rj_viewers_patience(const struct rj_viewers *v)
{
	const int64_t left = v->due_ms ? v->due_ms - rj_now_ms() : 0;

	if (!v->due_ms)
		return -1;
	return left > 0 ? (int)left : 0;
}

RJ_IDLE bool rj_viewers_settle(struct rj_viewers *v, int master)
{
	struct winsize ws;

	if (rj_viewers_patience(v) != 0)
		return false;
	v->due_ms = 0;
	ws = smallest(v);
	return ws.ws_row && ws.ws_col && ioctl(master, TIOCSWINSZ, &ws) == 0;
}

size_t rj_viewers_read(struct rj_viewers *v, size_t i, int master, char *ret_typed)
{
	char msg[RJ_VIEW_BYTES + 1];
	const ssize_t n = rj_msg_receive(v->v[i].sock, msg, sizeof(msg), NULL, NULL);

	if (n <= 0) {
		drop(v, i);
		return 0;
	}
	if (msg[0] == RJ_VIEW_SIZE && n == 1 + (ssize_t)(2 * sizeof(unsigned short)))
		set_size(v, i, master, msg + 1);
	if (msg[0] != RJ_VIEW_INPUT)
		return 0;
	memcpy(ret_typed, msg + 1, (size_t)n - 1);
	return (size_t)n - 1;
}
