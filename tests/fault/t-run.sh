# run under faults: the command runs with every protection, or it does not run.
# shellcheck shell=bash
. "$E2E/lib.sh"
. "$TESTS/lib.sh"
make_jail j
echo secret >"$HOME/.gitconfig.secret"
chmod 600 "$HOME/.gitconfig.secret"
home_may_have="$home_may_have .gitconfig.secret"
cat >"$W/look.sh" <<END
grep -E '^(NoNewPrivs|Seccomp|Cap...):' /proc/self/status
cat '$HOME/.gitconfig.secret' 2>&1 | grep secret\$
for f in /usr/x /etc/x '$repo/x' '$repo/.git/x' /x /proc/sys/kernel/hostname; do (echo x >"\$f") 2>/dev/null && echo "wrote \$f"; done
unshare -U true 2>/dev/null && echo "a user namespace"
set -- /proc/[0-9]* && echo \$#
cat /proc/sys/kernel/hostname
# /bin and others are links, files of /etc copies, or, when these cannot be made, mounts: the same,
# and read-only
awk '\$5 !~ "^/(s?bin|lib[0-9]*|etc/[^/]*)\$" { print \$5, \$6 }' /proc/self/mountinfo | sort
for f in /bin/x /lib/x /lib64/x /etc/nsswitch.conf /etc/services /etc/passwd /etc/ssl/x; do (echo x >"\$f") 2>/dev/null && echo "wrote \$f"; done
ulimit -c; ulimit -l
ls /sys /dev /run 2>/dev/null
exit 0
END
ls -A "$W" >"$T/files"

# Calls by which a protection is set up. When one fails the command must not run: what it can see of
# itself is compared, but not all that protects can be seen.
protects() { # CALL
	case $1 in
	landlock_create_ruleset) [[ $fault == *" 1 "* ]] && return 1 ;; # asks whether there is Landlock
	mount | umount2 | pivot_root | move_mount | open_tree | fsopen | fsmount | mount_setattr) ;;
	seccomp | landlock_* | capset | keyctl | setsid | sethostname | prlimit64) ;;
	*) return 1 ;;
	esac
}

run_under() {
	rm -rf "$PRIVATE"/j/root* # the root is made anew, or what cannot be made is done without
	faulty "$RJ" run j -- sh look.sh
	[ -n "$hit" ] || return
	if [ "$out" = "$usual" ]; then
		# the command ran, and what failed came after it, or did not matter
		checks=$((checks + 1))
		if protects "${fault%% *}"; then fail "a protection that failed lets nothing run" "$(shown)" "$(grep INJECTED "$T/hit")"; fi
	elif [ -n "$out" ]; then
		fail "it runs as usual, or not at all" "$(diff <(echo "$usual") <(echo "$out"))" "$(shown)"
	else
		checks=$((checks + 1))
		[ "$rc" != 0 ] || fail "a command that did not run is no success" "$(shown)"
	fi
	same "nothing new in the worktree" "$(cat "$T/files")" "$(ls -A "$W")"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		state=$("$RJ" list --json | jq -r '.[0].status')
		[ "$state" != stopped ] || break
		sleep 0.1
	done
	same "the jail is stopped" stopped "$state"
}
try "$RJ" run j -- sh look.sh
usual=$out
assert_contains "control: it looks at its protections" "$usual" "NoNewPrivs:	1" "Seccomp:	2" "CapEff:	0000000000000000" "/usr ro"
assert_lacks "and finds no way out" "$usual" "secret" "wrote" "a user namespace"
rm -rf "$PRIVATE"/j/root*
learn "$RJ" run j -- /bin/true
each_fault run_under
assert "and then it runs" "$RJ" run j -- /bin/true
finish
