#ifndef RJ_APPLETS_BOOK_H
#define RJ_APPLETS_BOOK_H

#include <stdio.h>

#include "core/base/optdoc.h"

struct rj_applet;

/* The program as its documents see it: all commands that are not hidden, and the texts that
 * belong to none of them. Release with rj_book_release. */
void rj_book_init(struct rj_doc_book *ret);
void rj_book_release(struct rj_doc_book *book);

/* One command, hidden or not, as its documents see it. Borrows from the applet. */
struct rj_doc rj_book_doc(const struct rj_applet *applet);

/* --help of one command, hidden or not, or of the program for NULL, as wide as f. */
void rj_book_print_help(const struct rj_applet *applet, FILE *f);

#endif
