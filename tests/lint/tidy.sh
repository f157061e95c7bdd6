#!/bin/sh
# clang-tidy over every source, in parallel. A file that was clean is looked at again only
# when it, a header of ours that it reads, or .clang-tidy changes.
set -eu
cache=${B:-build}/lint/tidy
mkdir -p "$cache"

if [ "${1:-}" = --one ]; then
	f=$2
	# shellcheck disable=SC2086 # a list of flags
	deps=$(gcc -MM -MG $LINT_CFLAGS "$f" | tr -s '\\[:space:]' '\n' | grep -E '\.[ch]$' | sort -u)
	# shellcheck disable=SC2086 # a list of files
	key=$({ echo "$LINT_CFLAGS" && clang-tidy --version && cat .clang-tidy $deps; } | sha256sum | cut -c 1-32)
	[ ! -f "$cache/$key" ] || exit 0
	# shellcheck disable=SC2086
	if timeout 120 clang-tidy --quiet --warnings-as-errors='*' "$f" -- $LINT_CFLAGS >"$cache/$key.out" 2>/dev/null; then
		mv "$cache/$key.out" "$cache/$key"
		exit 0
	fi
	[ -s "$cache/$key.out" ] || echo "$f: clang-tidy failed" >"$cache/$key.out"
	cat "$cache/$key.out"
	rm -f "$cache/$key.out"
	exit 1
fi

# Unit tests are left out: what their assertion macros expand to is not ours.
find core applets tools tests/fuzz third_party/glue -name '*.c' -type f | sort |
	xargs -P "$(getconf _NPROCESSORS_ONLN)" -n 1 "$0" --one
