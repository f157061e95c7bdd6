# Entrypoints that are more than a file: npm packages, version managers, Python, what is refused.
# shellcheck shell=bash
. "$E2E/lib.sh"
repo=$T/repo
tiny_repo "$repo"
home_may_have="$home_may_have .npm-global .npmrc .nvm .pyenv bin lone store unpack v package.json"
create() { try "$RJ" create --name "$1" --repo "$repo" --entrypoint "$2"; }
entry() { try "$RJ" enter "$1"; }
# The plan's lines for what lies below a path.
shown_of() { "$RJ" run --dry-run "$1" -- true | grep "^mount bind ro $2" | sed 's/.* //'; }
modules=$HOME/.npm-global/lib/node_modules

# A "node": as the real one it follows links to the script, and reads what lies beside that.
cat >"$T/node.c" <<'END'
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv)
{
	char script[PATH_MAX], line[200];
	FILE *f = argc > 1 && realpath(argv[1], script) ? fopen(script, "r") : NULL;

	puts("node of " OF);
	if (argc < 2)
		return 0;
	if (!f)
		return perror(argv[1]), 1;
	while (fgets(line, sizeof(line), f)) {
		FILE *g;

		if (strncmp(line, "//need ", 7))
			continue;
		line[strcspn(line, "\n")] = '\0';
		strcpy(strrchr(script, '/') + 1, line + 7);
		g = fopen(script, "r");
		if (!g || !fgets(line, sizeof(line), g))
			return perror(script), 2;
		fputs(line, stdout);
	}
	return 0;
}
END
# package DIR [NODE]: a program and the library that it reads.
package() {
	mkdir -p "$1/lib"
	echo '{"name":"agent"}' >"$1/package.json"
	printf '#!/usr/bin/env %s\n//need lib/dep.js\n' "${2:-node}" >"$1/cli.js"
	echo "its library" >"$1/lib/dep.js"
	chmod 755 "$1/cli.js"
}

section "an npm package"
mkdir -p "$HOME/.npm-global/bin"
assert "a node of another name" gcc -static -DOF='"bin"' -o "$T/jsnode" "$T/node.c"
mkdir -p "$HOME/bin" && cp "$T/jsnode" "$HOME/bin/jsnode"
package "$modules/@acme/agent" jsnode
package "$modules/other"
ln -s ../lib/node_modules/@acme/agent/cli.js "$HOME/.npm-global/bin/agent"
echo '//registry.example.org/:_authToken=secret' >"$HOME/.npmrc"
export PATH="$HOME/.npm-global/bin:$HOME/bin:$PATH"
create a agent
assert_eq "create" 0 "$rc"
assert_contains "says what it shows" "$out" "shown inside, read-only: $modules/@acme/agent (npm package)" \
	"shown inside, read-only: $HOME/bin/jsnode (interpreter)"
entry a; assert_eq "it runs, with what is beside it" "0 node of bin
its library" "$rc $out"
create b "$modules/@acme/agent/cli.js"
entry b; assert_eq "by its path, too" "0 node of bin
its library" "$rc $out"
sh_jail b "command -v jsnode; ls $modules; ls -A $HOME"
assert_contains "the interpreter is on PATH" "$out" "$HOME/bin/jsnode"
assert_lacks "other packages are not there, nor is the token" "$out" other .npmrc
sh_jail b "echo x >$modules/@acme/agent/cli.js"; assert_ne "and it is read-only" 0 "$rc"
sh_jail b "rm -r $modules/@acme/agent"
assert "removing it is in vain" test -f "$modules/@acme/agent/cli.js"

section "it updated itself, or went away"
mkdir "$HOME/.npm-global/v2"
mv "$modules/@acme/agent" "$modules/agent2"
ln -sf ../lib/node_modules/agent2/cli.js "$HOME/.npm-global/bin/agent"
entry a; assert_contains "a link that leads to another place is followed again" "$("$RJ" run --dry-run a -- true)" \
	"mount bind ro $modules/agent2 $modules/agent2"
entry b
assert_eq "a path that is gone" 125 "$rc"
assert_contains "is told with what to do" "$err" "$modules/@acme/agent/cli.js" "hint:"
in_jail b echo still; assert_eq "commands run without it" "0 still" "$rc $out"
mv "$modules/agent2" "$modules/agent3" && ln -s "$modules/agent3/cli.js" "$HOME/bin/cli.js"
try env PATH="$HOME/bin:$PATH" "$RJ" enter b
assert_contains "one by the same name on PATH takes its place, and that is said" "$err" "is gone" "$HOME/bin/cli.js"

section "nvm"
nvm=$HOME/.nvm/versions/node/v22.1.0
mkdir -p "$nvm/bin"
gcc -static -DOF='"nvm"' -o "$nvm/bin/node" "$T/node.c"
package "$nvm/lib/node_modules/agent"
ln -s ../lib/node_modules/agent/cli.js "$nvm/bin/nagent"
mkdir -p "$HOME/.nvm/versions/node/v18.0.0/bin" && echo "old" >"$HOME/.nvm/versions/node/v18.0.0/bin/node"
try env PATH="$nvm/bin:$PATH" "$RJ" create --name n --repo "$repo" --entrypoint "$nvm/lib/node_modules/agent/cli.js"
assert_contains "one version is shown" "$out" "read-only: $nvm (version" "on PATH inside: $nvm/bin"
entry n; assert_eq "it runs, also from a shell without nvm, and by nvm's node" "0 node of nvm
its library" "$rc $out"
sh_jail n "ls $HOME/.nvm/versions/node"; assert_eq "no other version is there" "v22.1.0" "$out"
try env PATH="$nvm/bin:$PATH" "$RJ" create --name nc --repo "$repo" --entrypoint nagent --check
assert_eq "--check starts it" 0 "$rc"
assert_contains "and says so" "$out" "Checking: $nvm/bin/nagent --version" "node of nvm" "its library" "it runs inside"
rm "$nvm/lib/node_modules/agent/lib/dep.js"
try env PATH="$nvm/bin:$PATH" "$RJ" create --name nd --repo "$repo" --entrypoint nagent --check
assert_eq "one that fails" 1 "$rc"
assert_contains "is told with its status" "$err" "ended with status 2" "hint:"
assert_eq "the jail is there" stopped "$("$RJ" list --json | jq -r '.[] | select(.name == "nd").status')"
assert_fails_with 2 "--check with nothing to check" "$RJ" create --name ne --repo "$repo" --check

section "env -S, and interpreters in the home"
printf '#!/usr/bin/env -S A=b jsnode\n' >"$HOME/bin/s" && chmod 755 "$HOME/bin/s"
create s "$HOME/bin/s"; entry s; assert_eq "env -S" "0 node of bin" "$rc $out"
printf '#!%s/bin/jsnode\n' "$HOME" >"$HOME/bin/s2" && chmod 755 "$HOME/bin/s2"
create s2 "$HOME/bin/s2"; entry s2; assert_eq "by its path" "0 node of bin" "$rc $out"
printf '#!/usr/bin/env no-such\n' >"$HOME/bin/s3" && chmod 755 "$HOME/bin/s3"
assert_refused 1 "an interpreter that is missing" "'no-such'" "$RJ" create --name s3 --repo "$repo" --entrypoint "$HOME/bin/s3"
assert_contains "with a remedy" "$err" "command -v no-such"
assert_eq "and nothing is left behind" "null" "$(jq -c .jails.s3 "$STATE")"
assert_eq "" "" "$(git -C "$repo" branch --list 'robojail/s3-*')"

section "Python's virtual environments"
if /usr/bin/python3 -m venv --without-pip "$HOME/v" 2>/dev/null; then
	printf '#!%s/v/bin/python\nimport sys, own\nprint(sys.prefix, own.x)\n' "$HOME" >"$HOME/v/bin/tool"
	lib=$(echo "$HOME"/v/lib/python3*/site-packages)
else
	die "python3 -m venv works here"
fi
chmod 755 "$HOME/v/bin/tool"
echo 'x = "library"' >"$lib/own.py"
create v "$HOME/v/bin/tool"
assert_contains "is shown" "$out" "$HOME/v (Python virtual environment)"
entry v; assert_eq "and runs with its libraries" "0 $HOME/v library" "$rc $out"

section "pyenv's shims"
pv=$HOME/.pyenv/versions/3.99.1
mkdir -p "$pv/bin" "$HOME/.pyenv/shims"
cp "$T/jsnode" "$pv/bin/pt" && echo 3.99.1 >"$HOME/.pyenv/version"
printf '#!/usr/bin/env bash\nexec pyenv exec "$0" "$@"\n' >"$HOME/.pyenv/shims/pt" && chmod 755 "$HOME/.pyenv/shims/pt"
create p "$HOME/.pyenv/shims/pt"
assert_eq "the program behind it is the entrypoint" "$pv/bin/pt" "$(jq -r '.jails.p.entrypoint[0]' "$STATE")"
entry p; assert_eq "and runs" 0 "$rc"
echo system >"$HOME/.pyenv/version"
assert_refused 1 "or is told how to find" "pyenv" "$RJ" create --name p2 --repo "$repo" --entrypoint "$HOME/.pyenv/shims/pt"
assert_contains "" "$err" "pyenv which pt"

section "a store of packages, with its own dynamic linker"
h=0123456789abcdfghijklmnpqrsvwxyz
mkdir -p "$HOME/store/$h-glibc/lib" "$HOME/store/$h-tool/bin" "$HOME/.local/share"
interp=$(readelf -l /usr/bin/env | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
cp "$interp" "$HOME/store/$h-glibc/lib/ld.so"
echo 'int puts(const char *); int main(void) { return puts("from a store") < 0; }' >"$T/st.c"
gcc -o "$HOME/store/$h-tool/bin/st" -Wl,--dynamic-linker="$HOME/store/$h-glibc/lib/ld.so" "$T/st.c"
ln -s "$HOME/store/$h-tool" "$HOME/.local/share/profile"
home_may_have="$home_may_have profile"
create t "$HOME/.local/share/profile/bin/st"
assert_contains "is shown" "$out" "$HOME/store (store of packages)"
entry t; assert_eq "and runs" "0 from a store" "$rc $out"
mkdir "$HOME/lone" && gcc -o "$HOME/lone/st" -Wl,--dynamic-linker="$HOME/lone/lib/ld.so" "$T/st.c"
mkdir "$HOME/lone/lib" && cp "$interp" "$HOME/lone/lib/ld.so"
create t2 "$HOME/lone/st"; entry t2; assert_eq "a linker in no store" "0 from a store" "$rc $out"

section "a program that unpacks next to itself"
mkdir "$HOME/unpack"
printf '#!/bin/sh\nd=$(dirname "$0")/.unpacked\nmkdir -p "$d" && echo works >"$d/x" && cat "$d/x"\n' >"$HOME/unpack/u"
chmod 755 "$HOME/unpack/u"
create u "$HOME/unpack/u"; entry u; assert_eq "may, in the jail's own home" "0 works" "$rc $out"
assert_eq "and nothing of it is in the real one" "u" "$(ls -A "$HOME/unpack")"

section "what is not shown"
assert "without RoboJail there is a secret in reach" grep -q secret "$HOME/.npmrc"
echo '{}' >"$HOME/package.json"
printf '#!/usr/bin/env jsnode\n' >"$HOME/bin/h.js" && chmod 755 "$HOME/bin/h.js"
create h "$HOME/bin/h.js"
assert_eq "a home that is a package: the file alone" "$HOME/bin/h.js" "$(shown_of h "$HOME" | grep -v -e "$JAILS" -e /jsnode)"
rm "$HOME/package.json"
printf 'hidden_paths = [".npm-global/lib/node_modules/agent3/lib"]\n' | config
assert_refused 1 "a package that holds a hidden path" "agent3/lib" "$RJ" create --name x --repo "$repo" --entrypoint "$modules/agent3/cli.js"
assert_contains "with a remedy" "$err" "hint:" "hidden_paths"
no_config
# A link in a directory that the jail may write must not lead on.
mkdir "$T/rw" && echo top-secret >"$T/secret" && chmod 755 "$T/secret"
printf '#!/bin/sh\n' >"$T/rw/tool" && chmod 755 "$T/rw/tool"
printf 'extra_rw_binds = ["%s/rw"]\n' "$T" | config
create w "$T/rw/tool"
sh_jail w "printf '#!$T/secret\n' >$T/rw/tool"
assert "the script now names the secret" grep -q "$T/secret" "$T/rw/tool"
in_jail w cat "$T/secret"; assert_ne "its text does not choose what is shown" 0 "$rc"
assert_lacks "" "$out" top-secret
sh_jail w "mkdir -p $T/rw/bin; cp $T/rw/tool $T/rw/bin/; ln -sf $T/secret $T/rw/tool"
assert_eq "the link leads to the secret, outside" top-secret "$(cat "$T/rw/tool")"
in_jail w cat "$T/secret"; assert_contains "nor does its link" "$err" "which the jail can write"
assert_lacks "" "$out" top-secret
no_config
finish
