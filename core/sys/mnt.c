#include "core/sys/mnt.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/remedy.h"
#include "core/sys/msg.h"
#include "core/sys/proc.h"
#include "core/sys/uapi.h"

/* What an errno means that every one of these calls may give in a namespace of our own. */
static int explain(struct rj_err *err)
{
	if (err->num == ENOSPC) /* each tree is in a namespace of its own until it is attached */
		return rj_hint(err, "there are too many mounts or mount namespaces: see "
				    "/proc/sys/fs/mount-max and /proc/sys/user/max_mnt_namespaces");
	if (err->num != ENOSYS && err->num != EPERM && err->num != EACCES)
		return -err->num;
	rj_exit_with(err, RJ_EXIT_NO_FEATURE);
	return rj_hint(err, "%s", err->num == ENOSYS ? RJ_REMEDY_KERNEL : RJ_REMEDY_MOUNT);
}

int rj_mnt_make_private(struct rj_err *err)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		return 0;
	rj_fail(err, errno, "cannot make mounts private");
	if (err->num != EINVAL)
		return explain(err);
	/* "/" is no mount point */
	rj_exit_with(err, RJ_EXIT_NO_FEATURE);
	return rj_hint(err, "a chroot into a plain directory: use pivot_root, or bind-mount the "
			    "directory on itself first");
}

int rj_mnt_set(int fd, const char *name, uint64_t attr, int recursive, struct rj_err *err)
{
	struct rj_mount_attr set = {.attr_set = attr};
	unsigned flags = RJ_AT_EMPTY_PATH | (recursive ? RJ_AT_RECURSIVE : 0);

	if (syscall(SYS_mount_setattr, fd, "", flags, &set, sizeof(set)) < 0) {
		rj_fail(err, errno, "cannot set mount attributes of %s", name);
		return explain(err);
	}
	return 0;
}

int rj_mnt_clone_at(int dir, const char *path, const char *name, uint64_t attr, struct rj_err *err)
{
	const unsigned flags = RJ_OPEN_TREE_CLONE | RJ_OPEN_TREE_CLOEXEC | RJ_AT_RECURSIVE |
			       RJ_AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW;
	struct rj_mount_attr set = {.attr_set = attr};
	int tree = -1;

	if (attr)
		tree = (int)syscall(SYS_open_tree_attr, dir, path, flags, &set, sizeof(set));
	if (tree >= 0)
		return tree;
	/* An older kernel, or a real failure, of which one of these two tells. */
	tree = (int)syscall(SYS_open_tree, dir, path, flags);
	if (tree < 0) {
		rj_fail(err, errno, "cannot bind %s", name);
		return explain(err);
	}
	if (attr && rj_mnt_set(tree, name, attr, 1, err) < 0) {
		rj_close(&tree);
		return -err->num;
	}
	return tree;
}

int rj_mnt_clone(int fd, const char *name, uint64_t attr, struct rj_err *err)
{
	return rj_mnt_clone_at(fd, "", name, attr, err);
}

int rj_mnt_outer_proc(struct rj_err *err)
{
	RJ_AUTO(rj_close) int fd = open("/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return rj_fail(err, errno, "cannot open /proc");
	if (fs.f_type != RJ_PROC_SUPER_MAGIC)
		return rj_refuse(err, ENODEV, "/proc is no proc file system, and cannot be shown");
	return rj_mnt_clone(fd, "/proc",
			    RJ_MOUNT_ATTR_RDONLY | RJ_MOUNT_ATTR_NOSUID | RJ_MOUNT_ATTR_NODEV |
				    RJ_MOUNT_ATTR_NOEXEC,
			    err);
}

static int configure(int fs, const struct rj_mnt_option *opts)
{
	for (; opts && opts->key; opts++) {
		unsigned cmd = opts->value ? RJ_FSCONFIG_SET_STRING : RJ_FSCONFIG_SET_FLAG;

		if (syscall(SYS_fsconfig, fs, cmd, opts->key, opts->value, 0) < 0)
			return -errno;
	}
	return syscall(SYS_fsconfig, fs, RJ_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0 ? -errno : 0;
}

int rj_mnt_new(const char *type, const struct rj_mnt_option *opts, uint64_t attr,
	       struct rj_err *err)
{
	RJ_AUTO(rj_close) int fs = (int)syscall(SYS_fsopen, type, RJ_FSOPEN_CLOEXEC);
	int rc = fs < 0 ? -errno : configure(fs, opts);
	int tree = -1;

	if (rc == 0) {
		tree = (int)syscall(SYS_fsmount, fs, RJ_FSMOUNT_CLOEXEC, (unsigned)attr);
		rc = tree < 0 ? -errno : 0;
	}
	if (rc == 0)
		return tree;
	rj_fail(err, -rc, "cannot mount a new %s", type);
	if (rc == -EPERM && !strcmp(type, "proc")) {
		rj_exit_with(err, RJ_EXIT_NO_FEATURE);
		return rj_hint(err, "%s", RJ_REMEDY_PROC);
	}
	return explain(err);
}

int rj_mnt_attach_at(int tree, int dir, const char *name, const char *path, struct rj_err *err)
{
	if (syscall(SYS_move_mount, tree, "", dir, name,
		    RJ_MOVE_MOUNT_F_EMPTY_PATH | RJ_MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return rj_fail(err, errno, "cannot mount on %s", path);
	return 0;
}

int rj_mnt_attach(int tree, int target, const char *name, struct rj_err *err)
{
	return rj_mnt_attach_at(tree, target, "", name, err);
}

int rj_mnt_pivot(int root, struct rj_err *err)
{
	/* pivot_root(2): with both names "." the old root lies on top of the new one, and needs no
	 * directory of its own. */
	if (fchdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0) {
		rj_fail(err, errno, "cannot change to the jail's root");
		return rj_hint(err, "a chroot, or a root file system in an initramfs, forbids "
				    "pivot_root: start from a real mount");
	}
	if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return rj_fail(err, errno, "cannot leave the host's root");
	return 0;
}

void rj_mnt_linger(void)
{
	RJ_AUTO(rj_close)
	int namespace = rj_own_namespace(RJ_PIDFD_GET_MNT_NAMESPACE, "/proc/self/ns/mnt");
	int pair[2]; /* closed by the end */

	if (namespace < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return;
	(void)rj_msg_send(pair[0], "", 1, (const int[]){pair[1], namespace}, 2);
}

bool rj_mnt_is_root(const char *path)
{
	struct statx st;

	return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, 0, &st) == 0 &&
	       (st.stx_attributes & RJ_STATX_ATTR_MOUNT_ROOT);
}
