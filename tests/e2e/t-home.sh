# The private home: start files of its own, once; what agrees with it inside.
# as_root
# nested
# shellcheck shell=bash disable=SC2016
. "$E2E/lib.sh"
make_jail j
H=$PRIVATE/j/home

section "start files"
assert_eq "a new home has these" ".bashrc .gitconfig .profile .zshrc " "$(ls -A "$H" | tr '\n' ' ')"
in_jail j bash -ic 'echo "$PS1|$HISTFILE"'
assert_eq "bash reads them: a prompt with the jail's name, a history at home" "[\$ROBOJAIL_NAME] \\w\\$ |$HOME/.bash_history" "${out##*$'\n'}"
in_jail j bash -lic 'echo "$PS1"'
assert_eq "a login shell too" '[$ROBOJAIL_NAME] \w\$ ' "${out##*$'\n'}"
in_jail j sh -c '. "$HOME/.profile" && echo "$PS1"'
assert_eq "sh too" '[j] $ ' "$out"
in_jail j bash -c 'echo "${PS1-none}"'
assert_eq "and a script is left alone" "none" "$out"

section "they are the jail's afterwards"
sh_jail j 'echo "# mine" >~/.bashrc; rm ~/.zshrc ~/.profile; ln -s '"$T"'/target ~/.profile'
in_jail j true
assert_eq "what was changed stays" "# mine" "$(cat "$H/.bashrc")"
refute "what was removed stays away" test -e "$H/.zshrc"
refute "a planted link is not written through" test -e "$T/target"
rm -rf "$H"
in_jail j true
assert "a home that was lost is made anew" test -s "$H/.bashrc"
rm -rf "$H" && ln -s "$T/other" "$H"
try "$RJ" run j -- true
refute "nothing is made where a link in its place leads" test -e "$T/other"
assert_ne "and no session starts" 0 "$rc"
rm "$H"

section "what agrees"
sh_jail j 'getent passwd "$(id -u)" | cut -d: -f6; echo "$HOME"; cd && pwd; stat -c "%a %u" "$XDG_RUNTIME_DIR"; echo x >"$XDG_RUNTIME_DIR/x" && cat "$XDG_RUNTIME_DIR/x"; id -u'
uid=${out##*$'\n'}
assert_eq "HOME, passwd, the directory, XDG_RUNTIME_DIR" "$HOME
$HOME
$HOME
700 $uid
x
$uid" "$out"
config <<<'env_passthrough = ["XDG_*"]'
try env XDG_CACHE_HOME=/mnt/cache XDG_CONFIG_DIRS=/etc/xdg "$RJ" run j -- env
assert_contains "what names no home passes" "$out" "XDG_CONFIG_DIRS=/etc/xdg" "XDG_RUNTIME_DIR=/run/user/$uid"
assert_lacks "a directory of the host's home does not" "$out" "XDG_CACHE_HOME"

section "a data directory behind a symlink"
mkdir "$T/disk" && ln -s "$T/disk" "$T/link"
try env XDG_DATA_HOME="$T/link" "$RJ" create --name behind --repo "$repo"
assert_eq "a jail is made" 0 "$rc"
for options in "" "--user self"; do
	# shellcheck disable=SC2086 # no word, or two
	try env XDG_DATA_HOME="$T/link" "$RJ" run $options behind -- sh -c 'pwd && git rev-parse --abbrev-ref HEAD'
	assert_contains "and used ${options:-as root}" "$rc $out" "0 $T/link/robojail/jails/behind" "robojail/behind-"
done
assert "and removed" env XDG_DATA_HOME="$T/link" "$RJ" destroy behind
finish
