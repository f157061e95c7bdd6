#include "core/engine/selftest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/base/toml.h"
#include "core/engine/guard.h"
#include "core/engine/selftest_site.h"
#include "core/git/sample.h"
#include "core/sys/file.h"
#include "core/sys/landlock.h"

/* Exit statuses of `selftest --attempt`: enum rj_attack_result from here on. */
enum { STATUS_BASE = 40 };

#define INSIDE "/opt/robojail"

/* One attempt, made in both ways. */
struct one {
	const struct rj_selftest_args *args;
	const struct rj_selftest_site *s;
	struct rj_selftest_row *row;
	char name[32]; /* of the jail */
	char *control, *repo, *work;
	bool shared; /* what an earlier attempt used is there */
	long most;   /* of struct rj_attack_site */
};

/* Is there something on this machine that could hold a limit on processes? */
static bool can_limit(void)
{
	struct rj_config config;
	struct rj_limits limits;
	const char *why;
	struct rj_err err;
	bool can;

	rj_config_init(&config);
	can = rj_limits_probe(&config, &limits, &why, &err) == 0 &&
	      limits.v[RJ_LIMIT_PIDS].by != RJ_BY_NOTHING;
	rj_config_release(&config);
	return can;
}

/* What works at once, or not at all, leaves nothing behind, and needs no jail of its own. */
static bool needs_own(const struct rj_attack *a)
{
	return (a->flags & (RJ_ATTACK_LATER | RJ_ATTACK_OFFLINE | RJ_ATTACK_LIMIT)) ||
	       !strcmp(a->row, "G1");
}

static void release_one(struct one *o)
{
	free(o->control);
	free(o->repo);
	free(o->work);
}

static char *numbered(const struct rj_selftest_site *s, const char *name, const char *what)
{
	struct rj_buf b = {0};

	rj_buf_printf(&b, "%s/%s-%s", s->dir, name, what);
	return rj_buf_take(&b);
}

/* Where create puts the worktree of this jail, since exec_there() unsets XDG_DATA_HOME. */
static char *jail_dir(const struct rj_selftest_site *s, const char *name)
{
	RJ_AUTO(rj_free) char *jails = rj_path_join(s->home, ".local/share/robojail/jails");

	return rj_path_join(jails, name);
}

/* The last line that the attempt printed, before which a warning of ours may stand. */
static void take_note(const struct rj_buf *out, struct rj_attack_note *note)
{
	RJ_AUTO(rj_free) char *text = rj_strndup(out->len ? out->s : "", out->len);
	char *line = text, *end;

	while ((end = strchr(line, '\n')) && end[1])
		line = end + 1;
	if (end)
		*end = '\0';
	(void)snprintf(note->text, sizeof(note->text), "%s", line);
}

/* In front of the attempt's own words stands what runs it, up to NULL. */
static int attempt(const struct one *o, const char *const *front, const struct rj_attack_site *site,
		   enum rj_attack_result *ret, struct rj_attack_note *note, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};
	char *keys[RJ_ATTACK_SITE_KEYS + 1];
	char *argv[RJ_ATTACK_SITE_KEYS + 16];
	const char *const words[] = {"selftest", "--attempt", o->row->attack->id};
	size_t n = 0;
	int rc;

	for (; *front; front++)
		argv[n++] = (char *)(uintptr_t)*front;
	for (size_t i = 0; i < RJ_COUNT(words); i++)
		argv[n++] = (char *)(uintptr_t)words[i];
	rj_attack_site_print(site, keys);
	memcpy(argv + n, keys, sizeof(keys));
	rc = rj_selftest_call(o->s, argv, &out);
	for (size_t i = 0; i < RJ_ATTACK_SITE_KEYS; i++)
		free(keys[i]);
	if (rc >= STATUS_BASE && rc <= STATUS_BASE + RJ_ATTACK_MOOT) {
		*ret = (enum rj_attack_result)(rc - STATUS_BASE);
		take_note(&out, note);
		return 0;
	}
	if (rc < 0)
		return rj_fail(err, -rc, "cannot start an attempt");
	return rj_refuse(err, EIO, "attempt %s ended with status %d: %.200s", o->row->attack->id,
			 rc, rj_buf_str(&out));
}

/* ---- unprotected */

/* W/.git is a file, as in a linked worktree, for those that aim at it. */
static int make_control(const struct one *o, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *pointer = rj_path_join(o->control, ".git");
	static const char text[] = "gitdir: /somewhere\n";

	if (strcmp(o->row->attack->row, "G1") != 0)
		return rj_sample_repo(o->control, err);
	if (rj_mkdirs(o->control, 0700, err) < 0)
		return -err->num;
	return rj_file_replace(pointer, text, strlen(text), 0644, err);
}

static int run_control(struct one *o, struct rj_err *err)
{
	const char *const front[] = {o->s->program, NULL};
	struct rj_selftest_row *row = o->row;
	struct rj_attack_site site = o->s->seen;

	site.work = o->control;
	site.repo = o->control;
	site.most = o->most;
	if ((!o->shared && make_control(o, err) < 0) ||
	    attempt(o, front, &site, &row->control, &row->control_note, err) < 0)
		return -err->num;
	if ((row->attack->flags & RJ_ATTACK_LATER) && row->control == RJ_ATTACK_WORKED &&
	    !rj_selftest_later(o->s, row->attack->id, o->control, NULL, &row->control_note))
		row->control = RJ_ATTACK_MOOT;
	return 0;
}

/* ---- in a jail */

static int configure(const struct one *o, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *dir = rj_path_join(o->s->home, ".config/robojail");
	RJ_AUTO(rj_free) char *file = rj_path_join(dir, "config.toml");
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf bind = {0};

	for (const char *p = o->s->program; *p; p++)
		rj_buf_printf(&bind, *p == ':' || *p == '\\' ? "\\%c" : "%c", *p);
	rj_buf_puts(&bind, ":" INSIDE);
	rj_buf_puts(&text, "extra_ro_binds = [");
	rj_toml_quote(&text, bind.s, bind.len);
	rj_buf_puts(&text, "]\n");
	if (o->row->attack->flags & RJ_ATTACK_OFFLINE)
		rj_buf_puts(&text, "network_enabled = false\n");
	if (o->most)
		rj_buf_printf(&text, "pids_max = %d\n", RJ_ATTACK_PIDS);
	if (rj_mkdirs(dir, 0700, err) < 0)
		return -err->num;
	return rj_file_replace(file, text.s, text.len, 0600, err);
}

static int make_jail(const struct one *o, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};
	int rc;

	if (rj_sample_repo(o->repo, err) < 0)
		return -err->num;
	rc = rj_selftest_robojail(
		o->s,
		RJ_WORDS("create", o->name, "--repo", o->repo, o->args->nested ? "--nested" : NULL),
		&out);
	if (rc == 0)
		rc = rj_selftest_robojail(o->s, RJ_WORDS("run", o->name, "--", INSIDE, "--version"),
					  &out);
	if (rc == 0)
		return 0;
	rj_refuse(err, EIO, "no jail can be made here:\n%.800s", rj_buf_str(&out));
	rj_exit_with(err, RJ_EXIT_NO_FEATURE);
	return rj_hint(err, "robojail doctor says what is missing");
}

static int run_jail(struct one *o, struct rj_err *err)
{
	const char *const front[] = {o->s->program, "run", o->name, "--", INSIDE, NULL};
	struct rj_selftest_row *row = o->row;
	struct rj_attack_site site = o->s->seen;

	site.work = o->work;
	site.repo = o->repo;
	site.most = o->most;
	if (configure(o, err) < 0 || (!o->shared && make_jail(o, err) < 0) ||
	    attempt(o, front, &site, &row->jail, &row->jail_note, err) < 0)
		return -err->num;
	if ((row->attack->flags & RJ_ATTACK_LATER) && row->jail == RJ_ATTACK_WORKED &&
	    !rj_selftest_later(o->s, row->attack->id, o->work, o->name, &row->jail_note))
		row->jail = RJ_ATTACK_REFUSED;
	return 0;
}

static enum rj_selftest_verdict judge(const struct one *o)
{
	const struct rj_selftest_row *row = o->row;

	if (row->jail != RJ_ATTACK_WORKED)
		return row->control == RJ_ATTACK_WORKED ? RJ_SELFTEST_HELD : RJ_SELFTEST_NOT_SHOWN;
	if (o->args->nested && (row->attack->flags & RJ_ATTACK_NESTED))
		return RJ_SELFTEST_ALLOWED;
	if ((row->attack->flags & RJ_ATTACK_SCOPE) &&
	    !rj_landlock_supported(RJ_LANDLOCK_SCOPE, rj_landlock_abi()))
		return RJ_SELFTEST_LACKING;
	return RJ_SELFTEST_BROKEN;
}

static int run_one(const struct rj_selftest_args *args, const struct rj_selftest_site *s,
		   size_t number, bool *shared, struct rj_selftest_row *row, struct rj_err *err)
{
	RJ_AUTO(release_one) struct one o = {.args = args, .s = s, .row = row};

	if ((row->attack->flags & RJ_ATTACK_LIMIT) && can_limit())
		o.most = RJ_ATTACK_MANY;
	if (needs_own(row->attack)) {
		(void)snprintf(o.name, sizeof(o.name), "t%zu", number);
	} else {
		(void)snprintf(o.name, sizeof(o.name), "t");
		o.shared = *shared;
		*shared = true;
	}
	o.control = numbered(s, o.name, "control");
	o.repo = numbered(s, o.name, "repo");
	o.work = jail_dir(s, o.name);
	if (run_control(&o, err) < 0 || run_jail(&o, err) < 0)
		return -err->num;
	row->verdict = judge(&o);
	return 0;
}

int rj_selftest_run(const struct rj_selftest_args *args, struct rj_selftest *ret,
		    struct rj_err *err)
{
	struct rj_selftest_site site;
	struct rj_selftest t = {0};
	bool shared = false;
	int rc = rj_selftest_site_init(&site, err);

	while (rj_attacks[t.n].id)
		t.n++;
	t.rows = rj_alloc(t.n, sizeof(*t.rows));
	for (size_t i = 0; rc == 0 && i < t.n; i++) {
		t.rows[i].attack = &rj_attacks[i];
		if (args->progress)
			args->progress(args->arg, t.rows[i].attack);
		rc = run_one(args, &site, i, &shared, &t.rows[i], err);
		if (rc == 0 && rj_selftest_stopped())
			rc = rj_refuse(err, EINTR, "stopped by a signal");
	}
	rj_selftest_site_release(&site);
	if (rc < 0)
		rj_selftest_release(&t);
	else
		*ret = t;
	return rc;
}

void rj_selftest_release(struct rj_selftest *t)
{
	free(t->rows);
	*t = (struct rj_selftest){0};
}
