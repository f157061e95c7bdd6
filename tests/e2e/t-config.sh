# The configuration: each key at work, and the errors of the file.
# shellcheck shell=bash
. "$E2E/lib.sh"
secret=SECRET-$RANDOM$RANDOM
make_jail j
home_may_have="$home_may_have .ssh .netrc data tools"
mkdir -p "$HOME/.ssh" "$HOME/data/.config/gcloud" "$HOME/tools" "$T/rw" "$T/hide/deep"
echo "$secret" | tee "$HOME/.ssh/id" "$HOME/.netrc" "$HOME/data/.config/gcloud/key" "$T/hide/deep/key" >/dev/null
echo open >"$HOME/data/file" && echo tool >"$HOME/tools/t" && echo here >"$T/rw/here"

section "extra binds"
config <<END
extra_ro_binds = ["~/data", "~/tools:/opt/tools"]
extra_rw_binds = ["$T/rw"]
END
in_jail j cat "$HOME/data/file" /opt/tools/t "$T/rw/here"
assert_eq "are there, at their own place or another" "open
tool
here" "$out"
in_jail j sh -c "echo x >$HOME/data/x"; assert_ne "read-only" 0 "$rc"
in_jail j sh -c "echo x >/opt/tools/x"; assert_ne "read-only elsewhere" 0 "$rc"
in_jail j sh -c "echo new >$T/rw/new"; assert_eq "read-write" new "$(cat "$T/rw/new" 2>/dev/null)"
in_jail j ls "$HOME"; assert_lacks "and nothing beside them" "$out" .ssh .netrc tools

section "hidden_paths, below an extra bind too"
config <<END
extra_ro_binds = ["~/data", "~:/opt/home"]
extra_rw_binds = ["$T/hide"]
hidden_paths = [".ssh", ".netrc", "data/.config/gcloud", "$T/hide/deep"]
END
in_jail j cat "$HOME/data/file" /opt/home/data/file; assert_eq "what is not hidden is there" "open
open" "$out"
sh_jail j "cat $HOME/.ssh/id $HOME/data/.config/gcloud/key /opt/home/.ssh/id /opt/home/.netrc /opt/home/data/.config/gcloud/key $HOME/.netrc $HOME/data/.config/gcloud/key $T/hide/deep/key; grep -rIs $secret $HOME/.ssh $HOME/.netrc $HOME/data/.config /opt/home $T/hide"
assert_lacks "what is hidden stays hidden" "$out" "$secret"
sh_jail j "ls /opt/home/.ssh | wc -l"; assert_eq "an empty directory in its place" 0 "$out"
in_jail j sh -c "echo x >/opt/home/.ssh/id"; assert_ne "that cannot be written" 0 "$rc"
sh_jail j "ls $PRIVATE $STATE ${STATE%/*} $JAILS/.. /opt/home/.local/share/robojail /opt/home/.local/state/robojail"; assert_lacks "RoboJail's own data stays hidden too" "$out" jails.json "private"
assert_eq "the host's files are as before" "$secret" "$(cat "$HOME/.ssh/id")"

config <<<'extra_ro_binds = ["~"]'
in_jail j cat "$HOME/data/file"; assert_eq "the whole home, asked for" open "$out"
sh_jail j "ls -A $HOME/.ssh; cat $HOME/.ssh/id $HOME/.netrc; ls $PRIVATE/j $STATE $JAILS/../mirrors"
assert_eq "shows nothing of what is hidden" "" "$out"
sh_jail j "ls $JAILS && touch $W/x && git -C $W status --porcelain && rm $W/x && ! touch $HOME/data/x"
assert_eq "of the jails only this one, at work" "0 j
?? x" "$rc $out"
config <<<'extra_rw_binds = ["~"]'
sh_jail j "cat $HOME/data/file; touch $HOME/data/y; ls $HOME/.config/robojail; cat $HOME/.ssh/id; mv $HOME/.config $HOME/moved"
assert_eq "to write, without .config/gcloud" "open" "$out"
assert "it is the home" rm "$HOME/data/y"
config <<<'extra_ro_binds = ["~"]
extra_rw_binds = ["~/.config"]'
sh_jail j "touch $HOME/.config/z $HOME/x; ls $HOME/.config/robojail; cat $HOME/.ssh/id"
assert_eq "to read, and a part of it to write" "" "$out"
assert "which is that part" rm "$HOME/.config/z"
config <<<'extra_ro_binds = ["'"${HOME%/*}"'"]'
sh_jail j "ls -d ${repo%/*}/repo-*; cat $HOME/data/file; git -C $W status --porcelain"
assert_eq "the directory that holds it: around the private one" "$repo" "$out"
config <<<'extra_ro_binds = ["/etc/passwd"]'
assert_refused 125 "a bind in the place of what each jail has" "extra_ro_binds: '/etc/passwd' would hide /etc/passwd" "$RJ" run j -- true
config <<<'extra_ro_binds = ["~/data:/usr/nonesuch"]'
assert_refused 125 "one in a read-only directory" "/usr/nonesuch" "$RJ" run j -- true
assert_contains "with the remedy" "$err" "SRC:DST in config.toml"
config <<<'extra_ro_binds = ["~/.ssh"]'
assert_refused 125 "so is a bind of what is hidden" "hidden" "$RJ" run j -- true
assert_contains "with both remedies" "$err" "hidden_paths"

mkdir -p "$HOME/data/real/x" && ln -s real "$HOME/data/a"
for hidden in a/x a/x/y; do # the link is its directory, or the one above
	mkdir -p "$HOME/data/real/x/y"
	config <<<'extra_ro_binds = ["~/data"]
hidden_paths = ["data/'$hidden'"]'
	assert_refused 125 "a link on the way to what is hidden" "data/$hidden" "$RJ" run j -- true
done
rm -r "$HOME/data/real" "$HOME/data/a"
no_config

section "default_shell"
config <<<'default_shell = "/usr/bin/env"'
try "$RJ" enter j; assert_contains "is what enter starts" "$out" ROBOJAIL_NAME=j
config <<<'default_shell = "/opt/nonesuch/fish"'
try sh -c 'echo "echo \$0 in \$(pwd)" | "$RJ" enter j'
assert_contains "/bin/sh takes its place when it is missing" "$out" "sh in $W"
assert_contains "  which is told" "$err" "default_shell /opt/nonesuch/fish is no program here; /bin/sh is started instead"

section "network_enabled = false"
config <<<'network_enabled = false'
in_jail j readlink /proc/self/ns/net; assert_ne "a network of its own" "$(readlink /proc/self/ns/net)" "$out"
in_jail j cat /proc/net/dev; assert_eq "with lo only" "lo" "$(sed -n 's/^ *\([a-z0-9]*\):.*/\1/p' <<<"$out")"
sh_jail j 'tail -n +2 /proc/net/route | wc -l'; assert_eq "no route" 0 "$out"
in_jail j python3 -c '
import socket
a = socket.create_server(("127.0.0.1", 0))
b = socket.create_connection(a.getsockname())
a.accept()[0].send(b"hi")
print(b.recv(2))
for where in ("192.0.2.1", 53), ("169.254.169.254", 80), ("8.8.8.8", 53):
    try:
        socket.create_connection(where, timeout=2)
        print("reached", where)
    except OSError as e:
        print("no way")'
assert_eq "lo works, all else is unreachable" "b'hi'
no way
no way
no way" "$out"

section 'user = "self"'
config <<<'user = "self"'
in_jail j id -u; assert_eq "keeps the number" "$ME" "$out"
in_jail j id -un; assert_eq "and the name" "$(id -un)" "$out"
in_jail j env; assert_contains "in the environment too" "$out" "USER=$(id -un)" "LOGNAME=$(id -un)"
sh_jail j 'touch self && git add self && git commit -q -m self && git status --porcelain'
assert_eq "git works" "0 " "$rc $out"
assert_eq "files are the user's" "$ME" "$(stat -c %u "$W/self")"
try "$RJ" run --user root j -- id -u; assert_eq "--user root wins" 0 "$out"
no_config
try "$RJ" run --user self j -- id -u; assert_eq "--user self without any configuration" "$ME" "$out"
try "$RJ" run --user=self j -- git log --oneline; assert_eq "git works after a change of user" 0 "$rc"
assert_fails_with 2 "--user with anything else" "$RJ" run --user bob j -- true

section "env_passthrough"
config <<<'env_passthrough = ["FOO", "MY_*"]'
try env FOO=1 MY_A=2 MY_B=3 BAR=4 LANG=C HOME="$HOME" ROBOJAIL=9 "$RJ" run j -- env
assert_contains "lets through what it names" "$out" FOO=1 MY_A=2 MY_B=3
assert_lacks "and nothing else" "$out" BAR LANG ROBOJAIL=9

section "robojail config"
config <<'END'
# mine
network_enabled = false
END
assert "prints" "$RJ" config
assert_contains "each value and where it comes from" "$out" "network_enabled = false" "config.toml:2" \
	'layout = "path"' default "hidden_paths" "env_passthrough" "extra_ro_binds" "extra_rw_binds" "default_shell"
assert "as JSON" "$RJ" config --json
assert_eq "too" false "$(jq -c .network_enabled.value <<<"$out")"
assert "a template" "$RJ" config --template
echo "$out" | config
assert "that is a valid file itself" "$RJ" config

section "errors name file, line, column and the nearest key"
wrong() { # DESC PLACE PART
	assert_refused "${4:-1}" "$1" "$CONFIG:$2: " "$RJ" config
	assert_contains "  and says why" "$err" "$3"
}
config <<<'netwrok_enabled = true'; wrong "an unknown key" 1:1 "network_enabled"
printf '# one\n\n  layuot = "path"\n' | config; wrong "one further down" 3:3 "layout"
config <<<'network_enabled = "yes"'; wrong "a wrong type" 1:19 ""
config <<<'layout = "sideways"'; wrong "a value that is none" 1:10 "path"
config <<<'extra_ro_binds = ["~/a", 3]'; wrong "a wrong element" 1:26 ""
config <<<'extra_ro_binds = ["a/b"]'; wrong "a relative bind" 1:19 ""
config <<<'default_shell = "bash"'; wrong "a shell that is no path" 1:17 ""
printf 'user = "self"\nuser = "self"\n' | config; wrong "a key twice" 2:1 user
printf 'user = "self\n' | config; wrong "bad TOML" 1:8 ""
printf 'user = "s\xffelf"\n' | config; wrong "not UTF-8" 1:10 ""
config <<<'[sandbox]'; wrong "an unknown table" 1:2 sandbox
config <<<'extra_ro_binds = ["/nonesuch/dir"]'
assert_refused 125 "a bind that does not exist" "/nonesuch/dir" "$RJ" run j -- true
assert_contains "says what to do" "$err" "hint:"
no_config
mkdir -p "$CONFIG"
refute "a directory in place of the file" "$RJ" config
assert_contains "is named" "$err" "$CONFIG"
rmdir "$CONFIG"

section "a mistake in it keeps nobody from an agent that runs"
try "$RJ" run --detach j -- sh -c 'echo work >work; git add work; git commit -q -m work; exec sleep 1000'
assert_eq "one runs" 0 "$rc"
eventually "and works" grep -q work "$W/work"
eventually "its commit is made" sh -c '"$RJ" status j --json | grep -q work'
config <<<'layuot = "path"'
for command in "list" "ps" "status j" "status j --diff" "log j" "watch --once" "sync j" "agents" "agents claude" \
	"export j $T/work.bundle" "stop j" "destroy --force --delete-branch j"; do
	# shellcheck disable=SC2086 # words
	assert "$command works" "$RJ" $command
	assert_contains "  and says the mistake" "$err" "robojail: warning: $CONFIG:1:1: " "did you mean layout?"
done
assert_eq "nothing is left" "[]" "$("$RJ" list --json 2>/dev/null)"
assert "attach works, too" sh -c '"$RJ" attach nonesuch 2>&1 | grep -q "no jail"'
assert "a template is printed" "$RJ" config --template
assert "what is trusted is listed" "$RJ" trust --list
assert "and revoked" "$RJ" trust --revoke "$repo"
no_config
make_jail j
config <<<'layuot = "path"'
for command in "run j -- true" "enter j" "create --name k --repo $repo" "setup j" "login-sync j" "trust $repo" "config"; do
	# shellcheck disable=SC2086 # words
	try "$RJ" $command
	assert_ne "$command refuses" 0 "$rc"
	assert_contains "  because of it" "$err" "robojail ${command%% *}: $CONFIG:1:1: "
done
no_config

section "a file out of reach is not taken for none"
lost() { # DESC PATH
	assert_refused 125 "$1" "cannot read $CONFIG: $2" "$RJ" run j -- true
	assert_contains "  with the remedy" "$err" "hint: your settings may lie there"
	assert_refused 1 "  config says so" "$2" "$RJ" config
	try "$RJ" doctor --json
	assert_contains "  and doctor" "$(jq -r '.[] | select(.check == "configuration") | .state, .found' <<<"$out")" missing "$2"
}
mkdir "${CONFIG%/*}"
ln -s "$T/gone/config.toml" "$CONFIG"; lost "a link that leads nowhere" "$CONFIG is a symlink"
ln -sf config.toml "$CONFIG"; lost "one that leads to itself" "$CONFIG: "
rm -r "${CONFIG%/*}"
ln -s "$T/gone" "${CONFIG%/*}"; lost "a directory that is such a link" "${CONFIG%/*} is a symlink"
rm "${CONFIG%/*}"
echo >"${CONFIG%/*}"; lost "a file in place of the directory" "${CONFIG%/*} is not a directory"
rm "${CONFIG%/*}"
mkdir "$T/elsewhere"
ln -s "$T/elsewhere" "${CONFIG%/*}"; in_jail j true; assert_eq "a link to a directory without it is no such thing" 0 "$rc"
rm "${CONFIG%/*}"
mkdir "$T/xdg" "$T/xdg/robojail" && echo 'user = "self"' >"$T/xdg/robojail/config.toml"
try env XDG_CONFIG_HOME="$T/xdg" "$RJ" run j -- id -u; assert_eq "XDG_CONFIG_HOME is respected" "$ME" "$out"
assert "create with XDG_DATA_HOME and XDG_STATE_HOME" env XDG_DATA_HOME="$T/xdg/d" XDG_STATE_HOME="$T/xdg/s" "$RJ" create --name x --repo "$repo"
assert "puts its files there" test -d "$T/xdg/d/robojail/jails/x" -a -f "$T/xdg/s/robojail/jails.json"
assert "which works" env XDG_DATA_HOME="$T/xdg/d" XDG_STATE_HOME="$T/xdg/s" "$RJ" run x -- git status
finish
