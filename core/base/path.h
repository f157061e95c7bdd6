#ifndef RJ_BASE_PATH_H
#define RJ_BASE_PATH_H

#include <stdbool.h>

/* Text only: nothing here asks the file system. Results are malloc'd. */

/* Absolute, no empty, "." or ".." part, no trailing slash except for "/". */
bool rj_path_is_normal(const char *path);

/* Is `path` equal to `dir` or below it? Both must be normal. */
bool rj_path_contains(const char *dir, const char *path);

/* dir/name with exactly one slash; `name` must be relative. */
char *rj_path_join(const char *dir, const char *name);

/* `path` seen from `base`, made normal: "." and ".." are resolved as text. Both may be untidy;
 * `base` must be absolute. */
char *rj_path_absolute(const char *base, const char *path);

/* "/a/b" -> "/a", "/a" -> "/", "/" -> "/". `path` must be normal. */
char *rj_path_parent(const char *path);

/* The last part: points into `path`, "" for "/". */
const char *rj_path_base(const char *path);

#endif
