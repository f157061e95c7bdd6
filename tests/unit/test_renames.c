/* renames: which files are renamed, and how many lines changed, held against the real git. */
#include "core/git/rename.h"
#include "tests/unit/worktreefix.h"

TestSuite(renames, .init = fix_begin, .fini = wt_end);

/* Numbers and renames of the whole, as `git diff -M --numstat` has them. */
static void same_numstat(void)
{
	struct rj_buf ours = {0};
	RJ_AUTO(rj_free) char *theirs = NULL;

	(void)setenv("base", wt.base, 1);
	theirs = out(WT_ADD_ALL
		     "git -C w -c core.quotePath=false -c diff.renameLimit=0 diff --cached "
		     "-M --numstat --no-textconv $base");
	wt_read(RJ_STATUS_LINES);
	for (size_t i = 0; i < wt.st.n; i++) {
		const struct rj_change *c = &wt.st.v[i];

		if (c->binary)
			rj_buf_puts(&ours, "-\t-\t");
		else
			rj_buf_printf(&ours, "%zu\t%zu\t", c->insertions, c->deletions);
		if (c->old_path)
			rj_buf_printf(&ours, "%s => ", c->old_path);
		rj_buf_printf(&ours, "%s\n", c->path);
	}
	if (ours.len)
		ours.s[--ours.len] = '\0';
	cr_expect_str_eq(rj_buf_str(&ours), theirs, "ours:\n%s\ngit's:\n%s", rj_buf_str(&ours),
			 theirs);
	rj_buf_release(&ours);
}

Test(renames, renames_and_numbers_are_those_of_git)
{
	wt_begin_with(
		"cd r && seq 1 100 >one && seq 200 300 >two && seq 400 440 >three && printf "
		"'a\\0b\\n%s' \"$(seq 50)\" >bin && seq 500 600 >same1 && seq 700 800 >util && "
		"echo tiny >tiny && ln -s one link && seq 900 999 >dead");
	sh("cd w && mv one uno && sed -i 5d uno && mv two dos && seq 1000 1080 >>dos && mv three "
	   "tres "
	   "&& seq 41 | sed s/^/x/ >tres && mv bin bin2 && cp same1 same2 && rm same1 && mv util "
	   "zutil && sed -i 's/7.5/q/' zutil && rm tiny && echo other >tiny2 && mv link link2 && "
	   "rm "
	   "dead && seq 900 960 >alive");
	same_numstat();
	cr_expect(wt_change("uno")->kind == RJ_CHANGE_RENAMED && wt_change("uno")->similarity > 95);
	cr_expect(wt_change("bin2")->kind == RJ_CHANGE_RENAMED && wt_change("bin2")->binary);
	cr_expect(wt_change("tres")->kind == RJ_CHANGE_ADDED);
}

/* So many that threads share them, with changes so that no content is the same. */
#define MANY_OLD(n) \
	"cd r && for i in $(seq " #n "); do seq $((i * 100)) $((i * 100 + 40)) >old$i; done"
#define MANY_NEW(n)                                                                            \
	"cd w && for i in $(seq " #n "); do { cat old$i; echo $i; } >new$(((i * 7) % 1009)); " \
	"rm old$i; done"

Test(renames, many_renames_are_those_of_git, .timeout = 120)
{
	size_t renames = 0;

	wt_begin_with(MANY_OLD(600));
	sh(MANY_NEW(600));
	same_numstat();
	for (size_t i = 0; i < wt.st.n; i++)
		renames += wt.st.v[i].kind == RJ_CHANGE_RENAMED;
	cr_expect_eq(renames, 600);
}

Test(renames, too_many_pairs_are_no_renames, .timeout = 120)
{
	wt_begin_with(MANY_OLD(1001));
	sh(MANY_NEW(1001));
	wt_read(RJ_STATUS_LINES);
	cr_expect_eq(wt.st.n, 2002);
	for (size_t i = 0; i < wt.st.n; i++)
		cr_expect(wt.st.v[i].kind != RJ_CHANGE_RENAMED);
}

Test(renames, numbers_of_random_work, .timeout = 120)
{
	wt_begin_with("cd r && for i in 1 2 3 4 5 6 7 8 9; do seq $i $((i * 37)) >f$i; done");
	sh("cd w && for i in 1 2 3; do sed -i \"$((i * 7))s/$/x/;$((i * 3))d\" f$((i * 3)); done "
	   "&& "
	   "tac f8 >t && mv t f8 && seq 50 >>f7 && sed -i '1i first' f4");
	same_numstat();
	cr_expect(wt.st.insertions > 100 && wt.st.files_changed == 6);
}

Test(renames, likeness)
{
	struct rj_spans a, b;

	rj_spans_read("a\nb\nc\nd\n", 8, &a);
	rj_spans_read("d\nc\nb\nx\n", 8, &b);
	cr_expect(rj_spans_percent(&a, &b) == 75, "%u", rj_spans_percent(&a, &b));
	cr_expect(rj_spans_percent(&a, &a) == 100);
	rj_spans_release(&b);
	rj_spans_read("", 0, &b);
	cr_expect(rj_spans_percent(&a, &b) == 0 && rj_spans_percent(&b, &b) == 0);
	rj_spans_release(&a);
	rj_spans_release(&b);
}

/* `n` files on each side, whose texts are alike and made of `pieces` lines of `len` bytes. */
struct made {
	size_t n, pieces, len;
	struct rj_buf last;
};

static void *open_made(void *arg)
{
	struct made *m = rj_alloc(1, sizeof(*m));

	*m = *(const struct made *)arg;
	return m;
}

static bool read_made(void *reader, bool is_new, size_t number, const char **ret, size_t *ret_len)
{
	struct made *m = reader;

	rj_buf_release(&m->last);
	for (size_t i = 0; i < m->pieces; i++)
		rj_buf_printf(&m->last, "%0*zu\n", (int)m->len - 1,
			      i + is_new < m->pieces ? number * m->pieces + i : i);
	*ret = rj_buf_str(&m->last);
	*ret_len = m->last.len;
	return true;
}

static void close_made(void *reader)
{
	struct made *m = reader;

	rj_buf_release(&m->last);
	rj_free(&m);
}

/* How many of them are found. */
static size_t found_of(struct made m)
{
	const struct rj_rename_texts texts = {open_made, read_made, close_made, &m};
	RJ_AUTO(rj_free) struct rj_rename_file *v = rj_alloc(2 * m.n, sizeof(*v));
	RJ_AUTO(rj_strv_release) struct rj_strv paths = {0};
	size_t found = 0;

	for (size_t i = 0; i < 2 * m.n; i++) {
		struct rj_buf path = {0};

		rj_buf_printf(&path, "%s%05zu", i < m.n ? "old" : "new", i);
		rj_strv_give(&paths, rj_buf_take(&path));
		v[i].path = paths.v[i];
		v[i].side.mode = GIT_FILEMODE_BLOB;
		v[i].side.id.id[i < m.n] = (unsigned char)(i % 255 + 1);
		v[i].side.id.id[2] = (unsigned char)(i / 255);
	}
	rj_rename_find(v, m.n, v + m.n, m.n, &texts);
	for (size_t i = 0; i < m.n; i++)
		if (v[i].match != RJ_RENAME_NONE) {
			cr_expect_eq(v[i].match, i);
			cr_expect_eq(v[m.n + i].match, i);
			found++;
		}
	return found;
}

Test(renames, too_much_to_compare_is_no_rename, .timeout = 120)
{
	cr_expect_eq(found_of((struct made){.n = 100, .pieces = 30, .len = 20}), 100);
	/* in the time that it takes */
	cr_expect_eq(found_of((struct made){.n = 1000, .pieces = 1001, .len = 8}), 0);
}

Test(renames, too_much_to_hold_is_no_rename, .timeout = 120)
{
	cr_expect_eq(found_of((struct made){.n = 30, .pieces = 70000, .len = 60}), 30);
	cr_expect_eq(found_of((struct made){.n = 33, .pieces = 70000, .len = 60}), 0);
}

static bool read_none(void *reader, bool is_new, size_t number, const char **ret, size_t *ret_len)
{
	(void)reader;
	(void)ret;
	(void)ret_len;
	cr_expect(false, "file %zu of the %s side is read", number, is_new ? "new" : "old");
	return false;
}

Test(renames, nothing_is_read_when_one_side_is_done)
{
	struct made m = {0};
	const struct rj_rename_texts texts = {open_made, read_none, close_made, &m};
	struct rj_rename_file olds[] = {{.path = "a", .side.mode = GIT_FILEMODE_BLOB},
					{.path = "b", .side.mode = GIT_FILEMODE_BLOB}};
	struct rj_rename_file new = {.path = "c", .side.mode = GIT_FILEMODE_BLOB};

	olds[0].side.id.id[0] = 1;
	olds[1].side.id.id[0] = new.side.id.id[0] = 2;
	rj_rename_find(olds, 2, &new, 1, &texts);
	cr_expect_eq(new.match, 1);
	cr_expect_eq(olds[0].match, RJ_RENAME_NONE);
	cr_expect_eq(olds[1].match, 0);
}
