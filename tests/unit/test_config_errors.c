/* config: every error has its place, its key and its remedy. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/model/config.h"

static const struct {
	const char *text, *msg, *hint;
} rows[] = {
	{"\nnetwork_enable = true", "2:1: unknown key \"network_enable\"",
	 "did you mean network_enabled?"},
	{"a = 1\nnetwrok_enabled = true", "1:1: unknown key \"a\"",
	 "the keys are: default_shell, network_enabled, extra_ro_binds, extra_rw_binds, "
	 "hidden_paths, env_passthrough, user, layout, nested, sysfs, caches, git_hooks, "
	 "allow_host_proc, "
	 "import_max_mib, import_max_objects, import_max_seconds, memory_max, pids_max, cpu_max, "
	 "tmp_size, home_size, disk_reserve, open_files, record, record_max_mib"},
	{"caches = ['nmp']", "1:11: caches: 'nmp' is no cache that robojail knows",
	 "did you mean \"npm\"?"},
	{"caches = ['browser']", "1:11: caches: 'browser' is no cache that robojail knows",
	 "known are: npm, yarn, pnpm, pip, uv, cargo, go, ccache, gradle, maven"},
	{"import_max_mib = 0", "1:18: import_max_mib: 0 is not from 1 to 1048576", ""},
	{"memory_max = '2X'", "1:14: memory_max: '2X' is not a size",
	 "write it without blanks, like \"2G\", \"512M\", \"50%\" (of the machine's memory) or "
	 "\"max\" for no "
	 "limit"},
	{"memory_max = '101%'", "1:14: memory_max: '101%' is not from 1% to 100%", ""},
	{"memory_max = 2", "1:14: memory_max: expected a string, found an integer",
	 "a string stands in quotes, as in memory_max = \"75%\""},
	{"memory_max = '17000000T'", "1:14: memory_max: '17000000T' is larger than any machine",
	 ""},
	{"pids_max = 0", "1:12: pids_max: 0 is not from 8 to 4194304", ""},
	{"open_files = 10", "1:14: open_files: 10 is not from 64 to 1073741824", ""},
	{"memory_max = '10K'", "1:14: memory_max: nothing could run with '10K'",
	 "give it at least 32 MiB"},
	{"tmp_size = '0'", "1:12: tmp_size: nothing could run with '0'", "give it at least 64 KiB"},
	{"home_size = '1K'", "1:13: home_size: nothing could run with '1K'",
	 "give it at least 1 MiB"},
	{"cpu_max = 'two'", "1:11: cpu_max: 'two' is not a number of processors",
	 "write it like \"1.5\", \"150%\" (the same) or \"max\" for no limit"},
	{"tmp_size = 'max'", "1:12: tmp_size: tmpfs lies in memory, and needs a size",
	 "write it like \"2G\" or \"25%\" (of the machine's memory)"},
	{"home_size = '10%'",
	 "1:13: home_size: a percentage means the machine's memory, and '10%' is none of it",
	 "write it like \"2G\" or \"512M\""},
	{"home_size = '2X'", "1:13: home_size: '2X' is not a size",
	 "write it like \"2G\" or \"512M\""},
	{"memory_max = ''", "1:14: memory_max: '' is not a size",
	 "write it without blanks, like \"2G\", \"512M\", \"50%\" (of the machine's memory) or "
	 "\"max\" for no "
	 "limit"},
	{"disk_reserve = 'max'", "1:16: disk_reserve: 'max' would leave nothing to the jail",
	 "write \"0\" to keep nothing free"},
	{"import_max_seconds = '1'",
	 "1:22: import_max_seconds: expected an integer, found a string",
	 "write it like import_max_seconds = 900"},
	{"  \"hidden-paths\" = []", "1:3: unknown key \"hidden-paths\"",
	 "did you mean hidden_paths?"},
	{"netwrk = 1", "1:1: unknown key \"netwrk\"", "did you mean network_enabled?"},
	{"[network]\nx = 1", "1:2: unknown key \"network\"", "did you mean network_enabled?"},
	{"\"user\\u0000\" = 'root'", "1:1: unknown key \"user\\u0000\"", "did you mean user?"},
	{"network_enabled = 'yes'",
	 "1:19: network_enabled: expected a boolean, true or false, found a string",
	 "write it like network_enabled = true"},
	{"network_enabled = 1",
	 "1:19: network_enabled: expected a boolean, true or false, found an integer",
	 "write it like network_enabled = true"},
	{"default_shell = true", "1:17: default_shell: expected a string, found a boolean",
	 "a string stands in quotes, as in default_shell = \"/bin/bash\""},
	{"default_shell = 'zsh'", "1:17: default_shell: 'zsh' is not an absolute path",
	 "write it like \"/bin/bash\""},
	{"default_shell = '/a:b'", "1:17: default_shell: '/a:b': \"..\" and ':' are not allowed",
	 ""},
	{"default_shell = '/bin/../x'",
	 "1:17: default_shell: '/bin/../x': \"..\" and ':' are not allowed", ""},
	{"default_shell = \"/bin/sh\\n\"",
	 "1:17: default_shell: control characters are not allowed", ""},
	{"default_shell = \"/bin/sh\\u0000x\"",
	 "1:17: default_shell: control characters are not allowed", ""},
	{"extra_ro_binds = '/a'",
	 "1:18: extra_ro_binds: expected an array of strings, found a string", ""},
	{"extra_ro_binds = ['/a', 2]", "1:25: extra_ro_binds: expected a string, found an integer",
	 ""},
	{"extra_ro_binds = ['/a',\n 'b']",
	 "2:2: extra_ro_binds: bad bind 'b': 'b' is not an absolute path", "begin it with / or ~/"},
	{"extra_rw_binds = ['/']",
	 "1:19: extra_rw_binds: bad bind '/': nothing can be put over the jail's /",
	 "bind single directories, or give it another place as SRC:DST"},
	{"extra_rw_binds = [['/']]", "1:19: extra_rw_binds: expected a string, found an array", ""},
	{"hidden_paths = ['a/../b']",
	 "1:17: hidden_paths: 'a/../b': \"..\" is not allowed in a path", ""},
	{"hidden_paths = ['~']", "1:17: hidden_paths: '~' names nothing below the home", ""},
	{"hidden_paths = ['~joe/x']",
	 "1:17: hidden_paths: '~joe/x': only ~/... is understood, no ~USER", ""},
	{"hidden_paths = ['']", "1:17: hidden_paths: '' names nothing below the home", ""},
	{"env_passthrough = ['A-B']", "1:20: env_passthrough: 'A-B' is not the name of a variable",
	 "letters, digits and _, and a * at the end if you like: \"LC_*\""},
	{"env_passthrough = ['*']",
	 "1:20: env_passthrough: '*' would let every variable in, credentials too: name "
	 "them",
	 ""},
	{"user = 'selv'", "1:8: user: expected \"root\" or \"self\", found \"selv\"",
	 "did you mean \"self\"?"},
	{"user = 'admin'", "1:8: user: expected \"root\" or \"self\", found \"admin\"", ""},
	{"layout = 1", "1:10: layout: expected a string, found an integer",
	 "a string stands in quotes, as in layout = \"path\""},
	{"layout = \"path\\u0000\"",
	 "1:10: layout: expected \"path\" or \"root\", found \"path\\u0000\"",
	 "did you mean \"path\"?"},
	{"user = root", "1:8: 'root' is not a value", "a string needs quotes around it"},
	{"user = 'self'\nuser = 'root'", "2:1: \"user\" is set already (line 1)", ""},
};

Test(config, errors_have_place_key_and_remedy)
{
	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		RJ_AUTO(rj_buf_release) struct rj_buf msg = {0};
		RJ_AUTO(rj_config_release) struct rj_config c = {0};
		struct rj_err err = {0};

		rj_config_init(&c);
		rj_buf_printf(&msg, "/h/config.toml:%s", rows[i].msg);
		cr_expect_eq(rj_config_parse(rows[i].text, strlen(rows[i].text), "/h/config.toml",
					     &c, &err),
			     -EINVAL, "%s", rows[i].text);
		cr_expect_str_eq(err.msg, msg.s);
		cr_expect_str_eq(err.hint, rows[i].hint, "%s: hint: %s", rows[i].text, err.hint);
	}
}
