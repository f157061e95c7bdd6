# install: the file, the links, the documents; again, and over what is not ours.
# shellcheck shell=bash
. "$E2E/lib.sh"
P=$T/prefix
assert "install --prefix" "$RJ" install --prefix "$P"
assert "the same file" cmp "$RJ" "$P/bin/robojail"
assert "executable" test -x "$P/bin/robojail"
for name in $("$RJ" help --names); do
	assert_eq "rj-$name" robojail "$(readlink "$P/bin/rj-$name")"
	[ -x "$P/bin/rj-$name" ] || fail "rj-$name works"
done
assert "a link works" "$P/bin/rj-list" --json
assert "manual pages" test -f "$P/share/man/man1/robojail.1" -a -f "$P/share/man/man1/robojail-create.1"
for name in create new destroy rm enter shell; do
	assert "a page by the name $name" grep -q "made from robojail" "$P/share/man/man1/robojail-$name.1"
done
assert "completions" test -f "$P/share/bash-completion/completions/robojail" -a -f "$P/share/zsh/site-functions/_robojail" -a -f "$P/share/fish/vendor_completions.d/robojail.fish"
before=$(find "$P" -printf '%p %y %i %l\n' | sort)
assert "a second time" "$RJ" install --prefix "$P"
assert_eq "changes nothing" "$before" "$(find "$P" -printf '%p %y %i %l\n' | sort)"
assert "by the installed one" "$P/bin/rj-install" --prefix "$T/other"
assert "the same again" cmp "$RJ" "$T/other/bin/robojail"
assert "--no-docs" "$RJ" install --prefix "$T/bare" --no-docs
assert_eq "only programs" bin "$(ls "$T/bare")"
assert "over an older version" sh -c 'echo rubbish-robojail >"$0/bin/robojail"; "$1" install --prefix "$0" || { rm "$0/bin/robojail"; "$1" install --prefix "$0"; }' "$P" "$RJ"
assert "is the new one" cmp "$RJ" "$P/bin/robojail"

section "what is not ours"
mkdir -p "$T/taken/bin"
echo mine >"$T/taken/bin/rj-create"
assert_refused 1 "is not replaced" "$T/taken/bin/rj-create" "$RJ" install --prefix "$T/taken"
assert_eq "and nothing else is written" "bin
bin/rj-create" "$(cd "$T/taken" && find . -mindepth 1 | sed 's|^./||' | sort)"
refute "a prefix that is a file" "$RJ" install --prefix "$T/taken/bin/rj-create"
mkdir "$T/closed" && chmod 555 "$T/closed"
[ "$(id -u)" = 0 ] || refute "a prefix that cannot be written" "$RJ" install --prefix "$T/closed"
assert "a relative prefix" "$RJ" install --prefix relative
assert "is relative to where we are" test -x "$T/relative/bin/rj-run"

section "the default"
assert "install" "$RJ" install
assert_contains "says when PATH does not have the place" "$out$err" "PATH"
assert "which is ~/.local" test -x "$HOME/.local/bin/rj-create"
assert "it works from there" "$HOME/.local/bin/robojail" list
rm -rf "$HOME/.local"
assert_fails_with 2 "an operand" "$RJ" install here

section "zsh"
assert_contains "it has to be told where to look" "$(SHELL=/bin/zsh "$RJ" install --prefix "$T/z")" "fpath=(\"$T/z/share/zsh/site-functions\" \$fpath)"
assert_lacks "others not" "$("$RJ" install --prefix "$T/z")" fpath
finish
