#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/mem.h"

Test(err, fail_adds_the_reason_and_returns_it)
{
	struct rj_err err = {0};

	cr_expect_eq(rj_fail(&err, ENOENT, "cannot open %s", "x"), -ENOENT);
	cr_expect_str_eq(err.msg, "cannot open x: No such file or directory");
	cr_expect_eq(err.status, RJ_EXIT_FAILED);
	cr_expect_eq(rj_wrap(&err, "outer"), -ENOENT);
	cr_expect_str_eq(err.msg, "outer: cannot open x: No such file or directory");
	cr_expect_eq(rj_hint(&err, "do %d", 1), -ENOENT);
	cr_expect_str_eq(err.hint, "do 1");
	cr_expect_eq(rj_exit_with(&err, RJ_EXIT_NO_JAIL), -ENOENT);
	cr_expect_eq(err.status, RJ_EXIT_NO_JAIL);
}

Test(err, refuse_stands_as_it_is_and_forgets_an_older_hint)
{
	struct rj_err err = {0};

	rj_refuse(&err, EINVAL, "first");
	rj_hint(&err, "old");
	cr_expect_eq(rj_refuse(&err, EBUSY, "no"), -EBUSY);
	cr_expect_str_eq(err.msg, "no");
	cr_expect_str_eq(err.hint, "");
}

Test(err, long_messages_are_cut_not_overrun)
{
	struct rj_err err = {0};
	char big[3000];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	rj_fail(&err, EIO, "%s", big);
	rj_wrap(&err, "%s", big);
	rj_hint(&err, "%s", big);
	cr_expect_lt(strlen(err.msg), sizeof(err.msg));
	cr_expect_lt(strlen(err.hint), sizeof(err.hint));
}

Test(buf, grows_and_is_handed_over)
{
	struct rj_buf b = {0};
	char *s;

	cr_expect_str_eq(rj_buf_str(&b), "");
	for (int i = 0; i < 1000; i++)
		rj_buf_printf(&b, "%d,", i);
	cr_expect_eq(b.len, 3890);
	cr_expect_eq(b.s[b.len], '\0');
	s = rj_buf_take(&b);
	cr_expect_eq(strlen(s), 3890);
	cr_expect_null(b.s);
	free(s);
	s = rj_buf_take(&b);
	cr_expect_str_eq(s, "");
	free(s);
}

Test(buf, holds_nul_bytes)
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};

	rj_buf_add(&b, "a\0b", 3);
	rj_buf_putc(&b, 'c');
	cr_expect_eq(b.len, 4);
	cr_expect_eq(memcmp(b.s, "a\0bc", 5), 0);
}

Test(strv, ends_with_null)
{
	RJ_AUTO(rj_strv_release) struct rj_strv v = {0};

	for (int i = 0; i < 100; i++) {
		rj_strv_add(&v, i % 2 ? "odd" : "even");
		cr_expect_null(v.v[v.n]);
	}
	cr_expect_eq(v.n, 100);
	cr_expect(rj_strv_has(&v, "odd"));
	cr_expect_not(rj_strv_has(&v, "od"));
}
