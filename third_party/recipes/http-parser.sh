# http-parser: one file; libgit2's https transport reads answers with it.
# shellcheck shell=sh disable=SC2154
# shellcheck disable=SC2086 # a list of flags
$cc $cflags -DHTTP_PARSER_STRICT=0 -I. -c http_parser.c
ar rcs "$prefix/lib/libhttp_parser.a" http_parser.o
cp http_parser.h "$prefix/include/"
