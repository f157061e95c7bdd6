#!/bin/sh
# cppcheck over the program. Leaks of what RJ_AUTO releases are left out, since cppcheck does not
# know the cleanup attribute; so are its remarks that a function is not reentrant, and main.c's
# filling of closed standard descriptors.
set -eu
dir=${B:-build}/lint/cppcheck
mkdir -p "$dir"
libraries=${LINT_CFLAGS#*-isystem }
cppcheck -q -j "$(getconf _NPROCESSORS_ONLN)" --cppcheck-build-dir="$dir" --std=c11 --language=c \
	--library=posix,gnu --platform=unix64 -D_GNU_SOURCE -D__linux__ -D__x86_64__ -D__GNUC__=12 -I. \
	--include="${libraries%% *}/jansson.h" --template='{file}:{line}: {severity}: {message} [{id}]' \
	--enable=warning,performance,portability --inline-suppr --max-configs=1 \
	--suppress=missingInclude --suppress=missingIncludeSystem --suppress=unmatchedSuppression \
	--suppress='*:*/jansson*.h' --suppress=leakReturnValNotUsed:applets/main.c core applets tools 2>"$dir.out" || :
bad=0
while read -r line; do
	case $line in
	*Called]) continue ;;
	*'[resourceLeak]' | *'[memleak]')
		f=${line%%:*}
		v=${line##*leak: }
		v=${v%% *}
		! tr '\n\t' '  ' <"$f" | grep -qE "RJ_AUTO\([a-z_]+\)[^;]*[ *,]$v( =|,|;)" || continue
		;;
	esac
	echo "$line"
	bad=1
done <"$dir.out"
exit $bad
