/*
 * many - starts several jails at once, and tells how long it takes until all run, and what they
 * hold
 *
 *   many [-n JAILS] [-u USER] FIFO COMMAND [ARG...]
 *   many -w FIFO
 *
 * With -u, which root alone can give, the commands are started as that user, and no other program
 * needs to run for each of them.
 * @I@ in a word is the jail's number. What runs in the jail writes a line to FIFO, which is made
 * here, and becomes `sleep`; or it is a copy of this program by that name, with -w, which does no
 * more than that. Prints a line: milliseconds until all run, milliseconds to end them, KiB (PSS) of
 * all descendants but the sleeps, and their number. Where a process cannot be read the KiB are -1.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { JAILS = 4096, PROCESSES = 32768, READY_MS = 20000, SETTLE_MS = 300 };

struct process {
	pid_t pid, parent;
	bool ours, sleeps;
};

static struct process table[PROCESSES];
static size_t table_n;

static void die(const char *what)
{
	(void)fprintf(stderr, "many: %s: %s\n", what, strerror(errno));
	exit(2);
}

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void pause_ms(long ms)
{
	const struct timespec t = {.tv_nsec = ms * 1000000};

	(void)nanosleep(&t, NULL);
}

static bool read_process(const char *name, struct process *ret)
{
	char path[64], text[512], *open, *close;
	FILE *f;
	size_t n;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/stat", name);
	f = fopen(path, "re");
	if (!f)
		return false;
	n = fread(text, 1, sizeof(text) - 1, f);
	(void)fclose(f);
	text[n] = '\0';
	open = strchr(text, '(');
	close = strrchr(text, ')');
	if (!open || !close || strlen(close) < 4 || close[2] == 'Z')
		return false;
	*close = '\0';
	*ret = (struct process){.pid = (pid_t)strtol(text, NULL, 10),
				.parent = (pid_t)strtol(close + 4, NULL, 10),
				.sleeps = !strcmp(open + 1, "sleep")};
	return true;
}

static bool is_ours(const struct process *p)
{
	if (p->parent == getpid())
		return true;
	for (size_t i = 0; i < table_n; i++)
		if (table[i].ours && table[i].pid == p->parent)
			return true;
	return false;
}

/* All our descendants; how many there are. */
static size_t look(void)
{
	DIR *dir = opendir("/proc");
	const struct dirent *e;
	size_t n = 0;
	bool more = true;

	if (!dir)
		die("/proc");
	table_n = 0;
	while ((e = readdir(dir)) && table_n < PROCESSES)
		if (isdigit((unsigned char)e->d_name[0]) &&
		    read_process(e->d_name, &table[table_n]))
			table_n++;
	(void)closedir(dir);
	while (more) {
		more = false;
		for (size_t i = 0; i < table_n; i++) {
			if (table[i].ours || !is_ours(&table[i]))
				continue;
			table[i].ours = more = true;
			n++;
		}
	}
	return n;
}

/* KiB of the process's share of memory; negative when it cannot be read. */
static long share(pid_t pid)
{
	char path[64], line[256];
	long kib = -1;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, "Pss:", 4))
			kib = strtol(line + 4, NULL, 10);
	(void)fclose(f);
	return kib;
}

static void start(char **argv, size_t number, const struct passwd *user)
{
	char text[32];
	int null;

	if (user && (initgroups(user->pw_name, user->pw_gid) < 0 ||
		     setresgid(user->pw_gid, user->pw_gid, user->pw_gid) < 0 ||
		     setresuid(user->pw_uid, user->pw_uid, user->pw_uid) < 0))
		_exit(126);
	(void)snprintf(text, sizeof(text), "%zu", number);
	for (char **a = argv; *a; a++) {
		char *at, *whole;

		while ((at = strstr(*a, "@I@"))) {
			if (asprintf(&whole, "%.*s%s%s", (int)(at - *a), *a, text, at + 3) < 0)
				_exit(126);
			*a = whole;
		}
	}
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	(void)dup2(null, 0);
	(void)dup2(null, 1);
	(void)execvp(argv[0], argv);
	_exit(127);
}

static size_t wait_ready(int fifo, size_t n)
{
	struct pollfd end = {.fd = fifo, .events = POLLIN};
	size_t ready = 0;

	while (ready < n && poll(&end, 1, READY_MS) > 0) {
		char text[256];
		ssize_t len = read(fifo, text, sizeof(text));

		for (ssize_t i = 0; i < len; i++)
			ready += text[i] == '\n';
	}
	return ready;
}

/* Until no descendant is left; what does not end by itself in two seconds is killed. */
static void end_all(const pid_t *pids, size_t n)
{
	double start_ms = now();
	bool killed = false;

	for (size_t i = 0; i < n; i++)
		(void)kill(pids[i], SIGTERM);
	while (true) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			continue;
		if (errno == ECHILD)
			return;
		if (!killed && now() - start_ms > 2000) {
			(void)look();
			for (size_t i = 0; i < table_n; i++)
				if (table[i].ours)
					(void)kill(table[i].pid, SIGKILL);
			killed = true;
		}
		pause_ms(1);
	}
}

/* The least that a jail can run and that says so. */
static _Noreturn void wait_here(const char *fifo)
{
	int fd = open(fifo, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "\n", 1) != 1)
		die(fifo);
	(void)close(fd);
	for (;;)
		(void)pause();
}

int main(int argc, char **argv)
{
	static pid_t pids[JAILS];
	const struct passwd *user = NULL;
	size_t n = 50, ready, others = 0;
	double begin, up, down;
	long kib = 0;
	int fifo, o;

	while ((o = getopt(argc, argv, "+n:u:w:")) != -1) {
		if (o == 'w')
			wait_here(optarg);
		if (o == 'u' && !(user = getpwnam(optarg)))
			die(optarg);
		else if (o != 'u')
			n = o == 'n' ? strtoul(optarg, NULL, 10) : 0;
	}
	if (argc - optind < 2 || n < 1 || n > JAILS) {
		(void)fprintf(stderr, "usage: many [-n JAILS] [-u USER] FIFO COMMAND [ARG...]\n"
				      "       many -w FIFO\n");
		return 2;
	}
	(void)unlink(argv[optind]);
	if (mkfifo(argv[optind], 0600) < 0 || chmod(argv[optind], 0666) < 0)
		die(argv[optind]);
	fifo = open(argv[optind], O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fifo < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		die("preparing");
	begin = now();
	for (size_t i = 0; i < n; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			start(argv + optind + 1, i, user);
		if (pids[i] < 0)
			die("fork");
	}
	ready = wait_ready(fifo, n);
	up = now() - begin;
	pause_ms(SETTLE_MS);
	(void)look();
	for (size_t i = 0; i < table_n; i++) {
		long k;

		if (!table[i].ours || table[i].sleeps)
			continue;
		k = share(table[i].pid);
		others++;
		kib = k < 0 || kib < 0 ? -1 : kib + k;
	}
	begin = now();
	end_all(pids, n);
	down = now() - begin;
	(void)unlink(argv[optind]);
	(void)printf("%.2f %.2f %ld %zu\n", up, down, kib, others);
	if (ready < n)
		(void)fprintf(stderr, "many: only %zu of %zu came up\n", ready, n);
	return ready < n;
}
