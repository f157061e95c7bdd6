/* changes_json - what an agent changed, for programs */
#include <string.h>
#include <sys/stat.h>

#include "applets/changes.h"
#include "core/base/json.h"
#include "core/base/mem.h"

static json_t *text(const char *s)
{
	return rj_json_text(s, strlen(s));
}

static json_t *number(size_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *names(const struct rj_strv *v)
{
	json_t *a = json_array();

	for (size_t i = 0; i < v->n; i++)
		json_array_append_new(a, text(v->v[i]));
	return a;
}

/* The paths of one kind. A rename is one of each: 0.1 knows no renames, and its readers shall still
 * see every path. */
static json_t *paths(const struct rj_status *st, enum rj_change_kind kind)
{
	json_t *a = json_array();

	for (size_t i = 0; i < st->n; i++) {
		const struct rj_change *c = &st->v[i];

		if (c->kind == kind || (c->kind == RJ_CHANGE_RENAMED && kind == RJ_CHANGE_ADDED))
			json_array_append_new(a, text(c->path));
		else if (c->kind == RJ_CHANGE_RENAMED && kind == RJ_CHANGE_DELETED)
			json_array_append_new(a, text(c->old_path));
	}
	return a;
}

static json_t *renames(const struct rj_status *st)
{
	json_t *a = json_array();

	for (size_t i = 0; i < st->n; i++) {
		const struct rj_change *c = &st->v[i];
		json_t *o;

		if (c->kind != RJ_CHANGE_RENAMED)
			continue;
		o = json_object();
		json_object_set_new(o, "from", text(c->old_path));
		json_object_set_new(o, "to", text(c->path));
		json_object_set_new(o, "similarity", number(c->similarity));
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *mode(uint16_t m)
{
	return m ? json_sprintf("%06o", (unsigned)m) : json_null();
}

static json_t *change(const struct rj_change *c)
{
	static const char *const kinds[] = {"added", "modified", "deleted", "renamed"};
	json_t *o = json_object();

	json_object_set_new(o, "kind", json_string(kinds[c->kind]));
	json_object_set_new(o, "path", text(c->path));
	if (c->old_path)
		json_object_set_new(o, "from", text(c->old_path));
	json_object_set_new(o, "old_mode", mode(c->old_mode));
	json_object_set_new(o, "new_mode", mode(c->new_mode));
	json_object_set_new(o, "insertions", number(c->insertions));
	json_object_set_new(o, "deletions", number(c->deletions));
	json_object_set_new(o, "binary", json_boolean(c->binary));
	json_object_set_new(o, "compared", json_boolean(!c->unknown));
	json_object_set_new(o, "committed", json_boolean(c->committed));
	return o;
}

static json_t *changes(const struct rj_status *st)
{
	json_t *a = json_array();

	for (size_t i = 0; i < st->n; i++)
		json_array_append_new(a, change(&st->v[i]));
	return a;
}

static json_t *stats(const struct rj_status *st)
{
	json_t *o = json_object();

	json_object_set_new(o, "insertions", number(st->insertions));
	json_object_set_new(o, "deletions", number(st->deletions));
	json_object_set_new(o, "files_changed", number(st->files_changed));
	return o;
}

static json_t *head_aside(enum rj_head_aside aside)
{
	static const char *const names[] = {[RJ_HEAD_LOOKS] = "looks",
					    [RJ_HEAD_REBASES] = "rebase",
					    [RJ_HEAD_BISECTS] = "bisect"};

	return aside ? json_string(names[aside]) : json_null();
}

static json_t *other_refs(const struct rj_import_result *import)
{
	json_t *a = json_array();

	for (size_t i = 0; i < import->others_n; i++) {
		const struct rj_other_ref *other = &import->others[i];
		json_t *o = json_object();

		json_object_set_new(o, "name", text(other->name));
		json_object_set_new(o, "commit", json_string(other->oid));
		json_object_set_new(o, "ahead", number((size_t)other->ahead));
		json_array_append_new(a, o);
	}
	return a;
}

static int add_piece(void *arg, char origin, const char *piece, size_t len)
{
	(void)origin;
	rj_buf_add(arg, piece, len);
	return 0;
}

static int set_diff(json_t *o, const struct rj_status *st, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf all = {0};
	int r = rj_status_diff(st, add_piece, &all, err);

	if (r < 0)
		return r;
	json_object_set_new(o, "diff", rj_json_text(rj_buf_str(&all), all.len));
	return 0;
}

static void set_jail(json_t *o, const struct rj_changes *c)
{
	const struct rj_status *st = c->status;

	json_object_set_new(o, "branch", text(c->jail->branch));
	json_object_set_new(o, "base", json_string(st->base));
	json_object_set_new(o, "tip", st->tip[0] ? json_string(st->tip) : json_null());
	json_object_set_new(o, "commits", number(st->commits));
	json_object_set_new(o, "uncommitted", number(st->uncommitted));
	json_object_set_new(o, "running", json_boolean(c->running));
}

static void set_dangers(json_t *o, const struct rj_changes *c)
{
	const struct rj_status *st = c->status;

	json_object_set_new(o, "committed_otherwise", names(&st->committed_otherwise));
	json_object_set_new(o, "nested", names(&st->nested));
	json_object_set_new(o, "special", names(&st->special));
	json_object_set_new(o, "unreadable", names(&st->unreadable));
	json_object_set_new(o, "ignored", number(st->ignored));
	json_object_set_new(o, "newly_ignored", names(&st->newly_ignored));
	json_object_set_new(o, "ignore_stopped_at",
			    st->rules_stop ? text(st->rules_stop) : json_null());
	json_object_set_new(o, "git_file_restored", json_boolean(c->restored));
	json_object_set_new(o, "gitlinks", names(&st->gitlinks));
	if (c->import) {
		json_object_set_new(o, "other_refs", other_refs(c->import));
		json_object_set_new(o, "head_aside", head_aside(c->import->aside));
	} else {
		json_object_set_new(o, "import_error", text(c->import_error->msg));
	}
}

int rj_changes_print_json(const struct rj_changes *c, bool diff, FILE *f, struct rj_err *err)
{
	RJ_AUTO(rj_json_decref) json_t *o = json_object();
	const struct rj_status *st = c->status;
	int r;

	json_object_set_new(o, "name", text(c->jail->name));
	json_object_set_new(o, "modified", paths(st, RJ_CHANGE_MODIFIED));
	json_object_set_new(o, "added", paths(st, RJ_CHANGE_ADDED));
	json_object_set_new(o, "deleted", paths(st, RJ_CHANGE_DELETED));
	json_object_set_new(o, "stats", stats(st));
	json_object_set_new(o, "renamed", renames(st));
	set_jail(o, c);
	set_dangers(o, c);
	json_object_set_new(o, "changes", changes(st));
	r = diff ? set_diff(o, st, err) : 0;
	return r < 0 ? r : rj_json_print(o, f, err);
}
