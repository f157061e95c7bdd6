# What ran first, for the linker (tools/order.sh):
#
#   awk -f order.awk MAP RUN ALL >SCRIPT     the linker's map; addresses of functions, in order: those
#                                            of a session, and these and all others
#
# Each function becomes the section of its file that it lies in. The constants are those of the same
# files: the compiler gives a string to the first function that has it. Those that only others than a
# session need are a section of their own, because strings with the same end become one, anywhere in a
# section. Of the variables it is the small ones of the files that a session needs, and of those of the
# C library that hold nothing else.
BEGIN { SMALL = 999 } # bytes: no table, and no buffer

function pattern(object) { # as a linker's script names a file
	if (match(object, /[^\/]*\.a\(.*\)$/)) {
		object = substr(object, RSTART, RLENGTH - 1)
		sub(/\(/, ":", object)
	} else if (!sub(/^.*\/release\//, "", object)) {
		sub(/^.*\//, "", object)
	}
	return "*" object
}

function number(hex,   i, n) {
	for (i = 3; i <= length(hex); i++)
		n = 16 * n + index("0123456789abcdef", substr(hex, i, 1)) - 1
	return n + 0
}

function add(name, at, size, object) {
	if (!begun || at !~ /^0x/ || at ~ /^0x0+$/ || number(size) == 0)
		return
	n++
	names[n] = name
	places[n] = substr(at, 3)
	sizes[n] = number(size)
	objects[n] = object
	if (name ~ /^\.text/)
		has_code[object] = 1
}

function find(at,   low, high, mid) { # sections are in the order of their addresses
	low = 1
	high = n
	while (low < high) {
		mid = int((low + high + 1) / 2)
		if (places[mid] <= at)
			low = mid
		else
			high = mid - 1
	}
	return low
}

FNR == 1 { part++ } # 1 the map, 2 RUN, 3 ALL
part == 1 && /^Linker script and memory map/ { begun = 1 }
part == 1 && /^ \.[^ ]+$/ {
	name = $1
	next
}
part == 1 && /^ \.[^ ]+ +0x[0-9a-f]+ +0x[0-9a-f]+ / { add($1, $2, $3, $4) }
part == 1 && /^ +0x[0-9a-f]+ +0x[0-9a-f]+ [^ ]+$/ && name { add(name, $1, $2, $3) }
part == 1 {
	name = ""
	next
}
part == 2 && FNR == 1 {
	for (i = 1; i <= n; i++)
		of_file[objects[i]] = of_file[objects[i]] " " i
	for (object in of_file)
		if (object ~ /\/libc\.a\(/ && !(object in has_code))
			files[++files_n] = object
}
part == 3 && FNR == 1 {
	session_n = functions_n
	session_files = files_n
}
{
	i = find($1)
	if (names[i] !~ /^\.text/ || seen[i]++)
		next
	functions[++functions_n] = i
	if (!(objects[i] in used))
		files[++files_n] = objects[i]
	used[objects[i]] = 1
}

function section(name, where) { printf "SECTIONS\n{\n\t%s :%s\n\t{\n", name, where }

function end(where) {
	printf "\t\t%s\n\t}\n}\nINSERT %s;\n", line, where
	line = ""
}

# Once. The names of functions are enough; others are found in many files.
function put(object, name,   text) {
	text = (name ~ /^\.text\./ ? "*" : pattern(object)) "(" name ")"
	if (written[text]++)
		return
	if (length(line) + length(text) > 84) {
		print "\t\t" line
		line = ""
	}
	line = line (line ? " " : "") text
}

# What the files of a session have that is named like this and not like that, and is small.
function put_small(like, unlike,   i, j, k, list) {
	for (i = 1; i <= session_files; i++) {
		k = split(of_file[files[i]], list, " ")
		for (j = 1; j <= k; j++)
			if (names[list[j]] ~ like && names[list[j]] !~ unlike && sizes[list[j]] <= SMALL)
				put(files[i], names[list[j]])
	}
}

function code(from, to,   i) {
	for (i = from; i <= to; i++)
		put(objects[functions[i]], names[functions[i]])
	end("BEFORE .text")
}

function constants(from, to,   i) {
	for (i = from; i <= to; i++)
		put(files[i], ".rodata .rodata.*")
	end("BEFORE .text")
}

END {
	print "/*"
	print " * Written by `make order` (tools/order.sh). What runs in a session that does nothing lies"
	print " * here in the order in which it is first called; then what one needs that joins, and a"
	print " * `status`; and what of the data is theirs, the constants beside the code. Spread over the"
	print " * program, each function would cost a fault of its 64 KiB (core/sys/idle.ld) and cold lines"
	print " * of the caches. A name that is gone does no harm."
	print " */"
	section(".text.begin", "")
	print "\t\tKEEP(*(SORT_NONE(.fini)))"
	code(1, session_n)
	section(".rodata.begin", "")
	print "\t\t*gen/filter_code.o(.rodata .rodata.*)"
	constants(1, session_files)
	section(".text.next", "")
	code(session_n + 1, functions_n)
	section(".rodata.next", "")
	constants(session_files + 1, files_n)

	# one page, whose end is zero
	section(".data.begin", " ALIGN(0x1000)")
	put_small("^\\.data", "^\\.data\\.rel\\.ro")
	end("AFTER .data")
	section(".bss.begin", "")
	put_small("^\\.bss", "^$")
	end("BEFORE .bss")
}
