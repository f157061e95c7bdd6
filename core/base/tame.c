/* What of a program's output a terminal may be shown again. The names are those of xterm's
 * ctlseqs. */
#include "core/base/tame.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"

/* Private modes that change how it looks. */
static const unsigned long private_modes[] = {
	5,    /* reverse video */
	6,    /* origin */
	7,    /* wrap around */
	12,   /* cursor blinks */
	25,   /* cursor is seen */
	47,   /* alternate screen, in three ways */
	1047, /* ... */
	1048, /* cursor saved */
	1049, /* ... */
	69,   /* left and right margins */
	2026, /* a frame is drawn at once */
};

/* Inserting, and newlines that return. Not 2 (locked keyboard), nor 12 (local echo). */
static const unsigned long modes[] = {4, 20};

static bool has(const unsigned long *v, size_t n, unsigned long mode)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] == mode)
			return true;
	return false;
}

static void note_mode(struct rj_tame *t, unsigned long mode, bool on)
{
	if (mode == 47 || mode == 1047 || mode == 1049)
		t->alternate = on;
	if (mode == 6 || mode == 69)
		t->margins = true;
}

/* SM and RM: those modes of the list that are known. */
static void set_modes(struct rj_tame *t, const struct rj_vt_item *i)
{
	const bool private = i->prefix == '?';
	const char *s = i->params;
	bool any = false;

	while (*s) {
		char *end;
		const unsigned long mode = strtoul(s, &end, 10);

		if (end == s)
			break; /* a colon, or nothing between two semicolons */
		if (private ? has(private_modes, RJ_COUNT(private_modes), mode)
			    : has(modes, RJ_COUNT(modes), mode)) {
			rj_buf_printf(t->out, "%s%lu",
				      any	? ";"
				      : private ? "\033[?"
						: "\033[",
				      mode);
			any = true;
			if (private)
				note_mode(t, mode, i->final == 'h');
		}
		if (*end && *end != ';')
			break;
		s = *end ? end + 1 : end;
	}
	if (any)
		rj_buf_putc(t->out, i->final);
}

static bool draws(const struct rj_vt_item *i)
{
	if (!strcmp(i->inter, " "))
		return !i->prefix && i->final == 'q'; /* the cursor's shape */
	if (!strcmp(i->inter, "!"))
		return !i->prefix && i->final == 'p'; /* soft reset */
	if (!strcmp(i->inter, "\""))
		return !i->prefix && i->final == 'q'; /* protected from erasing */
	if (i->inter[0])
		return false;
	if (i->prefix == '?' || i->final == 'J')
		return (i->final == 'J' || i->final == 'K') && !strchr(i->params, '3');
	if (i->final == 'T') /* with five numbers it follows the mouse */
		return !i->prefix && !strchr(i->params, ';');
	return !i->prefix && strchr("@ABCDEFGHIKLMPSXZ`abdefmrsu", i->final);
}

static void csi(struct rj_tame *t, const struct rj_vt_item *i)
{
	const char prefix[] = {i->prefix, '\0'};

	if ((!i->prefix || i->prefix == '?') && !i->inter[0] &&
	    (i->final == 'h' || i->final == 'l')) {
		set_modes(t, i);
		return;
	}
	if (!draws(i))
		return;
	if (i->final == 'r')
		t->margins = true;
	rj_buf_printf(t->out, "\033[%s%s%s%c", prefix, i->params, i->inter, i->final);
}

/* Save and restore, index, full reset, shifts; character sets; DEC's double lines and test. */
static void esc(struct rj_tame *t, const struct rj_vt_item *i)
{
	const bool sets = i->inter[0] && !i->inter[1] && strchr("()*+-./", i->inter[0]);

	if (i->inter[0] ? !sets && strcmp(i->inter, "#") != 0 : !strchr("78DEMNOcno|}~", i->final))
		return;
	if (!i->inter[0] && i->final == 'c')
		t->alternate = t->margins = false;
	rj_buf_printf(t->out, "\033%s%c", i->inter, i->final);
}

static void on_item(void *arg, const struct rj_vt_item *i)
{
	struct rj_tame *t = arg;

	switch (i->kind) {
	case RJ_VT_TEXT:
		rj_buf_add(t->out, i->text, i->len);
		break;
	case RJ_VT_CONTROL: /* BEL to SI: not NUL, ENQ, nor XON and XOFF */
		if (i->final >= 0x07 && i->final <= 0x0f)
			rj_buf_putc(t->out, i->final);
		break;
	case RJ_VT_ESC:
		esc(t, i);
		break;
	case RJ_VT_CSI:
		csi(t, i);
		break;
	case RJ_VT_STRING:
		break;
	}
}

void rj_tame(struct rj_tame *t, const char *bytes, size_t len, struct rj_buf *out)
{
	t->out = out;
	rj_vt_feed(&t->vt, bytes, len, on_item, t);
	t->out = NULL;
}

void rj_tame_reset(const struct rj_tame *t, struct rj_buf *out)
{
	/* Leaving a screen that is not shown would move the cursor. */
	if (t->alternate)
		rj_buf_puts(out, "\033[?1049l");
	rj_buf_puts(out, "\033[?2026l\033[?25h\033[?7h\033[?5l\033[?1l\033>\033[4l\033[20l"
			 "\033[?9l\033[?1000l\033[?1002l\033[?1003l\033[?1004l\033[?1006l"
			 "\033[?2004l\033[0 q\017\033(B\033[0m");
	/* These send the cursor home: from there to the last line. */
	if (t->margins)
		rj_buf_puts(out, "\033[?69l\033[?6l\033[r\033[999;1H");
}
