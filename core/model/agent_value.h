#ifndef RJ_MODEL_AGENT_VALUE_H
#define RJ_MODEL_AGENT_VALUE_H

struct rj_err;

/* What the agent*.c files share; nobody else includes this. */

/* Readers of a preset's values: 0 with *ret malloc'd, or -EINVAL and why, without a place. */
int rj_agent_read_path(const char *value, char **ret, struct rj_err *err);
int rj_agent_read_program(const char *value, char **ret, struct rj_err *err);
int rj_agent_read_env(const char *value, char **ret, struct rj_err *err);
int rj_agent_read_key(const char *value, char **ret, struct rj_err *err);
int rj_agent_read_line(const char *value, char **ret, struct rj_err *err);

#endif
