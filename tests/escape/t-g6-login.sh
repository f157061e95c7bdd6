# G6: what a jail puts in the way of the files that its agent is given at each start, and into the
# login that the user brings back.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
secret=SECRET-$RANDOM$RANDOM
home_may_have="$home_may_have .claude secret rw .ssh opencode docs"
LOGIN=$HOME/.claude/.credentials.json
mkdir -p "$HOME/.claude" "$HOME/docs" "$HOME/rw" "$HOME/.ssh" "$HOME/.local/share/opencode"
home_may_have="$home_may_have opencode"
echo "$secret" >"$HOME/secret"
login() { # TOKEN
	printf '{"claudeAiOauth":{"accessToken":"%s","refreshToken":"r","scopes":["a"]},"mine":1}\n' "$1" >"$LOGIN"
}
login tok-1
tiny_repo "$T/repo-j"
try "$RJ" create --name j --repo "$T/repo-j" --agent claude
[ $rc = 0 ] || die "create" "$(shown)"
N=$PRIVATE/j/home
IN='~/.claude/.credentials.json'
n=1
# at_start SCRIPT: the jail prepares its home, the user's login changes, a session starts
at_start() {
	sh_jail j "$1"
	n=$((n + 1))
	login "tok-$n"
	try timeout 30 "$RJ" run j -- true
}
# sync: what the host says, within half a minute
sync() { try timeout 30 "$RJ" login-sync --yes j; }
user_login() { jq -cS . "$LOGIN"; }
forget_jail() { sh_jail j 'chmod -R u+rwX ~/.claude; rm -rf ~/.claude; mkdir ~/.claude'; }

attack "a symlink in place of the copy, to a file of the user's"
ln -s "$HOME/secret" "$T/link"
echo given >"$T/link"
control "a copy goes through it" is given "$(cat "$HOME/secret")"
echo "$secret" >"$HOME/secret"
at_start "ln -sf $HOME/secret $IN"
held "the user's file is as it was" is "$secret" "$(cat "$HOME/secret")"
held "the session starts, and it is told" test "$rc" = 0
held "by name" says "symlink"
sync
held "nor is it read by login-sync" says "not followed"
forget_jail

attack "a symlink in place of the directory"
ln -s "$HOME/docs" "$T/dir"
cp "$LOGIN" "$T/dir/.credentials.json"
control "a copy goes through it" test -f "$HOME/docs/.credentials.json"
rm "$HOME/docs/.credentials.json"
at_start "rm -rf ~/.claude; ln -s $HOME/docs ~/.claude"
held "nothing is written there" is "" "$(ls -A "$HOME/docs")"
held "the session starts" test "$rc" = 0
sync
held "nothing is read there" says "not followed"
sh_jail j 'rm ~/.claude; mkdir ~/.claude'

attack "a symlink that changes while a session starts"
mkdir "$T/race"
(while :; do rm -rf "$T/race" "$T/x"; ln -s "$HOME/docs" "$T/race"; rm "$T/race"; mkdir -p "$T/race"; mv "$T/race" "$T/x"; done) 2>/dev/null &
pid=$!
for i in {1..2000}; do
	cp "$LOGIN" "$T/race/copied" 2>/dev/null
	[ ! -e "$HOME/docs/copied" ] || break
done
kill "$pid" && wait "$pid" 2>/dev/null
control "a copy goes through it" test -f "$HOME/docs/copied"
rm -f "$HOME/docs/copied"
"$RJ" run j -- sh -c "while :; do rm -rf ~/.claude ~/x; ln -s $HOME/docs ~/.claude; rm ~/.claude; mkdir -p ~/.claude; mv ~/.claude ~/x; done" >/dev/null 2>&1 </dev/null &
pid=$!
for i in {1..25}; do
	login "race-$i"
	timeout 30 "$RJ" run j -- true >/dev/null 2>&1 </dev/null
done
kill "$pid" 2>/dev/null
wait "$pid" 2>/dev/null
held "nothing is written there in 25 starts" is "" "$(ls -A "$HOME/docs")"
forget_jail

attack "a pipe, a socket, a directory, an endless file in its place"
mkfifo "$T/pipe"
control "reading one waits for ever" not timeout 1 cat "$T/pipe"
for how in "mkfifo $IN" "mkdir $IN" "truncate -s 1G $IN" "python3 -c 'import socket,os; s=socket.socket(socket.AF_UNIX); s.bind(os.path.expanduser(\"$IN\"))' 2>/dev/null || mkfifo $IN"; do
	at_start "rm -rf $IN; $how"
	held "a session starts (${how%% *})" test "$rc" = 0
	sync
	held "login-sync refuses it" test "$rc" = 1
	held "the user's stays" is "tok-$n" "$(jq -r .claudeAiOauth.accessToken "$LOGIN")"
done
forget_jail

attack "keys beside the login, among them what runs commands"
payload "$T/bin" helper
jq -c --arg c "$T/bin/helper" '. + {hooks: {Stop: $c}, apiKeyHelper: $c}' "$LOGIN" >"$T/copied"
control "a copy of the file brings them" has "$(cat "$T/copied")" apiKeyHelper
at_start 'true'
before=$(user_login)
cat >"$T/evil" <<END
{"claudeAiOauth": {"accessToken": {"command": "$T/bin/helper"}, "refreshToken": ["x", {"y": 1}], "scopes": [["z"]], "evil": 1},
 "hooks": {"Stop": [{"command": "$T/bin/helper"}]}, "apiKeyHelper": "$T/bin/helper", "mine": 2}
END
"$RJ" run j -- sh -c "cat >$IN" <"$T/evil"
sync
held "none is brought, and no tree in place of a text" is "$before" "$(user_login)"
sed 's/{"command": "[^"]*"}, "refreshToken"/"tok-good", "refreshToken"/' "$T/evil" >"$T/evil2"
"$RJ" run j -- sh -c "cat >$IN" <"$T/evil2"
sync
held "the login alone is" is "tok-good null 1" "$(jq -r '[.claudeAiOauth.accessToken, .hooks, .mine] | map(tostring) | join(" ")' "$LOGIN")"
held "the rest is named" says "left in the jail: hooks"

attack "an opencode login that is an address, where commands come from"
echo '{"openai": {"type": "api", "key": "k"}}' >"$HOME/.local/share/opencode/auth.json"
jq -c '. + {"https://evil.example": {type: "wellknown", key: "K", token: "t"}}' "$HOME/.local/share/opencode/auth.json" >"$T/copied"
control "a copy of the file brings it" has "$(cat "$T/copied")" evil.example
try "$RJ" create --name oc --repo "$T/repo-j" --agent opencode
"$RJ" run oc -- sh -c 'cat >~/.local/share/opencode/auth.json' <"$T/copied"
"$RJ" run oc -- sh -c 'sed -i "s/\"api\"/\"wellknown\"/" ~/.local/share/opencode/auth.json'
try timeout 30 "$RJ" login-sync --yes oc
held "neither the address nor a type comes back" is '{"openai":{"type":"api","key":"k"}}' "$(jq -c . "$HOME/.local/share/opencode/auth.json")"

attack "escape sequences in keys and values"
printf '{"claudeAiOauth": {"accessToken": "\\u001b]0;x\\u0007\\u202e", "refreshToken": "\\u009b2J"}, "\\u001b[2Jkey": "v"}' >"$T/evil"
control "what prints them plainly sends them to the terminal" has "$(jq -r .claudeAiOauth.accessToken "$T/evil")" "$(printf '\033')"
"$RJ" run j -- sh -c "cat >$IN" <"$T/evil"
sync
held "made visible" not grep -q "$(printf '\033')" "$T/.out" "$T/.err"
held "no C1 control either" not grep -q "$(printf '\302\233')" "$T/.out"

attack "a document that takes for ever"
python3 -c 'open("'"$T"'/deep", "w").write("{\"a\":" * 1500 + "1" + "}" * 1500); open("'"$T"'/wide", "w").write("{" + ",".join("\"k%d%s\":{\"a\":{\"b\":1}}" % (i, "x" * 80) for i in range(8000)) + "}")'
control "another reader gives up" not python3 -c "import json; json.load(open('$T/deep'))"
control "its keys fill a screen for ever" test "$(jq -r 'keys[]' "$T/wide" | wc -c)" -gt 500000
for f in deep wide; do
	"$RJ" run j -- sh -c "cat >$IN" <"$T/$f"
	sync
	held "$f: done at once" test "$rc" != 124
	held "$f: shown in part" test "$(wc -c <"$T/.out")" -lt 20000
done
forget_jail

attack "a link below a read-write bind chooses what is copied"
config <<<'extra_rw_binds = ["~/rw"]'
echo "# memory" >"$HOME/rw/CLAUDE.md"
ln -s ../rw/CLAUDE.md "$HOME/.claude/CLAUDE.md"
sh_jail j "ln -sf $HOME/secret $HOME/rw/CLAUDE.md"
control "a copy follows it" is "$secret" "$(cat "$HOME/.claude/CLAUDE.md")"
in_jail j true
held "told" says "can write"
in_jail j sh -c 'cat ~/.claude/CLAUDE.md'
held "not copied" not says "$secret"
no_config

attack "a link of the user's own into what is hidden"
echo "$secret" >"$HOME/.ssh/id"
ln -sf ../.ssh/id "$HOME/.claude/CLAUDE.md"
control "a copy follows it" is "$secret" "$(cat "$HOME/.claude/CLAUDE.md")"
in_jail j sh -c 'cat ~/.claude/CLAUDE.md'
held "not copied" not says "$secret"
held "told" says "hidden"
rm "$HOME/.claude/CLAUDE.md"

attack "the record of what was given"
control "the host has it" test -f "$PRIVATE/j/agent.json"
sh_jail j "ls -a ~ / /.robojail | grep -c agent; cat $PRIVATE/j/agent.json"
held "no jail sees it" not says "claude"
held "nothing of the host ran" never_ran
held "the jail's home is where it was" test -d "$N"
finish_rows
