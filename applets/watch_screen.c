/* watch_screen - frames: the list of jails, and a diff */
#include "applets/watch_screen.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "applets/watch_diff.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/sys/file.h"

#define ELLIPSIS "\xe2\x80\xa6"

enum { USUAL_COLS = 80, USUAL_ROWS = 24, MOST = 4096, NAME_LEAST = 8, LINE_MOST = 8192, TAB = 8 };

void rj_watch_resize(struct rj_watch_screen *s)
{
	struct winsize ws = {0};

	(void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws);
	s->cols = ws.ws_col == 0 ? USUAL_COLS : ws.ws_col > MOST ? MOST : ws.ws_col;
	s->rows = ws.ws_row == 0 ? USUAL_ROWS : ws.ws_row > MOST ? MOST : ws.ws_row;
	s->shown.len = 0;
}

void rj_watch_time(int64_t s, char *ret, size_t size)
{
	const long long n = (long long)s;

	if (s < 0)
		(void)snprintf(ret, size, "-");
	else if (s < 60)
		(void)snprintf(ret, size, "%llds", n);
	else if (s < 3600)
		(void)snprintf(ret, size, "%lldm", n / 60);
	else if (s < 86400)
		(void)snprintf(ret, size, "%lldh%02lldm", n / 3600, n % 3600 / 60);
	else
		(void)snprintf(ret, size, "%lldd%02lldh", n / 86400, n % 86400 / 3600);
}

void rj_watch_bytes(int64_t bytes, char *ret, size_t size)
{
	static const char units[] = "KMGT";
	double d = (double)bytes / 1024;
	size_t u = 0;

	for (; d >= 999.5 && units[u + 1]; u++)
		d /= 1024;
	if (bytes < 0)
		(void)snprintf(ret, size, "-");
	else
		(void)snprintf(ret, size, d < 9.95 && u > 0 ? "%.1f%c" : "%.0f%c", d, units[u]);
}

void rj_watch_number(int64_t n, char *ret, size_t size)
{
	if (n < 0)
		(void)snprintf(ret, size, "-");
	else
		(void)snprintf(ret, size, "%lld", (long long)n);
}

void rj_watch_percent(double percent, char *ret, size_t size)
{
	if (percent < 0)
		(void)snprintf(ret, size, "-");
	else
		(void)snprintf(ret, size, "%.0f%%", percent);
}

/* Bytes of harmless text that fit; *ret_width is what they take. */
static size_t fitting(const char *s, size_t len, size_t columns, size_t *ret_width)
{
	size_t done = 0, width = 0;

	while (done < len) {
		uint32_t c = '?';
		const size_t n = rj_utf8_decode(s + done, len - done, &c);

		if (width + rj_utf8_columns(c) > columns)
			break;
		width += rj_utf8_columns(c);
		done += n ? n : 1;
	}
	*ret_width = width;
	return done;
}

static void spaces(struct rj_buf *out, size_t n)
{
	rj_buf_printf(out, "%*s", (int)n, "");
}

/* Text that is harmless already. */
static void put_clean(struct rj_buf *out, const char *s, size_t len, size_t columns, bool right)
{
	size_t width, fits = fitting(s, len, columns, &width);
	const bool cut = fits < len && columns > 0;

	if (cut) {
		fits = fitting(s, len, columns - 1, &width);
		width++;
	}
	if (right)
		spaces(out, columns - width);
	rj_buf_add(out, s, fits);
	if (cut)
		rj_buf_puts(out, ELLIPSIS);
	if (!right)
		spaces(out, columns - width);
}

void rj_watch_put(struct rj_buf *out, const char *text, size_t len, size_t columns, bool right)
{
	RJ_AUTO(rj_buf_release) struct rj_buf clean = {0};

	rj_term_clean(&clean, text, len < LINE_MOST ? len : LINE_MOST, 0);
	put_clean(out, rj_buf_str(&clean), clean.len, columns, right);
}

static const char *color(const struct rj_watch_screen *s, enum rj_color c)
{
	return rj_term_color(s->colors, c);
}

/* A whole line of one colour, from `text`. */
static void put_line(const struct rj_watch_screen *s, struct rj_buf *f, const char *on,
		     const char *text, size_t len)
{
	rj_buf_puts(f, on);
	rj_watch_put(f, text, len, s->cols, false);
	rj_buf_puts(f, *on ? "\033[0m" : "");
}

static void end_line(struct rj_buf *f)
{
	rj_buf_puts(f, "\033[K\r\n");
}

/* Everything of a frame but its last line is there; nothing follows that, or it would scroll. */
static void write_frame(struct rj_watch_screen *s, struct rj_buf *f)
{
	rj_buf_puts(f, "\033[J");
	if (f->len != s->shown.len || memcmp(f->s, s->shown.s, f->len) != 0)
		(void)rj_write_all(STDOUT_FILENO, f->s, f->len);
	rj_buf_release(&s->shown);
	s->shown = *f;
	*f = (struct rj_buf){0};
}

enum { STATE = 10, UP = 7, CPU = 6, MEMORY = 6, COMMITS = 7, FILES = 6 };

static size_t name_width(const struct rj_watch_screen *s, const struct rj_monitor *m)
{
	const size_t most = s->cols / 4 > NAME_LEAST ? s->cols / 4 : NAME_LEAST;
	size_t width = 4;

	for (size_t i = 0; i < m->n; i++)
		if (strlen(m->v[i].jail.name) > width)
			width = strlen(m->v[i].jail.name);
	return width < most ? width : most;
}

struct row {
	const char *name, *state, *up, *cpu, *memory, *commits, *files, *last;
	size_t last_len;
	const char *state_color;
};

/* Columns from the left as far as they fit. */
static void put_row(const struct rj_watch_screen *s, struct rj_buf *f, size_t name_columns,
		    const struct row *r)
{
	const struct {
		const char *text;
		size_t len, columns;
		bool right;
	} cells[] = {
		{r->name, strlen(r->name), name_columns, false},
		{r->state, strlen(r->state), STATE, false},
		{r->up, strlen(r->up), UP, true},
		{r->cpu, strlen(r->cpu), CPU, true},
		{r->memory, strlen(r->memory), MEMORY, true},
		{r->commits, strlen(r->commits), COMMITS, true},
		{r->files, strlen(r->files), FILES, true},
		{r->last, r->last_len, s->cols, false},
	};
	size_t left = s->cols;

	for (size_t i = 0; i < RJ_COUNT(cells) && left > 0; i++) {
		const size_t gap = i + 1 == RJ_COUNT(cells) ? 2 : i > 0;
		size_t columns = cells[i].columns;

		if (gap >= left)
			break;
		spaces(f, gap);
		left -= gap;
		columns = columns < left ? columns : left;
		if (i == 1)
			rj_buf_puts(f, r->state_color);
		rj_watch_put(f, cells[i].text, cells[i].len, columns, cells[i].right);
		if (i == 1 && *r->state_color)
			rj_buf_puts(f, "\033[39m");
		left -= columns;
	}
}

static void put_jail(const struct rj_watch_screen *s, struct rj_buf *f, size_t name_columns,
		     const struct rj_monitor_jail *j)
{
	char up[32], cpu[32], memory[32], commits[32], files[32];
	const enum rj_color c = j->state == RJ_MONITOR_RUNNING	 ? RJ_COLOR_GREEN
				: j->state == RJ_MONITOR_STOPPED ? RJ_COLOR_OFF
								 : RJ_COLOR_YELLOW;
	const struct row row = {
		.name = j->jail.name,
		.state = rj_monitor_state_name(j->state),
		.up = up,
		.cpu = cpu,
		.memory = memory,
		.commits = commits,
		.files = files,
		.last = rj_buf_str(&j->last),
		.last_len = j->last.len,
		.state_color = c == RJ_COLOR_OFF ? "" : color(s, c),
	};

	rj_watch_time(j->seconds, up, sizeof(up));
	rj_watch_percent(j->cpu, cpu, sizeof(cpu));
	rj_watch_bytes(j->memory, memory, sizeof(memory));
	rj_watch_number(j->commits, commits, sizeof(commits));
	rj_watch_number(j->files, files, sizeof(files));
	put_row(s, f, name_columns, &row);
}

static void put_title(const struct rj_watch_screen *s, const struct rj_monitor *m, struct rj_buf *f)
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};
	const time_t now = time(NULL);
	struct tm tm = {0};
	char clock[16] = "";
	size_t running = 0;

	for (size_t i = 0; i < m->n; i++)
		running += m->v[i].state == RJ_MONITOR_RUNNING;
	if (localtime_r(&now, &tm))
		(void)strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	rj_buf_printf(&b, "robojail  %s  %zu jail%s, %zu running", clock, m->n,
		      m->n == 1 ? "" : "s", running);
	put_line(s, f, "", b.s, b.len);
	end_line(f);
}

static void put_foot(const struct rj_watch_screen *s, struct rj_buf *f, const char *keys)
{
	if (s->error)
		put_line(s, f, color(s, RJ_COLOR_RED), s->error, strlen(s->error));
	else
		put_line(s, f, color(s, RJ_COLOR_DIM), keys, strlen(keys));
}

static void scroll(struct rj_watch_screen *s, size_t n, size_t rows)
{
	if (s->selected >= n)
		s->selected = n ? n - 1 : 0;
	if (s->selected < s->top)
		s->top = s->selected;
	if (rows > 0 && s->selected >= s->top + rows)
		s->top = s->selected - rows + 1;
	if (s->top + rows > n) /* the window has grown, or there are fewer jails */
		s->top = n > rows ? n - rows : 0;
}

/* The keys, and which jails are shown when that is not all. */
static void put_list_foot(const struct rj_watch_screen *s, struct rj_buf *f, size_t n, size_t rows)
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};

	if (n > rows && rows > 0)
		rj_buf_printf(&b, "%zu-%zu of %zu   ", s->top + 1, s->top + rows, n);
	rj_buf_puts(&b, "q quit   j k g G choose   d diff");
	put_foot(s, f, b.s);
}

void rj_watch_draw_list(struct rj_watch_screen *s, const struct rj_monitor *m)
{
	static const struct row heads = {"NAME",    "STATE", "UP",	  "CPU", "MEM",
					 "COMMITS", "FILES", "LAST LINE", 9,	 ""};
	const size_t rows = s->rows > 3 ? s->rows - 3 : 0;
	const size_t name_columns = name_width(s, m);
	struct rj_buf f = {0};

	scroll(s, m->n, rows);
	rj_buf_puts(&f, "\033[H");
	if (s->rows > 2)
		put_title(s, m, &f);
	if (s->rows > 1) {
		rj_buf_puts(&f, color(s, RJ_COLOR_BOLD));
		put_row(s, &f, name_columns, &heads);
		rj_buf_puts(&f, color(s, RJ_COLOR_OFF));
		end_line(&f);
	}
	for (size_t i = s->top; i < s->top + rows; i++) {
		if (i < m->n) {
			rj_buf_puts(&f, i == s->selected ? "\033[7m" : "");
			put_jail(s, &f, name_columns, &m->v[i]);
			rj_buf_puts(&f, i == s->selected ? "\033[0m" : "");
		} else if (i == 0) {
			put_line(s, &f, "", "no jails", 8);
		}
		end_line(&f);
	}
	put_list_foot(s, &f, m->n, rows);
	write_frame(s, &f);
}

static enum rj_color color_of(const char *line, size_t len)
{
	if (len >= 2 && !memcmp(line, "@@", 2))
		return RJ_COLOR_CYAN;
	if (len >= 4 &&
	    (!memcmp(line, "diff", 4) || !memcmp(line, "--- ", 4) || !memcmp(line, "+++ ", 4)))
		return RJ_COLOR_BOLD;
	if (len == 0)
		return RJ_COLOR_OFF;
	return *line == '+'   ? RJ_COLOR_GREEN
	       : *line == '-' ? RJ_COLOR_RED
	       : *line == '!' ? RJ_COLOR_YELLOW
			      : RJ_COLOR_OFF;
}

/* Harmless, with tabs as spaces, and without the first `left` columns. */
static void put_diff_line(const struct rj_watch_screen *s, struct rj_buf *f, const char *line,
			  size_t len, size_t left)
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};
	const enum rj_color c = color_of(line, len);
	size_t skip, width, at = 0;

	for (size_t i = 0; i < len && b.len < LINE_MOST; i = at + (at < len), at = i) {
		const char *tab = memchr(line + i, '\t', len - i);

		at = tab ? (size_t)(tab - line) : len;
		rj_term_clean(&b, line + i, at - i, 0);
		if (tab)
			spaces(&b, TAB - rj_term_width(rj_buf_str(&b), b.len) % TAB);
	}
	skip = fitting(rj_buf_str(&b), b.len, left, &width);
	rj_buf_puts(f, c == RJ_COLOR_OFF ? "" : color(s, c));
	put_clean(f, rj_buf_str(&b) + skip, b.len - skip, s->cols, false);
	rj_buf_puts(f, c == RJ_COLOR_OFF ? "" : color(s, RJ_COLOR_OFF));
}

void rj_watch_draw_diff(struct rj_watch_screen *s, const struct rj_watch_diff *d)
{
	const size_t rows = s->rows > 1 ? s->rows - 1 : 0;
	RJ_AUTO(rj_buf_release) struct rj_buf foot = {0};
	struct rj_buf f = {0};

	rj_buf_puts(&f, "\033[H");
	for (size_t i = d->top; i < d->top + rows; i++) {
		if (i < d->n) {
			const size_t from = d->lines[i];
			const size_t to = i + 1 < d->n ? d->lines[i + 1] : d->text.len;
			const bool whole = to > from && d->text.s[to - 1] == '\n';

			put_diff_line(s, &f, d->text.s + from, to - from - whole, d->left);
		}
		end_line(&f);
	}
	rj_buf_printf(&foot, "%s  %zu of %zu line%s%s   q back   j k space b g G scroll", d->name,
		      d->top + rows < d->n ? d->top + rows : d->n, d->n, d->n == 1 ? "" : "s",
		      d->fd >= 0 ? ", reading"
		      : d->cut	 ? ", cut here"
				 : "");
	put_foot(s, &f, rj_buf_str(&foot));
	write_frame(s, &f);
}
