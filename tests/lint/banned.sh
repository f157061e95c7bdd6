#!/bin/sh
# Fails on what the house rules forbid in C. Comments and strings are taken out first.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0

forbid() { # PATTERN WHY
	if grep -nE "$1" "$tmp/code" >"$tmp/hits"; then
		sed "s|^|$f:|" "$tmp/hits"
		echo "    $2"
		bad=1
	fi
}

# The same lines, without comments and without what strings and characters say.
code() {
	awk '{
		out = ""; n = length($0)
		for (i = 1; i <= n; i++) {
			c = substr($0, i, 1); d = substr($0, i, 2)
			if (comment) { if (d == "*/") { comment = 0; i++ } continue }
			if (quote != "") {
				if (c == "\\") i++
				else if (c == quote) { quote = ""; out = out c }
				continue
			}
			if (d == "/*") { comment = 1; i++; continue }
			if (c == "\"" || c == "\047") quote = c
			out = out c
		}
		if (quote != "" && substr($0, n) != "\\") quote = ""
		print out
	}' "$1"
}

word='(^|[^A-Za-z0-9_.>])'
find core applets tools tests third_party/glue -name '*.[ch]' -type f | sort >"$tmp/files"
while read -r f; do
	code "$f" >"$tmp/code"
	forbid "$word(strcpy|strcat|sprintf|vsprintf|gets|strtok|strncpy|strncat|alloca)[[:space:]]*\(" "no bounds"
	forbid "$word(atoi|atol|atoll)[[:space:]]*\(" "cannot fail: use strtol and look at its errors"
	forbid "$word(system|popen)[[:space:]]*\(" "runs a shell"
	forbid "${word}signal[[:space:]]*\(" "use sigaction(2)"
	forbid '^[[:space:]]*#[[:space:]]*define[[:space:]]+_GNU_SOURCE' "_GNU_SOURCE is given on the command line"
	forbid '^[[:space:]]*typedef[[:space:]]+(struct|union)' "structs are named as structs"
	forbid '//' "comments are /* */"
	case $f in
	tests/* | tools/* | applets/main.c | core/base/mem.c | third_party/*) ;;
	*) forbid "$word(exit|err|errx)[[:space:]]*\(" "only applets/main.c ends the program" ;;
	esac
	case $f in
	tests/* | tools/* | applets/* | core/base/mem.c | third_party/*) ;;
	*)
		forbid "$word(printf|vprintf|puts|putchar|perror|warn|warnx)[[:space:]]*\(" "only applets print"
		forbid "$word(fprintf|fputs|vfprintf|fputc|putc)[[:space:]]*\([^;]*std(out|err)" "only applets print"
		;;
	esac
done <"$tmp/files"
exit $bad
