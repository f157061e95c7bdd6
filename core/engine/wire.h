#ifndef RJ_ENGINE_WIRE_H
#define RJ_ENGINE_WIRE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What a running jail and the host's commands say to each other. Both ends include this header, and
 * both are robojail; a jail's programs can reach neither: PID 1 is not dumpable and its descriptors
 * close on exec, and no jail shows the directory with the socket.
 *
 *   session's client            PID 1 (reaper.h)              other commands
 *   (enter, run)
 *   socket pair, or the jail's  <-- struct rj_wire -->
 *   socket once joined
 *                               private/N/jail.sock  <------- struct rj_wire_hello
 *
 * All are messages with borders (core/sys/msg.h) of one size a kind. An end of file from a client
 * ends its session.
 */
struct rj_wire {
	int what;     /* enum rj_wire_what */
	int value;    /* as said there */
	int64_t peak; /* with RJ_WIRE_OVER: bytes of the greatest process that there was */
};

enum rj_wire_what {
	/* To a session's client. */
	RJ_WIRE_JOINED = 1, /* number of the session; what follows comes from its own reaper */
	RJ_WIRE_REFUSED,    /* enum rj_wire_refusal */
	RJ_WIRE_TERMINAL,   /* with the master of the session's terminal */
	RJ_WIRE_STOPPED,    /* the command was stopped, by that signal */
	RJ_WIRE_ENDED,	    /* its status; from PID 1 to the first client: the jail goes on */
	RJ_WIRE_OVER,	    /* its status; from PID 1, which is all that is left of the jail */
	RJ_WIRE_KEPT,	    /* the jail does not end with the process that started it any more */
	RJ_WIRE_VIEWER,	    /* with the socket of somebody who wants to see the session */
	/* From it. */
	RJ_WIRE_SIGNAL, /* its number */
	RJ_WIRE_KEEP,
};

enum rj_wire_refusal {
	RJ_WIRE_OTHER_VERSION = 1,
	RJ_WIRE_OTHER_SETTINGS,
	RJ_WIRE_OTHER_USER,
	RJ_WIRE_NO_SESSION,
	RJ_WIRE_BAD_REQUEST,
	RJ_WIRE_BUSY, /* no process can be started for it */
};

/* What is known of a session while it runs. */
struct rj_wire_session {
	int id;		 /* from 1 on in the life of a jail */
	int client;	 /* process of the host */
	int64_t started; /* seconds since 1970 */
	bool terminal;	 /* has one */
	bool detached;	 /* nobody's terminal: see core/engine/viewer.h */
	char command[240];
};

enum { RJ_WIRE_VERSION = 2 };
#define RJ_WIRE_SOCKET "jail.sock" /* in private/N */

enum rj_wire_request {
	RJ_WIRE_JOIN = 1, /* descriptors: enum rj_wire_fd */
	RJ_WIRE_LIST,	  /* answered by one struct rj_wire_session a session */
	RJ_WIRE_STOP,	  /* value: milliseconds between the signals and the end */
	RJ_WIRE_VIEW,	  /* value: number of the session, which gets this socket */
};

enum rj_wire_fd {
	RJ_WIRE_FD_TEXT,   /* argv, environment, directory; each word ends with a NUL */
	RJ_WIRE_FD_REPORT, /* error pipe of the start */
	RJ_WIRE_FD_STDIO,  /* three of them */
	RJ_WIRE_FDS = RJ_WIRE_FD_STDIO + 3,
};

/* The first message on the jail's socket. */
struct rj_wire_hello {
	int version;
	int request;
	int value;
	/* RJ_WIRE_JOIN */
	unsigned argc, envc;		/* words in the text */
	struct rj_wire_session session; /* but for its id */
	uint64_t settings;		/* what the client's configuration makes of a jail; 0 any */
	int64_t user;			/* who it wants to be inside; -1 anyone */
	unsigned tty;			/* as struct rj_reaper has it */
	unsigned null;			/* bit n: descriptor n is /dev/null, the jail's own */
	uint64_t ignored;		/* bit n - 1: signal n, on purpose (nohup) */
	unsigned short rows, cols;
};

#endif
