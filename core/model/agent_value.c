/* Single strings of a preset. */
#include "core/model/agent_value.h"

#include <errno.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/model/agent.h"
#include "core/model/config_value.h"

/* A path below the home, made tidy. */
int rj_agent_read_path(const char *value, char **ret, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *tidy = NULL;

	if (value[0] == '/' || value[0] == '~') {
		rj_refuse(err, EINVAL, "'%s' is not a path below the home", value);
		return rj_hint(err, "write it as seen from the home: \".config/x\"");
	}
	tidy = rj_path_join("/", value);
	if (!rj_path_is_normal(tidy) || !strcmp(tidy, "/")) {
		rj_refuse(err, EINVAL, "'%s': empty parts, \".\" and \"..\" are not allowed",
			  value);
		return rj_hint(err, "write it as seen from the home: \".config/x\"");
	}
	*ret = rj_strdup(tidy + 1);
	return 0;
}

int rj_agent_read_program(const char *value, char **ret, struct rj_err *err)
{
	if (!value[0] || strchr(value, '/'))
		return rj_refuse(err, EINVAL, "'%s' is not the name of a program", value);
	*ret = rj_strdup(value);
	return 0;
}

int rj_agent_read_env(const char *value, char **ret, struct rj_err *err)
{
	if (strchr(value, '*')) {
		rj_refuse(err, EINVAL, "'%s': a preset names each variable in full", value);
		return rj_hint(err, "env_passthrough in config.toml takes beginnings");
	}
	return rj_config_read_env(value, ret, err);
}

int rj_agent_read_key(const char *value, char **ret, struct rj_err *err)
{
	RJ_AUTO(rj_strv_release) struct rj_strv parts = {0};

	if (rj_agent_key_split(value, &parts, err) < 0)
		return -err->num;
	*ret = rj_strdup(value);
	return 0;
}

int rj_agent_read_line(const char *value, char **ret, struct rj_err *err)
{
	if (!value[0])
		return rj_refuse(err, EINVAL, "the text is empty");
	*ret = rj_strdup(value);
	return 0;
}
