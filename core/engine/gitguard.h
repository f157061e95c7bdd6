#ifndef RJ_ENGINE_GITGUARD_H
#define RJ_ENGINE_GITGUARD_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "core/model/jail.h"

/*
 * The guard of W/.git while a nested jail runs.
 *
 * In any other jail the kernel keeps the file: a pointer of ours is mounted over it, what is a
 * mountpoint in one's own mount namespace can be neither unlinked nor renamed, and there is no way
 * to another namespace. With user namespaces there is one (tried on 6.18): pivot away, detach the
 * old root, and unlink by a descriptor that was opened before. rename(2) and unlink(2) ask for
 * mountpoints of the caller's namespace alone. A Landlock domain of files would refuse all of it,
 * but forbids every mount too, and with that bubblewrap, which nested jails are for.
 *
 * So a process beside the supervisor, in a session of its own, waits on inotify(7). When W/.git is
 * not what it was, it puts it back, kills the jail, and goes on until the jail is dead: the agent
 * has one try, of the time that a wake-up takes. Another file with the same text is not what it
 * was: who made it may hold it open. And since what is stored by a mapping raises no event, the
 * text is looked at every 50 ms as well, and once more when the jail is dead.
 */
struct rj_gitguard {
	int watch; /* inotify */
	dev_t dev; /* of W/.git */
	ino_t ino;
	pid_t pid; /* of the guard, 0 before rj_gitguard_start */
	int alive; /* when the last copy closes, the guard ends */
};
#define RJ_GITGUARD_NONE                 \
	{                                \
		.watch = -1, .alive = -1 \
	}

/* Watch, before anything of the jail runs; what happens from now on is seen by the guard. */
int rj_gitguard_prepare(const struct rj_jail *jail, struct rj_gitguard *ret, struct rj_err *err);

/* Start the guard of a jail whose first process `pidfd` is. */
int rj_gitguard_start(struct rj_gitguard *g, const struct rj_jail *jail, int pidfd,
		      struct rj_err *err);

/* End it, when the jail is dead: true when it had to end the jail, or to put W/.git back now. Does
 * nothing for one that is not there. */
bool rj_gitguard_stop(struct rj_gitguard *g, const struct rj_jail *jail);

#endif
