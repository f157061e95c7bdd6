/*
 * log - what sessions a jail had, and what their terminals showed
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "applets/applet.h"
#include "applets/replay.h"
#include "core/base/grid.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/engine/journal.h"
#include "core/engine/store.h"
#include "core/model/words.h"

struct log_args {
	bool json, replay, cast;
	int last;
	const char *speed, *idle;
};

static const struct rj_opt log_opts[] = {
	RJ_FLAG('j', "json", struct log_args, json, "print a JSON array"),
	RJ_INT('n', "last", struct log_args, last, "N", 1, 1000000, "the last N sessions only"),
	RJ_FLAG('\0', "replay", struct log_args, replay,
		"play a recording on this terminal: the last one, or ID"),
	RJ_STRING('\0', "speed", struct log_args, speed, "X", "play it X times as fast"),
	RJ_STRING('\0', "idle-limit", struct log_args, idle, "SECONDS",
		  "no pause of the recording lasts longer"),
	RJ_FLAG('\0', "cast", struct log_args, cast,
		"write a recording, the last one or ID, to standard output as it is"),
	RJ_STOP,
};

/* "2026-11-25T16:34:12Z" -> "2026-11-25 17:34" where the user is. */
static void when(const char *started, char *ret, size_t size)
{
	struct tm tm = {0};
	time_t t;

	(void)snprintf(ret, size, "?");
	if (!started || !strptime(started, "%Y-%m-%dT%H:%M:%S", &tm))
		return;
	t = timegm(&tm);
	if (localtime_r(&t, &tm))
		(void)strftime(ret, size, "%m-%d %H:%M", &tm); /* the ID has the year */
}

static void length(int64_t ms, char *ret, size_t size)
{
	const long long s = (long long)ms / 1000;

	if (ms < 0)
		(void)snprintf(ret, size, "?");
	else if (s < 10)
		(void)snprintf(ret, size, "%.1fs", (double)ms / 1000);
	else if (s < 60)
		(void)snprintf(ret, size, "%llds", s);
	else if (s < 3600)
		(void)snprintf(ret, size, "%lldm%02llds", s / 60, s % 60);
	else
		(void)snprintf(ret, size, "%lldh%02lldm", s / 3600, s % 3600 / 60);
}

static void memory(const struct rj_journal_entry *e, char *ret, size_t size)
{
	static const char *const signs[] = {
		[RJ_PEAK_UNKNOWN] = "",
		[RJ_PEAK_CGROUP] = "",
		[RJ_PEAK_SAMPLES] = "~",
		[RJ_PEAK_PROCESS] = ">",
	};
	const unsigned long long mib = (e->peak + (1 << 20) - 1) >> 20;

	if (e->peak_by == RJ_PEAK_UNKNOWN)
		(void)snprintf(ret, size, "?");
	else if (mib < 1024)
		(void)snprintf(ret, size, "%s%lluM", signs[e->peak_by], mib);
	else
		(void)snprintf(ret, size, "%s%.1fG", signs[e->peak_by], (double)mib / 1024);
}

static void changes(const struct rj_journal_entry *e, char *ret, size_t size)
{
	char commits[40] = "", files[40] = "";

	if (e->commits > 0)
		(void)snprintf(commits, sizeof(commits), "%lld commit%s", (long long)e->commits,
			       e->commits == 1 ? "" : "s");
	if (e->files >= 0)
		(void)snprintf(files, sizeof(files), "%lld file%s", (long long)e->files,
			       e->files == 1 ? "" : "s");
	(void)snprintf(ret, size, "%s%s%s", commits, *commits && *files ? ", " : "", files);
	if (!*ret)
		(void)snprintf(ret, size, "%s", e->commits == 0 ? "-" : "?");
}

static void add_row(struct rj_grid *g, const struct rj_journal_entry *e)
{
	RJ_AUTO(rj_free) char *command = rj_words_join(&e->argv);
	char text[96];

	rj_grid_add(g, e->id, e->recorded ? RJ_COLOR_BOLD : RJ_COLOR_OFF);
	rj_grid_add(g, e->recorded ? "*" : "", RJ_COLOR_OFF);
	when(e->started, text, sizeof(text));
	rj_grid_add(g, text, RJ_COLOR_OFF);
	length(e->ms, text, sizeof(text));
	rj_grid_add(g, text, RJ_COLOR_OFF);
	(void)snprintf(text, sizeof(text), "%d", e->status);
	rj_grid_add(g,
		    e->running	    ? "running"
		    : e->status < 0 ? "?"
				    : text,
		    e->running	     ? RJ_COLOR_GREEN
		    : e->status == 0 ? RJ_COLOR_OFF
				     : RJ_COLOR_RED);
	changes(e, text, sizeof(text));
	rj_grid_add(g, text, RJ_COLOR_OFF);
	memory(e, text, sizeof(text));
	rj_grid_add(g, text, e->limits.n > 0 ? RJ_COLOR_YELLOW : RJ_COLOR_OFF);
	rj_grid_add(g, command, RJ_COLOR_OFF);
}

static void print_table(const struct rj_journal *h, size_t from)
{
	static const struct rj_grid_col cols[] = {
		{.title = "ID"},
		{.title = "REC"},
		{.title = "STARTED"},
		{.title = "LENGTH", .right = true},
		{.title = "STATUS", .right = true},
		{.title = "CHANGES"},
		{.title = "MEMORY", .right = true},
		{.title = "COMMAND", .shrinks = true},
	};
	RJ_AUTO(rj_grid_release) struct rj_grid g = {.cols = cols, .ncols = RJ_COUNT(cols)};

	for (size_t i = from; i < h->n; i++)
		add_row(&g, &h->v[i]);
	rj_grid_print(&g, stdout, rj_term_is_tty(stdout) ? rj_term_columns(stdout) : 0,
		      rj_term_has_color(stdout));
}

static int print_json(const struct rj_journal *h, size_t from, struct rj_err *err)
{
	RJ_AUTO(rj_json_decref) json_t *all = json_array();

	for (size_t i = from; i < h->n; i++) {
		json_t *o = rj_journal_json(&h->v[i]);

		json_object_set_new(o, "running", json_boolean(h->v[i].running));
		json_array_append_new(all, o);
	}
	return rj_json_print(all, stdout, err);
}

/* The recording that is meant: `id` or the beginning of one, or NULL for the last. */
static const struct rj_journal_entry *choose(const struct rj_journal *h, const char *jail,
					     const char *id, struct rj_err *err)
{
	const struct rj_journal_entry *found = NULL;
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++) {
		const struct rj_journal_entry *e = &h->v[i];

		if (id ? strncmp(e->id, id, strlen(id)) != 0 : !e->recorded)
			continue;
		if (id && found && !strcmp(found->id, id))
			continue; /* it is the whole id of that one */
		found = e;
		n++;
	}
	if (!found) {
		(void)rj_refuse(err, ENOENT,
				id ? "jail '%s' had no session '%s'"
				   : "jail '%s' has no recording%s",
				jail, id ? id : "");
		(void)rj_hint(err,
			      id ? "see them all: robojail log %s"
				 : "record the next session: robojail enter %s --record",
			      jail);
		return NULL;
	}
	if (id && n > 1) {
		(void)rj_refuse(err, EINVAL, "%zu sessions of jail '%s' begin with '%s'", n, jail,
				id);
		(void)rj_hint(err, "see them all: robojail log %s", jail);
		return NULL;
	}
	if (found->recorded)
		return found;
	(void)rj_refuse(err, ENOENT, "session %s of jail '%s' was not recorded", found->id, jail);
	(void)rj_hint(err, "record the next one: robojail enter %s --record", jail);
	return NULL;
}

static int open_cast(const struct rj_ctx *ctx, const char *jail, const char *name,
		     struct rj_err *err)
{
	RJ_AUTO(rj_close) int dir = rj_journal_dir(ctx, jail, err);
	struct stat st;
	int fd;

	if (dir < 0)
		return dir;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return rj_fail(err, errno, "cannot open the recording %s of jail '%s'", name, jail);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	rj_close(&fd);
	return rj_refuse(err, EINVAL, "the recording %s of jail '%s' is not a regular file", name,
			 jail);
}

static int copy(int fd, const char *name, struct rj_err *err)
{
	char chunk[16384];
	ssize_t n;

	if (rj_term_is_tty(stdout)) {
		(void)rj_refuse(err, EINVAL, "a recording is not for the eye");
		return rj_hint(err, "play it with --replay, or redirect it: --cast >session.cast");
	}
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0)
			return rj_fail(err, errno, "cannot read %s", name);
		(void)fwrite(chunk, 1, (size_t)n, stdout);
	}
	return 0;
}

/* A number of an option, as "2", "0.5". */
static int number(const char *text, const char *option, double lo, double hi, double *ret,
		  struct rj_err *err)
{
	char *end;
	double d;

	if (!text)
		return 0;
	d = strtod(text, &end);
	if (end == text || *end || !(d >= lo && d <= hi))
		return rj_opt_usage(err, "log", "--%s takes a number from %g to %g, not '%s'",
				    option, lo, hi, text);
	*ret = d;
	return 0;
}

static int play(const struct rj_ctx *ctx, const struct rj_journal *h, char *const *operands,
		const struct log_args *args, struct rj_err *err)
{
	const struct rj_journal_entry *e = choose(h, operands[0], operands[1], err);
	struct rj_replay_args r = {.speed = 1, .idle = -1};
	char name[RJ_JOURNAL_ID + 8];
	RJ_AUTO(rj_close) int fd = -1;

	if (!e || number(args->speed, "speed", 0.01, 1000, &r.speed, err) < 0 ||
	    number(args->idle, "idle-limit", 0, 86400, &r.idle, err) < 0)
		return -err->num;
	(void)snprintf(name, sizeof(name), "%s.cast", e->id);
	fd = open_cast(ctx, operands[0], name, err);
	if (fd < 0)
		return fd;
	if (args->cast)
		return copy(fd, name, err);
	if (!rj_term_is_tty(stdout)) {
		(void)rj_refuse(err, ENOTTY, "standard output is no terminal to play it on");
		return rj_hint(err, "for another player, --cast writes the recording as it is");
	}
	r.in = fd;
	r.file = name;
	return rj_replay(&r, err);
}

static int check_args(const struct log_args *args, char *const *operands, struct rj_err *err)
{
	const bool one = args->replay || args->cast;

	if (args->replay && args->cast)
		return rj_opt_usage(err, "log", "--replay and --cast exclude each other");
	if (one && (args->json || args->last))
		return rj_opt_usage(err, "log", "--json and --last are for the list of sessions");
	if (!args->replay && (args->speed || args->idle))
		return rj_opt_usage(err, "log", "--speed and --idle-limit need --replay");
	if (!one && operands[1])
		return rj_opt_usage(err, "log",
				    "what is to be done with session '%s'? --replay or "
				    "--cast",
				    operands[1]);
	return 0;
}

static int log_run(struct rj_ctx *ctx, const void *p, char *const *operands, struct rj_err *err)
{
	const struct log_args *args = p;
	RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};
	RJ_AUTO(rj_journal_release) struct rj_journal h = {0};
	size_t from;

	if (check_args(args, operands, err) < 0 || rj_jail_check_name(operands[0], err) < 0 ||
	    rj_store_find(ctx, operands[0], &jail, err) < 0 ||
	    rj_journal_read(ctx, operands[0], &h, err) < 0)
		return -err->num;
	if (args->replay || args->cast)
		return play(ctx, &h, operands, args, err);
	from = args->last && (size_t)args->last < h.n ? h.n - (size_t)args->last : 0;
	if (h.damaged)
		(void)fprintf(stderr, "robojail: warning: %zu damaged line%s left out\n", h.damaged,
			      h.damaged == 1 ? " was" : "s were");
	if (args->json)
		return print_json(&h, from, err);
	if (h.n > 0)
		print_table(&h, from);
	else
		(void)printf("No sessions yet. Begin one: robojail enter %s\n", operands[0]);
	return 0;
}

const struct rj_applet rj_applet_log = {
	.name = "log",
	.summary = "show what sessions a jail had, and play recordings of them",
	.operands = "JAIL [ID]",
	.min = 1,
	.max = 2,
	.details =
		"Lists the sessions that are over and whose command started, with the command, "
		"when it began and how long it "
		"took, its exit status, the commits it brought over and the files that differed "
		"from the jail's base at its end (where counting them was quick), and the most "
		"memory: of all its processes together, with ~ at one of the moments when it was "
		"looked at, with > of its largest process only, which is what is known without a "
		"control group. Yellow memory: it hit a limit. A star: there is a recording.\n\n"
		"Sessions on a terminal are recorded with 'enter --record', 'run --record' or "
		"'record = true' in the configuration, as asciicast version 2, which other players "
		"know, too. Keys are not recorded. A replay draws what was drawn; what would make "
		"the terminal answer, reach the clipboard, or outlast the replay is left out. The "
		"space bar stops and continues it, q and ^C end it.\n\n"
		"ID may be the beginning of one. The JSON keys are id, command, started, seconds, "
		"status, user, recorded, running, commits, files_changed, memory_peak (bytes), "
		"memory_peak_by (cgroup, samples, largest-process) and limits; what is not known "
		"is null.",
	.example = "robojail log fix-login\n"
		   "robojail log fix-login --replay --speed 4 --idle-limit 1\n"
		   "robojail log fix-login --cast >session.cast",
	.opts = log_opts,
	.args_size = sizeof(struct log_args),
	.run = log_run,
};
