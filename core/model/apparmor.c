#include "core/model/apparmor.h"

#include <errno.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/path.h"

/* In quotes a blank is itself, and what globs is not (apparmor.d(5)). */
static void quote(struct rj_buf *b, const char *path)
{
	rj_buf_putc(b, '"');
	for (; *path; path++) {
		if (strchr("\"\\[]{}*?^,@", *path))
			rj_buf_putc(b, '\\');
		rj_buf_putc(b, *path);
	}
	rj_buf_putc(b, '"');
}

int rj_apparmor_profile(const char *program, struct rj_buf *out, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf path = {0};

	if (!rj_path_is_normal(program))
		return rj_refuse(err, EINVAL, "'%s' is no absolute path", program);
	for (const char *s = program; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f) {
			rj_refuse(err, EINVAL, "control characters in the path of this program");
			return rj_hint(err, "move it: robojail install");
		}
	quote(&path, program);
	rj_buf_printf(
		out,
		"# AppArmor profile of robojail, made by robojail doctor --apparmor-profile.\n"
		"# It confines nothing: it lets this one program make user namespaces.\n"
		"abi <abi/4.0>,\n"
		"include <tunables/global>\n\n"
		"profile robojail %s flags=(unconfined) {\n"
		"  userns,\n\n"
		"  include if exists <local/robojail>\n"
		"}\n",
		path.s);
	return 0;
}
