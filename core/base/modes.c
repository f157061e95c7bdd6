#include "core/base/modes.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

enum kind {
	EXACT, /* put back only when set: that moves the cursor, or clears a screen */
	LOOKS,
	KEYS, /* what is typed */
};

enum { SCREENS = 3, KEYBOARDS_MAX = 0xffff };

/* Private modes (CSI ? N h): those that outlive a program to the user's harm. The alternate screens
 * come first, since entering one clears nothing that comes after; and of these 47, which leaves one
 * that was not seen to be entered without any other effect. */
static const struct {
	unsigned short number;
	unsigned char kind;
	bool usually;
} modes[RJ_MODES_PRIVATE] = {
	{47, LOOKS, false},   {1049, EXACT, false},
	{1047, EXACT, false}, {6, EXACT, false},
	{5, LOOKS, false},    {7, LOOKS, true},
	{25, LOOKS, true},    {1, KEYS, false},
	{9, KEYS, false},    /* mouse, up to 1003 */
	{1000, KEYS, false}, /* ... */
	{1001, KEYS, false},  {1002, KEYS, false},
	{1003, KEYS, false},  {1004, KEYS, false}, /* focus */
	{1005, KEYS, false},			   /* how the mouse is told, up to 1016 */
	{1006, KEYS, false},  {1015, KEYS, false},
	{1016, KEYS, false},  {2001, KEYS, false}, /* clicks move readline's cursor, up to 2003 */
	{2002, KEYS, false},  {2003, KEYS, false},
	{2004, KEYS, false},  /* pastes are marked, quoted, split */
	{2005, KEYS, false},  /* ... */
	{2006, KEYS, false},  /* ... */
	{2029, KEYS, false},  /* contour: mouse */
	{2031, KEYS, false},  /* colours of the desktop have changed */
	{2048, KEYS, false},  /* size */
	{5522, KEYS, false},  /* kitty: pastes */
	{9001, KEYS, false},  /* Windows: keys as records */
	{27127, KEYS, false}, /* foot: Escape */
};

static void set_private(struct rj_modes *m, unsigned long n, bool on)
{
	for (size_t i = 0; i < RJ_MODES_PRIVATE; i++) {
		if (modes[i].number != n)
			continue;
		m->changed[i] = on != modes[i].usually;
		m->unsure |= on && modes[i].kind == KEYS;
		return;
	}
	m->unsure = true;
}

static void set_modes(struct rj_modes *m, const struct rj_vt_item *i)
{
	const char *s = i->params;

	/* restored; locked keyboard and local echo are without a prefix */
	m->unsure |= i->final == 'r' || i->prefix != '?';
	while (i->prefix == '?' && i->final != 'r' && *s) {
		char *end;
		const unsigned long n = strtoul(s, &end, 10);

		if (end > s)
			set_private(m, n, i->final == 'h');
		s = *end ? end + 1 : end;
	}
}

/* kitty: CSI > FLAGS u pushes, CSI = FLAGS u changes what is on top. */
static void push_keyboard(struct rj_modes *m, char prefix)
{
	if ((prefix == '>' && m->keyboards < KEYBOARDS_MAX) || (prefix == '=' && !m->keyboards))
		m->keyboards++;
}

/* All but what it was ever made to type. Terminals differ in what a soft one resets. */
static void reset(struct rj_modes *m, bool soft)
{
	for (size_t i = soft ? SCREENS : 0; i < RJ_MODES_PRIVATE; i++)
		m->changed[i] = false;
	m->keypad = m->charset = m->colour = m->cursor_style = false;
	m->unsure |= soft;
}

/* DA, DSR, DECREQTPARM, checksums, window reports, kitty's keyboard, XTVERSION, and those that have
 * an intermediate byte: DECRQM, DECRQPSS, DECRQUPSS. */
static bool asks(const struct rj_vt_item *i)
{
	const unsigned long n = strtoul(i->params, NULL, 10);

	if (i->final == 't')
		return n >= 11 && n <= 21;
	return strchr("cnxy", i->final) || (i->prefix == '?' && strchr("uSmfg", i->final)) ||
	       (i->prefix == '>' && i->final == 'q') ||
	       (i->inter[0] && i->inter[0] != '!' && strchr("pwuR|", i->final));
}

static void on_csi(struct rj_modes *m, const struct rj_vt_item *i)
{
	const char end = i->final;

	m->asked |= asks(i);
	if (end == 'h' || end == 'l' || (end == 'r' && i->prefix))
		set_modes(m, i);
	else if ((end == 'm' || end == 'n') && i->prefix == '>')
		m->modify_keys = true;
	else if (end == 'm' && !i->prefix)
		m->colour = i->params[0] && strcmp(i->params, "0") != 0;
	else if (end == 'u')
		push_keyboard(m, i->prefix);
	else if (end == 'q' && i->inter[0] == ' ')
		m->cursor_style = strtoul(i->params, NULL, 10) != 0;
	else if (end == 'p' && i->inter[0] == '!')
		reset(m, true);
	else if (end == 'z' && i->inter[0] == '\'')
		m->locator = true;
}

static void on_escape(struct rj_modes *m, const struct rj_vt_item *i)
{
	if (i->inter[0])
		m->charset = strchr("()*+", i->inter[0]) ? i->final != 'B' : m->charset;
	else if (i->final == 'c')
		reset(m, false);
	else if (i->final == '=' || i->final == '>')
		m->keypad = i->final == '=';
	else
		m->asked |= i->final == 'Z';
}

/* An OSC asks with a question mark, or to Report (iTerm); the others answer as a rule. */
static void on_string(struct rj_modes *m, const struct rj_vt_item *i)
{
	if (i->final == ']')
		m->asked |= memchr(i->text, '?', i->len) || memchr(i->text, 'R', i->len);
	else
		m->asked |= i->final != 'k';
	if (i->final == 'P')
		m->define_keys |= memchr(i->text, '|', i->len) != NULL;
}

static void on_item(void *arg, const struct rj_vt_item *i)
{
	struct rj_modes *m = arg;

	switch (i->kind) {
	case RJ_VT_TEXT:
		break;
	case RJ_VT_CONTROL:
		if (i->final == '\x0e' || i->final == '\x0f')
			m->charset = i->final == '\x0e';
		m->asked |= i->final == '\x05'; /* ENQ */
		break;
	case RJ_VT_ESC:
		on_escape(m, i);
		break;
	case RJ_VT_CSI:
		on_csi(m, i);
		break;
	case RJ_VT_STRING:
		on_string(m, i);
		break;
	}
}

void rj_modes_feed(struct rj_modes *m, const char *bytes, size_t len)
{
	rj_vt_feed(&m->vt, bytes, len, on_item, m);
}

static void put_private(size_t i, bool entering, struct rj_buf *out)
{
	rj_buf_printf(out, "\x1b[?%u%c", modes[i].number, modes[i].usually == entering ? 'l' : 'h');
}

void rj_modes_enter(const struct rj_modes *m, struct rj_buf *out)
{
	for (size_t i = 0; i < RJ_MODES_PRIVATE; i++)
		if (m->changed[i])
			put_private(i, true, out);
	if (m->keypad)
		rj_buf_puts(out, "\x1b=");
}

void rj_modes_leave(const struct rj_modes *m, struct rj_buf *out)
{
	const bool lost = m->vt.lost, unsure = m->unsure || lost;
	const unsigned keyboards = lost ? KEYBOARDS_MAX : m->keyboards;

	/* ESC ends every sequence, and ESC \ every string */
	if (m->vt.state || unsure)
		rj_buf_puts(out, "\x1b\\");
	if (unsure) /* out of VT52's; keyboard, insertion, newlines, local echo */
		rj_buf_puts(out, "\x1b<\x1b[2;4;20l\x1b[12h");
	if (m->define_keys)
		rj_buf_puts(out, "\x1bP0;1|\x1b\\");
	if (m->locator)
		rj_buf_puts(out, "\x1b[0'z");
	if (m->modify_keys || lost)
		rj_buf_puts(out, "\x1b[>4m");
	if (m->cursor_style)
		rj_buf_puts(out, "\x1b[0 q");
	if (m->keypad || unsure)
		rj_buf_puts(out, "\x1b>");
	if (m->charset || unsure)
		rj_buf_puts(out, "\x1b(B\x0f");
	if (m->colour || unsure)
		rj_buf_puts(out, "\x1b[0m");
	if (keyboards) /* each screen has a stack */
		rj_buf_printf(out, "\x1b[<%uu", keyboards);
	for (size_t i = RJ_MODES_PRIVATE; i-- > 0;)
		if (m->changed[i] || (unsure && modes[i].kind != EXACT))
			put_private(i, false, out);
	if (keyboards)
		rj_buf_printf(out, "\x1b[<%uu", keyboards);
}
