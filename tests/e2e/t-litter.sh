# After every command the worktree holds nothing that the project or the agent did not put
# there, and the home nothing but RoboJail's own directories.
# as_root
# shellcheck shell=bash
. "$E2E/lib.sh"
repo=$T/project
make_repo "$repo"
mkdir "$repo/vendor" && echo x >"$repo/vendor/x" && git -C "$repo" add . && git -C "$repo" commit -q -m "One more"
names() { (cd "$1" && find . -path ./.git -prune -o -printf '%p %y %m %l\n' | sort); }
names "$repo" >"$T/want"
clean() { # after what
	assert_eq "$1" "" "$(names "$W" | diff "$T/want" -)"
	check_home >"$T/home"
	! grep 'NOT OK' "$T/home" || fail "$1: the home" "$(cat "$T/home")"
}
W=$JAILS/j
assert "create" "$RJ" create --name j --repo "$repo"
clean create
while read -r words; do
	# shellcheck disable=SC2086
	try "$RJ" $words
	clean "$words (status $rc)"
done <<'END'
list
list --json
status j
status j --json
status j --diff
run j -- true
run j -- false
run j -- nonesuch
run j -- ls -la / /tmp /work
run j -- git status
run j -- git log --oneline
run j -- sh -c :
run j -- sh
enter j
run --user self j -- true
run j -- git -c user.name=x commit --allow-empty -m x
sync j
status j
config
help
create --name j --repo /nonexistent
END
run_with() { # CONFIG
	printf '%s\n' "$1" | config
	try "$RJ" run j -- ls -R /work
	clean "run with $1 (status $rc)"
}
mkdir "$T/shared" && echo x >"$T/shared/x"
run_with 'network_enabled = false'
run_with 'user = "self"'
run_with "extra_ro_binds = [\"$T/shared\", \"$T/shared:/opt/shared\", \"~/.gitconfig\"]"
run_with "extra_rw_binds = [\"$T/shared:$W/vendor\"]"
run_with "extra_rw_binds = [\"$T/shared:$W/not/there\"]"
run_with 'hidden_paths = ["/usr/share/doc", ".gitconfig"]'
run_with 'layout = "root"'
no_config
"$RJ" run j -- sleep 60 &
job=$!
eventually "a session is up" sh -c '"$RJ" list --json | grep -q running'
clean "during a session"
kill -KILL $job; wait $job 2>/dev/null
clean "after its supervisor was killed"
in_jail j true
clean "and after the next"
assert_eq "git agrees" "" "$(git -C "$W" status --porcelain --ignored)"
assert "destroy" "$RJ" destroy --force --delete-branch j
assert_eq "leaves an empty directory at most" "" "$(find "$HOME/.local/share/robojail" -mindepth 2)"
assert_eq "the repository as well" "" "$(git -C "$repo" status --porcelain --ignored; git -C "$repo" branch --list 'robojail/*')"
finish
