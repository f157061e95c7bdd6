#!/bin/sh
# Fails when a header does not compile alone, or has no include guard.
set -eu
bad=0
for h in core/*/*.h applets/*.h; do
	# shellcheck disable=SC2086 # a list of flags
	printf '#include "%s"\nextern int rj_not_empty;\n' "$h" | gcc -x c -fsyntax-only $LINT_CFLAGS -Werror - || {
		echo "$h does not compile alone"
		bad=1
	}
	guard=$(printf %s "$h" | sed 's|^core/||; s|\.|_|g; s|/|_|g' | tr '[:lower:]-' '[:upper:]_')
	grep -qx "#ifndef RJ_$guard" "$h" && grep -qx "#define RJ_$guard" "$h" || {
		echo "$h: the include guard is not RJ_$guard"
		bad=1
	}
done
exit $bad
