/* What the filters are for, written out: a mistake in the table itself shows here. */
#include <sys/syscall.h>

#include "tests/unit/filterfix.h"

/* Independent of libseccomp's table: numbers as the kernel's headers and manual pages have them. */
Test(filter, numbers_are_the_kernels)
{
	static const struct {
		const char *name;
		int x86_64, aarch64;
	} row[] = {
		{"read", 0, 63},
		{"open", 2, -1},
		{"ioctl", 16, 29},
		{"socket", 41, 198},
		{"clone", 56, 220},
		{"execve", 59, 221},
		{"ptrace", 101, 117},
		{"mount", 165, 40},
		{"umount2", 166, 39},
		{"add_key", 248, 217},
		{"keyctl", 250, 219},
		{"unshare", 272, 97},
		{"perf_event_open", 298, 241},
		{"open_by_handle_at", 304, 265},
		{"setns", 308, 268},
		{"seccomp", 317, 277},
		{"bpf", 321, 280},
		{"userfaultfd", 323, 282},
		{"io_uring_setup", 425, 425},
		{"io_uring_enter", 426, 426},
		{"clone3", 435, 435},
		{"openat2", 437, 437},
		{"mount_setattr", 442, 442},
		{"open_tree_attr", 467, 467},
		{"file_getattr", 468, 468},
		{"file_setattr", 469, 469},
	};

	for (size_t i = 0; i < RJ_COUNT(row); i++) {
		cr_expect_eq(nr_of(&arches[0], row[i].name), row[i].x86_64, "%s", row[i].name);
		cr_expect_eq(nr_of(&arches[1], row[i].name), row[i].aarch64, "%s", row[i].name);
	}
	cr_expect_eq(rj_filter_program(RJ_FILTER_SELF)->code,
		     arches[SYS_ioctl == 16 ? 0 : 1].programs[RJ_FILTER_SELF].code);
}

Test(filter, never)
{
	static const char *const never[] = {
		"io_uring_setup",
		"io_uring_enter",
		"io_uring_register",
		"add_key",
		"request_key",
		"keyctl",
		"bpf",
		"perf_event_open",
		"userfaultfd",
		"open_by_handle_at",
		"kexec_load",
		"init_module",
		"finit_module",
		"delete_module",
		"reboot",
		"swapon",
		"acct",
		"quotactl",
		"settimeofday",
		"clock_settime",
		"syslog",
		"memfd_secret",
	};
	static const uint64_t ioctls[] = {0x5412,     0x541c,	  0x5423,     0xc028660f,
					  0xc0c0586d, 0xc020f509, 0x50009417, 0x4008941a};

	for (const struct arch *a = arches; a < arches + RJ_COUNT(arches); a++)
		for (int f = 0; f < RJ_FILTERS; f++) {
			for (size_t i = 0; i < RJ_COUNT(never); i++)
				cr_expect_gt(ask2(a, f, never[i], 0, 0), 0, "%s", never[i]);
			for (size_t i = 0; i < RJ_COUNT(ioctls) * 33; i++) {
				uint64_t high = i % 33 == 32 ? 0 : 1ull << (32 + i % 33);

				cr_expect_gt(ask2(a, f, "ioctl", 0, ioctls[i / 33] | high), 0);
			}
		}
}

Test(filter, namespaces_and_mounts_only_where_they_were_asked_for)
{
	static const char *const calls[] = {
		"mount",     "umount2",	       "pivot_root",	"chroot", "setns",
		"fsopen",    "fsmount",	       "fsconfig",	"fspick", "move_mount",
		"open_tree", "open_tree_attr", "mount_setattr", "clone3",
	};
	static const uint64_t kinds[] = {1u << 17, 1u << 25, 1u << 26, 1u << 27,
					 1u << 28, 1u << 29, 1u << 30};

	for (const struct arch *a = arches; a < arches + RJ_COUNT(arches); a++)
		for (int f = 0; f < RJ_FILTER_LOCKED; f++) {
			bool flat = f == RJ_FILTER_ROOT || f == RJ_FILTER_SELF;
			int want = flat ? EPERM : RJ_FILTER_ALLOW;

			for (size_t i = 0; i < RJ_COUNT(calls); i++)
				cr_expect_eq(ask2(a, f, calls[i], 0, 0) != RJ_FILTER_ALLOW, flat,
					     "%s", calls[i]);
			for (size_t i = 0; i < RJ_COUNT(kinds); i++) {
				cr_expect_eq(ask2(a, f, "clone", kinds[i] | 17, 0), want);
				cr_expect_eq(ask2(a, f, "unshare", kinds[i], 0), want);
			}
			cr_expect_eq(ask2(a, f, "unshare", 0x80, 0), want, "CLONE_NEWTIME");
		}
}

Test(filter, what_programs_need)
{
	for (const struct arch *a = arches; a < arches + RJ_COUNT(arches); a++)
		for (int f = 0; f < RJ_FILTER_LOCKED; f++) {
			cr_expect_eq(ask2(a, f, "clone", 0x3d0f00, 0), RJ_FILTER_ALLOW, "threads");
			cr_expect_eq(ask2(a, f, "clone", 17, 0), RJ_FILTER_ALLOW, "fork");
			cr_expect_eq(ask2(a, f, "unshare", 0x200, 0), RJ_FILTER_ALLOW, "CLONE_FS");
			cr_expect_eq(ask2(a, f, "ioctl", 0, 0x5401), RJ_FILTER_ALLOW, "TCGETS");
			cr_expect_eq(ask2(a, f, "socket", 1, 1), RJ_FILTER_ALLOW, "AF_UNIX");
			cr_expect_eq(ask2(a, f, "socket", 2, 1), RJ_FILTER_ALLOW, "AF_INET");
			cr_expect_eq(ask2(a, f, "socket", 10, 1), RJ_FILTER_ALLOW, "AF_INET6");
			cr_expect_eq(ask2(a, f, "socket", 16, 3), RJ_FILTER_ALLOW, "rtnetlink");
			cr_expect_eq(ask2(a, f, "socket", 40, 1), EAFNOSUPPORT, "AF_VSOCK");
			cr_expect_eq(ask2(a, f, "socket", 1ull << 32 | 40, 1), EAFNOSUPPORT);
			cr_expect_eq(ask2(a, f, "personality", 0x40000, 0), RJ_FILTER_ALLOW, "gdb");
			cr_expect_eq(ask2(a, f, "personality", 0x400000, 0), ENOSYS);
			cr_expect_eq(ask2(a, f, "ptrace", 16, 1), RJ_FILTER_ALLOW);
			cr_expect_eq(ask2(a, f, "seccomp", 1, 0), RJ_FILTER_ALLOW);
		}
}

Test(filter, chown_succeeds_for_root_in_name)
{
	static const char *const family[] = {"fchown", "fchownat"};

	for (const struct arch *a = arches; a < arches + RJ_COUNT(arches); a++)
		for (size_t i = 0; i < RJ_COUNT(family); i++) {
			cr_expect_eq(ask2(a, RJ_FILTER_ROOT, family[i], 0, 0), 0);
			cr_expect_eq(ask2(a, RJ_FILTER_ROOT_NESTED, family[i], 0, 0), 0);
			cr_expect_eq(ask2(a, RJ_FILTER_SELF, family[i], 0, 0), RJ_FILTER_ALLOW);
			cr_expect_eq(ask2(a, RJ_FILTER_LOCKED, family[i], 0, 0), ENOSYS);
		}
	cr_expect_eq(ask2(&arches[0], RJ_FILTER_ROOT, "chown", 0, 0), 0);
	cr_expect_eq(ask2(&arches[0], RJ_FILTER_ROOT, "lchown", 0, 0), 0);
}

Test(filter, the_locked_child_reads_and_writes_and_no_more)
{
	static const char *const none[] = {
		"clone",    "clone3",	  "execve",	"execveat",	    "ptrace",
		"prctl",    "socketpair", "connect",	"sendmsg",	    "unlinkat",
		"renameat", "mkdirat",	  "linkat",	"symlinkat",	    "mknodat",
		"fchmod",   "kill",	  "pidfd_open", "process_vm_readv", "memfd_create",
		"seccomp",  "mq_open",	  "shmget",	"setsid",	    "chdir",
		"unshare",  "ioctl",	  "truncate",
	};

	for (const struct arch *a = arches; a < arches + RJ_COUNT(arches); a++) {
		for (size_t i = 0; i < RJ_COUNT(none); i++)
			cr_expect_eq(ask2(a, RJ_FILTER_LOCKED, none[i], 0, 0), ENOSYS, "%s",
				     none[i]);
		for (uint64_t family = 0; family < 50; family++)
			cr_expect_eq(ask2(a, RJ_FILTER_LOCKED, "socket", family, 1), ENOSYS);
		cr_expect_eq(ask2(a, RJ_FILTER_LOCKED, "read", 0, 0), RJ_FILTER_ALLOW);
	}
}

Test(filter, jails_choose_theirs)
{
	cr_expect_eq(rj_filter_of_jail(true, false), RJ_FILTER_ROOT);
	cr_expect_eq(rj_filter_of_jail(false, false), RJ_FILTER_SELF);
	cr_expect_eq(rj_filter_of_jail(true, true), RJ_FILTER_ROOT_NESTED);
	cr_expect_eq(rj_filter_of_jail(false, true), RJ_FILTER_SELF_NESTED);
}
