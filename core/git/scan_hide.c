/*
 * scan_hide: which untracked files the ignore rules along the way hide, and which of those the
 * rules of the base commit would show (THREATS G11).
 *
 * Rules rank as in git: the deepest .gitignore first, then info/exclude, then the user's file; and
 * nothing below a hidden directory can be shown again. Most directories hold nothing untracked, so
 * whether a directory is hidden is asked only when it matters, and so are the rules of the base.
 */
#include <errno.h>
#include <string.h>

#include "core/git/auto.h"
#include "core/git/scanner.h"

static const char rules_name[] = ".gitignore";

int rj_scan_load_rules(struct rj_scanner *s)
{
	struct rj_scan_level *here = rj_scan_here(s);
	const struct rj_scan_name *name =
		rj_scan_find(&here->list, rules_name, strlen(rules_name), false);
	RJ_AUTO(rj_free) char *text = NULL;
	size_t len;
	int r;

	/* a link is no file of rules, for git neither */
	if (!name || !S_ISREG(name->st.st_mode))
		return 0;
	r = rj_scan_slurp(here->fd, rules_name, RJ_IGNORE_FILE_MAX, &text, &len);
	if (r == 0) {
		here->rules[RJ_SCAN_NOW] = rj_ignore_new(text, len, s->user.fold);
		here->has_rules = git_odb_hash(&here->rules_id, text, len, GIT_OBJECT_BLOB) == 0;
		return 0;
	}
	rj_buf_puts(&s->path, rules_name);
	r = r == -EFBIG ? rj_scan_unreadable(s, false) : 0; /* others are named as files */
	s->path.len = here->path_len;
	s->path.s[s->path.len] = '\0';
	return r;
}

/* What the base commit has at `path`. */
static struct rj_side base_side(const struct rj_scanner *s, const char *path)
{
	const struct rj_delta *delta = rj_deltas_find(s->src->base, path);

	return delta ? delta->other : rj_side_of_entry(rj_index_find(s->src->index, path));
}

static struct rj_ignore *base_rules(const struct rj_scanner *s, const struct rj_side *side)
{
	RJ_AUTO(rj_git_blob_free) git_blob *blob = NULL;

	if (git_blob_lookup(&blob, s->src->repo->git, &side->id) < 0 ||
	    git_blob_rawsize(blob) > RJ_IGNORE_FILE_MAX)
		return NULL;
	return rj_ignore_new(git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob),
			     s->user.fold);
}

/* Find the rules of the base for level k, if not done yet, and whether they are others. */
static void know_base(struct rj_scanner *s, size_t k)
{
	struct rj_scan_level *level = &s->levels[k];
	RJ_AUTO(rj_buf_release) struct rj_buf path = {0};
	struct rj_side side;
	bool is_file;

	if (level->base_known)
		return;
	rj_buf_add(&path, s->path.s, level->path_len);
	rj_buf_puts(&path, rules_name);
	side = base_side(s, path.s);
	is_file = side.mode == GIT_FILEMODE_BLOB || side.mode == GIT_FILEMODE_BLOB_EXECUTABLE;
	if (is_file && level->has_rules && git_oid_equal(&side.id, &level->rules_id)) {
		level->rules[RJ_SCAN_BASE] = level->rules[RJ_SCAN_NOW];
	} else {
		level->rules[RJ_SCAN_BASE] = is_file ? base_rules(s, &side) : NULL;
		level->bent = is_file || level->has_rules;
	}
	level->bent |= k > 0 && s->levels[k - 1].bent;
	level->base_known = true;
}

/* What the rules of levels 0 to k say about `path`. */
static bool hides(const struct rj_scanner *s, enum rj_scan_rules which, size_t k, const char *path,
		  bool is_dir)
{
	enum rj_ignore_verdict v = RJ_IGNORE_SILENT;

	for (size_t i = k + 1; i-- > 0 && v == RJ_IGNORE_SILENT;)
		v = rj_ignore_match(s->levels[i].rules[which], path + s->levels[i].path_len,
				    is_dir);
	if (v == RJ_IGNORE_SILENT)
		v = rj_ignore_match(s->user.exclude, path, is_dir);
	if (v == RJ_IGNORE_SILENT)
		v = rj_ignore_match(s->user.file, path, is_dir);
	return v == RJ_IGNORE_HIDE;
}

/* Is the directory of the level at hand hidden, by itself or with one above it? */
static bool here_hidden(struct rj_scanner *s, enum rj_scan_rules which)
{
	RJ_AUTO(rj_free) char *path = NULL;
	size_t k = s->depth - 1;

	while (s->levels[k].hidden[which] < 0)
		k--;
	if (k + 1 < s->depth)
		path = rj_strndup(s->path.s, s->path.len);
	for (k++; k < s->depth; k++) {
		struct rj_scan_level *level = &s->levels[k];

		level->hidden[which] = s->levels[k - 1].hidden[which];
		if (!level->hidden[which]) {
			path[level->path_len - 1] = '\0';
			level->hidden[which] = hides(s, which, k - 1, path, true);
			path[level->path_len - 1] = '/';
		}
	}
	return rj_scan_here(s)->hidden[which];
}

int rj_scan_hides(struct rj_scanner *s, bool is_dir, bool *ret)
{
	size_t top = s->depth - 1;

	*ret = here_hidden(s, RJ_SCAN_NOW) || hides(s, RJ_SCAN_NOW, top, s->path.s, is_dir);
	if (!*ret)
		return 0;
	s->out->ignored++;
	for (size_t k = 0; k <= top; k++)
		know_base(s, k);
	if (!s->levels[top].bent || here_hidden(s, RJ_SCAN_BASE) ||
	    hides(s, RJ_SCAN_BASE, top, s->path.s, is_dir))
		return 0;
	rj_strv_give(&s->out->newly_ignored, rj_strndup(s->path.s, s->path.len));
	if (is_dir) {
		RJ_AUTO(rj_buf_release) struct rj_buf path = {0};
		char **last = &s->out->newly_ignored.v[s->out->newly_ignored.n - 1];

		rj_buf_printf(&path, "%s/", *last);
		rj_free(last);
		*last = rj_buf_take(&path);
	}
	return rj_scan_charge(s, s->path.len);
}
