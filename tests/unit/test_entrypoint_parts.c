/*
 * The parts that read what others wrote: heads of scripts and programs, shims, settings.
 */
#include <criterion/criterion.h>
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "core/model/entrypoint_parts.h"
#include "tests/unit/entryfix.h"

static void expect_script(const char *head, const char *interp, const char *name)
{
	RJ_AUTO(rj_script_release) struct rj_script s = {0};

	rj_script_parse(head, strlen(head), &s);
	cr_expect(interp ? s.interp && !strcmp(s.interp, interp) : !s.interp, "%s: %s", head,
		  s.interp ? s.interp : "none");
	cr_expect(name ? s.name && !strcmp(s.name, name) : !s.name, "%s: %s", head,
		  s.name ? s.name : "none");
}

Test(entrypoint_parts, scripts)
{
	expect_script("", NULL, NULL);
	expect_script("#", NULL, NULL);
	expect_script("# !/bin/sh", NULL, NULL);
	expect_script("#!", "", NULL);
	expect_script("#!/bin/sh", "/bin/sh", NULL);
	expect_script("#! \t/bin/sh -e -x \nfoo", "/bin/sh", NULL);
	expect_script("#!/usr/bin/env node\n", "/usr/bin/env", "node");
	/* without -S the rest is one word, blanks and all */
	expect_script("#!/usr/bin/env node --x\n", "/usr/bin/env", "node --x");
	expect_script("#!/usr/bin/env -S node --x\n", "/usr/bin/env", "node");
	expect_script("#!/usr/bin/env -Snode\n", "/usr/bin/env", "node");
	expect_script("#!/usr/bin/env --split-string='no de' x\n", "/usr/bin/env", "no de");
	expect_script("#!/usr/bin/env -vS -i -u A B=c -C /d python3 -u\n", "/usr/bin/env",
		      "python3");
	expect_script("#!/usr/bin/env -S\n", "/usr/bin/env", NULL);
	expect_script("#!/usr/bin/env -S -u\n", "/usr/bin/env", NULL);
	expect_script("#!/usr/bin/env -i\n", "/usr/bin/env", NULL);
	expect_script("#!/bin/sh\n'''exec' \"/a b/python\" \"$0\" \"$@\"\n' '''\n", "/bin/sh",
		      "/a b/python");
	expect_script("#!/bin/sh\nexec node \"$basedir/x/c.js\" \"$@\"", "/bin/sh", "node");
	expect_script("#!/bin/sh\nexec node \"$basedir/x", "/bin/sh", NULL);
}

Test(entrypoint_parts, settings)
{
	static const char cfg[] = "homes = /x\nhome = /usr/bin \nversion=3\nlast";
	static const char *const row[][2] = {
		{"home", "/usr/bin"}, {"version", "3"}, {"last", NULL}, {"none", NULL}};

	for (size_t i = 0; i < RJ_COUNT(row); i++) {
		RJ_AUTO(rj_free) char *got = rj_entry_setting(cfg, strlen(cfg), row[i][0]);

		cr_expect(row[i][1] ? got && !strcmp(got, row[i][1]) : !got, "%s: %s", row[i][0],
			  got ? got : "none");
	}
}

static const struct place asdf[] = {
	{"/home/u/.asdf/shims/node",
	 "#!/usr/bin/env bash\n# asdf-plugin: nodejs 18.1\n# asdf-plugin: nodejs 20.2\n"},
	{"/home/u/.tool-versions", "nodejs 20.2\n"},
	{"/home/u/.asdf/installs/nodejs/18.1/bin/node", "\177ELF"},
	{"/home/u/.asdf/installs/nodejs/20.2/bin/node", "\177ELF"},
	{NULL, NULL},
};

Test(entrypoint_parts, behind_shims)
{
	RJ_AUTO(table_release) struct table t = {.v = asdf};
	const struct rj_facts facts = {.look = look, .head = head, .arg = &t, .home = "/home/u"};
	RJ_AUTO(rj_free) char *real = NULL;
	struct rj_err err = {0};

	cr_expect_eq(rj_entrypoint_behind_shim(&facts, "/usr/bin/node", &real, &err), 0);
	cr_expect_null(real);
	cr_assert_eq(rj_entrypoint_behind_shim(&facts, asdf[0].path, &real, &err), 0, "%s",
		     err.msg);
	cr_expect_str_eq(real, "/home/u/.asdf/installs/nodejs/20.2/bin/node");
}

/* A 64-bit file whose linker lies elsewhere. */
Test(entrypoint_parts, dynamic_linker)
{
	char file[512] = {0};
	const Elf64_Phdr p = {.p_type = PT_INTERP, .p_offset = 200, .p_filesz = 16};
	Elf64_Ehdr h = {.e_phoff = sizeof(h), .e_phentsize = sizeof(p), .e_phnum = 1};
	RJ_AUTO(rj_free) char *interp = NULL;

	memcpy(h.e_ident, ELFMAG, SELFMAG);
	h.e_ident[EI_CLASS] = ELFCLASS64;
	h.e_ident[EI_DATA] = ELFDATA2LSB;
	memcpy(file, &h, sizeof(h));
	memcpy(file + sizeof(h), &p, sizeof(p));
	memcpy(file + 200, "/opt/x/lib/ld.so", 16);
	interp = rj_elf_interp(file, sizeof(file));
	cr_expect_str_eq(interp, "/opt/x/lib/ld.so");
	/* cut off anywhere, it has none, and nothing is read behind its end */
	for (size_t len = 0; len < 216; len++) {
		RJ_AUTO(rj_free) char *copy = rj_alloc(1, len + 1);
		RJ_AUTO(rj_free) char *none = NULL;

		memcpy(copy, file, len);
		none = rj_elf_interp(copy, len);
		cr_expect_null(none, "%zu", len);
	}
}
