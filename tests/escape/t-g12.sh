# G12: attributes that the agent writes to blind or bend what the user reviews.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
diff_of() { timeout 60 "$RJ" status --diff "$1" 2>/dev/null; }

attack "-diff, binary and -text"
blind='printf "*.c -diff\nMakefile binary\nREADME.md -text -diff\n" >.gitattributes; sed -i "s/return 0/return evil/" src/main.c; echo "evil:" >>Makefile; echo evil >>README.md'
tiny_repo "$T/p1" && (cd "$T/p1" && sh -c "$blind")
control "git diff shows no line of it" not grep -q '^+.*evil' <(git -C "$T/p1" diff)
make_jail a
in_jail a sh -c "$blind"
d=$(diff_of a)
held "the diff shows the lines" is 3 "$(grep -c '^+.*evil' <<<"$d")"
held "and the attributes, as a danger" has "$("$RJ" status a 2>&1)" '!.*\.gitattributes'
in_jail a sh -c 'git add -A; git commit -q -m Blind'
d=$(diff_of a)
held "also when they are committed" is 3 "$(grep -c '^+.*evil' <<<"$d")"

attack "attributes in directories, in info/attributes, and by core.attributesFile"
dirs='echo "* binary" >src/.gitattributes; g=$(git rev-parse --git-dir); mkdir -p "$g/info"; echo "* -diff" >"$g/info/attributes"; echo "* -diff" >"$g/a"; git config core.attributesFile "$g/a"; sed -i "s/return 0/return evil/" src/main.c; echo evil >>README.md'
tiny_repo "$T/p2" && (cd "$T/p2" && sh -c "$dirs")
control "git diff shows no line of it" not grep -q '^+.*evil' <(git -C "$T/p2" diff)
make_jail b
in_jail b sh -c "$dirs"
d=$(diff_of b)
held "the diff shows the lines" is 2 "$(grep -c '^+.*evil' <<<"$d")"

attack "filters, textconv, diff drivers and merge drivers"
filters='printf "* filter=f diff=d merge=m\n" >.gitattributes; git config filter.f.clean "sed s/evil/good/"; git config diff.d.textconv "sed s/evil/good/"; git config diff.d.command "echo good"; sed -i "s/return 0/return evil/" src/main.c'
tiny_repo "$T/p3" && (cd "$T/p3" && sh -c "$filters")
control "git diff shows no line of it" not grep -q '^+.*evil' <(git -C "$T/p3" diff)
make_jail c
in_jail c sh -c "$filters"
d=$(diff_of c)
held "the diff shows the line" is 1 "$(grep -c '^+.*evil' <<<"$d")"
held "the host's git shows it too" has "$(git -C "$W" diff)" '^+.*evil'

attack "ident, eol and working-tree-encoding that change what is compared"
bend='printf "*.c ident\n*.txt working-tree-encoding=UTF-16LE\n*.md eol=crlf\nMakefile text eol=crlf\n" >.gitattributes; printf "/* \$Id: evil \$ */\n" >src/id.c; printf "e\0v\0i\0l\0\n\0" >u.txt; printf "evil\r\n" >README.md; sed -i "s/\$/\r/" Makefile'
tiny_repo "$T/p4" && (cd "$T/p4" && sh -c "$bend" && git add -A 2>/dev/null)
control "git's diff lacks what the file has" not grep -q 'Id: evil' <(git -C "$T/p4" diff --cached)
make_jail d
in_jail d sh -c "$bend"
d=$(diff_of d)
held "the keyword is shown as it is" has "$d" 'Id: evil'
held "the line ends too" has "$d" $'^+evil\r$'
held "and a change of line ends alone" has "$d" $'^+all:\r$'

attack "export-ignore, linguist and a merge=ours that keep a change out of reviews and merges"
tiny_repo "$T/p5" && (cd "$T/p5" && echo "src export-ignore" >.gitattributes && git add -A && git commit -q -m x)
control "git archive leaves it out" not grep -q main.c <(git -C "$T/p5" archive HEAD | tar t)
make_jail e
in_jail e sh -c 'printf "src export-ignore\n*.c linguist-generated merge=ours\n" >.gitattributes; echo evil >>src/main.c; git add -A; git commit -q -m x'
held "the change of attributes is a danger" has "$("$RJ" status e 2>&1)" '!.*\.gitattributes'
held "the diff has all" has "$(diff_of e)" '^+evil'
finish_rows
