#ifndef RJ_SYS_PROC_H
#define RJ_SYS_PROC_H

#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/err.h"

/* Processes: clone3, pidfds, and an error value that crosses a pipe. */

/*
 * fork with namespace flags (CLONE_NEW*), by clone3(2), or by clone(2) where a container's filter
 * answers ENOSYS or EPERM. Returns 0 in the child, its PID in the parent with *ret_pidfd (close on
 * exec), or -errno. The process must be single-threaded, as with fork.
 */
pid_t rj_clone(uint64_t namespaces, int *ret_pidfd);

/*
 * Start a process that shares our memory, and wait until it has executed something or ended
 * (vfork(2)): no page tables are copied only to be thrown away. `child` must not return, and what
 * it writes is written here. Its PID, or -errno.
 */
pid_t rj_start_apart(void (*child)(void *arg), void *arg);

/* Wait for the child's end: its exit code, or 128 + signal. -errno when it cannot be waited for. */
int rj_wait(pid_t pid);

/* A pidfd for any process, or -errno (-ESRCH: gone). */
int rj_pidfd_open(pid_t pid);

/* A descriptor of one of our own namespaces, or -1: by our pidfd and `request` (RJ_PIDFD_GET_...)
 * since Linux 6.11. `path` in /proc/self/ns takes ten times as long where nobody has looked for
 * this process in that /proc yet. */
int rj_own_namespace(int request, const char *path);
int rj_pidfd_kill(int pidfd, int sig);

/* The status of a child that has ended, as rj_wait, which still has to be called; -errno. */
int rj_pidfd_status(int pidfd);

/*
 * The write end of an error pipe is close-on-exec: a child that fails sends its error and exits;
 * one that execs closes it. rj_err_receive blocks until either: 0 at end of file, or -errno with
 * *err.
 */
void rj_err_send(int fd, const struct rj_err *err);
int rj_err_receive(int fd, struct rj_err *err);

/* What ps and /proc/PID/cmdline, which everybody may read, show of this process from now on. The
 * old arguments are wiped: main() has told where they lie, and all that is needed of them has been
 * copied. */
void rj_proc_own_args(char *const *argv);
void rj_proc_set_title(const char *title);

/* Which signals but CHLD are ignored, bit n - 1 for signal n; and exactly these from now on, the
 * others at their defaults. */
uint64_t rj_signals_ignored(void);
void rj_signals_ignore(uint64_t ignored);

/* What ends a command from outside (HUP, INT, QUIT, TERM) waits from here, until `before` is given
 * back: for a change in several steps that must not stop in the middle. */
void rj_signals_hold(sigset_t *ret_before);
void rj_signals_resume(const sigset_t *before);

/* Has one of them come meanwhile? */
bool rj_signals_came(void);

/* In a child just forked: TERM ends it, unless held, and comes when `parent` ends. False when that
 * has ended already, or it cannot be had. */
bool rj_proc_follow(pid_t parent);

/* Leave the caller's terminal and pipes: a session of its own, descriptors 0 to 2 on /dev/null. */
int rj_proc_background(struct rj_err *err);

/* Close every descriptor from 3 on, except `keep` (sorted or not, n of them). */
void rj_close_all_but(const int *keep, size_t n);

/* Let go of the program's own pages that are only read, and of the stack that is not in use: what
 * is used again comes back. For a process that will mostly wait. */
void rj_proc_slim(void);

/* Of a function that runs while nothing happens: such ones lie together, so that the pages that
 * come back after rj_proc_slim are few. */
#define RJ_IDLE __attribute__((hot, noinline))

/* How many tasks of the machine run or wait for a processor now: the fourth field of
 * proc_loadavg(5); -1 when that cannot be known. */
long rj_proc_running(void);

/*
 * Have a process that was just made begin at once, on another processor than the one that we are
 * on, if nothing else runs. A kernel that packs tasks onto few processors, as virtual machines may
 * have one (seen with 6.18), leaves it beside us, where it waits until we sleep or the load is
 * balanced, 20 ms at worst. For this it is kept from here, and then may be anywhere again. Which of
 * the others it comes to is anybody's guess, and on a busy one it would wait longer than here.
 */
void rj_proc_send_away(pid_t pid);

/* Where that is: the processors that we may use, and those but for this one; false when there is no
 * other. */
bool rj_proc_elsewhere(cpu_set_t *ret_all, cpu_set_t *ret_others);

#endif
