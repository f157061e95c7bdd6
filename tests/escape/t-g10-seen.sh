# G10: names that the agent hides from `status` in directories that the last one has seen.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
quiet=4 # seconds after which a directory that did not change is believed
changed() { # NAME PATH...: status of that jail lists exactly these
	local name=$1
	shift
	try timeout 60 "$RJ" status --json "$name"
	[ "$(jq -r '[.modified[], .added[], .deleted[]] | unique | join(" ")' <<<"$out")" = "$*" ]
}
# what the host has seen, and whether directory DIR is in it as it is now
record=
knows() { # DIR
	python3 -c 'import os, struct, sys
st = os.stat(sys.argv[2])
want = struct.pack("=Qqq", st.st_ino, st.st_ctime_ns // 10**9, st.st_ctime_ns % 10**9)
data = open(sys.argv[1], "rb").read()[9 * 8:]
sys.exit(0 if want in [data[i:i + 24] for i in range(0, len(data), 24)] else 1)' "$record" "$1"
}
# as if the jail could have written it, or set a ctime
forge() { # DIR
	python3 -c 'import os, struct, sys
st = os.stat(sys.argv[2])
data = bytearray(open(sys.argv[1], "rb").read())
for at in range(9 * 8, len(data), 24):
	if struct.unpack_from("=Q", data, at)[0] == st.st_ino:
		struct.pack_into("=qq", data, at + 8, st.st_ctime_ns // 10**9, st.st_ctime_ns % 10**9)
open(sys.argv[1], "wb").write(data)' "$record" "$1"
}

tiny_repo "$T/repo"
for d in $(seq 1 24); do
	mkdir -p "$T/repo/d$d/sub"
	for f in $(seq 1 100); do echo "$d $f" >"$T/repo/d$d/f$f"; done
	echo "$d" >"$T/repo/d$d/sub/f"
done
git -C "$T/repo" add . && git -C "$T/repo" commit -q -m many
assert "a jail" "$RJ" create --name s --repo "$T/repo"
W=$JAILS/s
record=$(git -C "$W" rev-parse --absolute-git-dir)/robojail-seen
sleep $quiet
assert "nothing has changed" changed s
assert "it has seen the directories" knows "$W/d1"

attack "a new file, and the mtime of its directory put back"
hide='touch -r d1 /tmp/ref; echo evil >d1/evil; touch -r /tmp/ref d1'
before=$(stat -c '%i %Y' "$W/d1")
in_jail s sh -c "$hide"
cp "$record" "$T/seen"
forge "$W/d1"
control "with a record that knows the new ctime it is hidden" changed s
cp "$T/seen" "$record"
held "inode and mtime are as before" is "$before" "$(stat -c '%i %Y' "$W/d1")"
held "status shows it" changed s d1/evil
held "also the next one" changed s d1/evil

attack "directories renamed, swapped, made anew, left and entered again"
in_jail s sh -c 'for d in 2 3 4 5 6 7 8 9; do touch -r d$d /tmp/ref$d; done
	mv d2/f1 d2/g1
	mv d3 x && mv d4 d3 && mv x d4
	cp -a d5 x && rm -r d5 && echo evil >x/evil && touch -r /tmp/ref5 x && mv x d5
	mv d6 x && echo evil >x/evil && mv x d6
	mv d7/sub ~/sub && ln -s ~/sub d7/sub
	top=$PWD && cd d8 && mv ../d8 ../away && echo evil >evil && mv ../away "$top/d8" && cd ..
	mkdir d9/sub/.evil && echo evil >d9/sub/.evil/f
	for d in 2 3 4 5 6 7 8 9; do touch -r /tmp/ref$d d$d; done'
ours='d1/evil d2/f1 d2/g1'
for d in 3 4; do ours="$ours $(seq -s ' ' -f "d$d/f%g" 1 100) d$d/sub/f"; done
ours="$ours d5/evil d6/evil d7/sub d7/sub/f d8/evil d9/sub/.evil/f"
ours=$(tr ' ' '\n' <<<"$ours" | LC_ALL=C sort | paste -sd ' ')
control "the mtimes are those of before" is "$before" "$(stat -c '%i %Y' "$W/d1")"
held "status shows each" changed s "$ours"
sleep $quiet
held "also when all of it is old" changed s "$ours"
held "and once more" changed s "$ours"

attack "a file tracked, seen, and then left behind by the index"
assert "another" "$RJ" create --name t --repo "$T/repo"
W=$JAILS/t
record=$(git -C "$W" rev-parse --absolute-git-dir)/robojail-seen
in_jail t sh -c 'echo evil >d1/evil && git add d1/evil && git commit -q -m add'
sleep $quiet
held "status shows it" changed t d1/evil
control "its directory has been seen" knows "$W/d1"
in_jail t sh -c 'git rm -q --cached d1/evil && git commit -q -m remove'
held "and shows it when no commit has it" changed t d1/evil
held "as not committed" is 1 "$("$RJ" status --json t | jq .uncommitted)"
finish_rows
