/* All commands. tests/unit/test_table.c holds this list against the folder. */
#include "applets/applet.h"

#include <string.h>

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
