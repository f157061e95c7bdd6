#ifndef RJ_MODEL_STATE_PARTS_H
#define RJ_MODEL_STATE_PARTS_H

#include "core/model/state.h"

/* The inside of state: state.c reads and changes any state file, state_plain.c reads the usual
 * one. Nobody else includes it. */

/* The string keys of a record: one row serves reading and writing. */
struct rj_state_field {
	const char *key;
	size_t off; /* in struct rj_jail */
	bool required;
};

enum { RJ_STATE_NAME = 1, RJ_STATE_FIELDS = 10 };
extern const struct rj_state_field rj_state_fields[RJ_STATE_FIELDS];

static inline char **rj_state_text(struct rj_jail *jail, size_t field)
{
	return (char **)((char *)jail + rj_state_fields[field].off);
}

/*
 * All records of a state file of the plain form: nothing but what is known here, each key once, and
 * no escape in any string. False for every other text, also for what is wrong: it takes the long
 * way (rj_state_parse), which understands all of JSON and says what is wrong. What is read is the
 * same on both ways. Sorted by name, or none but `only`, and then it is not told what else is in
 * the records of others; the caller releases each and frees the array.
 */
bool rj_state_read_plain(const char *text, size_t len, const char *only, struct rj_jail **ret_jails,
			 size_t *ret_n);

#endif
