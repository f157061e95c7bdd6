#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/tame.h"

/* The pieces cut everywhere must give what the whole does. */
static void expect(const char *in, size_t len, const char *want)
{
	RJ_AUTO(rj_buf_release) struct rj_buf whole = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf bytes = {0};
	struct rj_tame a = {0}, b = {0};

	rj_tame(&a, in, len, &whole);
	cr_expect_str_eq(rj_buf_str(&whole), want, "of \"%.*s\"", (int)len, in);
	for (size_t i = 0; i < len; i++)
		if ((in[i] & 0x80) != 0)
			return; /* characters come whole */
	for (size_t i = 0; i < len; i++)
		rj_tame(&b, in + i, 1, &bytes);
	cr_expect_str_eq(rj_buf_str(&bytes), want, "in pieces");
}

#define SAME(s)	     expect(s, sizeof(s) - 1, s)
#define GONE(s)	     expect("<" s ">", sizeof("<" s ">") - 1, "<>")
#define GIVES(s, to) expect(s, sizeof(s) - 1, to)

Test(tame, what_draws_passes)
{
	SAME("plain text\r\n\ttab \b\b over");
	SAME("gr\xc3\xbc\xc3\x9f \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80");
	SAME("\033[1;31mred\033[0m \033[38;5;200m\033[48;2;1;2;3m\033[4:3m");
	SAME("\033[H\033[2J\033[10;20H\033[3A\033[K\033[?1K\033[5X\033[2L\033[M\033[3@\033[P");
	SAME("\033[2;20r\033[3S\033[2T\033D\033M\0337\0338\033E\033(0lqk\033(B\016\017");
	SAME("\033[?25l\033[?1049h\033[?7l\033[4h\033[?25h\033[?1049l\033[5 q\033[!p\033#8");
	SAME("\007");
}

/* Each of these makes some terminal type back, see xterm's ctlseqs. */
Test(tame, nothing_makes_the_terminal_answer)
{
	GONE("\033[c");
	GONE("\033[0c");
	GONE("\033[>c");
	GONE("\033[=c");
	GONE("\033[5n");
	GONE("\033[6n");
	GONE("\033[?6n");
	GONE("\033[?15n");
	GONE("\033[x");
	GONE("\033[?2026$p");
	GONE("\033[4$p");
	GONE("\033[>q");
	GONE("\033[>0q");
	GONE("\033[?u");
	GONE("\033[1$w");
	GONE("\033[1;1;1;1;1;1*y");
	GONE("\033[?1;1S");
	GONE("\033[?4m");
	GONE("\033[21t");
	GONE("\033[18t");
	GONE("\033Z");
	GONE("\005");
	GONE("\033P$qm\033\\");
	GONE("\033P+q544e\033\\");
	GONE("\033]10;?\007");
	GONE("\033]4;1;?\033\\");
	GONE("\033]52;c;?\007");
	GONE("\033[&x");
	GONE("\033['|");
}

Test(tame, nothing_reaches_beyond_the_screen)
{
	GONE("\033]52;c;ZXZpbA==\007");
	GONE("\033]0;title\007");
	GONE("\033]2;title\033\\");
	GONE("\033]8;;http://example.org\033\\");
	GONE("\033]777;notify;a;b\007");
	GONE("\033ktitle\033\\");
	GONE("\033_Gf=100,t=f;L2V0Yy9wYXNzd2Q=\033\\");
	GONE("\033^private\033\\");
	GONE("\033Xsos\033\\");
	GONE("\033Pq#0;2;0;0;0\033\\");
	GONE("\033Ptmux;\033\033]52;c;ZXZpbA==\007\033\\");
	GONE("\033[5i");
	GONE("\033[8;24;80t");
	GONE("\033[3J");
	GONE("\033[?3J");
	GONE("\033%@");
	GONE("\033 G");
	GONE("\033H");
	GONE("\033[3g");
	GONE("\033[2h");
	GONE("\033[12l");
	GONE("\033[?1h");
	GONE("\033[?1000h\033[?1002h\033[?1003h\033[?1006h\033[?1004h\033[?2004h\033[?9h");
	GONE("\033[?66h\033[?3h\033[?80h\033[?12345h");
	GONE("\033[>1u\033[>4;2m\033[<u\033[=1;1u");
	GONE("\033[1;2;3;4;5T");
	GONE("\033[?5s\033[?5r");
	GONE("\033=\033>");
	GONE("\x11\x13\x7f");
}

Test(tame, modes_are_told_apart_within_one_sequence)
{
	GIVES("\033[?1049;2004;25h", "\033[?1049;25h");
	GIVES("\033[?2004;7l", "\033[?7l");
	GIVES("\033[4;2h", "\033[4h");
	GIVES("\033[?25;:h.", "\033[?25h.");
	GIVES("\033[?:25h.", ".");
}

/* 8-bit controls come as U+0080 to U+009F: xterm obeys those in UTF-8, too. */
Test(tame, controls_of_one_character)
{
	GIVES("a\xc2\x9b"
	      "31mb",
	      "a\033[31mb");
	GIVES("a\xc2\x9b"
	      "6nb",
	      "ab");
	GIVES("a\xc2\x9d"
	      "52;c;AAAA\xc2\x9c"
	      "b",
	      "ab");
	GIVES("a\xc2\x90$qm\xc2\x9c"
	      "b",
	      "ab");
	GIVES("a\x9b\xff"
	      "b",
	      "ab");
}

Test(tame, broken_sequences)
{
	GIVES("a\033[12;\033[31mb", "a\033[31mb"); /* begun anew */
	GIVES("a\033[12;\030b", "ab");		   /* CAN */
	GIVES("a\033]0;ti\032b", "ab");		   /* SUB */
	GIVES("a\033[3\r1mb", "a\r\033[31mb");	   /* a control within */
	GIVES("a\033[1?2mb", "ab");
	GIVES("a\033[1 2qb", "ab");
	GIVES("a\033[   qb", "ab");
	GIVES("a\033]0;never ends", "a");
	GIVES("a\033]0;x\033[6nb", "ab"); /* ESC ends a string */
	GIVES("a\033P\007still in it\033\\b", "ab");
	GIVES("a\033[\xc3\xbc"
	      "b",
	      "ab");
	GIVES("a\033", "a");
	GIVES("a\033[31", "a");
}

Test(tame, a_sequence_without_end_takes_no_room)
{
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};
	struct rj_tame t = {0};

	rj_tame(&t, "\033[", 2, &out);
	for (int i = 0; i < 100000; i++)
		rj_tame(&t, "1;", 2, &out);
	rj_tame(&t, "mA", 2, &out);
	cr_expect_str_eq(rj_buf_str(&out), "A");
}

static bool resets(const char *shown, const char *with)
{
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf reset = {0};
	struct rj_tame t = {0};

	rj_tame(&t, shown, strlen(shown), &out);
	rj_tame_reset(&t, &reset);
	return strstr(rj_buf_str(&reset), with) != NULL;
}

Test(tame, the_reset_undoes_what_was_done)
{
	cr_expect(!resets("plain", "\033[?1049l"));
	cr_expect(resets("\033[?1049h", "\033[?1049l"));
	cr_expect(resets("\033[?25;47h", "\033[?1049l"));
	cr_expect(!resets("\033[?1049h..\033[?1049l", "\033[?1049l"));
	cr_expect(!resets("\033[?1049h..\033c", "\033[?1049l"));
	cr_expect(resets("", "\033[?25h"));
	cr_expect(resets("", "\033[0m"));
	cr_expect(!resets("", "\033[r"));
	cr_expect(resets("\033[2;5r", "\033[r"));
	cr_expect(resets("\033[?6h", "\033[?6l"));
}

static void last(const char *in, const char *want)
{
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};

	rj_vt_last_line(in, strlen(in), &out);
	cr_expect_str_eq(rj_buf_str(&out), want, "of \"%s\"", in);
}

Test(vt, the_last_line)
{
	last("", "");
	last("one\r\ntwo\r\n", "two");
	last("one\r\ntwo", "two");
	last("one\r\n\r\n---\r\n   \r\n", "one");
	last("10 %\r20 %\r30 %", "30 %");
	last("a long line\r\033[Kshort", "short");
	last("gone\033[2Kx1", "x1");
	last("\033[31mred \033[0mplain\r\n", "red plain");
	last("typo\b\bed\n", "tyed");
	last("\xc3\xbc\xc3\xbc\b"
	     "a\n",
	     "\xc3\xbc"
	     "a");
	last("\033]0;title\007text\n", "text");
	last("a\033[5Cb\tc", "a b c");
	/* a full screen: the piece drawn last that says something */
	last("\033[H\033[2J\033[1;1Htitle\033[10;1Hworking on it\033[24;1H"
	     "\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80",
	     "working on it");
	/* begins within a sequence or a character */
	last("\xbc;5mtext\n", ";5mtext");
	last("\xe6\x97\xa5\xe6\x9c\xac\n", "\xe6\x97\xa5\xe6\x9c\xac");
}
