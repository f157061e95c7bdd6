/* Attempts on files of the host: promise 1, rows G1, G4, G8. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/attack/attack.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/sys/userns.h"

RJ_ATTEMPT(home)
{
	if (rj_attack_reads(site->secret))
		return rj_attack_say(note, RJ_ATTACK_WORKED, "read it");
	return access(site->secret, R_OK) < 0
		       ? rj_attack_refused(note, "open")
		       : rj_attack_say(note, RJ_ATTACK_REFUSED, "something else is there");
}

static bool write_file(const char *path, int flags, const char *text)
{
	RJ_AUTO(rj_close) int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0600);

	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

/* Ways from the gentle to the rough; each leaves another text behind when it works. */
static enum rj_attack_result replace_pointer(const char *work, struct rj_attack_note *note)
{
	static const char bad[] = "gitdir: /nowhere\n";
	RJ_AUTO(rj_free) char *git = rj_path_join(work, ".git");
	RJ_AUTO(rj_free) char *other = rj_path_join(work, ".git-other");
	enum rj_attack_result r = RJ_ATTACK_REFUSED;

	(void)write_file(other, O_CREAT, bad);
	if (write_file(git, O_TRUNC, bad))
		r = rj_attack_say(note, RJ_ATTACK_WORKED, "wrote to it");
	else if (rename(other, git) == 0)
		r = rj_attack_say(note, RJ_ATTACK_WORKED, "renamed another over it");
	else if (unlink(git) == 0)
		r = rj_attack_say(note, RJ_ATTACK_WORKED, "unlinked it");
	else
		(void)rj_attack_refused(note, "unlink");
	(void)unlink(other);
	return r;
}

RJ_ATTEMPT(pointer)
{
	return replace_pointer(site->work, note);
}

RJ_ATTEMPT(pointer_userns)
{
	RJ_AUTO(rj_free) char *git = rj_path_join(site->work, ".git");
	uid_t uid = getuid();
	gid_t gid = getgid();
	struct rj_err err;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return rj_attack_refused(note, "unshare");
	if (rj_userns_map(0, uid, 0, gid, &err) < 0)
		return rj_attack_refused(note, "id map");
	(void)umount2(git, MNT_DETACH);
	(void)mount("none", git, NULL, MS_REMOUNT | MS_BIND, NULL);
	return replace_pointer(site->work, note);
}

RJ_ATTEMPT(main_repo)
{
	static const char *const places[] = {".git/objects/robojail-selftest",
					     ".git/refs/heads/robojail-selftest",
					     ".git/hooks/robojail-selftest"};
	static const char inside[] = "/.robojail/objects/0/robojail-selftest";
	int r = 0;

	for (size_t i = 0; i < RJ_COUNT(places); i++) {
		RJ_AUTO(rj_free) char *path = rj_path_join(site->repo, places[i]);

		if (write_file(path, O_CREAT, "x")) {
			(void)unlink(path);
			return rj_attack_say(note, RJ_ATTACK_WORKED, "wrote %s", places[i]);
		}
		r = errno;
	}
	if (write_file(inside, O_CREAT, "x")) {
		(void)unlink(inside);
		return rj_attack_say(note, RJ_ATTACK_WORKED, "wrote %s", inside);
	}
	errno = r;
	return rj_attack_refused(note, "open");
}

RJ_ATTEMPT(hard_link)
{
	/* the second is what a jail shows of the host; it is on another mount there */
	const char *const targets[] = {site->secret, "/etc/ld.so.cache", "/usr/bin/env"};
	RJ_AUTO(rj_free) char *link_path = rj_path_join(site->work, "hard-link");

	for (size_t i = 0; i < RJ_COUNT(targets); i++)
		if (link(targets[i], link_path) == 0) {
			(void)unlink(link_path);
			return rj_attack_say(note, RJ_ATTACK_WORKED, "linked %s", targets[i]);
		}
	return rj_attack_refused(note, "link");
}
