# --entrypoint: words, where the program is found, and programs of the home.
# shellcheck shell=bash
. "$E2E/lib.sh"
repo=$T/repo
tiny_repo "$repo"
home_may_have="$home_may_have bin tools"
create() { try "$RJ" create --name "$1" --repo "$repo" --entrypoint "$2"; }
entry() { try "$RJ" enter "$1"; }

section "words, as a shell splits them"
create a "printf '%s|' 'a  b' \"c d\" e\\ f --x"
assert_eq "create" 0 "$rc"
entry a; assert_eq "enter runs it" "0 a  b|c d|e f|--x|" "$rc $out"
create b 'sh -c "exit 42"'
entry b; assert_eq "its status comes back" 42 "$rc"
create c 'cat'
assert_eq "its input goes in" hi "$(echo hi | "$RJ" enter c)"
in_jail a echo other; assert_eq "run runs something else" other "$out"
assert_eq "it is in the record" '["cat"]' "$(jq -c '.jails.c.entrypoint | map(sub(".*/"; ""))' "$STATE")"

section "a program of the home"
mkdir -p "$HOME/bin" "$HOME/tools/v1/bin" "$T/links"
cat >"$T/hello.c" <<'END'
#include <stdio.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	printf("hello %d %s\n", argc, argc > 1 ? argv[1] : "-");
	return geteuid() == 0 ? 7 : 8;
}
END
assert "a dynamic program" gcc -o "$HOME/tools/v1/bin/hello" "$T/hello.c"
assert "a static one" gcc -static -o "$HOME/bin/hello-static" "$T/hello.c"
create h "~/tools/v1/bin/hello x"
assert_eq "dynamic, by ~/" 0 "$rc"
entry h; assert_eq "runs" "7 hello 2 x" "$rc $out"
create i "$HOME/bin/hello-static y"
entry i; assert_eq "static, by its path" "7 hello 2 y" "$rc $out"
ln -s v1 "$HOME/tools/current"
ln -s ../tools/current/bin/hello "$HOME/bin/hello"
ln -s "$HOME/bin/hello" "$T/links/hi"
create k "~/bin/hello z"
entry k; assert_eq "through a chain of links" "7 hello 2 z" "$rc $out"
create l "$T/links/hi"
entry l; assert_eq "and one from outside of the home" "7 hello 1 -" "$rc $out"
try env PATH="$HOME/bin:$PATH" "$RJ" create --name m --repo "$repo" --entrypoint "hello-static"
assert_eq "from PATH" 0 "$rc"
entry m; assert_eq "found again without it" "7 hello 1 -" "$rc $out"
touch "$HOME/beside" "$HOME/tools/beside"; in_jail k sh -c "ls -A $HOME $HOME/tools $HOME/tools/v1 $HOME/bin"
assert_lacks "only the program is visible, not what is beside it" "$out" hello-static beside
rm "$HOME/beside" "$HOME/tools/beside"
in_jail k sh -c "echo x >$HOME/tools/v1/bin/hello"; assert_ne "and read-only" 0 "$rc"
assert_eq "" ELF "$(head -c 4 "$HOME/tools/v1/bin/hello" | tr -d '\177')"
rm "$HOME/bin/hello-static"
assert_refused 125 "a program that went away" "hello-static" "$RJ" enter m
assert_contains "says what to do" "$err" "hint:"

section "one that cannot be"
create n "$HOME/tools"
assert_match "a directory" "$rc $err" "^1 .*entrypoint $HOME/tools cannot be run: Is a directory"
create n "$T/repo/README.md"
assert_contains "a file that is no program" "$err" "README.md cannot be run: Permission denied"
printf '#!/nonesuch/sh\n' >"$HOME/bin/script" && chmod 755 "$HOME/bin/script"
create n "$HOME/bin/script"
assert_contains "a script whose interpreter is missing" "$err" "its interpreter /nonesuch/sh does not exist" "A jail that is made already"

section "no entrypoint"
try "$RJ" create --name s --repo "$repo"
assert_eq "enter is a shell" "in-shell" "$(echo 'echo in-shell' | "$RJ" enter s)"
try sh -c 'echo "echo \$0 \$SHELL" | "$RJ" enter s'
assert_match "the default one" "$out" 'bash /bin/bash'
finish
