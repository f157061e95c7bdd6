# layout = "root": the worktree is the root directory, and none of it stays behind.
# shellcheck shell=bash
. "$E2E/lib.sh"
repo=$T/repo-j
git init -q "$repo"
cp -r "$TEMPLATE/include" "$TEMPLATE/docs" "$TEMPLATE/README.md" "$repo"
git -C "$repo" add . && git -C "$repo" commit -q -m First
make_jail j
config <<<'layout = "root"'
before=$(listing "$W")

section "inside"
in_jail j pwd; assert_eq "pwd is /" / "$out"
in_jail j ls /; assert_contains "with the project and the system in it" "$out" README.md include docs usr etc proc
in_jail j id -u; assert_eq "id -u" 0 "$out"
in_jail j sh -c 'echo x >/usr/x || echo x >/etc/x'; assert_ne "the system is read-only" 0 "$rc"
in_jail j git status --porcelain; assert_eq "git status sees nothing" "0 " "$rc $out"
sh_jail j 'git add -A && git diff --cached --stat'; assert_eq "nor does git add -A" "0 " "$rc $out"
sh_jail j 'echo new >/new && git add new && git commit -q -m new && git status --porcelain'
assert_eq "a commit works" "0 " "$rc $out"
echo secret >"$HOME/beside"; in_jail j cat "$HOME/beside"; assert_ne "the host's home is hidden" 0 "$rc"; rm "$HOME/beside"

section "afterwards"
assert_eq "nothing of it stays in the worktree" "$( (ls -A "$repo"; echo new) | sort)" "$(ls -A "$W" | sort)"
assert_eq "no empty directory either" "" "$(find "$W" -type d -empty)"
rm -f "$W/new"
git -C "$W" status --porcelain >/dev/null
assert_eq "all is as before" "" "$(diff <(echo "$before") <(listing "$W"))"
git -C "$W" checkout -q new
assert_eq "git status on the host" "" "$(git -C "$W" status --porcelain --ignored)"
assert_eq "the commit is on the branch" new "$(git -C "$repo" log -1 --format=%s "$branch")"

section "while one session runs, another ends"
"$RJ" run j -- sh -c 'echo ready >/tmp/r; touch /up; while [ ! -e /stop ]; do sleep 0.1; done; ls -d /usr /etc /proc' >"$T/long" 2>&1 &
eventually "the first is up" test -e "$W/up"
in_jail j ls /usr; assert_eq "the second works" 0 "$rc"
touch "$W/stop"
wait $!
assert_eq "the first still has its system" "/etc
/proc
/usr" "$(cat "$T/long")"
rm -f "$W/up" "$W/stop"
assert_eq "and nothing stays" "" "$(find "$W" -type d -empty; git -C "$W" status --porcelain)"

section "killed"
"$RJ" run j -- sh -c 'touch /up; exec sleep 60' >/dev/null 2>&1 &
eventually "a session is up" test -e "$W/up"
kill -KILL $!
wait $! 2>/dev/null
rm -f "$W/up"
in_jail j true; assert_eq "the next session works" 0 "$rc"
assert_eq "and leaves nothing" "" "$(find "$W" -type d -empty; git -C "$W" status --porcelain)"

section "a project that collides"
make_repo "$T/collides" # it has a bin/
assert "create" "$RJ" create --name c --repo "$T/collides"
before=$(listing "$JAILS/c")
assert_refused 125 "is refused" "'bin'" "$RJ" run c -- true
assert_contains "with the remedy" "$err" 'layout = "path"'
assert_eq "and is as before" "$before" "$(listing "$JAILS/c")"
no_config
assert "the other layout works with it" "$RJ" run c -- ls /README.md
finish
