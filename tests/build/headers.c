/* Every kernel header that the program may want, beside the libc's own. */
#include <asm/unistd.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__GLIBC__)
#error "the release tree sees the host's libc headers"
#endif

int rj_headers_check;
