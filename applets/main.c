/*
 * The way into robojail, and the only one out: which command was meant, its arguments, its
 * context, its errors printed, its exit status.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "applets/applet.h"
#include "applets/book.h"
#include "applets/report.h"
#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/nearest.h"
#include "core/base/path.h"
#include "core/base/term.h"
#include "core/engine/ctx.h"
#include "core/sys/proc.h"

#define PREFIX	   "rj-"
#define PREFIX_LEN (sizeof(PREFIX) - 1)

/* More links than this the kernel does not follow either. */
#define MOST_LINKS 40

/* A handler instead of SIG_IGN: a write to a closed pipe then fails with EPIPE, and exec gives
 * the signal back its usual effect, also when we were started with it ignored. */
static void on_sigpipe(int sig)
{
	(void)sig;
}

/* Who ignores SIGCHLD, as what started us may, never learns how a child ended (wait(2)). */
static void settle_signals(void)
{
	const struct sigaction usual = {.sa_handler = SIG_DFL};
	struct sigaction sa = {.sa_handler = on_sigpipe, .sa_flags = SA_RESTART};

	(void)sigemptyset(&sa.sa_mask);
	(void)sigaction(SIGPIPE, &sa, NULL);
	(void)sigaction(SIGCHLD, &usual, NULL);
}

/* A file opened as descriptor 1 or 2 would get what is printed. What was closed gets a descriptor
 * that can be neither read (0) nor written (1, 2), so that using it is still an error. */
static int fill_stdio(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", fd ? O_RDONLY : O_WRONLY) < 0)
			return -1;
	return 0;
}

static void print_error(const char *command, const struct rj_err *err)
{
	(void)fprintf(stderr, "robojail%s%s: ", command ? " " : "", command ? command : "");
	rj_term_puts(stderr, err->msg);
	if (err->hint[0]) {
		(void)fputs("\n  hint: ", stderr);
		rj_term_write(stderr, err->hint, strlen(err->hint), RJ_TERM_NEWLINE);
	}
	(void)fputc('\n', stderr);
}

/* Has the reader of standard output gone away (robojail list | head -1)? */
static bool reader_is_gone(void)
{
	struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};

	return poll(&p, 1, 0) == 1 && (p.revents & (POLLERR | POLLHUP)) != 0;
}

/* Everything printed must have arrived, but for a reader who had enough. */
static int flush_stdout(struct rj_err *err)
{
	const bool failed = ferror(stdout) != 0;
	int num;

	errno = 0;
	if (fflush(stdout) == 0 && !failed)
		return 0;
	num = errno;
	/* When an earlier write failed, the stream has forgotten why: what is written now, behind
	 * what is cut short already, fails for the same reason. */
	if (num == 0)
		num = write(STDOUT_FILENO, "\n", 1) < 0 ? errno : EIO;
	if (num == EPIPE || reader_is_gone())
		return 0;
	return rj_fail(err, num, "cannot write to standard output");
}

static int init_ctx(const struct rj_applet *a, struct rj_ctx *ctx, struct rj_err *err)
{
	struct rj_err mistake;

	if (!rj_applet_spares_config(a))
		return rj_ctx_init(ctx, err);
	if (rj_ctx_init_dirs(ctx, err) < 0)
		return -err->num;
	if (rj_ctx_load_config(ctx, &mistake) < 0)
		rj_report_warning(&mistake);
	return 0;
}

static int run_with_ctx(const struct rj_applet *a, const void *args, char *const *operands,
			struct rj_err *err)
{
	struct rj_ctx ctx;
	int rc;

	if (a->no_ctx)
		return a->run(NULL, args, operands, err);
	rc = init_ctx(a, &ctx, err);
	if (rc < 0)
		return rc;
	rc = a->run(&ctx, args, operands, err);
	rj_ctx_release(&ctx);
	return rc;
}

/* argv: what stands behind the command's name. As run_with_ctx. */
static int run_parsed(const struct rj_applet *a, char *const *argv, void *args, struct rj_err *err)
{
	RJ_AUTO(rj_opt_result_release) struct rj_opt_result parsed = {0};
	const struct rj_opt_spec spec = {
		.name = a->name,
		.operands = a->operands,
		.opts = a->opts,
		.min = a->min,
		.max = a->max,
		.command_at = a->command_at,
	};
	int rc = rj_opt_parse(&spec, argv, args, &parsed, err);

	if (rc < 0)
		return rc;
	if (parsed.help) {
		rj_book_print_help(a, stdout);
		return 0;
	}
	return run_with_ctx(a, args, parsed.operands, err);
}

/* The exit status of the process. */
static int run_applet(const struct rj_applet *a, char *const *argv)
{
	RJ_AUTO(rj_free) void *args = rj_alloc(1, a->args_size);
	struct rj_err err = {0};
	int rc;

	if (a->defaults)
		memcpy(args, a->defaults, a->args_size);
	rc = run_parsed(a, argv, args, &err);
	rj_opt_release(a->opts, args);
	if (rc >= 0) {
		int flushed = flush_stdout(&err);

		if (flushed == 0)
			return rc;
	} else {
		/* The error, not what could not be printed before it, is the news. */
		(void)fflush(stdout);
		if (err.num == EPIPE && reader_is_gone())
			return RJ_EXIT_OK;
	}
	print_error(a->name, &err);
	if (a->passes_status && err.status == RJ_EXIT_FAILED)
		return RJ_EXIT_NOT_MADE;
	return err.status;
}

static int usage(const char *what, const char *word, const char *near)
{
	struct rj_err err;

	(void)rj_refuse(&err, EINVAL, "unknown %s '%s'", what, word);
	if (near)
		(void)rj_hint(&err, "did you mean '%s'? see 'robojail --help'", near);
	else
		(void)rj_hint(&err, "see 'robojail --help'");
	print_error(NULL, &err);
	return RJ_EXIT_USAGE;
}

static int unknown_command(const char *word)
{
	const char *names[64];
	size_t n = 0;

	for (const struct rj_applet *const *a = rj_applets; *a && n + 3 < RJ_COUNT(names); a++) {
		if ((*a)->hidden)
			continue;
		names[n++] = (*a)->name;
		if ((*a)->alias[0])
			names[n++] = (*a)->alias;
	}
	names[n] = NULL;
	if (!strcmp(word, "merge")) {
		struct rj_err err;

		(void)rj_refuse(&err, EINVAL, "there is no command 'merge': git does it");
		(void)rj_hint(&err, "after 'robojail sync JAIL', in your repository: git merge "
				    "BRANCH, which 'robojail list' shows");
		print_error(NULL, &err);
		return RJ_EXIT_USAGE;
	}
	return usage("command", word, rj_nearest(word, names));
}

static int unknown_option(const char *word)
{
	static const char *const names[] = {"--help", "--version", NULL};

	return usage("option", word, rj_nearest(word, names));
}

static bool is_link_name(const char *base)
{
	return !strncmp(base, PREFIX, PREFIX_LEN) && base[PREFIX_LEN];
}

/*
 * The command that a link asks for by its name, or NULL: argv[0] is rj-create, or it is a link of
 * any name to one that is (mk -> /usr/bin/rj-create -> robojail). *buf holds the result.
 */
static const char *command_of_link(const char *argv0, char (*buf)[PATH_MAX])
{
	const char *base = rj_path_base(argv0);
	const char *file = (const char *)getauxval(AT_EXECFN); /* found in PATH already */
	char link[PATH_MAX];

	if (is_link_name(base))
		return base + PREFIX_LEN;
	if (!strcmp(base, "robojail") || !file || strlen(file) >= sizeof(*buf))
		return NULL;
	memcpy(*buf, file, strlen(file) + 1);
	for (int i = 0; i < MOST_LINKS; i++) {
		char *dir_end = strrchr(*buf, '/');
		size_t keep = dir_end ? (size_t)(dir_end + 1 - *buf) : 0;
		ssize_t len = readlink(*buf, link, sizeof(link));

		if (len <= 0 || (size_t)len == sizeof(link))
			return NULL;
		if (link[0] == '/')
			keep = 0;
		if (keep + (size_t)len >= sizeof(*buf))
			return NULL;
		memcpy(*buf + keep, link, (size_t)len);
		(*buf)[keep + (size_t)len] = '\0';
		if (is_link_name(rj_path_base(*buf)))
			return rj_path_base(*buf) + PREFIX_LEN;
	}
	return NULL;
}

static int show_overview(int status)
{
	struct rj_err err;

	rj_book_print_help(NULL, stdout);
	if (flush_stdout(&err) == 0)
		return status;
	print_error(NULL, &err);
	return err.status;
}

int main(int argc, char **argv)
{
	const struct rj_applet *applet;
	char buf[PATH_MAX];
	const char *word;

	rj_proc_own_args(argv);
	settle_signals();
	rj_json_prepare();
	if (fill_stdio() < 0) {
		perror("robojail: cannot open /dev/null for what is closed of standard input, "
		       "output and error");
		return RJ_EXIT_FAILED;
	}
	word = argc > 0 ? command_of_link(argv[0], &buf) : NULL;
	if (word) {
		argv++;
	} else if (argc < 2) {
		/* Not a success: a script whose variable was empty should notice. */
		return show_overview(RJ_EXIT_USAGE);
	} else {
		word = argv[1];
		argv += 2;
		if (!strcmp(word, "--help") || !strcmp(word, "-h"))
			return show_overview(RJ_EXIT_OK);
		if (!strcmp(word, "--version") || !strcmp(word, "-V"))
			word = "version";
		else if (word[0] == '-')
			return unknown_option(word);
	}
	applet = rj_applet_find(word);
	return applet ? run_applet(applet, argv) : unknown_command(word);
}
