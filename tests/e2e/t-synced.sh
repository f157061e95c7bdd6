# `status` of a jail that has not changed looks for no commits again, and sees everything that did.
# shellcheck shell=bash
. "$TESTS/lib.sh"
make_jail j
kept=$PRIVATE/j/synced

settle() { sleep 0.15; } # what is younger than that may change in one tick of the clock
# Does status start a process to look into the jail's git directory?
looks() {
	strace -f -o "$T/.trace" -e trace=clone,clone3,fork,vfork "$RJ" status j >/dev/null 2>&1
	grep -q '^[0-9]* *\(clone\|clone3\|fork\|vfork\)(' "$T/.trace"
}
# known: two in a row, and the second one spares itself the look.
known() {
	settle
	"$RJ" status j >/dev/null 2>&1
	refute "$1" looks
}
status() {
	try "$RJ" status --json j
	[ "$rc" = 0 ] || fail "status works" "$(shown)"
}
commits() { jq .commits <<<"$out"; }

section "spared"
refute "nothing is known of a new jail" test -e "$kept"
settle
assert "the first status looks" looks
assert "and keeps what it saw" test -s "$kept"
refute "the next one does not look" looks
status
assert_eq "and tells the same" "0 []" "$(jq -r '"\(.commits) \(.other_refs)"' <<<"$out")"
in_jail j sh -c 'echo more >>README.md; echo new >new'
refute "files do not matter" looks
status
assert_eq "they are seen all the same" 2 "$(jq .stats.files_changed <<<"$out")"

section "everything that changes is seen"
in_jail j git commit -qam "Second"
status
assert_eq "a commit" 1 "$(commits)"
known "it is known then"
in_jail j sh -c 'git commit -q --allow-empty -m Third && git pack-refs --all --prune'
status
assert_eq "a packed ref" 2 "$(commits)"
known "that, too"
in_jail j git commit -q --allow-empty -m Fourth
known "a loose one"
in_jail j sh -c 'f=$(git rev-parse --git-path "$(git symbolic-ref HEAD)"); id=$(git commit-tree -p HEAD -m Fifth HEAD^{tree}); echo $id >"$f"'
status
assert_eq "a ref that is written in place" 4 "$(commits)"
known "once more"
in_jail j git branch other
status
assert_eq "another branch without a commit is nothing to tell of" "[]" "$(jq -c .other_refs <<<"$out")"
known "and known"
in_jail j sh -c 'git commit-tree -p HEAD -m Side HEAD^{tree} >id; git update-ref refs/heads/deep/down/side $(cat id); rm id'
status
assert_eq "one with a commit is told" 1 "$(jq '.other_refs | length' <<<"$out")"
for i in 1 2; do
	settle
	status
	assert_eq "each time ($i)" 1 "$(jq '.other_refs | length' <<<"$out")"
done
in_jail j git update-ref -d refs/heads/deep/down/side
status
assert_eq "until it is gone" "[]" "$(jq -c .other_refs <<<"$out")"
known "then no more"
in_jail j sh -c 'echo x >>README.md; git stash -q'
status
assert_eq "a stash is told" 1 "$(jq '.other_refs | length' <<<"$out")"
in_jail j git stash drop -q
known "one that was dropped is nothing"
in_jail j git checkout -q --detach HEAD~1
assert "a HEAD that moved" looks
in_jail j git checkout -q -
known "and back"
in_jail j sh -c 'for i in $(seq 1000); do git rev-parse HEAD >"$(git rev-parse --git-path refs/heads)/b$i"; done'
settle
status
assert "too many refs to be kept" looks
in_jail j sh -c 'for i in $(seq 1000); do rm "$(git rev-parse --git-path refs/heads)/b$i"; done'
known "until they are gone"

section "what the host does is seen"
git -C "$repo" update-ref "refs/heads/$branch" "$(git -C "$repo" commit-tree -p "$branch" -m Host "$branch^{tree}")"
assert "a commit on the branch" looks
git -C "$repo" update-ref "refs/heads/$branch" "$branch~1"
known "taken back"
git -C "$repo" update-ref -d "refs/heads/$branch"
assert "a branch that was deleted" looks
status
settle
known "it is there again"

section "while the jail runs nothing is taken as known"
in_jail j true
known "before"
"$RJ" run j -- sh -c 'touch up; until [ -e go ]; do sleep 0.05; done' &
eventually "it runs" test -e "$W/up"
assert "it is looked at" looks
touch "$W/go"
wait
known "after"

section "a page of a ref that is mapped and dirty moves no time"
cat >"$W/map.py" <<'END'
import mmap, os, subprocess, time
run = lambda *a: subprocess.check_output(a, text=True).strip()
run("git", "commit", "-q", "--allow-empty", "-m", "Before")
path = run("git", "rev-parse", "--git-path", run("git", "symbolic-ref", "HEAD"))
tip, new = run("git", "rev-parse", "HEAD"), run("git", "commit-tree", "-p", "HEAD", "-m", "Hidden", "HEAD^{tree}")
with open(path, "w") as f: # git made it read-only for nobody
    f.write(tip + "\n")
page = mmap.mmap(os.open(path, os.O_RDWR), 41)
page[0:40] = tip.encode()
before = os.stat(path).st_ctime_ns
open("dirty", "w").close()
while not os.path.exists("hide"): time.sleep(0.05)
page[0:40] = new.encode()
open("hidden", "w").write(str(os.stat(path).st_ctime_ns == before))
while not os.path.exists("end"): time.sleep(0.05)
END
n=$("$RJ" status --json j | jq .commits)
"$RJ" run j -- python3 map.py &
eventually "the page is dirty" test -e "$W/dirty"
settle
status
assert_eq "the commit before is seen" $((n + 1)) "$(commits)"
for i in 1 2; do
	settle
	status
done
touch "$W/hide"
eventually "the ref has changed" test -s "$W/hidden"
assert_eq "and no time moved (the control)" True "$(cat "$W/hidden")"
status
assert_eq "it is seen while the jail runs" $((n + 2)) "$(commits)"
touch "$W/end"
wait
status
assert_eq "and after it" $((n + 2)) "$(commits)"

section "what is kept is not believed blindly"
known "before"
for text in '' x "$(head -c 100000 /dev/zero | tr '\0' x)"; do
	printf '%s' "$text" >"$kept"
	assert "a damaged one is looked past (${#text} bytes)" looks
	known "and replaced"
done
rm "$kept" && mkdir "$kept"
assert "a directory in its place" looks
rmdir "$kept"
section "one at a time"
make_jail turn
sh_jail turn 'echo 1 >one && git add one && git commit -q -m One'
for command in sync destroy; do
	rm -f "$T/held"
	# as another sync would, and until it is let go
	python3 -c 'import fcntl, sys, time
f = open(sys.argv[1], "w"); fcntl.lockf(f, fcntl.LOCK_EX); open(sys.argv[2], "w"); time.sleep(100)' "$PRIVATE/turn/turn" "$T/held" &
	holder=$!
	eventually "somebody has the turn" test -e "$T/held"
	"$RJ" $command turn >"$T/out" 2>&1 </dev/null &
	waits=$!
	sleep 0.5
	assert "$command waits for it" kill -0 $waits
	kill $holder
	wait $waits
	assert_eq "and goes on then" 0 $?
done
assert_eq "the jail is gone" "" "$(jq -r '.jails.turn // empty' "$STATE")"
finish
