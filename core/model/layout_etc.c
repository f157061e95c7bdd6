/*
 * layout: /etc, as little of the host's as programs need, and the jail's own users
 */
#include "core/model/layout.h"

#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"

/* What of the host's /etc is shown, when it is there. Directories as a whole: none holds secrets.
 */
static const char *const shown[] = {
	"/etc/alternatives",
	"/etc/ca-certificates",
	"/etc/ca-certificates.conf",
	"/etc/crypto-policies",
	"/etc/fonts",
	"/etc/gai.conf",
	"/etc/host.conf",
	"/etc/java-17-openjdk",
	"/etc/java-21-openjdk",
	"/etc/ld.so.cache",
	"/etc/ld.so.conf",
	"/etc/ld.so.conf.d",
	"/etc/localtime",
	"/etc/magic",
	"/etc/mime.types",
	"/etc/nsswitch.conf",
	"/etc/os-release",
	"/etc/perl",
	"/etc/pki",
	"/etc/protocols",
	"/etc/resolv.conf",
	"/etc/services",
	"/etc/ssl",
	"/etc/terminfo",
	"/etc/timezone",
};

struct rj_identity rj_layout_identity(const struct rj_config *config, const struct rj_facts *facts)
{
	struct rj_identity id = {
		.uid = facts->uid,
		.gid = facts->gid,
		.user = facts->user,
		.group = facts->group,
		.home = facts->home,
		.shell = config->default_shell,
	};

	if (config->user == RJ_USER_ROOT) {
		id.uid = 0;
		id.gid = 0;
		id.user = "root";
		id.group = "root";
	}
	/* real root, who is to be an ordinary user inside */
	if (config->nested && id.uid == 0) {
		id.uid = RJ_LAYOUT_NESTED_ROOT;
		id.gid = RJ_LAYOUT_NESTED_ROOT;
		id.user = "user";
		id.group = "user";
	}
	return id;
}

static void add_text(struct rj_plan *p, const char *dst, struct rj_buf *text)
{
	rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_FILE, .src = rj_buf_str(text), .dst = dst});
	rj_buf_release(text);
}

static void add_users(struct rj_plan *p, const struct rj_layout_in *in)
{
	struct rj_identity id = rj_layout_identity(in->config, in->facts);
	struct rj_buf text = {0};

	rj_buf_printf(&text, "%s:x:%u:%u:%s:%s:%s\n", id.user, id.uid, id.gid, id.user, id.home,
		      id.shell);
	if (id.uid != 0)
		rj_buf_puts(&text, "root:x:0:0:root:/:/bin/sh\n");
	if (id.uid != 65534) /* what files of unmapped users show as */
		rj_buf_puts(&text, "nobody:x:65534:65534:nobody:/:/bin/false\n");
	add_text(p, "/etc/passwd", &text);
	rj_buf_printf(&text, "%s:x:%u:\n", id.group, id.gid);
	if (id.gid != 0)
		rj_buf_puts(&text, "root:x:0:\n");
	if (id.gid != 65534)
		rj_buf_puts(&text, "nogroup:x:65534:\n");
	add_text(p, "/etc/group", &text);
}

void rj_layout_etc(const struct rj_layout_in *in, struct rj_plan *p)
{
	const struct rj_facts *facts = in->facts;
	const char *hosts = facts->hosts(facts->arg);
	struct rj_buf text = {0};
	struct rj_err none;

	rj_layout_add_dir(p, in, "/etc", "1m");
	add_users(p, in);
	rj_buf_puts(&text, "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n127.0.1.1\t");
	rj_buf_puts(&text, in->jail->name);
	rj_buf_putc(&text, '\n');
	rj_buf_puts(&text, hosts ? hosts : "");
	add_text(p, "/etc/hosts", &text);
	rj_buf_puts(&text, in->jail->name);
	rj_buf_putc(&text, '\n');
	add_text(p, "/etc/hostname", &text);
	rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_SYMLINK,
					.src = "/proc/self/mounts",
					.dst = "/etc/mtab"});
	for (size_t i = 0; i < RJ_COUNT(shown); i++) {
		const struct rj_path_fact *f = facts->look(facts->arg, shown[i]);

		/* A link into /usr stays one: /etc/localtime's text is the zone's name. */
		if (f->link && f->real && rj_layout_is_system(f->real))
			rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_SYMLINK,
							.src = f->link,
							.dst = shown[i]});
		else if (f->kind != RJ_PATH_NONE &&
			 rj_layout_add_bind(p, facts, shown[i], shown[i], 0, &none) == 0 &&
			 strcmp(shown[i], "/etc/resolv.conf") != 0) /* which is written in place */
			p->v[p->n - 1].changed = f->changed;
	}
}
