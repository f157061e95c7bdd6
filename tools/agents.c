/*
 * agents - prints the agent presets of a folder as C: rj_agent_texts of core/model/agent.h
 *
 * Runs while RoboJail is built. Its arguments are the files, NAME.toml each.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)fprintf(stderr, "tools/agents: ");
	(void)vfprintf(stderr, fmt, ap);
	(void)fprintf(stderr, "\n");
	va_end(ap);
	exit(EXIT_FAILURE);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void print_text(const char *path)
{
	FILE *f = fopen(path, "r");
	int c, last = '\n';

	if (!f)
		die("cannot open %s: %s", path, strerror(errno));
	while ((c = fgetc(f)) != EOF) {
		if (last == '\n')
			(void)printf("\t \"");
		if (c == '\n')
			(void)printf("\\n\"\n");
		else if (c == '"' || c == '\\')
			(void)printf("\\%c", c);
		else if (c < 0x20 || c > 0x7e)
			(void)printf("\\%03o", (unsigned)c);
		else
			(void)putchar(c);
		last = c;
	}
	if (ferror(f) || last != '\n')
		die("%s: cannot be read, or does not end with a newline", path);
	(void)fclose(f);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		die("no files are given");
	qsort(argv + 1, (size_t)argc - 1, sizeof(*argv), by_text);
	(void)printf("/* Written by tools/agents.c from core/model/agents. */\n"
		     "#include \"core/model/agent.h\"\n\n"
		     "const struct rj_agent_text rj_agent_texts[] = {\n");
	for (int i = 1; i < argc; i++) {
		const char *slash = strrchr(argv[i], '/'), *name = slash ? slash + 1 : argv[i];
		const char *dot = strrchr(name, '.');

		if (!dot || strcmp(dot, ".toml") != 0)
			die("%s is not named NAME.toml", argv[i]);
		(void)printf("\t{\"%.*s\",\n", (int)(dot - name), name);
		print_text(argv[i]);
		(void)printf("\t},\n");
	}
	(void)printf("\t{0},\n};\n");
	if (fflush(stdout) != 0 || ferror(stdout))
		die("cannot write: %s", strerror(errno));
	return EXIT_SUCCESS;
}
