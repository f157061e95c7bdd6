/*
 * treeio: the least that whole trees can cost, on several threads.
 *
 *   treeio write THREADS LIST DIR     make DIR with the files of LIST, lines of "size path"
 *   treeio unlink THREADS DIR         remove it
 *   treeio stat THREADS DIR           look at each file
 *
 * Each thread takes a directory at a time and names files relative to it; nothing is inflated,
 * compared or checked.
 */
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { THREADS_MAX = 64 };

struct file {
	char *name;
	size_t size;
};

struct dir {
	char *path; /* "" is the top */
	struct file *v;
	size_t n;
};

static struct dir *dirs;
static size_t dirs_n;
static atomic_size_t next;
static int top;
static char op;
static char *bytes;
static size_t largest;

static void *grow(void *v, size_t n, size_t size)
{
	/* doubled at each power of two */
	if (n & (n - 1))
		return v;
	v = realloc(v, (n ? 2 * n : 1) * size);
	if (!v)
		err(1, "no memory");
	return v;
}

static size_t add_dir(const char *path)
{
	dirs = grow(dirs, dirs_n, sizeof(*dirs));
	dirs[dirs_n] = (struct dir){.path = strdup(path)};
	return dirs_n++;
}

static void add_file(size_t dir, const char *name, size_t size)
{
	struct dir *d = &dirs[dir];

	d->v = grow(d->v, d->n, sizeof(*d->v));
	d->v[d->n++] = (struct file){.name = strdup(name), .size = size};
	if (size > largest)
		largest = size;
}

static void read_list(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[8192];
	size_t at = add_dir("");

	if (!f)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), f)) {
		char *name, *slash;
		size_t size = strtoul(line, &name, 10);
		const char *dir = "";

		line[strcspn(line, "\n")] = '\0';
		slash = strrchr(++name, '/');
		if (slash) {
			*slash = '\0';
			dir = name;
			name = slash + 1;
		}
		if (strcmp(dirs[at].path, dir) != 0)
			at = add_dir(dir);
		add_file(at, name, size);
	}
	(void)fclose(f);
}

static void read_tree(const char *path)
{
	size_t at = add_dir(path);
	int fd = openat(top, *path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *de;

	if (!dir)
		err(1, "%s", path);
	while ((de = readdir(dir))) {
		char sub[8192];

		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		if (de->d_type != DT_DIR) {
			add_file(at, de->d_name, 0);
			continue;
		}
		(void)snprintf(sub, sizeof(sub), "%s%s%s", path, *path ? "/" : "", de->d_name);
		read_tree(sub);
	}
	(void)closedir(dir);
}

static void make_dirs(void)
{
	for (size_t i = 0; i < dirs_n; i++) {
		char *path = dirs[i].path;

		for (char *s = path; (s = strchr(s, '/')); *s++ = '/') {
			*s = '\0';
			(void)mkdirat(top, path, 0777);
		}
		if (*path)
			(void)mkdirat(top, path, 0777);
	}
}

static void do_file(int dir, const struct file *f)
{
	struct stat st;
	int fd, rc = 0;

	if (op == 's')
		rc = fstatat(dir, f->name, &st, AT_SYMLINK_NOFOLLOW);
	if (op == 'u')
		rc = unlinkat(dir, f->name, 0);
	if (op == 'w') {
		fd = openat(dir, f->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		rc = fd < 0 || write(fd, bytes, f->size) != (ssize_t)f->size || fstat(fd, &st) < 0;
		(void)close(fd);
	}
	if (rc)
		err(1, "%s", f->name);
}

static void *work(void *unused)
{
	size_t i;

	while ((i = atomic_fetch_add(&next, 1)) < dirs_n) {
		const struct dir *d = &dirs[i];
		int fd = openat(top, *d->path ? d->path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0)
			err(1, "%s", d->path);
		for (size_t k = 0; k < d->n; k++)
			do_file(fd, &d->v[k]);
		(void)close(fd);
	}
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS_MAX];
	size_t n = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	const char *path = argv[argc - 1];

	op = argc > 1 ? argv[1][0] : '\0';
	if (!strchr("wsu", op) || argc != (op == 'w' ? 5 : 4) || !n || n > THREADS_MAX)
		errx(2, "usage: treeio write N LIST DIR | treeio stat|unlink N DIR");
	if (op == 'w') {
		read_list(argv[3]);
		bytes = calloc(largest + 1, 1);
		if (!bytes || mkdir(path, 0777) < 0)
			err(1, "%s", path);
	}
	top = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (top < 0)
		err(1, "%s", path);
	if (op == 'w')
		make_dirs();
	else
		read_tree("");
	for (size_t i = 1; i < n; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			errx(1, "no thread");
	(void)work(NULL);
	for (size_t i = 1; i < n; i++)
		(void)pthread_join(threads[i], NULL);
	if (op != 'u')
		return 0;
	for (size_t i = dirs_n; i-- > 1;)
		if (unlinkat(top, dirs[i].path, AT_REMOVEDIR) < 0)
			err(1, "%s", dirs[i].path);
	return rmdir(path) < 0;
}
