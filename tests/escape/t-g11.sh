# G11: ignore rules that the agent writes to hide new files.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
new_ignored() { # NAME PATH...
	local name=$1
	shift
	try timeout 60 "$RJ" status --json "$name"
	[ "$(jq -r '.newly_ignored | sort | join(" ")' <<<"$out")" = "$*" ]
}
blind() { ! git -C "$1" status --porcelain | grep -q evil; }

attack "a rule in .gitignore"
rule='echo "evil*" >>.gitignore; echo x >evil.sh; mkdir evil.d; echo x >evil.d/x'
tiny_repo "$T/plain" && (cd "$T/plain" && sh -c "$rule")
control "git status hides the files" blind "$T/plain"
make_jail a
in_jail a sh -c "$rule"
held "status counts them" new_ignored a evil.d/ evil.sh
held "and names them on request" has "$("$RJ" status --ignored a)" evil.sh
held "and the rule is a change" has "$("$RJ" status a)" .gitignore
in_jail a sh -c 'git add .gitignore; git commit -q -m rules'
held "also when it is committed" new_ignored a evil.d/ evil.sh

attack "rules in directories, that hide themselves, negated, or above a tracked file"
rules='mkdir -p d/e; printf "*\n" >d/.gitignore; echo x >d/evil; echo x >d/e/evil; printf "/evil\n!/keep\n.gitignore\n" >src/.gitignore; echo x >src/evil; printf "README.md\n/src/main.c\n" >.gitignore'
tiny_repo "$T/p2" && (cd "$T/p2" && sh -c "$rules")
control "git status hides the files" blind "$T/p2"
make_jail b
in_jail b sh -c "$rules; echo evil >README.md"
held "status counts them" new_ignored b d/.gitignore d/e/ d/evil src/.gitignore src/evil
held "a tracked file is not hidden" is README.md "$(jq -r '.modified | join(" ")' <<<"$out")"

attack "info/exclude and core.excludesFile of its own git directory, and a global file in its home"
excl='g=$(git rev-parse --git-dir); mkdir -p "$g/info"; echo "evil*" >>"$g/info/exclude"; echo "more-evil*" >"$g/x"; git config core.excludesFile "$g/x"; mkdir -p ~/.config/git; echo "evil*" >~/.config/git/ignore; echo x >evil; echo x >more-evil'
tiny_repo "$T/p3" && (cd "$T/p3" && HOME=$T/fakehome sh -c "$excl")
control "git status hides the files" blind "$T/p3"
make_jail c
in_jail c sh -c "$excl"
in_jail c git status --porcelain
held "hidden from git inside" is "" "$out"
try "$RJ" status --json c
held "status lists them as added" is "evil more-evil" "$(jq -r '.added | join(" ")' <<<"$out")"

attack ".gitignore that is a symlink, a FIFO, a directory, or huge"
tiny_repo "$T/p4" && (cd "$T/p4" && mkfifo .gitignore)
control "git waits for ever" not timeout 1 git -C "$T/p4" status
for kind in 'mkfifo .gitignore' 'ln -s /dev/zero .gitignore' 'mkdir .gitignore' 'truncate -s 3G .gitignore' 'yes "evil*" | head -c 30000000 >.gitignore' 'printf "evil\0*\n" >.gitignore' "python3 -c 'print(\"*\" * 20 + \"a\", \"**/\" * 300 + \"x\", \"[\" * 999, sep=\"\\n\")' >.gitignore"; do
	make_jail "d$RANDOM" && name=${W##*/}
	in_jail "$name" sh -c "$kind; echo x >evil; mkdir -p aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/b; echo x >aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/b/c"
	try timeout 20 "$RJ" status --json "$name"
	held "status ends" test "$rc" = 0
	held "evil is listed or counted" is evil "$(jq -r '[.added[], .newly_ignored[]] | map(select(. == "evil")) | join(" ")' <<<"$out")"
done

attack "rules that take gigabytes: four megabytes of sets, a link to them in each of 120 directories"
rules='import os
top = os.path.abspath("rules")
open(top, "w").write("evil\n" + ("[a][a][a]" * 450 + "\n") * 1030)
for i in range(120):
    os.mkdir("d"); os.chdir("d"); os.link(top, ".gitignore")
open("evil", "w").write("x")'
bounded() { (ulimit -S -v 450000 && timeout 100 "$@"); }
out_of_memory() { bounded "$@" 2>&1 | grep -qi "out of memory"; }
tiny_repo "$T/p5" && (cd "$T/p5" && python3 -c "$rules")
control "git status needs more than 450 MB" out_of_memory git -C "$T/p5" status --porcelain -uall
make_jail e
in_jail e python3 -c "$rules"
try bounded "$RJ" status --json e
held "status does not" test "$rc" = 0
held "it lists evil, and 120 files of rules" is "true 120" "$(jq -r '[.added[] | ltrimstr("d/" * 120)] | "\(any(. == "evil")) \(map(select(endswith(".gitignore"))) | length)"' <<<"$out")"
held "and says from where on" has "$(jq -r .ignore_stopped_at <<<"$out")" '^d/d/.*/.gitignore$'
held "also to people" has "$("$RJ" status e)" '^! ignored files are listed, too'
try bounded "$RJ" destroy e
held "destroy refuses" test "$rc" = 1
held "and names them" says d/d/.gitignore

attack "rules that take hours: a megabyte of stars, and 400 files that nearly match"
rules='import os
open(".gitignore", "w").write("".join("**/" + "a*" * 60 + f"{i}[!z]\n" for i in range(8000)) + "evil\n")
os.makedirs("z/" + "a" * 200)
for i in range(400):
    open("z/" + "a" * 200 + "/" + "a" * 200 + str(i), "w").close()
open("z/evil", "w").write("x")'
tiny_repo "$T/p6" && (cd "$T/p6" && python3 -c "$rules")
control "git status does not end in ten seconds" not timeout 10 git -C "$T/p6" status --porcelain -uall
make_jail f
in_jail f python3 -c "$rules"
try timeout 100 "$RJ" status --json f
held "status ends" test "$rc" = 0
held "it says from where on rules hide nothing" has "$(jq -r .ignore_stopped_at <<<"$out")" '^z/aaa'
held "each file is listed or counted, and evil" is "402 true" "$(jq -r '"\(.added + .newly_ignored | length) \(.newly_ignored + .added | any(. == "z/evil"))"' <<<"$out")"
finish_rows
