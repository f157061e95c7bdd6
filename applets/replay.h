#ifndef RJ_APPLETS_REPLAY_H
#define RJ_APPLETS_REPLAY_H

struct rj_err;

struct rj_replay_args {
	int in;		  /* the recording, open for reading; borrowed */
	const char *file; /* its name, for messages */
	double speed;	  /* so many times as fast */
	double idle;	  /* no pause is longer, in seconds of the recording; below 0: no limit */
};

/*
 * Play a recording to the terminal at standard output. Only what draws is passed on
 * (core/base/tame.h); the terminal is as before when it returns, and what was typed meanwhile is
 * thrown away. `q` and ^C end it, the space bar stops and continues it. 0, 128 and the number of
 * the signal that ended it, or -errno with *err.
 */
int rj_replay(const struct rj_replay_args *args, struct rj_err *err);

#endif
