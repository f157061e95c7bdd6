# T1: escape sequences, OSC 52, bidirectional and control characters in all that a jail can name.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
# clears the screen, sets the title, writes the clipboard, asks the terminal to type, turns text round
evil=$'\e[2J\e]0;title\a\e]52;c;cm0gLXJm\a\e[6n\e]8;;file:///x\a\u202egnp\u202c\x9b31m\x7f\x08\x08'
plain() { # TEXT: nothing in it is for a terminal
	! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80[\xaa-\xae\x8b-\x8f]|\xe2\x81[\xa6-\xa9]' <<<"$1" &&
		iconv -f UTF-8 -t UTF-8 <<<"$1" >/dev/null
}
every() { # NAME: what all commands say of a jail, on a terminal and in a pipe
	local c
	for c in list "status $1" "status --diff $1" "status --ignored $1" "sync $1" "log $1" "watch --once $1" "run --dry-run $1 -- true" "destroy $1" "export $1 $T/out-$RANDOM.bundle"; do
		# shellcheck disable=SC2086 # words
		# a diff that is no terminal's is for git apply, and exact
		[[ $c == *--diff* ]] || timeout 60 "$RJ" $c 2>&1 </dev/null
		timeout 60 script -qec "$RJ $c" /dev/null 2>&1 </dev/null | sed 's/\r$//; s/\x1b\[[0-9;]*m//g; s/\x1b\[K//g; s/\r//g'
	done
	timeout 60 "$RJ" doctor 2>&1 </dev/null
}
script_of='import os, subprocess, sys
evil = os.fsencode(sys.argv[1])
def put(name, data=b"x\n"):
    try:
        with open(name, "wb") as f:
            f.write(data)
    except OSError:
        pass
os.mkdir(b"d" + evil.replace(b"/", b""))
put(b"f" + evil.replace(b"/", b""))
put(b"README.md", b"text " + evil + b"\n")
put(b".gitignore", b"secret*\n")
put(b"secret" + evil.replace(b"/", b""))
os.symlink(b"/etc/" + evil, b"link" + evil.replace(b"/", b""))
os.mkfifo(b"fifo" + evil.replace(b"/", b""))
os.makedirs(b"sub" + evil.replace(b"/", b"") + b"/.git")'

attack "in names of files, directories, links, FIFOs, repositories; in text and targets"
mkdir "$T/p" && (cd "$T/p" && python3 -c "$script_of" "$evil")
control "ls prints them as they are" not plain "$(ls "$T/p")"
make_jail j
sh_jail j "git config --global --add safe.directory '*'; true"
try "$RJ" run j -- python3 -c "$script_of" "$evil"
all=$(every j)
held "no command does" plain "$all"
held "though all of them are shown" test "$(grep -c '52;c' <<<"$all")" -ge 8
json=$("$RJ" status --json --diff j)
held "in JSON they are exact" is "$(printf 'f%s' "${evil//\//}" | od -An -c | tr -d ' \n')" "$(python3 -c '
import json, re, sys
for s in json.loads(sys.argv[1])["added"]:
    if s.startswith("\""):  # as git quotes: bytes that are no text
        s = re.sub(r"\\([0-7]{3}|.)", lambda m: chr(int(m[1], 8)) if len(m[1]) == 3 else {"a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}.get(m[1], m[1]), s[1:-1])
        s = s.encode("latin1")
    else:
        s = s.encode()
    if s.startswith(b"f") and not s.startswith(b"fifo"):
        sys.stdout.buffer.write(s)' "$json" | od -An -c | tr -d ' \n')"
printf '%s' "$json" >"$T/json"
held "and it is valid UTF-8" iconv -f UTF-8 -t UTF-8 -o /dev/null "$T/json"

attack "in messages, authors, tags and branch names of commits"
tiny_repo "$T/q"
git -C "$T/q" -c user.name="A$evil" commit -q --allow-empty -m "Message $evil"
control "git cat-file prints them as they are" not plain "$(git -C "$T/q" cat-file -p HEAD)"
make_jail k
try "$RJ" run k -- sh -c 'git -c user.name="A$1" commit -q --allow-empty -m "Message $1"; git -c user.name="B$1" commit -q --allow-empty -m "$1"; b=$(git rev-parse HEAD); d=$(git rev-parse --git-dir); mkdir -p "$d/refs/heads/x"; echo "$b" >"$d/refs/heads/x/y$(printf %s "$1" | tr -d /)"; printf "%s refs/heads/z%s\n" "$b" "$1" >>"$d/packed-refs"; git tag -a -m "$1" v1; echo "$1" >>"$d/HEAD.lock"' x "$evil"
held "no command does" plain "$(every k)"

attack "in what a refused import says"
control "echo prints it as it is" not plain "$evil"
make_jail l
try "$RJ" run l -- sh -c 'd=$(git rev-parse --git-dir); printf "ref: refs/heads/%s\n" "$1" >"$d/HEAD"' x "$evil"
held "no command does" plain "$(every l)"
try "$RJ" run l -- sh -c 'd=$(git rev-parse --git-dir); printf "%s" "$1" >"$d/HEAD"' x "$evil"
held "with a HEAD that is none" plain "$(every l)"
make_jail m
try "$RJ" run m -- sh -c 'b=$(printf "x\n" | git hash-object -w --stdin); t=$(printf "100644 blob %s\tsub%s\n" "$b" "$1" | git mktree --missing); c=$(git commit-tree -p HEAD -m m "$(printf "040000 tree %s\t.git\n" "$t" | git mktree)"); git update-ref HEAD "$c"' x "$evil"
held "with a tree that is refused" plain "$(every m)"
finish_rows
