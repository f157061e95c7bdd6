# The words of the command line: applets, aliases, links, help, version, suggestions.
# shellcheck shell=bash
. "$E2E/lib.sh"
names="config create destroy enter help install list run status sync version"
for name in $names; do [[ " $("$RJ" help --names | tr '\n' ' ') " == *" $name "* ]] || missing="${missing:-} $name"; done
assert_eq "every command is in the table" "" "${missing:-}"

section "help"
assert "robojail --help" "$RJ" --help
assert_contains "names all commands" "$out" create list enter run status destroy install help
assert_lacks "but not what is internal" "$out" "init "
assert "robojail help" "$RJ" help
assert "robojail -h" "$RJ" -h
assert_fails_with 2 "robojail alone is not a success" "$RJ"
assert_contains "but shows the same" "$out" create
for name in $("$RJ" help --names); do
	assert "$name --help" "$RJ" "$name" --help
	assert_contains "  has a usage line" "$out" "$name"
	assert_eq "  and goes to stdout" "" "$err"
	text=$out
	try "$RJ" help "$name"; assert_eq "  help $name is the same" "$text" "$out"
	try "$RJ" "$name" -h; assert_eq "  and -h" "$text" "$out"
	longest=$(wc -L <<<"$text")
	assert "  no line is longer than 100" test "$longest" -le 100
	try "$RJ" help --man "$name"; assert_contains "  it has a manual page" "$out" ".TH" NAME SYNOPSIS
	assert_fails_with 2 "  an unknown option" "$RJ" "$name" --nonesuch-option
	assert_contains "  is named, with the way to help" "$err" "--nonesuch-option" "--help"
done
section "manual pages"
page() { "$RJ" help --man "$@" | sed 's/\\-/-/g'; }
text=$(page config)
for key in $("$RJ" config --json | jq -r keys[]); do
	assert_contains "of config: $key" "$text" "$key: " "Default: "
done
for key in copy link setup shell network limits; do
	assert_match "  of a project's file: $key" "$(sed -n '/PROJECT FILE/,$p' <<<"$text")" "(^|
)$key: "
done
assert_contains "the files" "$(page)" trust.json mirrors/ private/NAME/log/ .robojail.toml "attach"
for shell in bash zsh fish; do
	assert "completions for $shell" "$RJ" help --completion $shell
	assert_contains "  know the commands" "$out" create destroy
done
"$RJ" help --completion bash >"$T/completion"
assert "bash reads them" bash -n "$T/completion"

section "version"
assert "--version" "$RJ" --version
assert_match "version and commit" "$out" '^robojail [0-9]+\.[0-9]+\.[0-9]+ \([0-9a-f]{7,}'
assert "--version --verbose" "$RJ" --version --verbose
assert_contains "the libraries and the compiler" "$out" libgit2 "mbed" zlib libdeflate jansson musl gcc

section "links"
mkdir -p "$T/a/b"
for name in $("$RJ" help --names); do
	ln -sf "$RJ" "$T/rj-$name"
	assert "rj-$name --help" "$T/rj-$name" --help
	assert_contains "  is its own" "$out" "$name"
done
ln -s ../rj-list "$T/a/first" && ln -s ../first "$T/a/b/second"
assert "a chain of links" "$T/a/b/second" --json
assert_eq "" "[]" "$(jq -c . <<<"$out")"
cp "$RJ" "$T/rj-version"
assert "a copy by that name" "$T/rj-version"
ln -s "$RJ" "$T/jail"
assert "a link of another name is robojail itself" "$T/jail" version
assert_fails_with 2 "rj-nonesuch" bash -c 'exec -a rj-nonesuch "$RJ"'
assert_contains "is named" "$err" "nonesuch"

section "suggestions"
suggest() { # WORD WANT
	assert_refused 2 "$1" "'$1'" "$RJ" "$1"
	assert_contains "  suggests $2" "$err" "did you mean '$2'"
}
suggest craete create; suggest lst list; suggest stat status; suggest destory destroy; suggest entr enter
assert_refused 2 "something quite different" "'xyzzy'" "$RJ" xyzzy
assert_lacks "suggests nothing" "$err" "did you mean"
assert_contains "but the help" "$err" "robojail --help"
assert_refused 2 "merge" "no command 'merge'" "$RJ" merge j
assert_contains "is told how it is done" "$err" "robojail sync" "git merge BRANCH"
assert_refused 2 "an unknown option" "--verison" "$RJ" --verison
assert_contains "suggests" "$err" "--version"
assert_refused 2 "help for what is not there" "'lsit'" "$RJ" help lsit
assert_contains "suggests" "$err" "'list'"
assert_refused 2 "an option of create" "--entrypiont" "$RJ" create --entrypiont x
assert_contains "suggests" "$err" "'--entrypoint'"
assert_refused 2 "escapes in a word" "" "$RJ" $'x\033[31m'
assert_lacks "do not reach the terminal" "$err" $'\033'
assert "nothing was made by all this" test ! -e "$HOME/.local" -a ! -e "$HOME/.config"

section "output that cannot be written"
for what in --help "help create" version "config --template" config "list --json" ps "trust --list"; do
	# shellcheck disable=SC2086 # words
	"$RJ" $what >/dev/full 2>"$T/e"; assert_eq "a full disk is an error of $what" 1 $?
	assert_contains "  that is told" "$(cat "$T/e")" "cannot write to standard output: No space left on device"
done
"$RJ" list --json >&- 2>"$T/e"; assert_ne "a closed stdout too" 0 $?
assert_eq "a reader that has had enough is none" "0" "$(set -o pipefail; "$RJ" help --man | head -n 1 >/dev/null; echo $?)"
finish
