# shellcheck shell=bash
# Helpers of the escape tests; sourced first by each t-ROW.sh, which ends with `finish`.
#
#   attack WHAT                begins one: what the agent tries
#   control SEEN CMD...        the attack works where nothing protects: CMD succeeds
#   held SEEN CMD...           and fails against RoboJail: CMD succeeds (any number of these)
#
# The end of each attack prints one line of the table:  | ROW | attack | control | jail | held
# A control that fails is a failed test, too: then the row proves nothing.
. "$E2E/lib.sh"
row=$(basename "$0" .sh)
row=${row#t-} row=${row%%-*} row=${row^^}
# rows that no attack was printed for yet
now='' was_control='' was_jail='' verdict=''

close_row() {
	[ -n "$now" ] || return 0
	[ -n "$was_control" ] || { fail "$now: has a control" && verdict=BROKEN; }
	[ -n "$was_jail" ] || { fail "$now: is tried in a jail" && verdict=BROKEN; }
	printf '| %-3s | %s | control: %s | jail: %s | %s\n' "$row" "$now" "$was_control" "$was_jail" "$verdict"
	now=
}
attack() {
	close_row
	now=$1 was_control='' was_jail='' verdict=held
}
# Like `assert`, but leaves rc, out and err of the last command as they are.
prove() { # WHAT CMD...
	local what=$1
	shift
	if "$@" >"$T/.seen" 2>&1 </dev/null; then
		pass "$what"
	else
		fail "$what" "$*" "$(cat "$T/.seen")" "before that: $(shown)"
		return 1
	fi
}
control() { # SEEN CMD...
	local seen=$1
	shift
	prove "$now: without protection: $seen" "$@" || verdict="NOT SHOWN" seen="did not: $seen"
	was_control=${was_control:+$was_control, }$seen
}
held() { # SEEN CMD...
	local seen=$1
	shift
	prove "$now: in the jail: $seen" "$@" || verdict=BROKEN seen="not: $seen"
	was_jail=${was_jail:+$was_jail, }$seen
}
finish_rows() {
	close_row
	finish
}

# A program that leaves a mark when the host runs it: inside a jail $T is not there. It is written to
# DIR/NAME and marks NAME; `cat` makes it a filter as well.
payload() { # DIR NAME
	mkdir -p "$1"
	printf '#!/bin/sh\ntouch "%s/ran-%s" 2>/dev/null\ncat 2>/dev/null\nexit 0\n' "$T" "$2" >"$1/$2"
	chmod 755 "$1/$2"
}
ran() { [ -e "$T/ran-$1" ]; }
never_ran() { ! ls "$T"/ran-* >/dev/null 2>&1; }
forget() { rm -f "$T"/ran-*; }
not() { ! "$@"; }
has() { grep -q -- "$2" <<<"$1"; } # TEXT PATTERN
is() { [ "$1" = "$2" ]; }
says() { [[ $out$err == *"$1"* ]]; } # the last command said so

# The user's own git, by hand in a worktree: what people type.
git_by_hand() { # W
	local c
	for c in "status" "diff" "diff HEAD" "log -p -1" "show --stat" "add -A" "reset -q" "stash -u" "stash pop" \
		"commit --dry-run" "ls-files -m -o" "grep -n x" "blame README.md" "checkout -- ." "update-index --refresh" \
		"describe --always --dirty" "fsck" "gc --auto" "branch -a" "worktree list" "clean -n -d"; do
		# shellcheck disable=SC2086 # words
		timeout 20 git -C "$1" $c >/dev/null 2>&1 </dev/null
	done
	return 0
}
# Every command of RoboJail that looks at a jail; the last one may remove it.
robojail_by_hand() { # NAME
	timeout 30 "$RJ" list >/dev/null 2>&1 </dev/null
	timeout 30 "$RJ" status "$1" >/dev/null 2>&1 </dev/null
	timeout 30 "$RJ" status --diff "$1" >/dev/null 2>&1 </dev/null
	timeout 30 "$RJ" status --json "$1" >/dev/null 2>&1 </dev/null
	timeout 30 "$RJ" sync "$1" >/dev/null 2>&1 </dev/null
	timeout 30 "$RJ" run "$1" -- true >/dev/null 2>&1 </dev/null
	timeout 30 "$RJ" destroy "$1" >/dev/null 2>&1 </dev/null
	return 0
}
# The main repository, but for what an import may add: new objects, robojail/ branches with their logs,
# our pins (refs/robojail/), the worktrees' admin directories.
main_files() { # REPO
	(cd "$1/.git" && find . \( -path ./worktrees -o -path './refs/heads/robojail' -o -path './logs/refs/heads/robojail' -o -path ./refs/robojail -o -path ./packed-refs -o -path ./objects \) -prune -o -type f -print0 |
		LC_ALL=C sort -z | xargs -0 sha256sum
	find objects -type f -printf '%P %s\n' | LC_ALL=C sort)
	git -C "$1" for-each-ref | grep -vE 'refs/(heads/)?robojail/'
}
remember() { main_files "$1" >"$T/main-was"; }
main_kept() { # REPO: nothing that was there changed
	local gone
	gone=$(LC_ALL=C comm -23 <(LC_ALL=C sort "$T/main-was") <(main_files "$1" | LC_ALL=C sort))
	[ -z "$gone" ] || { echo "$gone" && return 1; }
}
main_same() { main_kept "$1" && git -C "$1" fsck --full --strict >/dev/null; }
