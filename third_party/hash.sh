#!/bin/sh
# Prints the name of what the third-party build would be: a hash of everything it depends on
# (lock, recipes, patches, glue, the compiler and the kernel headers).
set -eu
cd "$(dirname "$0")"
{
	cat lock build.sh lib.sh recipes/*.sh glue/*
	find patches -type f -name '*.patch' -exec cat {} + 2>/dev/null || :
	${CC:-gcc} -v 2>&1 | grep -E '^(Target|gcc version|.*clang version)'
	cat /usr/include/linux/version.h 2>/dev/null || :
} | sha256sum | cut -c 1-16
