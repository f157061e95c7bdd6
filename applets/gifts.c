/* gifts - what a new jail's agent was given */
#include "applets/gifts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "applets/report.h"
#include "core/base/mem.h"
#include "core/base/term.h"
#include "core/engine/agentgive.h"

void rj_gifts_report(const struct rj_gifts *gifts)
{
	const struct rj_agent *a = &gifts->agent;

	if (!a->name)
		return;
	(void)fputs("  agent     ", stdout);
	rj_term_puts(stdout, a->name);
	(void)fputs(" (--agent none for nothing of what follows)\n", stdout);
	for (size_t i = 0; i < a->n_files; i++) {
		const struct rj_agent_file *f = &a->files[i];

		if (gifts->v[i].state != RJ_GIFT_GIVEN)
			continue;
		(void)fputs("    given to the jail: ~/", stdout);
		rj_term_puts(stdout, f->path);
		(void)printf(" (%s%s)\n", rj_agent_kind_name(f->kind),
			     f->kind == RJ_AGENT_SETTINGS && f->keep.n > 0 ? ", some keys" : "");
	}
	for (size_t i = 0; i < a->env.n; i++)
		if (getenv(a->env.v[i]))
			(void)printf("    variable %s\n", a->env.v[i]);
	if (a->flags.n > 0)
		(void)fputs("    flags offered, which make sense inside:", stdout);
	for (size_t i = 0; i < a->flags.n; i++) {
		(void)putchar(' ');
		rj_term_puts(stdout, a->flags.v[i]);
	}
	if (a->flags.n > 0)
		(void)putchar('\n');
	for (size_t i = 0; i < a->n_files; i++)
		if (gifts->v[i].state == RJ_GIFT_REFUSED)
			rj_report_warning(&gifts->v[i].why);
}
