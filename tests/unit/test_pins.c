#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/pins.h"
#include "core/sys/file.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccc"

static const char head[] = "# pack-refs with: peeled fully-peeled sorted \n";

/* Give pins to `before` and compare the file. */
static void expect_held(const char *before, const char *admin, const char *held, const char *given,
			const char *after)
{
	char dir[] = "/tmp/rj-pins.XXXXXX";
	RJ_AUTO(rj_free) char *file = NULL;
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct rj_err err = {0};

	cr_assert_not_null(mkdtemp(dir));
	file = rj_path_join(dir, "packed-refs");
	if (before)
		cr_assert_eq(rj_file_replace(file, before, strlen(before), 0644, &err), 0);
	if (given)
		cr_assert_eq(rj_pins_add(dir, admin, held, given, &err), 0, "%s", err.msg);
	else
		cr_assert_eq(rj_pins_remove(dir, admin, &err), 0, "%s", err.msg);
	if (after) {
		cr_assert_eq(rj_file_read(-100, file, 1 << 20, &text, &err), 0, "%s", err.msg);
		cr_expect_str_eq(rj_buf_str(&text), after);
	} else {
		cr_expect_neq(access(file, F_OK), 0);
	}
	(void)unlink(file);
	cr_expect_eq(rmdir(dir), 0, "a lock stayed");
}

static void expect(const char *before, const char *admin, const char *given, const char *after)
{
	expect_held(before, admin, NULL, given, after);
}

Test(pins, leave_out_what_is_held)
{
	expect_held(NULL, "j-1", A, A " refs/heads/x\n" A " refs/tags/t\n^" B "\n", NULL);
	expect_held(B " refs/robojail/given/j-1/" B "\n", "j-1", A,
		    A " refs/heads/x\n" C " refs/tags/t\n",
		    B " refs/robojail/given/j-1/" B "\n" C " refs/robojail/given/j-1/" C "\n");
}

Test(pins, begin_a_file)
{
	expect(NULL, "j-1", A " refs/heads/x\n",
	       "# pack-refs with: peeled fully-peeled sorted \n" A " refs/robojail/given/j-1/" A
	       "\n");
	expect(NULL, "j-1", head, NULL);
	expect(NULL, "j-1", NULL, NULL);
}

Test(pins, stand_where_the_order_wants_them_and_once_each)
{
	expect("# pack-refs with: peeled fully-peeled sorted \n" A " refs/heads/x\n" B
	       " refs/tags/t\n^" A "\n",
	       "j-1", B " refs/heads/b\n" A " refs/heads/a\n" B " refs/tags/z\n^" C "\n",
	       "# pack-refs with: peeled fully-peeled sorted \n" A " refs/heads/x\n" A
	       " refs/robojail/given/j-1/" A "\n" B " refs/robojail/given/j-1/" B "\n" B
	       " refs/tags/t\n^" A "\n");
}

Test(pins, are_added_to_and_keep_what_was_pinned)
{
	expect(A " refs/robojail/given/j-1/" A "\n" A " refs/robojail/given/j-10/" A "\n", "j-1",
	       B " refs/heads/b\n",
	       A " refs/robojail/given/j-1/" A "\n" B " refs/robojail/given/j-1/" B "\n" A
		 " refs/robojail/given/j-10/" A "\n");
}

Test(pins, of_one_jail_go_alone)
{
	expect(A " refs/heads/x\n" A " refs/robojail/given/j-1/" A "\n^" B "\n" B
		 " refs/robojail/given/j-1/" B "\n" A " refs/robojail/given/j-10/" A "\n" C
		 " refs/tags/t\n",
	       "j-1", NULL,
	       A " refs/heads/x\n" A " refs/robojail/given/j-10/" A "\n" C " refs/tags/t\n");
}
