#include "core/engine/terminal.h"

#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/sys/file.h"

/* How long an answer may take, over a network too. */
enum { ANSWER_MS = 200 };

int rj_terminal_show(struct rj_terminal *t, const char *bytes, size_t len)
{
	rj_modes_feed(&t->modes, bytes, len);
	if (t->modes.asked)
		t->asked_ms = rj_now_ms();
	t->modes.asked = false;
	return t->output < 0 ? 0 : rj_write_all(t->output, bytes, len);
}

/* The terminal is ours, and is one. */
static bool is_in_front(const struct rj_terminal *t)
{
	const int fd = t->tty.fd >= 0 ? t->tty.fd : t->output;

	return fd >= 0 && tcgetpgrp(fd) == getpgrp();
}

static void put(const struct rj_terminal *t,
		void (*modes)(const struct rj_modes *m, struct rj_buf *out))
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};

	modes(&t->modes, &b);
	if (t->output >= 0 && b.len > 0)
		(void)rj_write_all(t->output, b.s, b.len);
}

void rj_terminal_take(struct rj_terminal *t)
{
	struct rj_err none; /* a terminal that was hung up: the read that follows will tell */

	if (!is_in_front(t)) {
		t->tty.is_raw = 0;
		return;
	}
	(void)rj_tty_raw(&t->tty, &none);
	if (t->given)
		put(t, rj_modes_enter);
	t->given = false;
}

void rj_terminal_give(struct rj_terminal *t)
{
	put(t, rj_modes_leave);
	t->given = true;
	if (t->asked_ms && rj_now_ms() - t->asked_ms < ANSWER_MS && is_in_front(t))
		rj_tty_hush(t->tty.fd >= 0 ? t->tty.fd : t->output, ANSWER_MS);
	rj_tty_restore(&t->tty);
}
