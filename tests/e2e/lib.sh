# shellcheck shell=bash
# Helpers of the end-to-end tests; sourced first by each t-*.sh, which ends with `finish`.
#
# From tests/e2e/run: HOME (fresh), T (the test's directory), ROBOJAIL (the binary), TEMPLATE.
# A check that fails is printed and counted, and the test goes on; `die` ends it.
set -u
umask 022
unset "${!XDG_@}"
cd "$T" || exit 1
RJ=$ROBOJAIL
JAILS=$HOME/.local/share/robojail/jails
PRIVATE=$HOME/.local/share/robojail/private
STATE=$HOME/.local/state/robojail/jails.json
CONFIG=$HOME/.config/robojail/config.toml
ME=$(id -u)
export RJ JAILS PRIVATE STATE CONFIG ME
checks=0 bad=0 rc=0 out='' err=''
home_may_have='.config .gitconfig .local'
cat >"$HOME/.gitconfig" <<'END'
[user]
	name = Tester
	email = tester@example.org
[init]
	defaultBranch = main
[advice]
	detachedHead = false
END

section() { echo "$1:"; }
pass() { checks=$((checks + 1)) && echo "  ok: $1"; }
fail() { # DESC DETAIL...
	checks=$((checks + 1)) bad=$((bad + 1))
	echo "  NOT OK: $1"
	shift
	[ $# = 0 ] || printf '%s\n' "$@" | head -n 40 | sed 's/^/      | /'
}
die() {
	fail "$@"
	finish
}
skip() {
	echo "$1"
	exit 77
}
finish() {
	local f
	check_home
	if grep -nE '\(null\)|: Success$|^Success$|No error information' "$T/.all" >"$T/.odd" 2>/dev/null; then
		fail "messages say something" "$(cat "$T/.odd")"
	fi
	for f in "$HOME" "$JAILS"/*; do
		[ -e "$f" ] && chmod -R u+rwX "$f" 2>/dev/null
	done
	[ $checks -gt 0 ] || fail "the test checks something"
	echo "$((checks - bad)) of $checks checks passed"
	[ $bad = 0 ]
	exit
}

# Nothing but RoboJail's own directories appears in the home.
check_home() {
	local name extra=
	for name in $(ls -A "$HOME") $(ls -A "$HOME/.config" "$HOME/.local" "$HOME/.local/share" "$HOME/.local/state" 2>/dev/null | grep -v :); do
		case " $home_may_have share state robojail " in *" $name "*) ;; *) extra="$extra $name" ;; esac
	done
	assert_eq "the home holds nothing new" "" "$extra"
}

# try CMD...: run it, no input; its status, output and errors are in rc, out and err.
try() {
	"$@" >"$T/.out" 2>"$T/.err" </dev/null
	rc=$?
	out=$(tr -d '\0' <"$T/.out")
	err=$(tr -d '\0' <"$T/.err")
	printf '$ %s\n%s\n%s\n' "$*" "$out" "$err" >>"$T/.all"
}
shown() { printf 'exit status %s' "$rc"; [ -z "$out" ] || printf '\nout: %s' "$out"; [ -z "$err" ] || printf '\nerr: %s' "$err"; }

assert_eq() { # DESC WANT GOT
	if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "wanted: $2" "got:    $3"; fi
}
assert_ne() { # DESC NOT-THIS GOT
	if [ "$2" != "$3" ]; then pass "$1"; else fail "$1" "got: $3"; fi
}
assert_contains() { # DESC TEXT PART...
	local desc=$1 text=$2 part
	shift 2
	for part; do
		[[ $text == *"$part"* ]] || { fail "$desc" "missing: $part" "in: $text"; return; }
	done
	pass "$desc"
}
assert_lacks() { # DESC TEXT PART...
	local desc=$1 text=$2 part
	shift 2
	for part; do
		[[ $text != *"$part"* ]] || { fail "$desc" "must not be there: $part" "in: $text"; return; }
	done
	pass "$desc"
}
assert_match() { # DESC TEXT REGEX
	if [[ $2 =~ $3 ]]; then pass "$1"; else fail "$1" "no match for: $3" "in: $2"; fi
}
# assert DESC CMD...: it succeeds. refute DESC CMD...: it does not.
assert() {
	local desc=$1
	shift
	try "$@"
	if [ $rc = 0 ]; then pass "$desc"; else fail "$desc" "$*" "$(shown)"; fi
}
refute() {
	local desc=$1
	shift
	try "$@"
	if [ $rc != 0 ]; then pass "$desc"; else fail "$desc" "$*" "$(shown)"; fi
}
assert_fails_with() { # STATUS DESC CMD...
	local want=$1 desc=$2
	shift 2
	try "$@"
	if [ $rc = "$want" ]; then pass "$desc"; else fail "$desc" "$*" "wanted exit status $want" "$(shown)"; fi
}
# assert_refused STATUS DESC PART CMD...: fails so, nothing on stdout, and says PART.
assert_refused() {
	local want=$1 desc=$2 part=$3
	shift 3
	try "$@"
	if [ $rc = "$want" ] && [[ $err == *"$part"* ]] && [ -z "$out" ]; then
		pass "$desc"
	else
		fail "$desc" "$*" "wanted exit status $want and: $part" "$(shown)"
	fi
}
# eventually DESC CMD...: it succeeds within ten seconds.
eventually() {
	local desc=$1 i
	shift
	for i in {1..100}; do
		if "$@" >/dev/null 2>&1; then pass "$desc" && return; fi
		sleep 0.1
	done
	fail "$desc (after ten seconds: $*)"
}

# in_jail NAME CMD...: as `try`.
in_jail() {
	local name=$1
	shift
	try "$RJ" run "$name" -- "$@"
}
# sh_jail NAME SCRIPT
sh_jail() { in_jail "$1" sh -c "$2"; }
config() { mkdir -p "${CONFIG%/*}" && cat >"$CONFIG"; }
no_config() { rm -rf "${CONFIG%/*}"; }
branch_of() { jq -r --arg n "$1" '.jails[$n].branch_name' "$STATE"; }

# make_repo DIR: a real project of several hundred files. tiny_repo DIR: three files.
make_repo() { cp -R -P --preserve=mode,timestamps "$TEMPLATE" "$1"; }
tiny_repo() {
	git init -q "$1"
	mkdir "$1/src"
	printf 'hello\n' >"$1/README.md"
	printf 'int main(void)\n{\n\treturn 0;\n}\n' >"$1/src/main.c"
	printf 'all:\n\tcc -o main src/main.c\n' >"$1/Makefile"
	git -C "$1" add .
	git -C "$1" commit -q -m "First"
}
# make_jail NAME: one of a tiny repository at $T/NAME.git-repo, in $repo and $W; dies otherwise.
make_jail() {
	repo=$T/repo-$1 W=$JAILS/$1
	[ -d "$repo" ] || tiny_repo "$repo"
	try "$RJ" create --name "$1" --repo "$repo"
	[ $rc = 0 ] || die "create $1" "$(shown)"
	branch=$(branch_of "$1")
}

# Every name below a directory, with type, mode, size and target, and the contents hashed.
listing() {
	[ -e "$1" ] || return 0
	(cd "$1" && find . -printf '%p %y %m %l\n' | sort && find . -type f -print0 | sort -z | xargs -0r sha256sum)
}
