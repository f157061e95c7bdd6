/*
 * What an entrypoint needs, on hosts made of a table.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/entryfix.h"

/* A bind of the jail, writable, and a hidden path; NULL for none. */
static const char *writable, *hidden_too;
static const char *const search = "/home/u/.nvm/versions/node/v22/bin:rel:/home/u/.pyenv/shims:"
				  "/home/u/.local/bin:/home/u/rt/bin:/usr/bin";

static int resolve(const struct place *places, const char *program, struct rj_entrypoint *ret,
		   struct rj_err *err)
{
	RJ_AUTO(table_release) struct table t = {.v = places};
	struct rj_facts facts = {
		.look = look, .head = head, .arg = &t, .home = "/home/u", .search = search};
	char name[] = "j", tree[] = "/home/u/.local/share/robojail/jails/j";
	struct rj_jail jail = {.name = name, .worktree_path = tree};
	static const char *const own[] = {"/home/u/.local/share/robojail", NULL};
	struct rj_config config;
	struct rj_layout_in in = {.jail = &jail, .config = &config, .facts = &facts, .hidden = own};
	RJ_AUTO(rj_plan_release) struct rj_plan plan = {0};
	int rc;

	rj_config_init(&config);
	if (hidden_too)
		rj_strv_add(&config.hidden_paths, hidden_too);
	rj_plan_add(&plan, (struct rj_step){.kind = RJ_STEP_ROOT_TMPFS, .dst = "/"});
	if (writable)
		rj_plan_add(&plan, (struct rj_step){.kind = RJ_STEP_BIND,
						    .flags = RJ_STEP_WRITABLE,
						    .src = writable,
						    .dst = writable});
	rc = rj_entrypoint_resolve(&in, &plan, program, ret, err);
	rj_config_release(&config);
	return rc;
}

/* "l PATH", "f PATH", "d PATH", and "+ DIR", "- DIR" for PATH, one a line. */
static char *text_of(const struct rj_entrypoint *e)
{
	static const char kind[] = "lfd";
	struct rj_buf b = {0};

	for (size_t i = 0; i < e->n; i++)
		rj_buf_printf(&b, "%c %s\n", kind[e->v[i].kind], e->v[i].path);
	for (size_t i = 0; i < e->first.n; i++)
		rj_buf_printf(&b, "+ %s\n", e->first.v[i]);
	for (size_t i = 0; i < e->last.n; i++)
		rj_buf_printf(&b, "- %s\n", e->last.v[i]);
	return rj_buf_take(&b);
}

static void expect(const struct place *places, const char *program, const char *want)
{
	RJ_AUTO(rj_entrypoint_release) struct rj_entrypoint e = {0};
	RJ_AUTO(rj_free) char *got = NULL;
	struct rj_err err = {0};

	cr_assert_eq(resolve(places, program, &e, &err), 0, "%s: %s", program, err.msg);
	got = text_of(&e);
	cr_expect_str_eq(got, want, "%s needs\n%s", program, got);
}

static void expect_refusal(const struct place *places, const char *program, int num,
			   const char *says)
{
	RJ_AUTO(rj_entrypoint_release) struct rj_entrypoint e = {0};
	struct rj_err err = {0};

	cr_expect_eq(resolve(places, program, &e, &err), -num, "%s: %d %s", program, err.num,
		     err.msg);
	cr_expect(strstr(err.msg, says), "'%s' is not in: %s", says, err.msg);
	cr_expect(err.hint[0], "no remedy in: %s", err.msg);
	cr_expect_eq(e.n, 0);
}

Test(entrypoint, links_and_files)
{
	expect(P({"/home/u/.cargo/bin/rg", "\177ELF"}), "/home/u/.cargo/bin/rg",
	       "f /home/u/.cargo/bin/rg\n");
	expect(P({"/home/u/a", "> /opt/b/c"}, {"/opt/b", "> d"}, {"/opt/d/c", "> ../e"},
		 {"/opt/e", "bin"}),
	       "/home/u/a", "l /home/u/a\nl /opt/b\nl /opt/d/c\nf /opt/e\n");
	expect(P({"/home/u/x", "> /usr/bin/node"}), "/home/u/x", "l /home/u/x\n");
	expect(P({"/home/u/y", "y"}), "/usr/bin/node", "");
	expect_refusal(P({"/home/u/l", "> m"}, {"/home/u/m", "> l"}), "/home/u/l", ELOOP,
		       "symlinks");
	expect_refusal(P({"/home/u/d/x", "x"}), "/home/u/d", EISDIR, "directory");
	expect_refusal(P({"/home/u/d/x", "x"}), "/home/u/gone", ENOENT, "/home/u/gone");
}

#define GLOBAL "/home/u/.npm-global/lib/node_modules/"

Test(entrypoint, npm_packages)
{
	expect(P({"/home/u/.npm-global/bin/claude", "> ../lib/node_modules/@a/claude-code/cli.js"},
		 {GLOBAL "@a/claude-code/cli.js", NODE},
		 {GLOBAL "@a/claude-code/package.json", "{}"}, {GLOBAL "other/package.json", "{}"}),
	       "/home/u/.npm-global/bin/claude",
	       "l /home/u/.npm-global/bin/claude\nd " GLOBAL "@a/claude-code\n");
	/* in a package of a package, the outer one */
	expect(P({GLOBAL "x/node_modules/y/cli.js", NODE}, {GLOBAL "x/package.json", "{}"},
		 {GLOBAL "x/node_modules/y/package.json", "{}"}),
	       GLOBAL "x/node_modules/y/cli.js", "d " GLOBAL "x\n");
	/* bun and yarn spread dependencies over all of node_modules */
	expect(P({"/home/u/.bun/bin/codex", "> ../install/global/node_modules/codex/c.js"},
		 {"/home/u/.bun/install/global/package.json", "{}"},
		 {"/home/u/.bun/install/global/node_modules/codex/c.js", NODE},
		 {"/home/u/.bun/install/global/node_modules/codex/package.json", "{}"}),
	       "/home/u/.bun/bin/codex",
	       "l /home/u/.bun/bin/codex\nd /home/u/.bun/install/global/node_modules\n");
	/* npm link */
	expect(P({GLOBAL "t", "> /home/u/src/t"}, {"/home/u/src/t/b.js", NODE},
		 {"/home/u/src/t/package.json", "{}"}),
	       GLOBAL "t/b.js", "l /home/u/.npm-global/lib/node_modules/t\nd /home/u/src/t\n");
	/* one that is installed nowhere, but says that this is its program */
	expect(P({"/home/u/src/t/b.js", NODE}, {"/home/u/src/t/package.json", "{'bin':'./b.js'}"}),
	       "/home/u/src/t/b.js", "d /home/u/src/t\n");
	/* scripts that are of no package, whatever lies about */
	expect(P({"/home/u/docs/t.js", NODE}, {"/home/u/docs/package.json", "{}"}),
	       "/home/u/docs/t.js", "f /home/u/docs/t.js\n");
	expect(P({"/home/u/t.js", NODE}, {"/home/u/package.json", "{}"}), "/home/u/t.js",
	       "f /home/u/t.js\n");
}

Test(entrypoint, pnpm_starts_packages_by_shell)
{
	static const char shim[] =
		"#!/bin/sh\nbasedir=$(dirname \"$0\")\nif [ -x \"$basedir/node\" ]; then\n"
		"  exec \"$basedir/node\"  \"$basedir/global/5/node_modules/t/c.js\" \"$@\"\nelse\n"
		"  exec node  \"$basedir/global/5/node_modules/t/c.js\" \"$@\"\nfi\n";

	expect(P({"/home/u/p/t", shim},
		 {"/home/u/p/global/5/node_modules/t", "> ../.pnpm/t@1/node_modules/t"},
		 {"/home/u/p/global/5/.pnpm/t@1/node_modules/t/c.js", NODE}),
	       "/home/u/p/t",
	       "d /home/u/p/global/5/.pnpm\nl /home/u/p/global/5/node_modules/t\n"
	       "f /home/u/p/t\n");
}

#define NVM "/home/u/.nvm/versions/node/v22"

Test(entrypoint, interpreters_by_name)
{
	/* The system has a node, too: the user's comes first on PATH. */
	expect(P({NVM "/bin/node", "\177ELF"}, {NVM "/bin/c", "> ../lib/node_modules/c/c.js"},
		 {NVM "/lib/node_modules/c/c.js", NODE}),
	       NVM "/bin/c", "d " NVM "\n+ " NVM "/bin\n");
	expect(P({"/home/u/t", "#!/usr/bin/env lua\n"}, {"/home/u/rt/bin/lua", "\177ELF"}),
	       "/home/u/t", "f /home/u/rt/bin/lua\nf /home/u/t\n- /home/u/rt/bin\n");
	/* beside the script, when it is not on PATH */
	expect(P({"/opt/x/t", "#!/usr/bin/env lua\n"}, {"/opt/x/lua", "\177ELF"}), "/opt/x/t",
	       "f /opt/x/lua\nf /opt/x/t\n- /opt/x\n");
	expect(P({"/home/u/t", "#!/usr/bin/env -S -i A=b lua --x\n"},
		 {"/home/u/.local/bin/lua", "> /opt/lua"}, {"/opt/lua", "\177ELF"}),
	       "/home/u/t", "l /home/u/.local/bin/lua\nf /home/u/t\nf /opt/lua\n");
	expect_refusal(P({"/home/u/t", "#!/usr/bin/env nope\n"}), "/home/u/t", ENOENT, "'nope'");
	expect_refusal(P({"/home/u/t", "#!/opt/gone -x\n"}), "/home/u/t", ENOENT, "/opt/gone");
	expect_refusal(P({"/home/u/t", "#!lua\n"}), "/home/u/t", ENOEXEC, "no path");
	expect_refusal(P({"/home/u/t", "#!/home/u/s\n"}, {"/home/u/s", "#!/home/u/t\n"}),
		       "/home/u/t", ELOOP, "too many interpreters");
}

Test(entrypoint, python)
{
	static const struct place venv[] = {
		{"/home/u/.local/bin/aider", "> ../share/pipx/venvs/aider/bin/aider"},
		{"/home/u/.local/share/pipx/venvs/aider/pyvenv.cfg", "home = /usr/bin\n"},
		{"/home/u/.local/share/pipx/venvs/aider/bin/aider",
		 "#!/home/u/.local/share/pipx/venvs/aider/bin/python\n"},
		{"/home/u/.local/share/pipx/venvs/aider/bin/python", "> python3"},
		{"/home/u/.local/share/pipx/venvs/aider/bin/python3",
		 "> /home/u/.pyenv/versions/3.12/bin/python3.12"},
		{"/home/u/.pyenv/versions/3.12/bin/python3.12", "\177ELF"},
		{NULL, NULL}};

	expect(venv, "/home/u/.local/bin/aider",
	       "l /home/u/.local/bin/aider\nd /home/u/.local/share/pipx/venvs/aider\n"
	       "d /home/u/.pyenv/versions/3.12\n");
	/* copies in it, and a Python that lies with its library */
	expect(P({"/home/u/v/pyvenv.cfg", "version = 3\nhome = /opt/py/bin\n"},
		 {"/home/u/v/bin/t", "#!/bin/sh\n'''exec' \"/home/u/v/bin/python3.11\" \"$0\"\n"},
		 {"/home/u/v/bin/python3.11", "\177ELF"}, {"/opt/py/bin/python3.11", "\177ELF"},
		 {"/opt/py/lib/python3.11/os.py", ""}),
	       "/home/u/v/bin/t",
	       "d /home/u/v\nf /opt/py/bin/python3.11\nd /opt/py/lib/python3.11\n");
	expect(P({"/home/u/app/run", "\177ELF"}, {"/home/u/app/_internal/x.so", ""}),
	       "/home/u/app/run", "d /home/u/app/_internal\nf /home/u/app/run\n");
}

Test(entrypoint, shims)
{
	static const struct place pyenv[] = {
		{"/home/u/.pyenv/shims/python3", "#!/usr/bin/env bash\nexec pyenv\n"},
		{"/home/u/.pyenv/version", "3.11.4\n3.9\n"},
		{"/home/u/.pyenv/versions/3.11.4/bin/python3", "\177ELF"},
		{"/home/u/t", "#!/usr/bin/env python3\n"},
		{NULL, NULL}};

	expect(pyenv, "/home/u/t",
	       "d /home/u/.pyenv/versions/3.11.4\nf /home/u/t\n+ /home/u/.pyenv/versions/3.11.4/"
	       "bin\n");
	expect_refusal(pyenv, "/home/u/.pyenv/shims/python3", ENOTSUP, "shim");
	expect_refusal(P({"/home/u/.pyenv/shims/python3", "#!/bin/sh\n"},
			 {"/home/u/.pyenv/version", "system\n"},
			 {"/home/u/t", "#!/usr/bin/env python3\n"}),
		       "/home/u/t", ENOTSUP, "pyenv");
	expect_refusal(P({"/home/u/.local/share/mise/shims/node", "> /home/u/.local/bin/mise"},
			 {"/home/u/.local/bin/mise", "\177ELF"}),
		       "/home/u/.local/share/mise/shims/node", ENOTSUP, "mise");
}

#define HASH "0123456789abcdfghijklmnpqrsvwxyz"

Test(entrypoint, a_store_is_shown_as_a_whole)
{
	expect(P({"/home/u/.nix-profile", "> /nix/profiles/p"},
		 {"/nix/profiles/p/bin/t", "> /nix/store/" HASH "-t-1/bin/t"},
		 {"/nix/store/" HASH "-t-1/bin/t", "\177ELF"}),
	       "/home/u/.nix-profile/bin/t",
	       "l /home/u/.nix-profile\nl /nix/profiles/p/bin/t\nd /nix/store\n");
}

Test(entrypoint, what_is_not_shown)
{
	static const struct place package[] = {
		{GLOBAL "p/c.js", NODE}, {GLOBAL "p/package.json", "{}"}, {NULL, NULL}};

	hidden_too = ".npm-global/lib/node_modules/p/secret";
	expect_refusal(package, GLOBAL "p/c.js", EPERM, "p/secret");
	hidden_too = ".npm-global";
	expect_refusal(package, GLOBAL "p/c.js", EPERM, ".npm-global");
	hidden_too = NULL;
	expect_refusal(P({"/home/u/.ssh/t", "x"}), "/home/u/.ssh/t", EPERM, ".ssh");
	expect_refusal(P({"/home/u/.local/pyvenv.cfg", ""}, {"/home/u/.local/bin/t", "x"}),
		       "/home/u/.local/bin/t", EPERM, "holds");
	expect_refusal(P({"/home/u/pyvenv.cfg", ""}, {"/home/u/bin/t", "x"}), "/home/u/bin/t",
		       EPERM, "holds");
	expect_refusal(P({"/opt/pyvenv.cfg", ""}, {"/opt/bin/t", "x"}), "/opt/bin/t", EPERM,
		       "more than a program");
	expect_refusal(P({"/home/u/src/t/b.js", NODE}, {"/home/u/src/t/package.json", "b.js"},
			 {"/home/u/src/t/.git/HEAD", ""}),
		       "/home/u/src/t/b.js", EPERM, "git repository");
	writable = "/home/u/v/share";
	expect_refusal(P({"/home/u/v/pyvenv.cfg", ""}, {"/home/u/v/bin/t", "x"}), "/home/u/v/bin/t",
		       EPERM, "would cover");
	writable = NULL;
}

Test(entrypoint, what_the_jail_wrote_chooses_nothing)
{
	writable = "/home/u/rw";
	/* its text is not read */
	expect(P({"/home/u/rw/t", "#!/home/u/private/tool\n"}, {"/home/u/private/tool", "x"}),
	       "/home/u/rw/t", "");
	/* nor is it asked what lies around it */
	expect(P({"/home/u/rw/bin/t", "x"}, {"/home/u/rw/pyvenv.cfg", "home = /home/u/private\n"}),
	       "/home/u/rw/bin/t", "");
	/* and its links lead nowhere else */
	expect_refusal(P({"/home/u/rw/t", "> /home/u/private/t"}, {"/home/u/private/t", "x"}),
		       "/home/u/rw/t", ELOOP, "which the jail can write");
	/* not even to a script of the system that would ask for more */
	expect(P({"/home/u/rw/t", "> /usr/bin/s"}, {"/usr/bin/s", "#!/home/u/private/tool\n"},
		 {"/home/u/private/tool", "x"}),
	       "/home/u/rw/t", "");
	/* the same script, not chosen by the jail */
	expect(P({"/usr/bin/s", "#!/home/u/private/tool\n"}, {"/home/u/private/tool", "x"}),
	       "/usr/bin/s", "f /home/u/private/tool\n");
	writable = NULL;
}
