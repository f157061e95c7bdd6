# A project's .robojail.toml: what applies, what needs trust, what is refused; setup.
# as_root
# nested
# shellcheck shell=bash disable=SC2016
. "$E2E/lib.sh"
repo=$T/p
tiny_repo "$repo"
printf '.env\n/cache\n' >"$repo/.gitignore"
git -C "$repo" add -A && git -C "$repo" commit -qm ignore
project() { cat >"$repo/.robojail.toml" && git -C "$repo" add -A && git -C "$repo" commit -qm project; }
create() { # NAME OPTIONS...
	local name=$1
	shift
	try "$RJ" create "$name" --repo "$repo" "$@"
}
gone() { try "$RJ" destroy --force "$@"; }

section "no file, no difference"
create a
assert_eq "a jail without one" 0 "$rc"
refute "keeps nothing" test -e "$PRIVATE/a/project.toml"
assert_refused 1 "and has no setup" "has no setup command" "$RJ" setup a

section "only a committed file counts"
echo 'nonsense' >"$repo/.robojail.toml"
create b
assert_eq "not one that lies in your worktree" 0 "$rc"
sh_jail a 'printf "[project]\nnetwork = true\nshell = \"/evil\"\n" >.robojail.toml && git add -A && git commit -qm x'
in_jail a true
assert_eq "nor one that the jail wrote" 0 "$rc"
gone a b

section "what tightens"
project <<'END'
[project]
network = false
shell = "/bin/sh"
limits = { pids_max = 77, tmp_size = "8M", open_files = 999999999, memory_max = "max" }
END
create a
assert_eq "applies without a question" "0 " "$rc $err"
try "$RJ" run --dry-run a -- true
assert_contains "network and limits" "$out" "network loopback" "limit pids_max 77 " "limit tmp_size 8 MiB" "limit open_files 65536"
assert_lacks "never a higher one" "$out" "limit memory_max no limit"
in_jail a sh -c 'ls /sys/class/net 2>/dev/null; tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "; df -k --output=size /tmp | tail -n 1 | tr -d " "; echo "$SHELL"'
assert_eq "and inside it is so" "lo
8192
/bin/sh" "$out"
config <<<'pids_max = 50'
try "$RJ" run --dry-run a -- true
assert_contains "the user's own, where it is lower" "$out" "limit pids_max 50 "
no_config
echo '[project]' | project
in_jail a sh -c 'tail -n +3 /proc/net/dev | wc -l'
assert_eq "later commits change nothing for a jail that is there" 1 "$out"
sh_jail a 'rm -f .robojail.toml; git checkout -q . ; echo "[project]" >.robojail.toml; tail -n +3 /proc/net/dev | wc -l'
in_jail a sh -c 'tail -n +3 /proc/net/dev | wc -l'
assert_eq "nor what the jail makes of it" 1 "$out"
gone a

section "copy, within the commit"
printf '[project]\ncopy = ["Makefile", "Makefile:conf/deep/Makefile", "src:src2"]\n' | project
create a
assert_eq "needs no trust" "0 " "$rc $err"
assert_eq "and is done" "$(cat "$repo/Makefile" "$repo/src/main.c")" "$(cat "$JAILS/a/conf/deep/Makefile" "$JAILS/a/src2/main.c")"
gone a

section "trust"
echo "PASSWORD=1" >"$repo/.env"
mkdir "$repo/cache" && echo big >"$repo/cache/x"
printf '[project]\ncopy = [".env"]\nlink = ["cache"]\nnetwork = true\nshell = "%s/my sh"\n' "$HOME" | project
branches=$(git -C "$repo" branch)
create a
assert_eq "what needs it is refused" 1 "$rc"
assert_contains "by name, with both ways out" "$err" "needs your trust: it copies '.env' of your worktree into the jail; shows 'cache' of your worktree" "shell '$HOME/my sh'" "robojail trust $repo" "--no-project"
refute "and nothing is left" test -e "$JAILS/a"
assert_eq "no branch either" "$branches" "$(git -C "$repo" branch)"
create a --no-project
assert_eq "without the file it works" "0 " "$rc $err"
refute "and nothing of it happens" test -e "$JAILS/a/.env"
gone a
config <<<'network_enabled = false'
try "$RJ" trust "$repo" --show
assert_contains "what is asked for can be seen" "$out" "copies '.env'" "turns the network on, which your configuration turns off" "sha256 "
no_config
try "$RJ" trust "$repo"
assert_contains "it is not given without an answer" "$err" "there is nobody to ask"
create a
assert_ne "so still refused" 0 "$rc"
printf '[project]\ncopy = [".env"]\nlink = ["cache"]\n' | project
assert "given" "$RJ" trust "$repo" --yes
create a
assert_eq "it holds" "0 " "$rc $err"
assert_eq "the file is copied" "PASSWORD=1" "$(cat "$JAILS/a/.env")"
in_jail a sh -c 'cat cache/x; echo no >cache/x || echo read-only'
assert_eq "the directory shown, read-only" "big
read-only" "$out"
assert_eq "it is unchanged" big "$(cat "$repo/cache/x")"
assert_contains "what is trusted can be listed" "$("$RJ" trust --list)" "$repo/.git"
echo '# changed' >>"$repo/.robojail.toml" && git -C "$repo" commit -qam changed
create b
assert_contains "a changed file is not trusted" "$err" "needs your trust"
git clone -q "$repo" "$T/clone" && git -C "$T/clone" checkout -q HEAD~1 && echo x >"$T/clone/.env"
refute "nor the same file of another repository" "$RJ" create c --repo "$T/clone"
assert "taken back" "$RJ" trust "$repo" --revoke
try "$RJ" run a -- true
assert_contains "a jail that needs it does not start any more" "$err" "that jail 'a' was made with is not trusted" "robojail trust $repo --branch"
assert_eq "with the status of a jail that cannot be made" 125 "$rc"
assert "as the message says" "$RJ" trust "$repo" --branch "$(git -C "$repo" rev-parse HEAD~1)" --yes
assert "it does again" "$RJ" run a -- true
echo '{' >"${STATE%/*}/trust.json"
try "$RJ" run a -- true
assert_contains "a damaged list trusts nothing" "$err" "is no list of trusted project files"
rm "${STATE%/*}/trust.json"
gone a

section "setup"
printf '[project]\nsetup = "echo from-setup; echo $ROBOJAIL_NAME >made; test ! -e fail"\n' | project
create a
assert_contains "is run once, inside, and shown" "$out" "Setup: echo from-setup" "
from-setup
" "Setup: done"
assert_eq "it could write the worktree" a "$(cat "$JAILS/a/made")"
rm "$JAILS/a/made"
in_jail a true
refute "but not at each start" test -e "$JAILS/a/made"
touch "$JAILS/a/fail"
try "$RJ" setup a
assert_contains "a failure is named" "$err" "setup ended with status 1" "robojail setup a"
assert_eq "by status" 1 "$rc"
rm "$JAILS/a/fail"
assert "and can be tried again" "$RJ" setup a
create b --no-setup
assert_contains "it can be left for later" "$out" "robojail setup b"
refute "and has not run" test -e "$JAILS/b/made"
printf '[project]\nsetup = "exit 7"\n' | project
create c
assert_eq "a setup that fails fails create" 1 "$rc"
assert_contains "with its status" "$err" "jail 'c' is there, but its setup ended with status 7"
assert "and the jail is there" "$RJ" run c -- true
gone a b c

section "mistakes"
bad() { # WHAT PART TEXT
	printf '%s\n' "$3" | project
	create m
	assert_ne "$1" 0 "$rc"
	assert_contains "$1: is told with its place" "$err" ".robojail.toml" "$2" "--no-project"
}
bad "an unknown key" "2:1: unknown key \"coppy\"" $'[project]\ncoppy = []'
assert_contains "and the nearest one" "$err" "did you mean copy?"
bad "an unknown table" '1:2: unknown key "projekt"' '[projekt]'
bad "an unknown limit" 'unknown key "disk"' $'[project]\nlimits = { disk = 1 }'
bad "an absolute path" "does not lie in the project" $'[project]\ncopy = ["/etc/passwd"]'
bad "a way out" '".." is not allowed' $'[project]\ncopy = ["../../.ssh/id_rsa"]'
bad "another one" '".." is not allowed' $'[project]\ncopy = ["Makefile:../../../x"]'
bad "a home" "does not lie in the project" $'[project]\nlink = ["~/.ssh"]'
bad "git's own" "is git's own" $'[project]\ncopy = ["src/.GIT/config"]'
bad "over git's own" "is git's own" $'[project]\ncopy = ["Makefile:.git"]'
bad "escape sequences" "control characters are not allowed" $'[project]\ncopy = ["\\u001b]52;c;x\\u0007"]'
bad "a wrong type" "expected true or false" $'[project]\nnetwork = "no"'
bad "a number that is none" "expected an integer from 8 on" $'[project]\nlimits.pids_max = 0'
bad "a size that is none" "is not a size" $'[project]\nlimits.memory_max = "lots"'
bad "no TOML" ":1:" '[project'
bad "a deep one" "" "a = $(printf '[%.0s' {1..5000})"
head -c 10M /dev/zero | tr '\0' '#' >"$repo/.robojail.toml" && git -C "$repo" commit -qam big
create m
assert_contains "ten megabytes" "$err" "larger than 64 KiB" "--no-project"
ln -sf /etc/passwd "$repo/.robojail.toml" && git -C "$repo" commit -qam link
create m
assert_contains "a symlink" "$err" "no regular file"
assert_lacks "is not followed" "$err" "root:"
create m --no-project
assert_eq "none of them keeps a jail from being made" 0 "$rc"
gone m
rm "$repo/.robojail.toml"

section "what a trusted file cannot do either"
trusted() { # LINE
	printf '[project]\n%s\n' "$1" | project
	"$RJ" trust "$repo" --yes >/dev/null
	create h
}
printf 'led\nout\nfifo\nhuge\n/dir\nnope\n' >>"$repo/.gitignore"
mkdir -p "$HOME/.ssh" "$repo/dir" && echo KEY >"$HOME/.ssh/id" && home_may_have="$home_may_have .ssh"
ln -s "$HOME/.ssh" "$repo/led" && ln -s "$HOME/.ssh/id" "$repo/out" && mkfifo "$repo/fifo" && truncate -s 5T "$repo/huge" 2>/dev/null || truncate -s 5G "$repo/huge"
ln -s "$HOME/.ssh/id" "$repo/dir/inner" && echo x >"$repo/dir/x"
for item in led/id out fifo huge; do
	trusted "copy = [\"$item\"]"
	assert_ne "copy $item" 0 "$rc"
	assert_match "copy $item: says why" "$err" 'is a symlink|no symlink|symlink is on the way|is a pipe|too large'
	refute "copy $item: nothing is left" test -e "$JAILS/h"
done
trusted 'copy = ["dir"]'
assert_eq "a link in a directory stays one" "0 $HOME/.ssh/id" "$rc $(readlink "$JAILS/h/dir/inner")"
in_jail h cat dir/inner
assert_lacks "which leads nowhere inside" "$out" KEY
gone h
trusted 'link = ["Makefile"]'
try "$RJ" run h -- true
assert_contains "a link to a file is refused" "$err" "link 'Makefile' of the project is no directory"
gone h
trusted 'link = ["dir"]'
config <<<'layout = "root"'
in_jail h cat /dir/x
assert_eq "a link with layout = root" "0 x" "$rc $out"
no_config
try "$RJ" status h
assert_lacks "leaves nothing to be seen" "$out" dir
config <<<'hidden_paths = ["'"$repo/dir/x"'"]'
try "$RJ" run h -- true
assert_contains "a link to what is hidden is refused" "$err" "would show $repo/dir/x, which is hidden"
gone h
trusted 'copy = ["dir"]'
assert_contains "a copy of it too" "$err" "would bring in $repo/dir/x, which is hidden"
no_config
trusted 'link = ["led"]'
assert_eq "a link that is led away" 0 "$rc"
try "$RJ" run h -- ls led
assert_contains "is refused at the start" "$err" "link 'led' of the project leads to $HOME/.ssh by a symlink"
gone h
trusted 'copy = ["nope"]
link = ["nope2"]'
assert_contains "what is not there is told" "$out" "copy 'nope': left out, your worktree has none" "link 'nope2': your worktree has none yet"
gone h
printf '[project]\ncopy = ["Makefile:src/main.c"]\n' | project
create h
assert_contains "nothing is replaced" "$err" "File exists"

section "a bare repository"
printf '[project]\ncopy = ["config"]\nlink = ["hooks"]\n' | project
git clone -q --bare "$repo" "$T/bare.git"
"$RJ" trust "$T/bare.git" --yes >/dev/null
try "$RJ" create n --repo "$T/bare.git"
assert_contains "has no worktree to take from" "$out" "copy 'config': left out, a bare repository has no worktree"
refute "git's own files are not meant" test -e "$JAILS/n/config"
in_jail n ls hooks
assert_ne "nor shown" 0 "$rc"
rm -f "$repo/huge"
finish
