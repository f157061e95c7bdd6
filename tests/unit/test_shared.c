#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys/shared.h"

Test(shared, what_one_writes_the_other_reads_at_the_same_place)
{
	struct rj_shared s = rj_shared_new(1 << 20);
	char *text = s.room, *far = NULL;
	int status = -1;
	pid_t pid;

	cr_assert_not_null(s.room);
	cr_assert_geq(s.size, (size_t)1 << 24);
	cr_expect_eq(text[0], '\0');
	far = text + s.size - 16;
	pid = fork();
	if (pid == 0) {
		(void)snprintf(text, 32, "written later");
		(void)snprintf(far, 16, "at the end");
		rj_shared_drop(&s);
		_exit(s.room ? 1 : 0);
	}
	cr_assert_gt(pid, 0);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_expect_eq(status, 0);
	cr_expect_str_eq(text, "written later");
	cr_expect_str_eq(far, "at the end");
	rj_shared_drop(&s);
	cr_expect_null(s.room);
	rj_shared_drop(&s);
}
