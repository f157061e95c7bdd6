#ifndef RJ_ENGINE_PROGRAM_H
#define RJ_ENGINE_PROGRAM_H

#include "core/base/buf.h"

/*
 * Split an entrypoint's command line (core/model/words.h) and find its program on this host: on
 * PATH, below ~/, or by a path. The first word becomes an absolute path; symlinks in it stay.
 * -ENOENT when there is no such program, -EACCES when it is not executable.
 */
int rj_program_resolve(const char *line, const char *home, struct rj_strv *ret_words,
		       struct rj_err *err);

#endif
