/* A terminal's side of ECMA-48, as xterm and DEC's parsers have it, without the screen. */
#include "core/base/vt.h"

#include <stdint.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"

enum state { GROUND, ESCAPE, SEQUENCE, STRING };

enum { BEL = 0x07, CAN = 0x18, SUB = 0x1a, ESC = 0x1b, DEL = 0x7f };

static void begin(struct rj_vt *vt, enum state state)
{
	vt->state = state;
	vt->bad = false;
	vt->params_n = vt->inter_n = 0;
	vt->item.prefix = '\0';
}

static void begin_string(struct rj_vt *vt, char opener)
{
	begin(vt, STRING);
	vt->opener = opener;
}

static void hand_on(struct rj_vt *vt, enum rj_vt_kind kind, char final, rj_vt_fn *fn, void *arg)
{
	vt->item.kind = kind;
	vt->item.final = final;
	vt->item.inter[vt->inter_n] = '\0';
	vt->item.params[vt->params_n] = '\0';
	if (vt->bad)
		vt->lost = true;
	else
		fn(arg, &vt->item);
	begin(vt, GROUND);
}

static void add_intermediate(struct rj_vt *vt, char c)
{
	if (vt->inter_n < RJ_VT_INTERMEDIATES)
		vt->item.inter[vt->inter_n++] = c;
	else
		vt->bad = true;
}

/* Behind ESC. */
static void escape(struct rj_vt *vt, char c, rj_vt_fn *fn, void *arg)
{
	if (c >= 0x20 && c <= 0x2f)
		add_intermediate(vt, c);
	else if (vt->inter_n > 0)
		hand_on(vt, RJ_VT_ESC, c, fn, arg);
	else if (c == '[')
		begin(vt, SEQUENCE);
	else if (strchr("]kPX^_", c))
		begin_string(vt, c);
	else
		hand_on(vt, RJ_VT_ESC, c, fn, arg);
}

/* Behind CSI. */
static void sequence(struct rj_vt *vt, char c, rj_vt_fn *fn, void *arg)
{
	if (c >= 0x40) {
		hand_on(vt, RJ_VT_CSI, c, fn, arg);
	} else if (c <= 0x2f) {
		add_intermediate(vt, c);
	} else if (vt->inter_n > 0) {
		vt->bad = true;
	} else if (c >= '<') {
		if (vt->params_n > 0 || vt->item.prefix)
			vt->bad = true;
		vt->item.prefix = c;
	} else if (vt->params_n < RJ_VT_PARAMS) {
		vt->item.params[vt->params_n++] = c;
	} else {
		vt->bad = true;
	}
}

static void control(struct rj_vt *vt, char c, rj_vt_fn *fn, void *arg)
{
	if (c == ESC) {
		begin(vt, ESCAPE);
	} else if (c == CAN || c == SUB) {
		begin(vt, GROUND);
	} else if (vt->state != STRING) {
		vt->item.kind = RJ_VT_CONTROL;
		vt->item.final = c;
		fn(arg, &vt->item); /* also within a sequence, which then goes on */
	} else if (c == BEL && (vt->opener == ']' || vt->opener == 'k')) {
		begin(vt, GROUND);
	}
}

static void text(struct rj_vt *vt, const char *s, size_t n, rj_vt_fn *fn, void *arg)
{
	if (vt->state == GROUND || vt->state == STRING) {
		vt->item.kind = vt->state == STRING ? RJ_VT_STRING : RJ_VT_TEXT;
		vt->item.final = vt->opener;
		vt->item.text = s;
		vt->item.len = n;
		fn(arg, &vt->item);
	} else if (n > 1) {
		begin(vt, GROUND); /* there is no such sequence */
		vt->lost = true;
	} else if (vt->state == ESCAPE) {
		escape(vt, *s, fn, arg);
	} else {
		sequence(vt, *s, fn, arg);
	}
}

/* Bytes of ASCII that are no part of a sequence. */
static size_t plain(const struct rj_vt *vt, const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && (vt->state == GROUND || vt->state == STRING) && s[n] >= 0x20 &&
	       s[n] < DEL)
		n++;
	return n;
}

void rj_vt_feed(struct rj_vt *vt, const char *bytes, size_t len, rj_vt_fn *fn, void *arg)
{
	uint32_t c = 0;

	for (size_t n; len > 0; bytes += n, len -= n) {
		n = plain(vt, bytes, len);
		if (n > 0) {
			text(vt, bytes, n, fn, arg);
			continue;
		}
		n = rj_utf8_decode(bytes, len, &c);
		if (n == 0) {
			n = 1;
			/* a C1 of Latin-1, or the second byte of one that was cut */
			vt->lost |= (unsigned char)*bytes <= 0x9f;
		} else if (c < 0x20) {
			control(vt, (char)c, fn, arg);
		} else if (c >= 0x80 && c <= 0x9f) {
			/* C1: the same as ESC and a byte */
			begin(vt, ESCAPE);
			escape(vt, (char)(c - 0x40), fn, arg);
		} else if (c != DEL) {
			text(vt, bytes, n, fn, arg);
		}
	}
}

struct line {
	struct rj_buf now, last;
	bool says;	/* `now` holds a letter or digit */
	bool overwrite; /* the cursor went back to where the line begins */
};

/* Frames and progress bars are drawn with the others. */
static bool is_letter(const char *s, size_t n)
{
	uint32_t c = 0;

	(void)rj_utf8_decode(s, n, &c);
	if (c < 0x80)
		return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
	return c < 0x2000 || c > 0x2bff;
}

static void forget(struct line *l)
{
	l->now.len = 0;
	l->says = l->overwrite = false;
}

static void end_line(struct line *l)
{
	if (l->says) {
		l->last.len = 0;
		rj_buf_add(&l->last, l->now.s, l->now.len);
	}
	forget(l);
}

static void take_back(struct line *l)
{
	while (l->now.len > 0 && (l->now.s[--l->now.len] & 0xc0) == 0x80)
		continue;
}

static void line_control(struct line *l, char c)
{
	if (c == '\n' || c == '\v' || c == '\f')
		end_line(l);
	else if (c == '\r')
		l->overwrite = true;
	else if (c == '\b')
		take_back(l);
	else if (c == '\t')
		rj_buf_putc(&l->now, ' ');
}

static void line_sequence(struct line *l, const struct rj_vt_item *i)
{
	if (i->prefix || i->inter[0])
		return;
	if (strchr("ABEFHdfG`J", i->final))
		end_line(l);
	else if (i->final == 'C')
		rj_buf_putc(&l->now, ' ');
	else if (i->final == 'K' && (l->overwrite || i->params[0] == '2'))
		forget(l);
}

static void on_item(void *arg, const struct rj_vt_item *i)
{
	struct line *l = arg;

	if (i->kind == RJ_VT_CONTROL) {
		line_control(l, i->final);
	} else if (i->kind == RJ_VT_CSI) {
		line_sequence(l, i);
	} else if (i->kind == RJ_VT_ESC) {
		if (!i->inter[0] && strchr("8DEMc", i->final))
			end_line(l);
	} else if (i->kind == RJ_VT_TEXT) {
		if (l->overwrite)
			forget(l);
		rj_buf_add(&l->now, i->text, i->len);
		for (size_t k = 0; k < i->len && !l->says; k++)
			l->says = is_letter(i->text + k, i->len - k);
	}
}

void rj_vt_last_line(const char *bytes, size_t len, struct rj_buf *out)
{
	struct rj_vt vt = {0};
	struct line l = {0};
	const char *s;
	size_t n;

	rj_vt_feed(&vt, bytes, len, on_item, &l);
	end_line(&l);
	s = rj_buf_str(&l.last);
	n = l.last.len;
	while (n > 0 && s[n - 1] == ' ')
		n--;
	for (; n > 0 && *s == ' '; n--)
		s++;
	rj_buf_add(out, s, n);
	rj_buf_release(&l.now);
	rj_buf_release(&l.last);
}
