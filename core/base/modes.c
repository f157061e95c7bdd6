#include "core/base/modes.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

enum state {
	PLAIN,
	ESC,
	CSI,
	CHARSET, /* ESC ( and the like: one byte more */
	STRING,	 /* OSC, DCS, APC, PM, SOS, up to BEL or ESC \ */
	STRING_ESC,
};

/* Private modes (CSI ? N h): those that outlive a program to the user's harm. The alternate screen
 * comes first, since entering it clears nothing that comes after. */
static const struct {
	unsigned number;
	bool usually;
} modes[RJ_MODES_PRIVATE] = {
	{1049, false}, {1047, false}, {47, false},   {1, false},    {5, false},	   {6, false},
	{7, true},     {9, false},    {25, true},    {1000, false}, {1002, false}, {1003, false},
	{1004, false}, {1006, false}, {1015, false}, {2004, false}, {1005, false},
};

static void set_private(struct rj_modes *m, const char *numbers, bool on)
{
	while (*numbers) {
		char *end;
		const unsigned long n = strtoul(numbers, &end, 10);

		for (size_t i = 0; i < RJ_MODES_PRIVATE; i++)
			if (modes[i].number == n)
				m->changed[i] = on != modes[i].usually;
		if (end == numbers)
			end++;
		numbers = *end == ';' ? end + 1 : end;
	}
}

static void reset(struct rj_modes *m)
{
	*m = (struct rj_modes){.state = PLAIN};
}

/* kitty: CSI > FLAGS u pushes, CSI < N u pops, CSI = FLAGS u changes what is on top. */
static void keyboard(struct rj_modes *m)
{
	const unsigned long n = strtoul(m->text + 1, NULL, 10);

	if (m->text[0] == '>' && m->keyboards < 1000)
		m->keyboards++;
	else if (m->text[0] == '<')
		m->keyboards -= n > m->keyboards ? m->keyboards
				: n		 ? (unsigned)n
						 : m->keyboards > 0;
	else if (m->text[0] == '=' && m->keyboards == 0)
		m->keyboards = 1;
}

/* The parameters of a CSI sequence are in m->text, its last byte is `end`. */
static void on_csi(struct rj_modes *m, char end)
{
	const size_t len = strlen(m->text);

	if (m->text[0] == '?' && (end == 'h' || end == 'l'))
		set_private(m, m->text + 1, end == 'h');
	else if (end == 'm' && m->text[0] == '>')
		m->modify_keys = m->text[1] == '4' && strchr(m->text, ';') != NULL &&
				 strcmp(m->text, ">4;0") != 0;
	else if (end == 'm')
		m->colour = len > 0 && strcmp(m->text, "0") != 0;
	else if (end == 'u')
		keyboard(m);
	else if (end == 'q' && len > 0 && m->text[len - 1] == ' ')
		m->cursor_style = strtoul(m->text, NULL, 10) != 0;
	else if (end == 'p' && !strcmp(m->text, "!"))
		reset(m);
}

static void on_escape(struct rj_modes *m, char c)
{
	m->state = PLAIN;
	if (c == '[') {
		m->state = CSI;
		m->len = 0;
	} else if (strchr("]P_^X", c)) {
		m->state = STRING;
	} else if (strchr("()*+", c)) {
		m->state = CHARSET;
	} else if (c == 'c') {
		reset(m);
	} else if (c == '=' || c == '>') {
		m->keypad = c == '=';
	}
}

static void on_byte(struct rj_modes *m, char c)
{
	if (c == '\x18' || c == '\x1a') { /* CAN and SUB end every sequence */
		m->state = PLAIN;
		return;
	}
	if (c == '\x1b') {
		m->state = m->state == STRING ? STRING_ESC : ESC;
		return;
	}
	switch ((enum state)m->state) {
	case PLAIN:
		if (c == '\x0e' || c == '\x0f')
			m->charset = c == '\x0e';
		break;
	case ESC:
		if (c)
			on_escape(m, c);
		break;
	case CSI:
		if (c >= 0x40 && c <= 0x7e) {
			m->text[m->len] = '\0';
			m->state = PLAIN;
			on_csi(m, c);
		} else if (c >= 0x20 && (size_t)m->len + 1 < sizeof(m->text)) {
			m->text[m->len++] = c;
		}
		break;
	case CHARSET:
		m->charset = c != 'B';
		m->state = PLAIN;
		break;
	case STRING:
		if (c == '\a')
			m->state = PLAIN;
		break;
	case STRING_ESC:
		m->state = PLAIN;
		if (c != '\\' && c)
			on_escape(m, c);
		break;
	}
}

void rj_modes_feed(struct rj_modes *m, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		/* most output is text */
		if (m->state == PLAIN && (unsigned char)bytes[i] >= 0x20)
			continue;
		on_byte(m, bytes[i]);
	}
}

static void put_private(const struct rj_modes *m, bool entering, struct rj_buf *out)
{
	for (size_t k = 0; k < RJ_MODES_PRIVATE; k++) {
		const size_t i = entering ? k : RJ_MODES_PRIVATE - 1 - k;

		if (m->changed[i])
			rj_buf_printf(out, "\x1b[?%u%c", modes[i].number,
				      modes[i].usually == entering ? 'l' : 'h');
	}
}

void rj_modes_enter(const struct rj_modes *m, struct rj_buf *out)
{
	put_private(m, true, out);
	if (m->keypad)
		rj_buf_puts(out, "\x1b=");
}

void rj_modes_leave(const struct rj_modes *m, struct rj_buf *out)
{
	if (m->state == STRING || m->state == STRING_ESC)
		rj_buf_puts(out, "\x1b\\");
	else if (m->state != PLAIN)
		rj_buf_putc(out, '\x18');
	if (m->keyboards)
		rj_buf_printf(out, "\x1b[<%uu", m->keyboards);
	if (m->modify_keys)
		rj_buf_puts(out, "\x1b[>4m");
	if (m->cursor_style)
		rj_buf_puts(out, "\x1b[0 q");
	if (m->keypad)
		rj_buf_puts(out, "\x1b>");
	if (m->charset)
		rj_buf_puts(out, "\x1b(B\x0f");
	if (m->colour)
		rj_buf_puts(out, "\x1b[0m");
	put_private(m, false, out);
}
