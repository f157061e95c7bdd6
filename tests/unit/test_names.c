/* names: a directory read without a stream */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/sys/names.h"

enum { FILES = 300 }; /* more than one batch */

Test(names, each_is_told_once)
{
	char dir[] = "/tmp/rj-names.XXXXXX", path[64];
	bool seen[FILES] = {false};
	struct rj_names names = {0};
	const struct dirent *e;
	size_t n = 0;

	cr_assert_not_null(mkdtemp(dir));
	for (int i = 0; i < FILES; i++) {
		(void)snprintf(path, sizeof(path), "%s/file-%d", dir, i);
		rj_close(&(int){open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600)});
	}
	names.fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while ((e = rj_names_next(&names))) {
		int i = -1;

		cr_assert_eq(sscanf(e->d_name, "file-%d", &i), 1);
		cr_assert(i >= 0 && i < FILES && !seen[i]);
		seen[i] = true;
		n++;
		cr_assert_eq(unlinkat(names.fd, e->d_name, 0), 0);
	}
	cr_assert_eq(n, FILES);
	rj_close(&names.fd);
	cr_assert_eq(rmdir(dir), 0);
}

Test(names, what_is_no_directory_has_none)
{
	RJ_AUTO(rj_close) int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct rj_names names = {.fd = fd};

	cr_assert_null(rj_names_next(&names));
	cr_assert_null(rj_names_next(&names));
}
