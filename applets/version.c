/*
 * version - show what this program was built from
 *
 * The Makefile gives these to this file only, as strings: RJ_VERSION, RJ_COMMIT, RJ_DATE (the day
 * of the commit), and RJ_VERSION_MUSL, RJ_VERSION_MBEDTLS, RJ_VERSION_ZLIB and
 * RJ_VERSION_LIBDEFLATE of third_party/. What is not given is not shown.
 */
#include "applets/version.h"

#include <jansson.h>
#include <stdio.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#include "applets/applet.h"
#include "core/git/version.h"

#ifndef RJ_VERSION
#define RJ_VERSION "0.2.0"
#endif
#ifndef RJ_COMMIT
#define RJ_COMMIT ""
#endif
#ifndef RJ_DATE
#define RJ_DATE ""
#endif
#ifndef RJ_VERSION_MUSL
#define RJ_VERSION_MUSL ""
#endif
#ifndef RJ_VERSION_MBEDTLS
#define RJ_VERSION_MBEDTLS ""
#endif
#ifndef RJ_VERSION_ZLIB
#define RJ_VERSION_ZLIB ""
#endif
#ifndef RJ_VERSION_LIBDEFLATE
#define RJ_VERSION_LIBDEFLATE ""
#endif

#if defined(__clang__)
#define COMPILER __VERSION__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#endif

struct version_args {
	bool verbose;
};

static const struct rj_opt version_opts[] = {
	RJ_FLAG('v', "verbose", struct version_args, verbose,
		"also the libraries inside and the compiler"),
	RJ_STOP,
};

const char *rj_version(void)
{
	return RJ_VERSION;
}

const char *rj_version_date(void)
{
	return RJ_DATE;
}

static void row(const char *name, const char *version)
{
	if (version[0])
		(void)printf("%-10s %s\n", name, version);
}

static int version_run(struct rj_ctx *ctx, const void *p, char *const *operands, struct rj_err *err)
{
	const struct version_args *args = p;
	const char *commit = RJ_COMMIT;

	(void)ctx;
	(void)operands;
	(void)err;
	(void)printf("robojail %s%s%s%s\n", rj_version(), commit[0] ? " (" : "", commit,
		     commit[0] ? ")" : "");
	if (!args->verbose)
		return 0;
	row("libgit2", rj_git_version());
	row("mbedTLS", RJ_VERSION_MBEDTLS);
	row("zlib", RJ_VERSION_ZLIB);
	row("libdeflate", RJ_VERSION_LIBDEFLATE);
	row("jansson", jansson_version_str());
#ifdef __GLIBC__
	row("glibc", gnu_get_libc_version());
#else
	row("musl", RJ_VERSION_MUSL);
#endif
	row("compiler", COMPILER);
	return 0;
}

const struct rj_applet rj_applet_version = {
	.name = "version",
	.summary = "show the version, the commit and the libraries inside",
	.details = "'robojail --version' means the same.",
	.example = "robojail --version --verbose",
	.opts = version_opts,
	.args_size = sizeof(struct version_args),
	.no_ctx = true,
	.run = version_run,
};
