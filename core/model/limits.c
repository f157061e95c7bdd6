/* limits - what each limit of the configuration comes to on this machine */
#include "core/model/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/mem.h"

enum {
	PERCENT_MAX = 100,
	RUN_PART = 4, /* /run has a quarter of what /tmp has */
	UNIT_SHIFT = 10,
};

#define MEMORY_MIN ((uint64_t)32 << 20)
#define TMP_MIN	   ((uint64_t)64 << 10)
#define HOME_MIN   ((uint64_t)1 << 20)
#define CPU_MIN	   10 /* thousandths: the kernel's smallest quota is 1 ms of 100 */
#define CPU_MAX	   (8192u * 1000u)

static const struct {
	const char *name;
	unsigned controller;
	enum rj_limit_by otherwise;
	bool is_bytes;
} keys[RJ_LIMITS] = {
	[RJ_LIMIT_MEMORY] = {"memory_max", RJ_LIMIT_HAS_MEMORY, RJ_BY_WATCH, true},
	[RJ_LIMIT_PIDS] = {"pids_max", RJ_LIMIT_HAS_PIDS, RJ_BY_RLIMIT, false},
	[RJ_LIMIT_CPU] = {"cpu_max", RJ_LIMIT_HAS_CPU, RJ_BY_NOTHING, false},
	[RJ_LIMIT_TMP] = {"tmp_size", 0, RJ_BY_TMPFS, true},
	[RJ_LIMIT_HOME] = {"home_size", 0, RJ_BY_WATCH, true},
	[RJ_LIMIT_DISK] = {"disk_reserve", 0, RJ_BY_WATCH, true},
	[RJ_LIMIT_FILES] = {"open_files", 0, RJ_BY_RLIMIT, false},
};

const char *rj_limit_name(enum rj_limit_key key)
{
	return keys[key].name;
}

const char *rj_limit_by_name(enum rj_limit_by by)
{
	static const char *const names[] = {
		[RJ_BY_NOTHING] = "nothing",	     [RJ_BY_CGROUP] = "a cgroup",
		[RJ_BY_RLIMIT] = "a resource limit", [RJ_BY_PID_MAX] = "the PID namespace",
		[RJ_BY_TMPFS] = "the size of tmpfs", [RJ_BY_WATCH] = "sampling",
	};

	return names[by];
}

/* Digits at *p; false when there are none, or too many. */
static bool take_number(const char **p, uint64_t *ret)
{
	uint64_t n = 0;
	const char *start = *p;

	for (; **p >= '0' && **p <= '9'; (*p)++) {
		unsigned digit = (unsigned)(**p - '0');

		if (n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*ret = n;
	return *p != start;
}

static int refuse_size(const char *text, struct rj_err *err)
{
	(void)rj_refuse(err, EINVAL, "'%s' is not a size", text);
	return rj_hint(err, "write it without blanks, like \"2G\", \"512M\", \"50%%\" (of the "
			    "machine's memory) or \"max\" for no limit");
}

/* K, M, G, T after a number, with nothing behind but `iB` or `B`. -1: not one. */
static int unit_shift(const char *s)
{
	static const char units[] = "KkMmGgTt";
	const char *u = *s ? strchr(units, *s) : NULL;
	int shift = u ? (int)((u - units) / 2 + 1) * UNIT_SHIFT : 0;

	s += u ? 1 : 0;
	if (u && *s == 'i' && s[1] == 'B')
		s++;
	if (*s == 'B')
		s++;
	return *s ? -1 : shift;
}

int rj_limit_parse_size(const char *text, uint64_t ram, uint64_t *ret, struct rj_err *err)
{
	const char *p = text;
	uint64_t n;
	int shift;

	if (!strcmp(text, "max")) {
		*ret = RJ_UNLIMITED;
		return 0;
	}
	if (!take_number(&p, &n))
		return refuse_size(text, err);
	if (!strcmp(p, "%")) {
		if (n < 1 || n > PERCENT_MAX)
			return rj_refuse(err, EINVAL, "'%s' is not from 1%% to 100%%", text);
		*ret = ram ? ram / PERCENT_MAX * n : RJ_UNLIMITED;
		return 0;
	}
	shift = unit_shift(p);
	if (shift < 0)
		return refuse_size(text, err);
	if (n > (RJ_UNLIMITED - 1) >> shift)
		return rj_refuse(err, EINVAL, "'%s' is larger than any machine", text);
	*ret = n << shift;
	return 0;
}

/* ".5", ".25", ".125" to thousandths; finer is refused. */
static bool take_fraction(const char **p, uint64_t *thousandths)
{
	unsigned worth = 100;

	if (**p != '.')
		return true;
	(*p)++;
	if (**p < '0' || **p > '9')
		return false;
	for (; **p >= '0' && **p <= '9'; (*p)++, worth /= 10) {
		if (worth == 0)
			return false;
		*thousandths += (unsigned)(**p - '0') * worth;
	}
	return true;
}

int rj_limit_parse_cpu(const char *text, uint64_t *ret, struct rj_err *err)
{
	const char *p = text;
	uint64_t n, value;

	if (!strcmp(text, "max")) {
		*ret = RJ_UNLIMITED;
		return 0;
	}
	if (!take_number(&p, &n) || n > CPU_MAX)
		goto wrong;
	value = n * 1000;
	if (!strcmp(p, "%"))
		value = n * 10;
	else if (!take_fraction(&p, &value) || *p)
		goto wrong;
	if (value < CPU_MIN || value > CPU_MAX)
		return rj_refuse(err, EINVAL, "'%s' is not from 0.01 to 8192 processors", text);
	*ret = value;
	return 0;
wrong:
	(void)rj_refuse(err, EINVAL, "'%s' is not a number of processors", text);
	return rj_hint(err, "write it like \"1.5\", \"150%%\" (the same) or \"max\" for no limit");
}

void rj_limit_print(enum rj_limit_key key, uint64_t value, struct rj_buf *out)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	size_t unit = 0;
	uint64_t tenths = 0;

	if (value == RJ_UNLIMITED) {
		rj_buf_puts(out, "no limit");
	} else if (key == RJ_LIMIT_CPU) {
		rj_buf_printf(out, "%llu%%", (unsigned long long)value / 10);
	} else if (!keys[key].is_bytes) {
		rj_buf_printf(out, "%llu", (unsigned long long)value);
	} else {
		for (; value >= 1024 && unit + 1 < RJ_COUNT(units); unit++) {
			tenths = value % 1024 * 10 / 1024;
			value /= 1024;
		}
		rj_buf_printf(out, "%llu", (unsigned long long)value);
		if (tenths)
			rj_buf_printf(out, ".%llu", (unsigned long long)tenths);
		rj_buf_printf(out, " %s", units[unit]);
	}
}

bool rj_limit_kernel_at_least(const char *release, unsigned major, unsigned minor)
{
	const char *p = release;
	uint64_t a, b = 0;

	if (!take_number(&p, &a))
		return false;
	if (*p == '.') {
		p++;
		(void)take_number(&p, &b);
	}
	return a > major || (a == major && b >= minor);
}

static bool is_asked(const struct rj_config *c, const char *name)
{
	const struct rj_config_row *rows = rj_config_rows();

	for (size_t i = 0; rows[i].name; i++)
		if (!strcmp(rows[i].name, name))
			return c->lines[i] != 0;
	return false;
}

static int read_values(const struct rj_config *c, uint64_t ram, struct rj_limits *l,
		       struct rj_err *err)
{
	if (rj_limit_parse_size(c->memory_max, ram, &l->v[RJ_LIMIT_MEMORY].value, err) < 0 ||
	    rj_limit_parse_cpu(c->cpu_max, &l->v[RJ_LIMIT_CPU].value, err) < 0 ||
	    rj_limit_parse_size(c->tmp_size, ram, &l->v[RJ_LIMIT_TMP].value, err) < 0 ||
	    rj_limit_parse_size(c->home_size, 0, &l->v[RJ_LIMIT_HOME].value, err) < 0 ||
	    rj_limit_parse_size(c->disk_reserve, 0, &l->v[RJ_LIMIT_DISK].value, err) < 0)
		return -err->num;
	if (l->v[RJ_LIMIT_DISK].value == 0)
		l->v[RJ_LIMIT_DISK].value = RJ_UNLIMITED;
	l->v[RJ_LIMIT_PIDS].value = c->pids_max;
	l->v[RJ_LIMIT_FILES].value = c->open_files;
	return 0;
}

/* The readers have refused it where it did not depend on the machine. */
static int refuse_tiny(const struct rj_limits *l, struct rj_err *err)
{
	const struct {
		enum rj_limit_key key;
		uint64_t least;
	} rows[] = {{RJ_LIMIT_MEMORY, MEMORY_MIN},
		    {RJ_LIMIT_PIDS, RJ_LIMIT_PIDS_MIN},
		    {RJ_LIMIT_TMP, TMP_MIN},
		    {RJ_LIMIT_HOME, HOME_MIN},
		    {RJ_LIMIT_FILES, RJ_LIMIT_FILES_MIN}};

	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		RJ_AUTO(rj_buf_release) struct rj_buf is = {0}, least = {0};
		uint64_t value = l->v[rows[i].key].value;

		if (value >= rows[i].least)
			continue;
		rj_limit_print(rows[i].key, value, &is);
		rj_limit_print(rows[i].key, rows[i].least, &least);
		rj_refuse(err, EINVAL, "%s = %s: nothing could run with it", keys[rows[i].key].name,
			  rj_buf_str(&is));
		return rj_hint(err, "give it at least %s in config.toml", rj_buf_str(&least));
	}
	return 0;
}

static enum rj_limit_by choose(enum rj_limit_key key, const struct rj_limit_facts *f)
{
	if (keys[key].controller & f->controllers)
		return RJ_BY_CGROUP;
	if (key != RJ_LIMIT_PIDS || !f->is_root)
		return keys[key].otherwise;
	return f->own_pid_max ? RJ_BY_PID_MAX : RJ_BY_NOTHING;
}

int rj_limits_plan(const struct rj_config *config, const struct rj_limit_facts *facts,
		   struct rj_limits *ret, struct rj_err *err)
{
	struct rj_limits l = {0};

	if (read_values(config, facts->ram, &l, err) < 0 || refuse_tiny(&l, err) < 0)
		return -err->num;
	for (enum rj_limit_key k = 0; k < RJ_LIMITS; k++) {
		l.v[k].asked = is_asked(config, keys[k].name);
		l.v[k].by = l.v[k].value == RJ_UNLIMITED ? RJ_BY_NOTHING : choose(k, facts);
		if (l.v[k].value == RJ_UNLIMITED || l.v[k].by != RJ_BY_NOTHING || !l.v[k].asked)
			continue;
		rj_refuse(err, EOPNOTSUPP, "%s cannot be held here: %s", keys[k].name,
			  facts->no_group);
		rj_exit_with(err, RJ_EXIT_NO_FEATURE);
		return rj_hint(err,
			       "start it in a cgroup of its own: systemd-run --user --scope -p "
			       "Delegate=yes robojail ...; or take %s out of config.toml",
			       keys[k].name);
	}
	*ret = l;
	return 0;
}

uint64_t rj_limit_tmp_bytes(const struct rj_config *config, uint64_t ram, const char *dst)
{
	struct rj_err none;
	uint64_t n = RJ_UNLIMITED;

	if (rj_limit_parse_size(config->tmp_size, ram, &n, &none) < 0 || n == RJ_UNLIMITED)
		return 0;
	return strcmp(dst, "/run") ? n : n / RUN_PART;
}

uint64_t rj_limit_inodes(uint64_t reserve, uint64_t bytes, uint64_t inodes)
{
	return reserve == 0 ? 0 : inodes / (bytes / reserve + 1);
}

/* The readers keep the text as it is: what it comes to depends on the machine. */
static int read_kept(const char *value, bool may_percent, uint64_t least, char **ret,
		     struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	uint64_t n = 0;

	if (!may_percent && strchr(value, '%')) {
		(void)rj_refuse(err, EINVAL,
				"a percentage means the machine's memory, and '%s' "
				"is none of it",
				value);
		return rj_hint(err, "write it like \"2G\" or \"512M\"");
	}
	if (rj_limit_parse_size(value, 0, &n, err) < 0)
		return may_percent ? -err->num : rj_hint(err, "write it like \"2G\" or \"512M\"");
	if (n < least) {
		rj_limit_print(RJ_LIMIT_MEMORY, least, &text); /* as all sizes are */
		(void)rj_refuse(err, EINVAL, "nothing could run with '%s'", value);
		return rj_hint(err, "give it at least %s", rj_buf_str(&text));
	}
	*ret = rj_strdup(value);
	return 0;
}

int rj_limit_read_memory(const char *value, char **ret, struct rj_err *err)
{
	return read_kept(value, true, MEMORY_MIN, ret, err);
}

int rj_limit_read_home(const char *value, char **ret, struct rj_err *err)
{
	return read_kept(value, false, HOME_MIN, ret, err);
}

int rj_limit_read_tmp(const char *value, char **ret, struct rj_err *err)
{
	if (strcmp(value, "max") != 0)
		return read_kept(value, true, TMP_MIN, ret, err);
	(void)rj_refuse(err, EINVAL, "tmpfs lies in memory, and needs a size");
	return rj_hint(err, "write it like \"2G\" or \"25%%\" (of the machine's memory)");
}

int rj_limit_read_reserve(const char *value, char **ret, struct rj_err *err)
{
	if (strcmp(value, "max") != 0)
		return read_kept(value, false, 0, ret, err);
	(void)rj_refuse(err, EINVAL, "'%s' would leave nothing to the jail", value);
	return rj_hint(err, "write \"0\" to keep nothing free");
}

int rj_limit_read_cpu(const char *value, char **ret, struct rj_err *err)
{
	uint64_t n;

	if (rj_limit_parse_cpu(value, &n, err) < 0)
		return -err->num;
	*ret = rj_strdup(value);
	return 0;
}
