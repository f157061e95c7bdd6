# G6: files that are not what they seem, in a worktree that the host looks at: links to host files,
# FIFOs, sockets, nodes, files that grow. Nothing follows them, nothing waits.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
secret=SECRET-$RANDOM$RANDOM
mkdir -p "$HOME/.ssh"
echo "$secret" >"$HOME/.ssh/id_ed25519"
home_may_have="$home_may_have .ssh"
traps='ln -s "$1/.ssh/id_ed25519" notes; ln -sf "$1/.ssh/id_ed25519" README.md; rm -rf src; ln -s "$1/.ssh" src; ln -s /dev/zero zero; ln -s /proc/self/environ env; mkdir d; ln -s "$1/.ssh/id_ed25519" d/.gitignore; ln -s "$1/.ssh/id_ed25519" .gitattributes; ln -s "$1/.ssh/id_ed25519" .gitmodules'
pipes='mkfifo fifo; rm -f Makefile; mkfifo Makefile; mkdir -p e; mkfifo e/.gitignore e/.gitattributes .gitattributes.x; mkfifo .gitmodules; python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\"sock\")"; mknod wh c 0 0; mknod b b 8 0; mkdir closed; echo x >closed/f; chmod 000 closed; echo x >unreadable; chmod 000 unreadable'

attack "symlinks to a key in place of files, directories, .gitignore, .gitattributes"
tiny_repo "$T/plain"
(cd "$T/plain" && bash -c "$traps" x "$HOME") 2>/dev/null
control "a plain diff reads through them" grep -q "$secret" <(diff -ruN "$T/plain" /nonexistent 2>/dev/null; cat "$T/plain/notes")
make_jail j
in_jail j bash -c "$traps" x "$HOME"
all=$(timeout 60 "$RJ" status j 2>&1; timeout 60 "$RJ" status --diff j 2>&1; timeout 60 "$RJ" status --json --diff j 2>&1; timeout 60 "$RJ" destroy j 2>&1)
held "no command shows what they lead to" not has "$all" "$secret"
held "the diff shows the links" has "$all" "+$HOME/.ssh/id_ed25519"
in_jail j sh -c 'rm .gitmodules && git add -A 2>/dev/null && git commit -q -m Links'
held "committed, they are links" is 120000 "$(git -C "$repo" ls-tree "$branch" notes | cut -c 1-6)"
held "and nothing read through them" not git -C "$repo" grep -q "$secret" "$branch"

attack "FIFOs, sockets and nodes in place of files, and of files that git reads"
tiny_repo "$T/p2"
(cd "$T/p2" && bash -c "$pipes") 2>/dev/null
control "a plain grep waits for ever" not timeout 1 grep -r nothing "$T/p2"
make_jail k
in_jail k bash -c "$pipes"
# Landlock keeps the jail from nodes; where the kernel has none, a whiteout can be made inside
[ -e "$W/wh" ] || mknod "$W/wh" c 0 0
for c in status "status --diff" "status --json" sync destroy list; do
	start=$SECONDS
	# shellcheck disable=SC2086 # words
	try timeout 60 "$RJ" $c $([ "$c" = list ] || echo k)
	held "$c does not wait" test "$rc" != 124 -a $((SECONDS - start)) -lt 30
done
try "$RJ" status --json k
held "status names them" is "Makefile e/.gitattributes e/.gitignore fifo sock wh" "$(jq -r '.special | sort - [".gitattributes.x", ".gitmodules"] | join(" ")' <<<"$out")"
held "and what cannot be read" is "closed/ unreadable" "$(jq -r '.unreadable | sort | join(" ")' <<<"$out")"
try timeout 60 "$RJ" destroy --force k
held "destroy removes all of it" test "$rc" = 0 -a ! -e "$W"

attack "a file that grows while it is read, and one that changes its kind all the time"
make_jail g
rm -f "$T/grow"
(for _ in {1..400}; do head -c 300000 /dev/zero; sleep 0.01; done) >"$T/grow" &
job=$!
sleep 0.3
control "cat follows it on" not timeout 1 tail -c +1 -f "$T/grow"
kill $job 2>/dev/null
"$RJ" run g -- timeout 5 python3 -c '
import os, time
end = time.time() + 4
f = open("grow", "wb")
while time.time() < end:
    f.write(b"x" * 100000)
    f.flush()
    for make in (lambda: os.symlink("/dev/zero", "t"), lambda: os.mkfifo("t"), lambda: os.mkdir("t"), lambda: open("t", "w").close()):
        make()
        os.rename("t", "turn") if not os.path.isdir("t") and not os.path.isdir("turn") else None
        for p in ("t", "turn"):
            try:
                os.rmdir(p) if os.path.isdir(p) and not os.path.islink(p) else (os.unlink(p) if p == "t" else None)
            except OSError:
                pass
    if f.tell() > 200000000:
        f.seek(0)
' >/dev/null 2>&1 &
job=$!
eventually "it is there" test -e "$W/grow"
waited=0
for _ in 1 2 3 4 5; do
	for c in "status" "status --diff"; do
		# shellcheck disable=SC2086 # words
		timeout 30 "$RJ" $c g >/dev/null 2>&1
		[ $? != 124 ] || waited=1
	done
done
wait $job
held "status ends each time" is 0 $waited
forget
finish_rows
