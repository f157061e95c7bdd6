#!/bin/sh
# Fails on a file of 400 lines or more and on a function of 60 lines or more (from its opening
# brace in column 1 to its closing one).
set -eu
find core applets tools tests third_party/glue -name '*.[ch]' -type f | sort | xargs awk '
	FNR == 1 { if (file != "" && lines >= 400) report(file ": " lines " lines, under 400 are wanted"); file = FILENAME; start = 0 }
	{ lines = FNR }
	/^{/ { start = FNR; name = before }
	/^}/ && start {
		if (FNR - start + 1 >= 60)
			report(FILENAME ":" start ": " FNR - start + 1 " lines in a function, under 60 are wanted: " name)
		start = 0
	}
	/^[A-Za-z_].*\(/ { before = $0 }
	function report(text) { print text; bad = 1 }
	END { if (lines >= 400) report(file ": " lines " lines, under 400 are wanted"); exit bad }'
