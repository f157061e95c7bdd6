#!/bin/sh
# Fails on a check of a test that is given input: tests/e2e/lib.sh runs what it checks with none, so
# the input is lost, and what reads it sees nothing, and finds nothing wrong. The same goes for the
# files of the last command's output, which are emptied first.
set -eu
find tests -name '*.sh' -type f -not -path 'tests/data/*' -not -path 'tests/lint/*' | sort | xargs awk '
	function report(why) {
		print FILENAME ":" FNR ": " why ": " $0
		bad = 1
	}
	# What a line says outside of quotes, substitutions and comments; quote and depth go on.
	function plain(s,   i, c, d, out) {
		for (i = 1; i <= length(s); i++) {
			c = substr(s, i, 1); d = substr(s, i, 2)
			if (quote == "\047") { if (c == quote) quote = "" }
			else if (c == "\\") i++
			else if (quote == "$") { if (c == "\047") quote = "" }
			else if (quote == "" && d == "$\047") { quote = "$"; i++ }
			else if (d == "$(") { held[++depth] = quote; quote = ""; i++ }
			else if (c == "(" && depth && quote == "") held[++depth] = ""
			else if (c == ")" && depth && quote == "") quote = held[depth--]
			else if (quote == "\"") { if (c == quote) quote = "" }
			else if (c == "\"" || c == "\047") quote = c
			else if (c == "#" && !depth && (i == 1 || substr(s, i - 1, 1) ~ /[ \t]/)) break
			else if (!depth) out = out c
		}
		return out
	}
	# A quote that never ended: what followed it was not looked at.
	function check_end() {
		if (quote != "" || depth || word != "") {
			print file ": its quotes are not understood by tests/lint/input.sh"
			bad = 1
		}
	}
	FNR == 1 { check_end(); file = FILENAME; quote = ""; depth = 0; word = "" }
	word != "" { if ($0 == word || $0 == "\t" word) word = ""; next }
	{
		begins = quote == "" && depth == 0
		if (begins && match($0, /<<-?["\047]?[A-Z0-9]+["\047]?/) && substr($0, RSTART - 1, 1) != "<") {
			word = substr($0, RSTART, RLENGTH)
			gsub(/[^A-Z0-9]/, "", word)
		}
		n = split(plain($0), part, /[;&|]+/)
		for (i = 1; i <= n; i++)
			if (part[i] ~ /^[ \t]*((then|do|else|\{)[ \t]+)?(try|(assert|refute)[a-z_]*|held|control|prove|in_jail|sh_jail)[ \t]/ &&
			    part[i] ~ /(^|[^<>&0-9])<<?<?([^<(]|$)/)
				report("the input is lost")
		if ($0 ~ /^[ \t]*(assert|refute) .*\$T\/\.(out|err)/)
			report("that file is emptied first")
	}
	END { check_end(); exit bad }'
