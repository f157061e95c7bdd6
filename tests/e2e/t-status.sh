# status: what the agent changed, seen from outside.
# shellcheck shell=bash
. "$E2E/lib.sh"
repo=$T/project
make_repo "$repo"
git -C "$repo" mv docs/index.txt docs/list.txt
printf 'a\nb\nc\nd\n' >"$repo/four"
printf '*.log\n' >"$repo/.gitignore"
head -c 2000 /dev/urandom >"$repo/image.bin"
git -C "$repo" add . && git -C "$repo" commit -q -m "Third"
assert "create" "$RJ" create --name j --repo "$repo"
W=$JAILS/j
secret=SECRET-$RANDOM$RANDOM
echo "$secret" >"$T/secret"
json() { "$RJ" status j --json | jq -c "$1"; }

section "nothing changed"
assert "status" "$RJ" status j
assert_eq "as JSON" '["j",[],[],[],{"insertions":0,"deletions":0,"files_changed":0}]' \
	"$(json '[.name, .modified, .added, .deleted, .stats | if type == "object" then {insertions, deletions, files_changed} else . end]')"
assert_eq "an empty diff" "" "$("$RJ" status j --diff)"
# On kernels with multigrain timestamps (6.13) the index is younger than each file.
if printf '6.13\n%s\n' "$(uname -r)" | sort -CV; then
	strace -f -e trace=open,openat,openat2 -o "$T/.trace" "$RJ" status j >/dev/null
	assert_eq "no file is read for it" "" "$(git -C "$repo" ls-files | sed 's:.*/::; /^\.git/d' | grep -xFf - <(sed -n 's/.*openat([0-9]*, "\([^"]*\)", O_RDONLY|O_NOC.*/\1/p' "$T/.trace"))"
fi

section "every kind of change"
sh_jail j '
	printf "a\nB\nc\nd\ne\n" >four
	echo new >new.txt
	mkdir -p dir/sub && echo deep >"dir/sub/with blank"
	rm include/linux/tcp.h
	git mv -k include/linux/udp.h include/linux/udp2.h
	chmod 755 README.md
	head -c 3000 /dev/urandom >image.bin
	ln -s /etc/passwd link
	printf "no newline" >nonl
	: >empty
	echo "umlaut" >"ünï.txt"
	echo quote >"a\"b"
	echo secret >x.log'
# the host's side of the jail's secrets: a link that leaves the tree, and what would block
ln -s "$T/secret" "$W/leak"
mkfifo "$W/fifo"
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$W/sock" 2>/dev/null
mkdir "$W/nested" && git -C "$W/nested" init -q && echo x >"$W/nested/file"
git -C "$W/nested" config core.fsmonitor "touch $T/ran; false"
assert "status ends, and does not block" timeout 20 "$RJ" status j
assert_contains "and names what changed" "$out" four new.txt tcp.h udp2.h README.md image.bin link "with blank"
assert_contains "FIFO and nested repository too" "$out" fifo nested
assert_lacks "nothing behind a link is shown" "$out$err" "$secret"
[ -e "$T/ran" ]; assert_ne "nothing of the nested repository ran" 0 $?
assert_eq "added" 'a"b dir/sub/with blank empty leak link new.txt nonl ünï.txt' \
	"$(json '.added[]' | jq -r . | grep -v -e nested -e udp2 -e fifo -e sock | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')"
assert_contains "modified" "$(json .modified)" '"four"' '"README.md"' '"image.bin"'
assert_contains "deleted" "$(json .deleted)" '"include/linux/tcp.h"'
assert_match "the rename is told" "$("$RJ" status j)" 'udp.*udp2'
assert_lacks "what .gitignore hides is not added" "$(json .added)" x.log
rm -f "$W/fifo" "$W/sock"
mv "$W/nested" "$T/nested"
assert_eq "the numbers are those of git" \
	"$(cd "$W" && rm -rf "$T/index" && GIT_INDEX_FILE=$T/index git read-tree HEAD && export GIT_INDEX_FILE=$T/index && git add -A && git diff --cached -M --numstat HEAD | awk '{ i += $1; d += $2; n++ } END { print i, d, n }')" \
	"$(json .stats | jq -r '"\(.insertions) \(.deletions) \(.files_changed)"')"

mv "$T/nested" "$W/nested"
mkfifo "$W/fifo"

section "the diff"
assert "status --diff" timeout 20 "$RJ" status j --diff
"$RJ" status j --diff >"$T/diff"
assert_lacks "nothing behind a link" "$(cat "$T/diff")" "$secret"
assert_contains "untracked files are in it" "$(cat "$T/diff")" "+++ b/new.txt" "+new" "+deep"
assert_contains "renames and modes" "$(cat "$T/diff")" "rename from include/linux/udp.h" "rename to include/linux/udp2.h" "new mode 100755" "\\ No newline at end of file"
rm -f "$W/fifo" && rm -rf "$W/nested"
"$RJ" status j --diff >"$T/diff"
git clone -q "$repo" "$T/apply"
if grep -q '^Binary files' "$T/diff"; then
	# a diff for people: binary files are named; git cannot apply those alone
	assert "git apply takes it, but for the binary" git -C "$T/apply" apply --exclude=image.bin "$T/diff"
	cp "$W/image.bin" "$T/apply/image.bin"
else
	assert "git apply takes it" git -C "$T/apply" apply "$T/diff"
fi
rm -f "$W/x.log"
assert_eq "and makes the same tree" "" "$(diff -r --no-dereference --exclude=.git "$W" "$T/apply")"
assert_eq "modes too" "$(stat -c %A "$W/README.md")" "$(stat -c %A "$T/apply/README.md")"

section "committed or not, work shows"
before=$(json '[.modified, .added, .deleted, .stats.insertions, .stats.deletions]')
sh_jail j 'git add -A && git commit -q -m "All of it"'
assert_eq "the same after a commit" "$before" "$(json '[.modified, .added, .deleted, .stats.insertions, .stats.deletions]')"
"$RJ" status j --diff >"$T/diff2"
assert_eq "the same diff" "" "$(diff "$T/diff" "$T/diff2")"
assert_match "the commits are counted" "$("$RJ" status j)" '1 commit'

section "while the jail runs"
"$RJ" run j -- sh -c 'echo live >live.txt; touch /tmp/up; while [ ! -e stop ]; do sleep 0.05; done' &
job=$!
eventually "up" test -e "$W/live.txt"
assert_contains "status shows it" "$(json .added)" live.txt
touch "$W/stop" && wait $job
rm -f "$W/stop" "$W/live.txt"

section "attempts to hide"
sh_jail j 'cd include/linux; f=ip.h; s=$(stat -c %Y $f); sed -i "s/a/b/" $f; touch -d @$s $f; git update-index --assume-unchanged ip.h; git update-index --skip-worktree if.h; echo x >>if.h'
assert_contains "same size and time" "$(json .modified)" include/linux/ip.h
assert_contains "marked in the jail's index" "$(json .modified)" include/linux/if.h
sh_jail j 'rm -r include/asm-generic; ln -s linux include/asm-generic; rm bin/count; mkdir bin/count; echo f >bin/count/f'
out=$(timeout 20 "$RJ" status j --json)
assert_contains "a directory that became a link" "$(jq -c .added <<<"$out")" '"include/asm-generic"'
assert_contains "a file that became a directory" "$(jq -c .added <<<"$out")" '"bin/count/f"'
assert_contains "  and what was there" "$(jq -c .deleted <<<"$out")" '"bin/count"' "include/asm-generic/ioctl.h"

section "names that are not text, and escapes"
sh_jail j 'printf x >"$(printf "bad\377name")"; printf x >"$(printf "esc\033]0;title\007")"'
assert_lacks "no escape reaches the reader" "$("$RJ" status j)" $'\033' $'\007'
assert "JSON stays valid" sh -c '"$RJ" status j --json | jq .'
assert_contains "what is not text with the quoting of git" "$("$RJ" status j --json | jq -r '.added[]')" '"bad\377name"'
assert_contains "what is text as it is" "$("$RJ" status j --json | jq -r '.added[]')" $'esc\033]0;title\a'

section "colour"
assert_lacks "none in a pipe" "$("$RJ" status j --diff)" $'\033[3'
assert_contains "on a terminal" "$(TERM=xterm script -qec '"$RJ" status j --diff' /dev/null </dev/null)" $'\033['
assert_lacks "unless NO_COLOR says so" "$(NO_COLOR=1 TERM=xterm script -qec '"$RJ" status j --diff' /dev/null </dev/null | sed 's/\x1b\[[?=0-9]*[hlJK]//g')" $'\033['

section "errors"
assert_refused 3 "no such jail" "'k'" "$RJ" status k
assert_fails_with 2 "no name" "$RJ" status
rm -rf "$W"
assert_refused 1 "a worktree deleted by hand" "$W" "$RJ" status j
assert_contains "says what to do" "$err" "hint:" "destroy"

section "submodules that commits bring"
make_jail link
sh_jail link 'git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub/mod && git commit -q -m Link'
for when in "after the session that brought them" "and ever after"; do
	assert_eq "$when" '["sub/mod"]' "$("$RJ" status --json link | jq -c .gitlinks)"
done
assert_contains "  for people too" "$("$RJ" status link)" "commits bring a submodule: sub/mod"

section "many new files in one directory"
make_jail many
sh_jail many 'for i in $(seq 40); do mkdir -p heap/$i gen/deep few dir; echo 1 >heap/$i/a; ln -s a heap/$i/l; echo 1 >gen/deep/$i; echo 1 >dir/$i; done; echo 1 >gen/one; for i in $(seq 5); do echo 1 >few/$i; done; git add dir; git commit -q -m dir; rm -r dir/1'
out=$("$RJ" status many)
assert_contains "one line stands for them" "$out" "A* heap/" "+80 (40 files, 40 links)" "A* gen/deep/" "(40 files)"
assert_lacks "and no other" "$out" heap/1/ gen/deep/1
assert_contains "few are named, and what is in a commit or beside other changes" "$out" "A* few/3" "A* gen/one" "A  dir/9"
assert_contains "the sum counts them all" "$out" "165 files changed"
out=$("$RJ" status --all many)
assert_contains "--all names each" "$out" "A* heap/1/a" "A* gen/deep/40"
assert_lacks "and sums up none" "$out" " files)"
assert_eq "as JSON does" 165 "$("$RJ" status --json many | jq '.added | length')"

finish
