#ifndef RJ_FUZZ_IMPORT_SEEDS_H
#define RJ_FUZZ_IMPORT_SEEDS_H

/* Inputs for fuzz_import.c to begin with, written to the directory $FUZZ_SEEDS. */
#include <assert.h>
#include <git2.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/buf.h"

#define IDENT "A <a@b> 1700000000 +0000"

static void seed(const char *name, const struct rj_buf *b)
{
	char path[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", getenv("FUZZ_SEEDS"), name);
	f = fopen(path, "w");
	assert(f && fwrite(b->s, 1, b->len, f) == b->len);
	(void)fclose(f);
}

static void put_object(struct rj_buf *b, unsigned type, const void *text, size_t len)
{
	rj_buf_putc(b, (char)(type - 1));
	rj_buf_putc(b, (char)(len & 255));
	rj_buf_putc(b, (char)(len >> 8));
	rj_buf_add(b, text, len);
}

#define RAW(n)	     "\xee\xee\xee\xee\xee\xee\xee\xee" n
#define HEXID(n)     "\xee\xee\xee\xee\xee\xee\xee\xed" n
#define PUT(b, t, s) put_object(b, t, s, sizeof(s) - 1)

static void write_seeds(const unsigned char *base)
{
	struct rj_buf b = {0};

	rj_buf_puts(&b, "O");
	PUT(&b, GIT_OBJECT_BLOB, "[submodule \"x\"]\n\tpath = d/x\n\turl = ../x.git\n");
	PUT(&b, GIT_OBJECT_TREE,
	    "100644 .gitmodules\0" RAW("\0") "100755 run\0" RAW("\0") "120000 z\0" RAW("\0"));
	PUT(&b, GIT_OBJECT_TREE, "40000 d\0" RAW("\1") "160000 sub\0" RAW("\xff"));
	PUT(&b, GIT_OBJECT_COMMIT,
	    "tree " HEXID("\2") "\nparent " HEXID("\xff") "\nauthor " IDENT "\ncommitter " IDENT
							  "\n\none\n");
	PUT(&b, GIT_OBJECT_COMMIT,
	    "tree " HEXID("\xfe") "\nparent " HEXID("\3") "\nparent " HEXID(
		    "\xff") "\nauthor " IDENT "\ncommitter " IDENT "\ngpgsig x\n y\n\ntwo\n");
	seed("objects", &b);
	b.s[0] = 'o';
	PUT(&b, GIT_OBJECT_TAG,
	    "object " HEXID("\4") "\ntype commit\ntag v1\ntagger " IDENT "\n\nfirst\n");
	PUT(&b, GIT_OBJECT_TAG,
	    "object " HEXID("\5") "\ntype tag\ntag v2\ntagger " IDENT "\n\nof a tag\n");
	PUT(&b, GIT_OBJECT_COMMIT,
	    "tree " HEXID("\xfe") "\nparent " HEXID("\4") "\nauthor " IDENT "\ncommitter " IDENT
							  "\n\nthree\n");
	seed("bundle", &b);
	b.len = 0;
	rj_buf_puts(&b, "O");
	PUT(&b, GIT_OBJECT_TREE, "100644 a\0" RAW("\xfe"));
	PUT(&b, GIT_OBJECT_COMMIT,
	    "tree " HEXID("\0") "\nauthor " IDENT "\ncommitter " IDENT "\n\nroot\n");
	seed("root", &b);
	b.len = 0;
	rj_buf_puts(&b, "Srjimport");
	rj_buf_add(&b,
		   "\1\0\0\0"
		   "H\x2f\0\0\0\1",
		   10);
	rj_buf_add(&b, base, GIT_OID_SHA1_SIZE);
	rj_buf_puts(&b, "refs/heads/"
			"robojail/x-0000");
	rj_buf_add(&b, "R\x27\0\0\0\3\0\0\0\0\0\0\0", 13);
	rj_buf_add(&b, base, GIT_OID_SHA1_SIZE);
	rj_buf_puts(&b, "refs/tags/t");
	rj_buf_add(&b, "Z\x18\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 29);
	seed("stream", &b);
	b.len = 0;
	rj_buf_puts(&b, "Srjimport");
	rj_buf_add(&b,
		   "\1\0\0\0"
		   "E\x08\0\0\0\2\0\0\0"
		   "gone",
		   17);
	seed("error", &b);
	rj_buf_release(&b);
}

#endif
