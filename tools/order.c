/*
 * order - which functions of a program run, in the order in which they are first called
 *
 *   nm -n --defined-only PROGRAM | order FILE PROGRAM [ARGUMENT...]
 *
 * A breakpoint at every function tells of its first call and is gone then; the addresses go to
 * FILE. Processes that the program forks are followed, programs that they start are not. For
 * x86-64, and as root: a jail's first process is not to be looked into by others.
 */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NAMES = 65536, LINE = 256, STOP = 0xcc };

static struct function {
	unsigned long at;
	char *name;
	long was; /* the word there */
	bool seen;
} functions[NAMES];
static size_t functions_n;
static unsigned long order[NAMES];
static size_t order_n;

static void die(const char *what)
{
	(void)fprintf(stderr, "order: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* A line is ADDRESS KIND NAME. */
static void read_names(void)
{
	char line[LINE], *rest;

	while (functions_n < NAMES && fgets(line, sizeof(line), stdin)) {
		const unsigned long at = strtoul(line, &rest, 16);
		struct function *f = &functions[functions_n];

		if (*rest != ' ' || !strchr("tTwW", rest[1]) || (functions_n > 0 && f[-1].at == at))
			continue;
		rest[strcspn(rest, "\n")] = '\0';
		*f = (struct function){.at = at, .name = strdup(rest + 3)};
		if (!f->name)
			die("memory");
		functions_n++;
	}
}

static int by_place(const void *key, const void *element)
{
	const unsigned long at = *(const unsigned long *)key;
	const struct function *f = element;

	return at < f->at ? -1 : at > f->at;
}

/* The program is there, and has not begun. */
static void set_stops(pid_t pid)
{
	for (size_t i = 0; i < functions_n; i++) {
		struct function *f = &functions[i];

		errno = 0;
		f->was = ptrace(PTRACE_PEEKTEXT, pid, f->at, NULL);
		if (errno || ptrace(PTRACE_POKETEXT, pid, f->at, (f->was & ~0xffl) | STOP) < 0)
			die(f->name);
	}
}

/* Was it one of the stops? Each process has its own, unless it shares its memory. Words overlap
 * where a function is shorter than one, so only the byte is put back. */
static bool pass(pid_t pid)
{
	struct user_regs_struct regs;
	struct iovec io = {&regs, sizeof(regs)};
	struct function *f;
	unsigned long at;
	long now;

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &io) < 0)
		return false;
	at = regs.rip - 1;
	f = bsearch(&at, functions, functions_n, sizeof(*f), by_place);
	now = f ? ptrace(PTRACE_PEEKTEXT, pid, at, NULL) : 0;
	if (!f || (now & 0xff) != STOP)
		return false;
	(void)ptrace(PTRACE_POKETEXT, pid, at, (now & ~0xffl) | (f->was & 0xff));
	regs.rip = at;
	(void)ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &io);
	if (!f->seen)
		order[order_n++] = f->at;
	f->seen = true;
	return true;
}

static void follow(void)
{
	bool begun = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		const int event = status >> 16;
		int sig = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;

		if (!WIFSTOPPED(status))
			continue;
		if (event == PTRACE_EVENT_EXEC && begun) {
			(void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
			continue;
		}
		if (event == PTRACE_EVENT_EXEC) {
			set_stops(pid);
			begun = true;
		}
		if (event || sig == SIGSTOP || (sig == SIGTRAP && pass(pid)))
			sig = 0;
		(void)ptrace(PTRACE_CONT, pid, NULL, (long)sig);
	}
}

static void put(const char *path)
{
	FILE *out = fopen(path, "w");

	if (!out)
		die(path);
	for (size_t i = 0; i < order_n; i++)
		(void)fprintf(out, "%016lx\n", order[i]);
	if (fclose(out) < 0)
		die(path);
}

int main(int argc, char **argv)
{
	const long options = PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			     PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	int status;
	pid_t pid;

	if (argc < 3) {
		(void)fputs("usage: nm -n --defined-only PROGRAM | "
			    "order FILE PROGRAM [ARGUMENT...]\n",
			    stderr);
		return 2;
	}
	read_names();
	pid = fork();
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 && raise(SIGSTOP) == 0)
			(void)execv(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, options) < 0 ||
	    ptrace(PTRACE_CONT, pid, NULL, NULL) < 0)
		die(argv[2]);
	follow();
	put(argv[1]);
	return order_n > 0 ? 0 : 1;
}
