#include "core/sys/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/sys/uapi.h"

/* Bits of one right, and those that only directories have. */
static const struct {
	unsigned right;
	uint64_t file, dir;
} bits[] = {
	{RJ_LANDLOCK_READ, RJ_LANDLOCK_FS_READ_FILE, RJ_LANDLOCK_FS_READ_DIR},
	{RJ_LANDLOCK_EXEC, RJ_LANDLOCK_FS_EXECUTE, RJ_LANDLOCK_FS_REFER},
	{RJ_LANDLOCK_WRITE, RJ_LANDLOCK_FS_WRITE_FILE | RJ_LANDLOCK_FS_TRUNCATE, 0},
	{RJ_LANDLOCK_CHANGE, 0,
	 RJ_LANDLOCK_FS_REMOVE_DIR | RJ_LANDLOCK_FS_REMOVE_FILE | RJ_LANDLOCK_FS_MAKE_DIR |
		 RJ_LANDLOCK_FS_MAKE_REG | RJ_LANDLOCK_FS_MAKE_SOCK | RJ_LANDLOCK_FS_MAKE_FIFO |
		 RJ_LANDLOCK_FS_MAKE_SYM},
	{RJ_LANDLOCK_IOCTL, RJ_LANDLOCK_FS_IOCTL_DEV, 0},
	{RJ_LANDLOCK_LIST, 0, RJ_LANDLOCK_FS_READ_DIR},
};

/* The kernel's answer does not change. */
int rj_landlock_abi(void)
{
	static int known = -1;
	long abi;

	if (known >= 0)
		return known;
	abi = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
		      RJ_LANDLOCK_CREATE_RULESET_VERSION);

	known = abi < 0 ? 0 : (int)abi;
	return known;
}

unsigned rj_landlock_supported(unsigned flags, int abi)
{
	if (abi < 2)
		flags &= ~(unsigned)RJ_LANDLOCK_FILES;
	if (abi < 4)
		flags &= ~(unsigned)RJ_LANDLOCK_NO_TCP;
	if (abi < 6)
		flags &= ~(unsigned)RJ_LANDLOCK_SCOPE;
	return flags;
}

/* Everything that this ABI knows of files. */
static uint64_t all_files(int abi)
{
	uint64_t all = RJ_LANDLOCK_FS_MAKE_CHAR | RJ_LANDLOCK_FS_MAKE_BLOCK;

	for (size_t i = 0; i < RJ_COUNT(bits); i++)
		all |= bits[i].file | bits[i].dir;
	if (abi < 3)
		all &= ~RJ_LANDLOCK_FS_TRUNCATE;
	if (abi < 5)
		all &= ~RJ_LANDLOCK_FS_IOCTL_DEV;
	return all;
}

/* Older kernels take a shorter structure; what is left out is zero then. */
static size_t attr_size(int abi)
{
	return abi < 4	 ? offsetof(struct rj_landlock_attr, net)
	       : abi < 6 ? offsetof(struct rj_landlock_attr, scoped)
			 : sizeof(struct rj_landlock_attr);
}

int rj_landlock_new(unsigned flags, unsigned *ret_flags, struct rj_err *err)
{
	int abi = rj_landlock_abi();
	struct rj_landlock_attr attr = {0};
	int fd;

	flags = rj_landlock_supported(flags, abi);
	*ret_flags = flags;
	if (!flags)
		return -ENOTSUP;
	if (flags & RJ_LANDLOCK_FILES)
		attr.fs = all_files(abi);
	if (flags & RJ_LANDLOCK_NO_TCP)
		attr.net = RJ_LANDLOCK_NET_BIND_TCP | RJ_LANDLOCK_NET_CONNECT_TCP;
	if (flags & RJ_LANDLOCK_SCOPE)
		attr.scoped = RJ_LANDLOCK_SCOPE_ABSTRACT_UNIX | RJ_LANDLOCK_SCOPE_SIGNAL;
	fd = (int)syscall(SYS_landlock_create_ruleset, &attr, attr_size(abi), 0u);
	return fd < 0 ? rj_fail(err, errno, "cannot make a Landlock rule set (ABI %d)", abi) : fd;
}

int rj_landlock_allow(int ruleset, int fd, unsigned rights, const char *name, struct rj_err *err)
{
	struct rj_landlock_beneath rule = {.parent_fd = fd};

	for (size_t i = 0; i < RJ_COUNT(bits); i++)
		if (rights & bits[i].right)
			rule.allowed |=
				bits[i].file | (rights & RJ_LANDLOCK_BELOW ? bits[i].dir : 0);
	rule.allowed &= all_files(rj_landlock_abi());
	if (!rule.allowed ||
	    syscall(SYS_landlock_add_rule, ruleset, RJ_LANDLOCK_RULE_PATH_BENEATH, &rule, 0u) == 0)
		return 0;
	/* EBADFD: of a file system that has no paths (pipes, sockets), which is not restricted. */
	return errno == EBADFD ? 0
			       : rj_fail(err, errno, "cannot make a Landlock rule for %s", name);
}

int rj_landlock_enter(int ruleset, struct rj_err *err)
{
	if (syscall(SYS_landlock_restrict_self, ruleset, 0u) == 0)
		return 0;
	rj_fail(err, errno, "cannot enter a Landlock domain");
	if (err->num == E2BIG)
		rj_hint(err, "16 domains are nested here already, and the kernel takes no more");
	return -err->num;
}
