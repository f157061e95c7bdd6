/* proc: how many tasks run. */
#include "core/sys/proc.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BUSY = 20 };

static long count_all(void)
{
	FILE *f = fopen("/proc/loadavg", "re");
	long n = -1;

	cr_assert(f && fscanf(f, "%*f %*f %*f %*d/%ld", &n) == 1);
	(void)fclose(f);
	return n;
}

Test(proc, counts_who_runs)
{
	pid_t busy[BUSY];
	long n, all;

	for (int i = 0; i < BUSY; i++) {
		busy[i] = fork();
		if (busy[i] == 0)
			for (;;)
				(void)getppid();
	}
	n = rj_proc_running();
	all = count_all();
	for (int i = 0; i < BUSY; i++) {
		(void)kill(busy[i], SIGKILL);
		(void)waitpid(busy[i], NULL, 0);
	}
	cr_assert(n > BUSY, "%d and this one run, %ld are counted", BUSY, n);
	cr_assert(n < all, "there are those that sleep, of %ld", all);
}
