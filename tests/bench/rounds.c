/*
 * rounds - run several commands in turn, and compare how long they take
 *
 *   rounds [-n RUNS] [-w WARM-UP RUNS] [-g GROUP] [-o RESULTS] [-k] [-v] SPEC
 *
 * A line of the file SPEC is  NAME <TAB> COMMAND [<TAB> PREPARE [<TAB> CLEAN-UP]]. A command is
 * split at blanks, '...' and "..." keep them, and it is started directly, so that the figure is
 * that of starting, running and reaping it. What prepares and cleans up goes through sh and is not
 * timed.
 * @I@ in any of them is the number of the round.
 *
 * All commands take their turn in every round: when the machine becomes slower, it does so for all;
 * in another order each time (the same in every run of this program), for what a command leaves to
 * the kernel when it ends, namespaces and mounts, is paid by the next one.
 * With -k each command is kept: it is started once, reads a line for every round, does its work,
 * and answers with a line; the time until then is its figure, whatever it takes to start. Processor
 * time is then that of the whole divided by the rounds.
 *
 * The first line is what the others are divided by. Output is thrown away, and errors without -v.
 * A command that fails is told of, and marked in its row.
 *
 * RESULTS gets a line for each, times in milliseconds, separated by tabs: "time", group, name,
 * runs, failures, least, first quartile, median, third quartile, median of the processor time,
 * ratio.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COMMANDS = 64, WORDS = 4096 };

struct command {
	char *name, *line, *prepare, *clean;
	double *ms, *cpu;
	size_t n;
	int failed;
	pid_t pid; /* of one that is kept, and both ends of its pipes */
	FILE *ask, *answer;
};

static struct command commands[COMMANDS];
static size_t commands_n, runs = 20, warm = 2;
static const char *group = "-", *results;
static bool verbose, keep;

static void die(const char *what)
{
	(void)fprintf(stderr, "rounds: %s: %s\n", what, errno ? strerror(errno) : "is not right");
	exit(2);
}

static void *need(void *p)
{
	if (!p)
		die("memory");
	return p;
}

/* The words lie in the line. */
static void split(char *s, char **words)
{
	size_t n = 0;

	while (*s) {
		char *out = s, quote = '\0';

		while (*s == ' ')
			s++;
		if (!*s)
			break;
		out = s;
		if (n + 1 >= WORDS)
			die("the number of words in a command");
		words[n++] = s;
		for (; *s && (quote || *s != ' '); s++) {
			if (quote && *s == quote)
				quote = '\0';
			else if (!quote && (*s == '\'' || *s == '"'))
				quote = *s;
			else
				*out++ = *s;
		}
		if (*s)
			s++;
		*out = '\0';
	}
	if (n == 0)
		die("an empty command");
	words[n] = NULL;
}

/* A copy with the number of the round. */
static char *number(const char *line, size_t round)
{
	char *copy = NULL;
	size_t len;
	FILE *f = need(open_memstream(&copy, &len));

	while (*line) {
		if (!strncmp(line, "@I@", 3)) {
			(void)fprintf(f, "%zu", round);
			line += 3;
		} else {
			(void)fputc(*line++, f);
		}
	}
	(void)fclose(f);
	return need(copy);
}

static int wait_for(pid_t pid, struct rusage *used)
{
	int st;

	while (wait4(pid, &st, 0, used) < 0)
		if (errno != EINTR)
			die("wait");
	return st;
}

static bool shell(const char *line, size_t round)
{
	char sh[] = "sh", c[] = "-c";
	struct rusage used;
	bool ok = true;

	if (line && *line) {
		char *text = number(line, round);
		char *const argv[] = {sh, c, text, NULL};
		pid_t pid;

		if ((errno = posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ)) != 0)
			die("/bin/sh");
		ok = wait_for(pid, &used) == 0;
		free(text);
	}
	return ok;
}

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double ms(struct timeval t)
{
	return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static void failed(struct command *c, const char *what, size_t round)
{
	(void)fprintf(stderr, "rounds: %s: %s failed in round %zu\n", c->name, what, round);
	c->failed++;
}

/* With /dev/null for what is not given. */
static pid_t start(const struct command *c, size_t round, int in, int out)
{
	char *line = number(c->line, round), *words[WORDS];
	posix_spawn_file_actions_t actions;
	pid_t pid;

	split(line, words);
	(void)posix_spawn_file_actions_init(&actions);
	if (in < 0)
		(void)posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	else
		(void)posix_spawn_file_actions_adddup2(&actions, in, 0);
	if (out < 0)
		(void)posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	else
		(void)posix_spawn_file_actions_adddup2(&actions, out, 1);
	if (!verbose)
		(void)posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if ((errno = posix_spawnp(&pid, words[0], &actions, NULL, words, environ)) != 0)
		die(words[0]);
	(void)posix_spawn_file_actions_destroy(&actions);
	free(line);
	return pid;
}

static void once(struct command *c, size_t round)
{
	struct rusage used;
	double began;

	if (!shell(c->prepare, round))
		failed(c, "what prepares it", round);
	began = now();
	if (wait_for(start(c, round, -1, -1), &used) != 0)
		failed(c, "it", round);
	if (round >= warm) {
		c->ms[c->n] = now() - began;
		c->cpu[c->n++] = ms(used.ru_utime) + ms(used.ru_stime);
	}
	if (!shell(c->clean, round))
		failed(c, "what cleans up", round);
}

static void start_kept(struct command *c)
{
	int ask[2], answer[2];

	if (pipe2(ask, O_CLOEXEC) < 0 || pipe2(answer, O_CLOEXEC) < 0)
		die("a pipe");
	c->pid = start(c, 0, ask[0], answer[1]);
	(void)close(ask[0]);
	(void)close(answer[1]);
	c->ask = need(fdopen(ask[1], "we"));
	c->answer = need(fdopen(answer[0], "re"));
}

static void once_kept(struct command *c, size_t round)
{
	char line[64];
	double began;

	if (!shell(c->prepare, round))
		failed(c, "what prepares it", round);
	began = now();
	(void)fprintf(c->ask, "%zu\n", round);
	if (fflush(c->ask) != 0 || !fgets(line, sizeof(line), c->answer))
		failed(c, "it", round);
	if (round >= warm)
		c->ms[c->n++] = now() - began;
	if (!shell(c->clean, round))
		failed(c, "what cleans up", round);
}

static void end_kept(struct command *c)
{
	struct rusage used;

	(void)fclose(c->ask);
	if (wait_for(c->pid, &used) != 0)
		failed(c, "it", warm + runs);
	(void)fclose(c->answer);
	for (size_t i = 0; i < c->n; i++)
		c->cpu[i] = (ms(used.ru_utime) + ms(used.ru_stime)) / (double)(warm + runs);
}

/* A new order: each is as likely to be the next as any other (drand48(3)). */
static void shuffle(size_t *order)
{
	for (size_t left = commands_n; left > 1; left--) {
		const size_t at = (size_t)((double)left * drand48()), last = order[left - 1];

		order[left - 1] = order[at];
		order[at] = last;
	}
}

static void measure(void)
{
	size_t order[COMMANDS];

	for (size_t i = 0; i < commands_n; i++)
		order[i] = i;
	for (size_t i = 0; keep && i < commands_n; i++)
		start_kept(&commands[i]);
	for (size_t round = 0; round < warm + runs; round++) {
		shuffle(order);
		for (size_t i = 0; i < commands_n; i++)
			(keep ? once_kept : once)(&commands[order[i]], round);
	}
	for (size_t i = 0; keep && i < commands_n; i++)
		end_kept(&commands[i]);
}

static void read_spec(const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	if (!f)
		die(path);
	while ((len = getline(&line, &cap, f)) > 0) {
		struct command *c = &commands[commands_n];
		char *rest;

		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (!line[0] || line[0] == '#')
			continue;
		if (++commands_n > COMMANDS)
			die("the number of commands");
		rest = need(strdup(line));
		c->name = strsep(&rest, "\t");
		c->line = strsep(&rest, "\t");
		c->prepare = strsep(&rest, "\t");
		c->clean = rest;
		if (!c->line || !*c->line)
			die(c->name);
		c->ms = need(calloc(runs, sizeof(*c->ms)));
		c->cpu = need(calloc(runs, sizeof(*c->cpu)));
	}
	free(line);
	(void)fclose(f);
	errno = 0;
	if (!commands_n)
		die(path);
}

static int compare(const void *a, const void *b)
{
	return (*(const double *)a > *(const double *)b) -
	       (*(const double *)a < *(const double *)b);
}

/* v is sorted; part is between 0 and 1. */
static double quantile(const double *v, size_t n, double part)
{
	const double at = part * (double)(n - 1);
	const size_t i = (size_t)at;

	return i + 1 < n ? v[i] + (at - (double)i) * (v[i + 1] - v[i]) : v[i];
}

static void print(FILE *out)
{
	double first = 0;

	(void)printf("%-34s %5s %10s %10s %21s %9s %7s\n", "", "runs", "least ms", "median",
		     "middle half", "cpu", "ratio");
	for (size_t i = 0; i < commands_n; i++) {
		struct command *c = &commands[i];
		double m, q1, q3, cpu;

		qsort(c->ms, c->n, sizeof(*c->ms), compare);
		qsort(c->cpu, c->n, sizeof(*c->cpu), compare);
		m = quantile(c->ms, c->n, 0.5);
		q1 = quantile(c->ms, c->n, 0.25);
		q3 = quantile(c->ms, c->n, 0.75);
		cpu = quantile(c->cpu, c->n, 0.5);
		first = i == 0 ? m : first;
		(void)printf("%-34s %5zu %10.3f %10.3f %10.3f-%10.3f %9.3f %7.3f%s\n", c->name,
			     c->n, c->ms[0], m, q1, q3, cpu, m / first,
			     c->failed ? "  FAILED" : "");
		if (out)
			(void)fprintf(out,
				      "time\t%s\t%s\t%zu\t%d\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\n",
				      group, c->name, c->n, c->failed, c->ms[0], q1, m, q3, cpu,
				      m / first);
	}
}

static size_t count(const char *text, size_t least)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || end == text || n < least || n > 1000000)
		die(text);
	return n;
}

int main(int argc, char **argv)
{
	FILE *out = NULL;
	int o;

	while ((o = getopt(argc, argv, "n:w:g:o:kv")) != -1) {
		if (o == 'n')
			runs = count(optarg, 1);
		else if (o == 'w')
			warm = count(optarg, 0);
		else if (o == 'g')
			group = optarg;
		else if (o == 'o')
			results = optarg;
		else if (o == 'k')
			keep = true;
		else if (o == 'v')
			verbose = true;
		else
			return 2;
	}
	if (argc - optind != 1)
		die("the one file that tells the commands");
	read_spec(argv[optind]);
	if (results && !(out = fopen(results, "ae")))
		die(results);
	measure();
	print(out);
	return out && fclose(out) != 0 ? 2 : 0;
}
