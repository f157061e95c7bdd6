# shellcheck shell=bash
# The unprivileged user that root's tests and demo run as; sourced, never run.
#
#   user_take      makes the user when there is none yet, and says so
#   user_release   removes a user made here, when no other run uses it
#   as_user        an array: put it in front of a command to run it as that user
test_user=rjtest
test_user_mark="made for RoboJail tests"
# shellcheck disable=SC2034 # for those who source this
as_user=(setpriv --reuid "$test_user" --regid "$test_user" --init-groups --inh-caps=-all)

user_take() {
	exec {user_lock}>/run/robojail-tests.lock
	flock "$user_lock"
	if getent passwd "$test_user" >/dev/null; then
		echo "running as root: the work is done by the unprivileged user $test_user"
	else
		echo "running as root: made the unprivileged user $test_user (removed at the end)"
		useradd --create-home --shell /bin/bash --comment "$test_user_mark" "$test_user"
	fi
	flock --shared "$user_lock"
}

# Whoever else runs holds the lock shared, so the last one removes the user.
user_release() {
	[ -n "${user_lock:-}" ] || return 0
	if flock --exclusive --nonblock "$user_lock" &&
		[ "$(getent passwd "$test_user" | cut -d: -f5)" = "$test_user_mark" ]; then
		userdel --remove "$test_user" 2>/dev/null
	fi
	exec {user_lock}>&-
	user_lock=
}
