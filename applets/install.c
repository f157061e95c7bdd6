/*
 * install - put this program, its links, manual pages and completions in place
 *
 * One file is the whole program, so it can install itself: what it copies is /proc/self/exe, and
 * the rest is made from the tables inside it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applets/applet.h"
#include "applets/book.h"
#include "applets/place.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/base/term.h"
#include "core/sys/file.h"

struct install_args {
	const char *prefix;
	bool no_docs;
};

static const struct rj_opt install_opts[] = {
	RJ_STRING('p', "prefix", struct install_args, prefix, "DIR",
		  "install below DIR; default ~/.local, for root /usr/local"),
	RJ_FLAG('\0', "no-docs", struct install_args, no_docs,
		"neither manual pages nor completions"),
	RJ_STOP,
};

static char *format(const char *fmt, ...) RJ_PRINTF(1, 2);

static char *format(const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	return rj_must(n < 0 ? NULL : s);
}

/* Links for one command, under its name and its alias: DIR/rj-<name>AFTER -> target. */
static void add_links(struct rj_place *p, const struct rj_doc *doc, const char *dir,
		      const char *after, const char *target)
{
	rj_place_add_link(p, format("%s/rj-%s%s", dir, doc->name, after), target);
	if (doc->alias)
		rj_place_add_link(p, format("%s/rj-%s%s", dir, doc->alias, after), target);
}

static int add_program(struct rj_place *p, const struct rj_doc_book *book, const char *bin,
		       struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf self = {0};
	int rc = rj_file_read(AT_FDCWD, "/proc/self/exe", (size_t)1 << 30, &self, err);

	if (rc < 0)
		return rj_wrap(err, "cannot read this program");
	rj_place_add_file(p, format("%s/robojail", bin), &self, 0755);
	for (size_t i = 0; i < book->n; i++)
		add_links(p, &book->docs[i], bin, "", "robojail");
	return 0;
}

static void add_man(struct rj_place *p, const struct rj_doc_book *book, const char *prefix)
{
	RJ_AUTO(rj_free) char *dir = format("%s/share/man/man1", prefix);
	struct rj_buf text = {0};

	rj_optdoc_man_book(book, &text);
	rj_place_add_file(p, format("%s/robojail.1", dir), &text, 0644);
	for (size_t i = 0; i < book->n; i++) {
		const struct rj_doc *doc = &book->docs[i];
		RJ_AUTO(rj_free) char *page = format("robojail-%s.1", doc->name);

		rj_optdoc_man(book, doc, &text);
		rj_place_add_file(p, format("%s/%s", dir, page), &text, 0644);
		add_links(p, doc, dir, ".1", page);
		if (doc->alias)
			rj_place_add_link(p, format("%s/robojail-%s.1", dir, doc->alias), page);
	}
}

static void add_completions(struct rj_place *p, const struct rj_doc_book *book, const char *prefix)
{
	RJ_AUTO(rj_free) char *bash = format("%s/share/bash-completion/completions", prefix);
	RJ_AUTO(rj_free) char *fish = format("%s/share/fish/vendor_completions.d", prefix);
	struct rj_buf text = {0};

	/* bash and fish look for a file by the name of the command; zsh reads first lines. */
	rj_optdoc_bash(book, &text);
	rj_place_add_file(p, format("%s/robojail", bash), &text, 0644);
	for (size_t i = 0; i < book->n; i++)
		add_links(p, &book->docs[i], bash, "", "robojail");
	rj_optdoc_fish(book, &text);
	rj_place_add_file(p, format("%s/robojail.fish", fish), &text, 0644);
	for (size_t i = 0; i < book->n; i++)
		add_links(p, &book->docs[i], fish, ".fish", "robojail.fish");
	rj_optdoc_zsh(book, &text);
	rj_place_add_file(p, format("%s/share/zsh/site-functions/_robojail", prefix), &text, 0644);
}

/* The directory to install below, absolute and normal; NULL with *err set. */
static char *find_prefix(const char *asked, struct rj_err *err)
{
	const char *home = getenv("HOME");

	if (asked && !*asked) {
		(void)rj_opt_usage(err, "install", "option '--prefix' needs a directory");
		return NULL;
	}
	if (!asked && geteuid() == 0)
		return rj_strdup("/usr/local");
	if (!asked && (!home || home[0] != '/')) {
		(void)rj_refuse(err, ENOENT, "HOME is not set, so there is no ~/.local");
		(void)rj_hint(err, "say where to install with --prefix DIR");
		return NULL;
	}
	if (!asked)
		return rj_path_absolute(home, ".local");
	return rj_absolute(asked, err);
}

/* One line a directory: how many files, and how many of them were there already. */
static void report(const struct rj_place *p)
{
	RJ_AUTO(rj_free) char *dir = NULL;
	size_t written = 0, present = 0;

	for (size_t i = 0; i <= p->n; i++) {
		RJ_AUTO(rj_free) char *next = i < p->n ? rj_path_parent(p->v[i].path) : NULL;

		if (dir && (!next || strcmp(dir, next) != 0)) {
			rj_term_puts(stdout, dir);
			(void)printf(": %zu installed, %zu up to date\n", written, present);
			written = present = 0;
		}
		if (!next)
			break;
		written += !p->v[i].present;
		present += p->v[i].present;
		rj_free(&dir);
		dir = next;
		next = NULL;
	}
}

static bool is_in_path(const char *dir)
{
	const char *path = getenv("PATH");
	size_t len = strlen(dir);

	for (path = path ? path : ""; *path;) {
		size_t n = strcspn(path, ":");

		if ((n == len || (n == len + 1 && path[len] == '/')) && !strncmp(path, dir, len))
			return true;
		path += n + (path[n] == ':');
	}
	return false;
}

/* Which has no directory for a user's own completions. */
static void tell_zsh(const char *prefix)
{
	const char *shell = getenv("SHELL");

	if (!shell || strcmp(rj_path_base(shell), "zsh") != 0 || !strncmp(prefix, "/usr", 4))
		return;
	(void)printf("note: zsh finds the completions after this line in ~/.zshrc, before "
		     "compinit\n  fpath=(\"");
	rj_term_puts(stdout, prefix);
	(void)printf("/share/zsh/site-functions\" $fpath)\n");
}

static int install_run(struct rj_ctx *ctx, const void *args_, char *const *operands,
		       struct rj_err *err)
{
	const struct install_args *args = args_;
	RJ_AUTO(rj_place_release) struct rj_place place = {.mark = RJ_OPTDOC_MARK};
	RJ_AUTO(rj_book_release) struct rj_doc_book book = {0};
	RJ_AUTO(rj_free) char *prefix = find_prefix(args->prefix, err);
	RJ_AUTO(rj_free) char *bin = NULL;
	int rc;

	(void)ctx;
	(void)operands;
	if (!prefix)
		return -err->num;
	if (!strcmp(prefix, "/"))
		prefix[0] = '\0';
	bin = format("%s/bin", prefix);
	rj_book_init(&book);
	rc = add_program(&place, &book, bin, err);
	if (rc < 0)
		return rc;
	if (!args->no_docs) {
		add_man(&place, &book, prefix);
		add_completions(&place, &book, prefix);
	}
	rc = rj_place_check(&place, err);
	if (rc == 0)
		rc = rj_place_write(&place, err);
	if (rc < 0)
		return rj_wrap(err, "cannot install");
	report(&place);
	if (!args->no_docs)
		tell_zsh(prefix);
	if (!is_in_path(bin)) {
		(void)printf("note: ");
		rj_term_puts(stdout, bin);
		(void)printf(" is not in PATH; a shell finds robojail there after\n"
			     "  export PATH=\"");
		rj_term_puts(stdout, bin);
		(void)printf(":$PATH\"\n");
	}
	return 0;
}

const struct rj_applet rj_applet_install = {
	.name = "install",
	.summary = "put this program and its documents in place",
	.details =
		"Copies this very program to DIR/bin/robojail and makes a link rj-COMMAND beside "
		"it for every command. Manual pages and the completions for bash, zsh and fish "
		"go to DIR/share. Files that are up to date are left alone; a file that was not "
		"installed by robojail is never overwritten: then nothing is installed at all.\n\n"
		"Where AppArmor keeps programs without a profile from user namespaces (Ubuntu "
		"23.10 "
		"and newer), load one for the installed program afterwards: see 'robojail help "
		"doctor'.",
	.example = "robojail install\n"
		   "sudo ./robojail install --prefix /usr/local",
	.opts = install_opts,
	.args_size = sizeof(struct install_args),
	.no_ctx = true,
	.run = install_run,
};
