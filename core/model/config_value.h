#ifndef RJ_MODEL_CONFIG_VALUE_H
#define RJ_MODEL_CONFIG_VALUE_H

#include "core/model/config.h"

/* What the config*.c files share; nobody else includes this. */

/* The value of a row in *c; the row's type says which of these it is. */
union rj_config_value {
	void *field;
	char **string;
	bool *truth;
	unsigned *choice;
	struct rj_strv *strings;
	uint64_t *number;
};

/* Who holds a const *c must not write through it. */
static inline union rj_config_value rj_config_at(const struct rj_config *c,
						 const struct rj_config_row *row)
{
	union {
		const struct rj_config *in;
		char *bytes;
	} config = {.in = c};

	return (union rj_config_value){.field = config.bytes + row->off};
}

/* The readers of rj_config_row: 0 with *ret malloc'd, or -EINVAL and why, without a place. */
int rj_config_read_shell(const char *value, char **ret, struct rj_err *err);
int rj_config_read_bind(const char *value, char **ret, struct rj_err *err);
int rj_config_read_hidden(const char *value, char **ret, struct rj_err *err);
int rj_config_read_env(const char *value, char **ret, struct rj_err *err);

#endif
