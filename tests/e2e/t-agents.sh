# Agent presets: what is copied into a jail and what is not, at create and at each start, which
# variables pass, and login-sync.
# shellcheck shell=bash disable=SC2016
. "$E2E/lib.sh"
repo=$T/repo
tiny_repo "$repo"
home_may_have="$home_may_have .claude .claude.json .codex dots bin agents"
secret=SECRET-$RANDOM$RANDOM
LOGIN=$HOME/.claude/.credentials.json
mkdir -p "$HOME/.local/bin" "$HOME/.claude" "$HOME/.codex" "$HOME/dots"
home_may_have="$home_may_have amp"
for p in claude codex other; do
	printf '#!/bin/sh\nfor f in "$@"; do cat "$HOME/$f"; done\n' >"$HOME/.local/bin/$p"
	chmod 755 "$HOME/.local/bin/$p"
done
export PATH="$HOME/.local/bin:$PATH" ANTHROPIC_API_KEY=key-$secret OPENAI_API_KEY=other-key AWS_SECRET_ACCESS_KEY=$secret
login() { # TOKEN
	printf '{"claudeAiOauth":{"accessToken":"%s","refreshToken":"r","expiresAt":1,"scopes":["a"]},"mcpOAuth":{"k":"%s"}}' "$1" "$secret" >"$LOGIN"
}
login tok-1
chmod 600 "$LOGIN"
echo '{"model":"opus","hooks":{"Stop":[{"command":"'"$secret"'"}]},"apiKeyHelper":"/bin/x","env":{"A":"'"$secret"'"},"permissions":{"deny":["Bash"]}}' >"$HOME/.claude/settings.json"
echo '{"hasCompletedOnboarding":true,"oauthAccount":{"emailAddress":"a@b"},"projects":{"/'"$secret"'":{}},"mcpServers":{"x":{"command":"'"$secret"'"}}}' >"$HOME/.claude.json"
echo "remember this" >"$HOME/dots/CLAUDE.md"
ln -s ../dots/CLAUDE.md "$HOME/.claude/CLAUDE.md"
printf 'model = "gpt-5"\nnotify = ["%s"]\n[mcp_servers.a]\ncommand = "%s"\n[tui]\ntheme = "dark"\n' "$secret" "$secret" >"$HOME/.codex/config.toml"
create() { try "$RJ" create --name "$1" --repo "$repo" "${@:2}"; }
jail_login() { jq -r '.claudeAiOauth.accessToken' "$PRIVATE/$1/home/.claude/.credentials.json"; }

section "chosen by the entrypoint"
create a --entrypoint claude
assert_eq "create" 0 "$rc"
assert_contains "it says what is given" "$out" "agent     claude" "given to the jail: ~/.claude/.credentials.json (login)" \
	"~/.claude/settings.json (settings, some keys)" "~/.claude/CLAUDE.md (memory)" "variable ANTHROPIC_API_KEY" "dangerously-skip-permissions"
assert_lacks "and no variable of another" "$out" OPENAI_API_KEY "$secret"
assert_eq "it is in the record" claude "$(jq -r .jails.a.agent "$STATE")"
sh_jail a 'cat ~/.claude/.credentials.json ~/.claude/settings.json ~/.claude.json ~/.claude/CLAUDE.md'
assert_contains "the copies are there" "$out" tok-1 opus deny a@b hasCompletedOnboarding "remember this"
sh_jail a 'cat ~/.claude/* ~/.claude/.c* ~/.claude.json'
assert_lacks "without commands, secrets and other projects" "$out" "$secret" hooks apiKeyHelper mcp projects
sh_jail a 'stat -c %a ~/.claude/.credentials.json; test -L ~/.claude/CLAUDE.md || echo copy'
assert_eq "a login is for its owner, and a link a copy" "600
copy" "$out"
sh_jail a 'env'
assert_contains "its variables pass" "$out" "ANTHROPIC_API_KEY=key-$secret"
assert_lacks "and no others" "$out" OPENAI_API_KEY AWS_SECRET
in_jail a claude .claude/CLAUDE.md
assert_eq "run finds the entrypoint by its name" "0 remember this" "$rc $out"
assert "private data hold the record, the jail's home does not" test -f "$PRIVATE/a/agent.json" -a ! -e "$PRIVATE/a/home/agent.json"

section "asked for, and not"
create none --entrypoint claude --agent none
assert_lacks "none gives nothing" "$out" "given" "variable"
sh_jail none 'ls -A ~/.claude ~/.claude.json; env'
assert_lacks "no file, no variable" "$out" credentials ANTHROPIC
create plain
sh_jail plain 'env; ls -A ~'
assert_lacks "a jail without an entrypoint gets nothing" "$out" ANTHROPIC .claude
create o --entrypoint other
assert_eq "nor does a program that no preset names" null "$(jq -r .jails.o.agent "$STATE")"
create c --agent codex
sh_jail c 'cat ~/.codex/config.toml; env'
assert_contains "a preset by its name, TOML filtered" "$out" 'model = "gpt-5"' 'tui.theme = "dark"' OPENAI_API_KEY=other-key
assert_lacks "and no more" "$out" "$secret" notify mcp_servers
assert_refused 1 "one that is not there" "there is no agent preset 'cluade'" "$RJ" create --name bad --repo "$repo" --agent cluade
assert_contains "with the nearest" "$err" "did you mean 'claude'?"
assert_refused 1 "a name that is a path" "no name for an agent preset" "$RJ" create --name bad --repo "$repo" --agent ../../x
assert_eq "and no jail is left" null "$(jq -r .jails.bad "$STATE")"

section "at each start"
login tok-2
echo "remember that" >"$HOME/dots/CLAUDE.md"
echo '{"model":"haiku"}' >"$HOME/.claude/settings.json"
try "$RJ" run --dry-run a -- true
assert_eq "a dry run changes nothing" tok-1 "$(jail_login a)"
in_jail a cat "$HOME/.claude/.credentials.json"; assert_contains "a newer login of the user's follows" "$out" tok-2
in_jail a claude .claude/CLAUDE.md; assert_eq "so does memory" "remember that" "$out"
sh_jail a 'cat ~/.claude/settings.json'; assert_contains "settings are given once" "$out" opus
sh_jail a 'sed -i s/tok-2/tok-inside/ ~/.claude/.credentials.json'
login tok-3
in_jail a true
assert_eq "one that the agent refreshed stays" "tok-inside" "$(jail_login a)"
in_jail a rm "$HOME/.claude/.credentials.json"
in_jail a true
assert_eq "one that was removed is given again" "tok-3" "$(jail_login a)"
sh_jail a 'sed -i "s/\"claudeAiOauth\"/\"extra\": 1, \"claudeAiOauth\"/" ~/.claude/.credentials.json'
login tok-4
in_jail a true
assert_eq "what the agent adds beside stays" "tok-4 1" "$(jail_login a) $(jq .extra "$PRIVATE/a/home/.claude/.credentials.json")"
mv "$LOGIN" "$T/away"
in_jail a true; assert_eq "without a login outside the jail's stays" "0 tok-4" "$rc $(jail_login a)"
mv "$T/away" "$LOGIN"
printf '{' >"$LOGIN"
in_jail a true
assert_eq "a damaged one keeps no session from starting" "0 tok-4" "$rc $(jail_login a)"
assert_contains "and is told" "$err" "not given ~/.claude/.credentials.json" ".credentials.json:1:"

section "login-sync"
login tok-5
in_jail a true
sh_jail a 'sed -i s/tok-5/new-token-0123456789/ ~/.claude/.credentials.json'
try "$RJ" login-sync a
assert_eq "asks, and without a terminal writes nothing" "1 tok-5" "$rc $(jq -r .claudeAiOauth.accessToken "$LOGIN")"
assert_contains "the difference, cut" "$out" "claudeAiOauth.accessToken: tok-5 -> new-... (20 characters)" "left in the jail: extra"
assert_contains "and how" "$err" "without your word" "--yes"
if command -v script >/dev/null; then
	out=$( (sleep 1; echo n) | script -qec "$RJ login-sync a" /dev/null 2>&1)
	assert_contains "no is no" "$out" "Write this to $LOGIN? [y/N]" "Not written"
	assert_eq "" tok-5 "$(jq -r .claudeAiOauth.accessToken "$LOGIN")"
	out=$( (sleep 1; echo y) | script -qec "$RJ login-sync a" /dev/null 2>&1)
	assert_contains "yes is yes" "$out" "Written: $LOGIN"
else
	assert "yes" "$RJ" login-sync --yes a
fi
assert_eq "the token is the user's" new-token-0123456789 "$(jq -r .claudeAiOauth.accessToken "$LOGIN")"
assert_eq "all else stays, and the mode" "$secret null 600" "$(jq -r '.mcpOAuth.k, .extra' "$LOGIN" | paste -sd ' ') $(stat -c %a "$LOGIN")"
try "$RJ" login-sync a; assert_eq "then nothing is new" "0 ~/.claude/.credentials.json: nothing new" "$rc $out"
login tok-6
in_jail a true; assert_eq "and a change of the user's follows again" tok-6 "$(jail_login a)"
rm "$LOGIN"
try "$RJ" login-sync a --yes
assert_contains "a login that the user has not" "$out" "you have no such file; the login was made inside" "Written"
assert_eq "is made, for its owner" "600 tok-6" "$(stat -c %a "$LOGIN") $(jq -r .claudeAiOauth.accessToken "$LOGIN")"
assert_refused 1 "a jail without a preset" "has no agent preset" "$RJ" login-sync plain
assert_refused 3 "a jail that is not there" "zzz" "$RJ" login-sync zzz
mv "$LOGIN" "$HOME/dots/login" && ln -s ../dots/login "$LOGIN"
sh_jail a 'sed -i s/tok-6/tok-7/ ~/.claude/.credentials.json'
try "$RJ" login-sync a --yes
assert_eq "a link of the user's stays one" "0 tok-7 ../dots/login" "$rc $(jq -r .claudeAiOauth.accessToken "$HOME/dots/login") $(readlink "$LOGIN")"
sh_jail a 'sed -i s/tok-7/tok-8/ ~/.claude/.credentials.json'
mv "$HOME/dots/login" "$T/login" && ln -sf "$T/login" "$LOGIN"
assert_fails_with 1 "one that leads out of the home is not written" "$RJ" login-sync a --yes
assert_contains "with the reason" "$err" "outside of your home"
assert_eq "" tok-7 "$(jq -r .claudeAiOauth.accessToken "$T/login")"
rm "$LOGIN"

section "presets of the user's"
mkdir -p "$HOME/.config/robojail/agents"
cat >"$HOME/.config/robojail/agents/mine.toml" <<'END'
extends = "claude"
summary = "mine"
programs = ["other"]
env = ["MY_KEY"]
END
export MY_KEY=my-value
create m --entrypoint other
assert_contains "chosen by its programs" "$out" "agent     mine" "variable MY_KEY" "variable ANTHROPIC_API_KEY"
create theirs --entrypoint claude
assert_contains "and not by those of what it extends" "$out" "agent     claude"
try "$RJ" agents; assert_contains "listed" "$out" "mine" "agents/mine.toml" "cursor-agent" "opencode"
try "$RJ" agents claude; assert_contains "each with all that it shows" "$out" "claudeAiOauth.accessToken  (and back" "ANTHROPIC_API_KEY" "--dangerously-skip-permissions"
assert_eq "in JSON, too" "login" "$("$RJ" agents codex --json | jq -r '.files[] | select(.path == ".codex/auth.json").kind')"
assert_eq "all of them" 11 "$("$RJ" agents --json | jq length)"
echo 'sumary = "x"' >"$HOME/.config/robojail/agents/mine.toml"
assert_refused 1 "a mistake" 'agents/mine.toml:1:1: unknown key "sumary"' "$RJ" agents
assert_contains "with the nearest key" "$err" "did you mean summary?"
assert_refused 125 "keeps its jails from starting" "mine.toml:1:1" "$RJ" run m -- true
in_jail a true; assert_eq "and no others" 0 "$rc"
printf 'summary = "x"\n[[file]]\npath = ".ssh/id.txt"\nkind = "memory"\nwhen = "start"\n' >"$HOME/.config/robojail/agents/mine.toml"
assert_refused 1 "a hidden path" "mine.toml:3:8: path: '.ssh/id.txt' is hidden" "$RJ" agents
rm "$HOME/.config/robojail/agents/mine.toml"
in_jail m true
assert_eq "a preset that is gone keeps no session from starting" 0 "$rc"
assert_contains "and is told" "$err" "neither files nor variables" "no agent preset 'mine'"
finish
