# A stream for git fast-import: one commit of n files, the same ones each time.
BEGIN {
	srand(1)
	while (length(pool) < 65536) {
		line = ""
		while (length(line) < 20 + rand() * 60)
			line = line sprintf("%c%s ", 97 + int(rand() * 26), substr("abcdefghijklmnop", 1 + int(rand() * 8), 2 + int(rand() * 6)))
		pool = pool line "\n"
	}
	print "commit refs/heads/main"
	print "committer Bench <bench@example.org> 1700000000 +0000"
	print "data 6\nFiles\n"
	for (i = 0; i < n; i++) {
		size = int(100 * exp(rand() * 5.3))
		text = "/* file " i " */\n" substr(pool, 1 + int(rand() * 40000), size)
		dir = int(i / 50)
		printf "M 100644 inline src/%d/part%d/file%d.c\n", int(dir / 20), dir % 20, i
		printf "data %d\n%s\n", length(text), text
	}
	print "done"
}
