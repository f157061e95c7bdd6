/* host: what paths really are, with the links that the kernel would follow */
#include "core/engine/host.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "tests/unit/dirfix.h"

enum { CHAIN = 40 }; /* links, which is all that the kernel follows (path_resolution(7)) */

static const struct {
	const char *name, *text;
} links[] = {
	{"to-dir", "dir"},
	{"to-file", "dir/file"},
	{"through", "to-dir/file"},
	{"slash", "dir/"},
	{"dots", "./dir/./file"},
	{"up", "dir/../dir/file"},
	{"up-a-link", "to-far/.."},
	{"to-far", "far/away"},
	{"ring", "ring"},
	{"ring-a", "ring-b"},
	{"ring-b", "ring-a"},
	{"missing", "nowhere"},
	{"missing-below", "nowhere/file"},
	{"below-a-file", "dir/file/more"},
	{"self", "/proc/self"},
	{"none", "/proc/self/fd/999"},
	{"dir/back", "../to-file"},
	{"dir/out", "../../../../../../../../../../etc"},
	{"chain-0", "dir"},
};

static void make_tree(const char *top)
{
	char name[32], text[32];

	cr_assert_eq(chdir(top), 0);
	cr_assert_eq(mkdir("dir", 0700), 0);
	cr_assert_eq(mkdir("far", 0700), 0);
	cr_assert_eq(mkdir("far/away", 0700), 0);
	(void)fclose(fopen("dir/file", "w"));
	for (size_t i = 0; i < RJ_COUNT(links); i++)
		cr_assert_eq(symlink(links[i].text, links[i].name), 0);
	for (int i = 1; i < CHAIN; i++) {
		(void)snprintf(name, sizeof(name), "chain-%d", i);
		(void)snprintf(text, sizeof(text), "chain-%d", i - 1);
		cr_assert_eq(symlink(text, name), 0);
	}
}

/* As the kernel has it. */
static void check(const struct rj_facts *facts, const char *path)
{
	const struct rj_path_fact *f = facts->look(facts->arg, path);
	char real[PATH_MAX];
	struct stat st;

	if (!realpath(path, real)) {
		cr_expect_null(f->real, "%s", path);
		cr_expect_eq(f->kind, RJ_PATH_NONE, "%s", path);
		return;
	}
	cr_assert_eq(stat(path, &st), 0);
	cr_assert_not_null(f->real, "%s", path);
	cr_expect_str_eq(f->real, real, "%s: %s", path, f->real);
	cr_expect_eq(f->kind, S_ISDIR(st.st_mode) ? RJ_PATH_DIR : RJ_PATH_FILE, "%s", path);
	cr_expect(f->dev == st.st_dev && f->ino == st.st_ino, "%s", path);
	if (S_ISREG(st.st_mode) && (st.st_mode & 0444) == 0444 && st.st_size <= RJ_PATH_SMALL)
		cr_expect_eq(f->changed,
			     (uint64_t)st.st_ctim.tv_sec * 1000000000u +
				     (uint64_t)st.st_ctim.tv_nsec,
			     "%s", path);
	else
		cr_expect_eq(f->changed, 0, "%s", path);
}

static uint64_t changed(struct rj_host *host, const char *dir, const char *name, mode_t mode,
			off_t size)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(dir, name);
	RJ_AUTO(rj_close) int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	cr_assert_geq(fd, 0);
	cr_assert_eq(ftruncate(fd, size), 0);
	cr_assert_eq(fchmod(fd, mode), 0);
	return host->facts.look(host->facts.arg, path)->changed;
}

Test(host, a_copy_stands_for_small_files_that_all_may_read)
{
	char template[] = "/tmp/rj-host.XXXXXX";
	RJ_AUTO(rj_free) char *top = realpath(mkdtemp(template), NULL);
	const struct rj_dirs dirs = {.home = top};
	struct rj_config config;
	RJ_AUTO(rj_host_release) struct rj_host host = {0};

	rj_config_init(&config);
	rj_host_init(&host, &dirs, &config);
	cr_expect_neq(changed(&host, top, "small", 0644, 100), 0);
	cr_expect_neq(changed(&host, top, "empty", 0444, 0), 0);
	cr_expect_eq(changed(&host, top, "secret", 0640, 100), 0);
	cr_expect_eq(changed(&host, top, "large", 0644, 1 << 20), 0);
	cr_expect_eq(host.facts.look(host.facts.arg, top)->changed, 0);
	cr_expect_eq(host.facts.look(host.facts.arg, "/dev/null")->changed, 0);
	rj_config_release(&config);
	dirfix_drop(top);
}

Test(host, links_lead_where_the_kernel_says)
{
	char template[] = "/tmp/rj-host.XXXXXX", name[64];
	RJ_AUTO(rj_free) char *top = realpath(mkdtemp(template), NULL);
	const struct rj_dirs dirs = {.home = top};
	struct rj_config config;
	RJ_AUTO(rj_host_release) struct rj_host host = {0};

	make_tree(top);
	rj_config_init(&config);
	rj_host_init(&host, &dirs, &config);
	for (int i = CHAIN - 1; i >= 0; i--) {
		RJ_AUTO(rj_free) char *path = NULL;

		(void)snprintf(name, sizeof(name), "chain-%d", i);
		path = rj_path_join(top, name);
		check(&host.facts, path);
	}
	for (size_t i = 0; i < RJ_COUNT(links); i++) {
		RJ_AUTO(rj_free) char *path = rj_path_join(top, links[i].name);
		RJ_AUTO(rj_free) char *below = rj_path_join(path, "file");

		check(&host.facts, path);
		check(&host.facts, below);
		cr_expect_str_eq(host.facts.look(&host, path)->link, links[i].text);
	}
	check(&host.facts, "/");
	check(&host.facts, "/bin/sh");
	check(&host.facts, "/etc/os-release");
	rj_config_release(&config);
	dirfix_drop(top);
}
