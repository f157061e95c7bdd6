#ifndef RJ_ATTACK_ATTACK_H
#define RJ_ATTACK_ATTACK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * What an agent in a jail might try: one table of attempts, each a function that makes it here and
 * now, with the rights of whoever calls.
 *
 * `robojail selftest` and tests/escape make every attempt twice, each time in a process of its own:
 * unprotected, where it must work, or the row shows nothing, and in a jail, where it must not. An
 * attempt does no harm where it works: it signals with signal 0, reads what was put there to be
 * read, and writes below `work`.
 */

/* What attempts are aimed at, all made for the occasion; strings are borrowed. */
struct rj_attack_site {
	const char *work;     /* a worktree; for the control one without a jail */
	const char *secret;   /* a file of the user's that holds RJ_ATTACK_SECRET */
	const char *repo;     /* the main repository */
	const char *abstract; /* name of an abstract unix socket that answers with the secret */
	const char *socket;   /* path of another */
	const char *mark;     /* a file outside that is made by what must not run there */
	long port;	      /* on the loopback interface: a TCP server that does the same */
	long pid;	      /* a process of the user's called RJ_ATTACK_TARGET, the secret in its
				 environment */
	long shm;	      /* key of a System V shared memory segment */
	long most;	      /* how many processes must be out of reach; 0: not asked */
};
#define RJ_ATTACK_SECRET "robojail-selftest-secret"
#define RJ_ATTACK_TARGET "rj-target"
#define RJ_ATTACK_ENV	 "RJ_SELFTEST_SECRET"
enum { RJ_ATTACK_PIDS = 64, RJ_ATTACK_MANY = 1000 };
enum { RJ_ATTACK_FD = 9 }; /* a descriptor of the secret that the caller forgot to close */

enum rj_attack_result {
	RJ_ATTACK_WORKED,
	RJ_ATTACK_REFUSED,
	RJ_ATTACK_MOOT, /* this machine lacks what it is aimed at */
};

/* What happened, in a few words: one line of hostile text at worst. */
struct rj_attack_note {
	char text[160];
};

enum rj_attack_flags {
	RJ_ATTACK_OFFLINE = 1u << 0, /* in a jail whose network is off */
	RJ_ATTACK_NESTED = 1u << 1,  /* may work in a nested jail: what that is made for */
	/* What counts is not the attempt, which may work, but what the host sees afterwards. */
	RJ_ATTACK_LATER = 1u << 2,
	RJ_ATTACK_SCOPE = 1u << 3, /* needs Landlock's scopes: Linux 6.12 */
	RJ_ATTACK_LIMIT = 1u << 4, /* in a jail with pids_max = RJ_ATTACK_PIDS */
};

struct rj_attack {
	const char *row;  /* of the threat model */
	const char *id;	  /* unique */
	const char *what; /* for people */
	unsigned flags;
	enum rj_attack_result (*attempt)(const struct rj_attack_site *site,
					 struct rj_attack_note *note);
};

/* All of them, by row; ends with a NULL id. */
extern const struct rj_attack rj_attacks[];

/* NULL when there is none. */
const struct rj_attack *rj_attack_find(const char *id);

/* Read "KEY=VALUE", KEY as the field is called; false for any other text. */
bool rj_attack_site_set(struct rj_attack_site *site, char *text);

/* The same as arguments: "KEY=VALUE" strings, each owned by the caller, and NULL. */
enum { RJ_ATTACK_SITE_KEYS = 10 };
void rj_attack_site_print(const struct rj_attack_site *site, char *ret[RJ_ATTACK_SITE_KEYS + 1]);

/* For attempts: a note, and the result. */
enum rj_attack_result rj_attack_say(struct rj_attack_note *note, enum rj_attack_result result,
				    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Refused: `what` it was that failed, and errno in words. */
enum rj_attack_result rj_attack_refused(struct rj_attack_note *note, const char *what);

/* Does the file hold the secret? */
bool rj_attack_reads(const char *path);

/* The attempts, one file a kind. */
#define RJ_ATTEMPT(name)                                                           \
	enum rj_attack_result rj_attempt_##name(const struct rj_attack_site *site, \
						struct rj_attack_note *note)
RJ_ATTEMPT(pointer);
RJ_ATTEMPT(pointer_userns);
RJ_ATTEMPT(home);
RJ_ATTEMPT(main_repo);
RJ_ATTEMPT(hard_link);
RJ_ATTEMPT(git_config);
RJ_ATTEMPT(nested_repo);
RJ_ATTEMPT(bad_ref);
RJ_ATTEMPT(symlink);
RJ_ATTEMPT(same_stat);
RJ_ATTEMPT(ignored);
RJ_ATTEMPT(attributes);
RJ_ATTEMPT(type_ahead);
RJ_ATTEMPT(line_discipline);
RJ_ATTEMPT(own_program);
RJ_ATTEMPT(inherited);
RJ_ATTEMPT(host_process);
RJ_ATTEMPT(first_process);
RJ_ATTEMPT(outlive);
RJ_ATTEMPT(system_calls);
RJ_ATTEMPT(mount_calls);
RJ_ATTEMPT(foreign_abi);
RJ_ATTEMPT(user_namespace);
RJ_ATTEMPT(capabilities);
RJ_ATTEMPT(kernel_files);
RJ_ATTEMPT(processes);
RJ_ATTEMPT(abstract_socket);
RJ_ATTEMPT(path_socket);
RJ_ATTEMPT(network);
RJ_ATTEMPT(shared_memory);
RJ_ATTEMPT(escape_sequence);

#endif
