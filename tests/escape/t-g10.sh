# G10: changes that the agent hides from `status`.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
changed() { # NAME PATH...: status of that jail lists exactly these
	local name=$1
	shift
	try timeout 60 "$RJ" status --json "$name"
	[ "$(jq -r '[.modified[], .added[], .deleted[]] | unique | join(" ")' <<<"$out")" = "$*" ]
}
blind() { [ -z "$(git -C "$1" status --porcelain)" ]; }
# A control: a repository whose index and settings the attacker has, as in a shared .git.
plain() {
	C=$T/plain-$1
	tiny_repo "$C"
	touch -d '2 minutes ago' "$C"/* "$C/src/main.c"
	git -C "$C" config core.trustctime false
	git -C "$C" config core.checkStat minimal
	git -C "$C" update-index --refresh
}

attack "the same size, and the old mtime put back"
same='touch -r README.md /tmp/ref.$$; printf "evil!\n" >README.md; touch -r /tmp/ref.$$ README.md'
plain a
(cd "$C" && bash -c "$same")
control "git does not see it" blind "$C"
make_jail a
in_jail a bash -c "$same"
held "status shows it" changed a README.md
held "the diff too" has "$("$RJ" status --diff a)" '^+evil!'

attack "another file of that size and mtime renamed over it"
swap='cp -p README.md n; printf "evil!\n" >n; touch -r README.md n; mv n README.md'
plain b
(cd "$C" && bash -c "$swap")
control "git does not see it" blind "$C"
make_jail b
in_jail b bash -c "$swap"
held "status shows it" changed b README.md

attack "assume-unchanged and skip-worktree in its own index, a sparse checkout, an index that lies"
hide='git update-index --assume-unchanged README.md; git update-index --skip-worktree Makefile; printf "evil!\n" >README.md; printf "evil!\n" >Makefile; git config core.ignoreStat true; git config core.fileMode false; git config core.symlinks false; git config status.showUntrackedFiles no; chmod 755 src/main.c; echo u >untracked'
plain c
(cd "$C" && bash -c "$hide")
control "git does not see it" blind "$C"
make_jail c
in_jail c bash -c "$hide"
in_jail c git status --porcelain
held "hidden from git inside" is "" "$out"
held "status shows all of it" changed c Makefile README.md src/main.c untracked
in_jail c sh -c 'git sparse-checkout set --cone docs; rm -f /.robojail/git/index; : >/.robojail/git/index; ls'
held "also after that" changed c Makefile README.md src/main.c untracked

attack "a file replaced by a directory or a symlink that looks the same"
plain d
(cd "$C" && git config core.symlinks false && cp README.md /tmp/rj-same.$$ && mv src ../src-$$ && ln -s "../src-$$" src)
control "the files look the same" diff -r "$C/src" "$T/src-$$"
rm -f "/tmp/rj-same.$$"
make_jail d
in_jail d sh -c 'mkdir -p ~/x && cp README.md ~/x/r && rm README.md && ln -s ~/x/r README.md; cp -r src ~/x/src && rm -r src && ln -s ~/x/src src; rm Makefile; mkdir Makefile'
held "status shows it" changed d Makefile README.md src src/main.c

attack "a write through a mapping, after git looked at the file"
cat >"$T/map.py" <<'END'
import mmap, os, sys, time
f = open("README.md", "r+b")
m = mmap.mmap(f.fileno(), 0)
m[0:5] = b"hello"              # the page is dirty now, and the times of the file have moved
open(sys.argv[1] + "/up", "w").close()
while not os.path.exists(sys.argv[1] + "/go"):
    time.sleep(0.02)
m[0:5] = b"evil!"              # no time moves any more
open(sys.argv[1] + "/done", "w").close()
END
mapped() { # W WAY...: the host's git looks in between, so that its index has the times
	local w=$1 job
	shift
	"$@" &
	job=$!
	eventually "  mapped" test -e "$w/up"
	sleep 1.2
	git -C "$w" status >/dev/null 2>&1
	touch "$w/go"
	eventually "  written" test -e "$w/done"
	wait $job
	rm -f "$w/up" "$w/go" "$w/done"
}
tiny_repo "$T/plain-m"
mapped "$T/plain-m" bash -c "cd '$T/plain-m' && python3 '$T/map.py' ."
control "git does not see it" blind "$T/plain-m"
make_jail m
cp "$T/map.py" "$PRIVATE/m/home/map.py"
mapped "$W" "$RJ" run m -- sh -c 'python3 ~/map.py .'
held "the file has changed" grep -q 'evil!' "$W/README.md"
held "status shows it" changed m README.md

attack "a change undone while status looks, or made right after an import (racy times)"
tiny_repo "$T/plain-r"
printf 'hullo\n' >"$T/plain-r/README.md" && git -C "$T/plain-r" config core.checkStat minimal && git -C "$T/plain-r" commit -q -a -m x && cp -p "$T/plain-r/README.md" "$T/r" && git -C "$T/plain-r" status >/dev/null && touch -d '1 minute ago' "$T/plain-r/README.md" && git -C "$T/plain-r" update-index --refresh && touch -r "$T/plain-r/README.md" "$T/r" && printf 'evil!\n' >"$T/plain-r/README.md" && touch -r "$T/r" "$T/plain-r/README.md" && git -C "$T/plain-r" config core.trustctime false
control "git does not see it" blind "$T/plain-r"
make_jail r
bad_r=0
for i in 1 2 3 4 5 6; do
	in_jail r sh -c "printf 'good$i\n' >README.md; git commit -q -a -m good$i"
	git -C "$W" status >/dev/null 2>&1
	in_jail r sh -c "printf 'evil$i\n' >README.md"
	try "$RJ" status --json r
	[ "$(jq -r .uncommitted <<<"$out")" = 1 ] || bad_r=$i
done
held "status sees each" is 0 $bad_r

attack "the time of the clock: files from the future, and from before 1970"
plain f
(cd "$C" && printf 'evil!\n' >README.md && touch -d '2 minutes ago' README.md && git update-index --refresh; git config core.ignoreStat true; git update-index --assume-unchanged README.md)
control "git does not see it" blind "$C"
make_jail f
in_jail f sh -c 'printf "evil!\n" >README.md; touch -d "2090-01-01" README.md; printf x >Makefile; touch -d "1969-01-01" Makefile; touch -d "2038-01-20" src'
held "status shows it" changed f Makefile README.md

attack "what is committed is not what lies in the worktree"
two='printf "evil!\n" >README.md; echo evil >install.sh; printf "evil\n" >>Makefile; git add -A; git commit -q -m tidy; rm install.sh; git show HEAD~1:README.md >README.md; git show HEAD~1:Makefile >Makefile; echo good >>Makefile'
C=$T/plain-t
tiny_repo "$C"
git -C "$C" worktree add -q -b work "$T/work-t" && (cd "$T/work-t" && bash -c "$two")
lacks() { [[ $1 != *"$2"* ]]; }
control "a comparison of the worktree with its base does not show it" lacks "$(git -C "$T/work-t" diff HEAD~1)" evil
make_jail t
in_jail t bash -c "$two"
held "status names all of it" is "Makefile README.md install.sh" "$("$RJ" status --json t | jq -r '.committed_otherwise | join(" ")')"
held "and for people, with the command that shows it" has "$("$RJ" status t)" 'a merge brings that: install\.sh'
held "with the diff too" has "$("$RJ" status --diff t 2>&1 >/dev/null)" 'a merge brings that: README\.md'
see=$("$RJ" status t | sed -n 's/^see commits: *//p')
held "that command shows it" has "$(sh -c "$see")" '^+echo evil\|^+evil'
try "$RJ" destroy t
held "destroy names what would be lost" has "$err" 'Makefile.*README\.md.*install\.sh\|README\.md'

attack "two files exchange blocks, and no time of either moves"
cat >"$T/move.py" <<'END'
import fcntl, os, struct, sys
os.chdir(sys.argv[1])
good, evil = (c * 4096 * 3 for c in (b"good\n---", b"evil\n---"))
d = os.open("victim", os.O_RDWR | os.O_CREAT)
o = os.open("other", os.O_RDWR | os.O_CREAT)
for fd, text in ((d, good), (o, evil)):
    os.write(fd, text)
    os.fsync(fd)
before = os.fstat(d)
for call, size in ((0xC028660F, 40), (0xC0C0586D, 192), (0xC020F509, 32), (0x50009417, 4096), (0x4008941A, 8)):
    arg = bytearray(size)
    if call == 0xC028660F:
        arg[:40] = struct.pack("IIQQQQ", 0, d, 0, 0, 1, 0)
    try:
        fcntl.ioctl(o, call, arg)
        print("%x done" % call)
    except OSError as e:
        print("%x errno %d" % (call, e.errno))
os.posix_fadvise(d, 0, 0, os.POSIX_FADV_DONTNEED)
after = os.fstat(d)
same = [(s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino) for s in (before, after)]
print("content", os.pread(d, 4, 0) == good[:4], "times", same[0] == same[1])
os.unlink("victim"), os.unlink("other")
END
on_ext4= # where this user may write
for d in "$T" /var/tmp /tmp "$HOME"; do
	[ -n "$on_ext4" ] || [ "$(stat -f -c %T "$d")" != ext2/ext3 ] || on_ext4=$(mktemp -d "$d/rj-move.XXXXXX") || on_ext4=
done
if [ -n "$on_ext4" ]; then
	try python3 "$T/move.py" "$on_ext4"
	rm -rf "$on_ext4"
	control "the content is another one, size and times are not" is "content False times True" "$(tail -n 1 <<<"$out")"
else # the kernel's code for it is not at hand
	control "there is no ext4 here: only that the call is known" python3 -c 'import fcntl'
fi
make_jail x
cp "$T/move.py" "$PRIVATE/x/home/move.py"
in_jail x sh -c 'python3 ~/move.py /tmp'
held "all such calls are refused" is "c028660f errno 95,c0c0586d errno 95,c020f509 errno 95,50009417 errno 1,4008941a errno 1" "$(head -n 5 <<<"$out" | paste -sd,)"
finish_rows
