#!/usr/bin/env bash
# A real project in a real jail, from create to merge: what `./build.sh demo` shows.
#
#   tests/e2e/demo.sh [BINARY]     the binary is build/robojail otherwise
#
# The project is zlib as Debian has it, which the build has fetched already; it has a test
# suite of its own. Everything happens in a temporary directory, as an unprivileged user.
set -Eeuo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
jail=zlib-demo

# ---- first as whoever started it: the source, the user, the place
if [ "${1:-}" != --inside ]; then
	binary=${1:-$top/build/robojail}
	# shellcheck source=tests/e2e/user.sh
	. "$here/user.sh"
	[ -x "$binary" ] || { echo "demo: there is no $binary; run ./build.sh first" >&2; exit 1; }
	work=
	cleanup() {
		trap '' INT TERM
		if [ -n "$work" ]; then
			chmod -R u+rwX "$work" 2>/dev/null || :
			rm -rf "$work"
		fi
		user_release
	}
	trap cleanup EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	tarball=$("$top/third_party/fetch.sh" | sed -n 's/^zlib [^ ]* \([^ ]*\).*/\1/p')
	work=$(mktemp -d "${TMPDIR:-/tmp}/robojail-demo.XXXXXX")
	mkdir "$work/bin" "$work/home"
	cp "$binary" "$work/bin/robojail"
	cp "$0" "$work/demo.sh"
	cp "$tarball" "$work/zlib.tar.gz"
	run=() name=$(id -un)
	if [ "$(id -u)" = 0 ]; then
		user_take
		chown -R "$test_user:" "$work"
		run=("${as_user[@]}") name=$test_user
	fi
	chmod 755 "$work"
	cd "$work"
	"${run[@]}" env -i PATH="$work/bin:/usr/local/bin:/usr/bin:/bin" HOME="$work/home" USER="$name" \
		LOGNAME="$name" LANG=C.UTF-8 TERM="${TERM:-dumb}" bash "$work/demo.sh" --inside "$work"
	exit
fi

# ---- then as a user at a terminal
work=$2
say() { printf '\n# %s\n' "$*"; }
show() { # CMD...: print it, then run it
	local word line='$'
	for word; do
		case $word in
		'' | *[!A-Za-z0-9_./=:,@%^+-]*) line="$line '${word//\'/\'\\\'\'}'" ;;
		*) line="$line $word" ;;
		esac
	done
	echo "$line"
	"$@"
}
trap 'echo "demo: FAILED at the command above" >&2' ERR

say "The project: zlib's source, committed to a fresh repository"
show mkdir zlib
show tar -xzf zlib.tar.gz -C zlib --strip-components=1
show cd zlib
show git init --quiet --initial-branch=main .
show git config user.name "Demo"
show git config user.email demo@example.org
show git add --all
show git commit --quiet --message "zlib as released"
echo "($(git ls-files | wc -l) files)"

say "A jail for it"
show robojail create --name "$jail" --repo .
branch=$(git branch --list --format='%(refname:short)' "robojail/$jail-*")
show robojail list

say "Who and where we are inside, and what we see of the host"
show robojail run "$jail" -- sh -c 'id; pwd; ps -e 2>/dev/null || ls /proc | grep "^[0-9]"; ls -A ~'
show robojail run "$jail" -- sh -c 'touch /usr/x /etc/x 2>&1 || true'

say "Build and test it inside; the objects go to the jail's own home, which stays"
show robojail run "$jail" -- sh -c 'mkdir ~/build && cd ~/build && /work/configure --static'
show robojail run "$jail" -- sh -c 'make -s -j2 -C ~/build'
show robojail run "$jail" -- sh -c 'make -s -C ~/build test'

say "Change something inside, test again, commit"
show robojail run "$jail" -- sh -c 'echo "Checked in a jail." >>README && make -s -C ~/build test >/dev/null'
show robojail run "$jail" -- git commit --all --message "Say that it was checked"
show robojail run "$jail" -- sh -c 'echo "not committed" >NOTES && git status --short'

say "What it did, seen from outside"
show robojail status "$jail"
show robojail status "$jail" --diff
show robojail status "$jail" --json
robojail status "$jail" --json | tr -d ' \n' | grep -q '"modified":\["README"\],"added":\["NOTES"\],"deleted":\[\]'

say "Merge it on the host"
show git merge "$branch"
show git log --oneline
show grep -x "Checked in a jail." README
show git fsck --full

say "Throw the jail away"
echo "$ robojail destroy $jail    # refuses: there is work that was not committed"
if robojail destroy "$jail"; then
	echo "demo: work would have been lost" >&2
	exit 1
fi
show robojail destroy "$jail" --force
show robojail list
[ -z "$(git branch --list 'robojail/*')" ]
[ ! -e "$HOME/.local/share/robojail/jails/$jail" ]
printf '\ndemo: ok: %s was built, tested, changed and merged from a jail by %s\n' zlib "$(id -un)"
