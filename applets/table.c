/* All commands. tests/unit/test_table.c holds this list against the folder. */
#include "applets/applet.h"

#include <string.h>

#include "core/base/mem.h"

/* clang-format off */
const struct rj_applet *const rj_applets[] = {
	&rj_applet_agents,
	&rj_applet_attach,
	&rj_applet_config,
	&rj_applet_create,
	&rj_applet_destroy,
	&rj_applet_doctor,
	&rj_applet_enter,
	&rj_applet_export,
	&rj_applet_help,
	&rj_applet_init,
	&rj_applet_install,
	&rj_applet_list,
	&rj_applet_log,
	&rj_applet_login_sync,
	&rj_applet_ps,
	&rj_applet_run,
	&rj_applet_selftest,
	&rj_applet_setup,
	&rj_applet_status,
	&rj_applet_stop,
	&rj_applet_sync,
	&rj_applet_trust,
	&rj_applet_version,
	&rj_applet_watch,
	NULL,
};
/* clang-format on */

const struct rj_applet *rj_applet_find(const char *name)
{
	for (const struct rj_applet *const *a = rj_applets; *a; a++)
		if (!strcmp((*a)->name, name) || ((*a)->alias[0] && !strcmp((*a)->alias, name)))
			return *a;
	return NULL;
}

/* They look, stop, bring over and remove. Of the configuration they use what an import may bring
 * and which paths are hidden from presets, and the defaults of both are safe. */
static const struct rj_applet *const spare_config[] = {
	&rj_applet_agents, &rj_applet_attach, &rj_applet_destroy, &rj_applet_export,
	&rj_applet_list,   &rj_applet_log,    &rj_applet_ps,	  &rj_applet_status,
	&rj_applet_stop,   &rj_applet_sync,   &rj_applet_watch,
};

bool rj_applet_spares_config(const struct rj_applet *a)
{
	for (size_t i = 0; i < RJ_COUNT(spare_config); i++)
		if (a == spare_config[i])
			return true;
	return false;
}
