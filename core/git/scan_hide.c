/*
 * scan_hide: which untracked files the ignore rules along the way hide, and which of those the
 * rules of the base commit would show (THREATS G11).
 *
 * Rules rank as in git: the deepest .gitignore first, then info/exclude, then the user's file; and
 * nothing below a hidden directory can be shown again. Most directories hold nothing untracked, so
 * whether a directory is hidden is asked only when it matters, and so are the rules of the base.
 *
 * The agent may write rules that take hours to match, and many of them. What they may cost is
 * bounded, and beyond that nothing is hidden any more, by whatever rules: the reader sees too much
 * then, and is told.
 */
#include <errno.h>
#include <string.h>

#include "core/git/auto.h"
#include "core/git/scanner.h"

static const char rules_name[] = ".gitignore";

static void spend(struct rj_scanner *s, uint64_t steps)
{
	s->steps -= steps < s->steps ? steps : s->steps;
}

/* Are the rules not followed any more? If it begins here, note where. */
static bool is_stopped(struct rj_scanner *s)
{
	if (!s->out->rules_stop && (!s->steps || s->rules_bytes > RJ_SCAN_RULES_MAX))
		s->out->rules_stop = rj_strndup(s->path.s, s->path.len);
	return s->out->rules_stop;
}

/* Give the level the rules of a file. To read it takes time as well. */
static int take(struct rj_scanner *s, struct rj_scan_level *level, enum rj_scan_rules which,
		const char *text, size_t len)
{
	size_t size;

	spend(s, len);
	level->rules[which] = rj_ignore_new(text, len, s->user.fold);
	size = rj_ignore_size(level->rules[which]);
	s->rules_bytes += size;
	return rj_scan_charge(s, size);
}

void rj_scan_drop_rules(struct rj_scanner *s, struct rj_scan_level *level)
{
	if (level->rules[RJ_SCAN_BASE] == level->rules[RJ_SCAN_NOW])
		level->rules[RJ_SCAN_BASE] = NULL;
	for (size_t i = 0; i < RJ_SCAN_RULES; i++) {
		size_t size = rj_ignore_size(level->rules[i]);

		s->rules_bytes -= size;
		rj_scan_give_back(s, size);
		rj_ignore_free(&level->rules[i]);
	}
}

int rj_scan_load_rules(struct rj_scanner *s)
{
	struct rj_scan_level *here = rj_scan_here(s);
	const struct rj_scan_name *name =
		rj_scan_find(&here->list, rules_name, strlen(rules_name), false);
	RJ_AUTO(rj_free) char *text = NULL;
	size_t len;
	int r;

	/* a link is no file of rules, for git neither */
	if (!name || !S_ISREG(name->st.st_mode) || is_stopped(s))
		return 0;
	r = rj_scan_slurp(here->fd, rules_name, RJ_IGNORE_FILE_MAX, &text, &len);
	rj_buf_puts(&s->path, rules_name);
	if (r == 0) {
		here->has_rules = git_odb_hash(&here->rules_id, text, len, GIT_OBJECT_BLOB) == 0;
		r = take(s, here, RJ_SCAN_NOW, text, len);
		(void)is_stopped(s);
	} else {
		r = r == -EFBIG ? rj_scan_unreadable(s, false) : 0; /* others are named as files */
	}
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

static int take_base(struct rj_scanner *s, struct rj_scan_level *level, const struct rj_side *side)
{
	RJ_AUTO(rj_git_blob_free) git_blob *blob = NULL;

	if (git_blob_lookup(&blob, s->src->repo->git, &side->id) < 0 ||
	    git_blob_rawsize(blob) > RJ_IGNORE_FILE_MAX)
		return 0;
	return take(s, level, RJ_SCAN_BASE, git_blob_rawcontent(blob),
		    (size_t)git_blob_rawsize(blob));
}

/* Find the rules of the base for level k, if not done yet, and whether they are others. */
static int know_base(struct rj_scanner *s, size_t k)
{
	struct rj_scan_level *level = &s->levels[k];
	RJ_AUTO(rj_buf_release) struct rj_buf path = {0};
	struct rj_side side;
	bool is_file;
	int r = 0;

	if (level->base_known)
		return 0;
	rj_buf_add(&path, s->path.s, level->path_len);
	rj_buf_puts(&path, rules_name);
	side = base_side(s, path.s);
	is_file = side.mode == GIT_FILEMODE_BLOB || side.mode == GIT_FILEMODE_BLOB_EXECUTABLE;
	if (is_file && level->has_rules && git_oid_equal(&side.id, &level->rules_id)) {
		level->rules[RJ_SCAN_BASE] = level->rules[RJ_SCAN_NOW];
	} else {
		r = is_file ? take_base(s, level, &side) : 0;
		level->bent = is_file || level->has_rules;
	}
	level->bent |= k > 0 && s->levels[k - 1].bent;
	level->base_known = true;
	return r;
}

/* What the rules of levels 0 to k say about `path`. */
static bool hides(struct rj_scanner *s, enum rj_scan_rules which, size_t k, const char *path,
		  bool is_dir)
{
	enum rj_ignore_verdict v = RJ_IGNORE_SILENT;

	spend(s, k);
	for (size_t i = k + 1; i-- > 0 && v == RJ_IGNORE_SILENT;)
		v = rj_ignore_match(s->levels[i].rules[which], path + s->levels[i].path_len, is_dir,
				    &s->steps);
	if (v == RJ_IGNORE_SILENT)
		v = rj_ignore_match(s->user.exclude, path, is_dir, &s->steps);
	if (v == RJ_IGNORE_SILENT)
		v = rj_ignore_match(s->user.file, path, is_dir, &s->steps);
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

/* What is at s->path; a directory ends with '/'. */
static char *named(const struct rj_scanner *s, bool is_dir)
{
	struct rj_buf path = {0};

	rj_buf_printf(&path, "%s%s", s->path.s, is_dir ? "/" : "");
	return rj_buf_take(&path);
}

/* Is the entry at s->path hidden? */
static bool is_hidden(struct rj_scanner *s, enum rj_scan_rules which, bool is_dir)
{
	return here_hidden(s, which) || hides(s, which, s->depth - 1, s->path.s, is_dir);
}

/* Do only rules that are not those of the base hide it? */
static int is_new(struct rj_scanner *s, bool is_dir, bool *ret)
{
	int r = 0;

	for (size_t k = 0; k < s->depth && r == 0; k++)
		r = know_base(s, k);
	*ret = r == 0 && rj_scan_here(s)->bent && !is_hidden(s, RJ_SCAN_BASE, is_dir);
	return r;
}

int rj_scan_hides(struct rj_scanner *s, bool is_dir, bool *ret)
{
	bool hidden, newly = false;
	int r = 0;

	*ret = false;
	if (is_stopped(s))
		return 0;
	s->steps += RJ_SCAN_NAME_STEPS;
	hidden = is_hidden(s, RJ_SCAN_NOW, is_dir);
	if (hidden)
		r = is_new(s, is_dir, &newly);
	if (is_stopped(s) || r < 0 || !hidden)
		return r;
	*ret = true;
	s->out->ignored++;
	if (!newly)
		return 0;
	rj_strv_give(&s->out->newly_ignored, named(s, is_dir));
	return rj_scan_charge(s, s->path.len);
}
