# P3: descriptors, working directory and environment of the caller.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
secret=SECRET-$RANDOM$RANDOM
mkdir -p "$HOME/docs"
home_may_have="$home_may_have docs secret"
echo "$secret" >"$HOME/secret"
echo "$secret" >"$HOME/docs/letter"
make_jail j

attack "an open descriptor of a file"
exec 9<"$HOME/secret" 33<"$HOME/docs" 200<>"$HOME/docs/letter"
control "a child reads it" is "$secret" "$(sh -c 'cat <&9')"
in_jail j sh -c 'cat <&9; ls -l /proc/self/fd; for p in /proc/[0-9]*/fd/*; do cat "$p" 2>/dev/null; done </dev/null'
held "it is closed" not says "$secret"
attack "an open descriptor of a directory"
control "a child walks through it" is "$secret" "$(sh -c 'cat /proc/self/fd/33/letter')"
in_jail j sh -c 'cat /proc/self/fd/33/letter /proc/*/fd/33/letter; cat /proc/self/fd/200; cd /proc/self/fd/33 && cat letter ../secret'
held "it is closed" not says "$secret"
exec 9<&- 33<&- 200<&-

attack "standard input that is a directory of the host"
control "a child walks through it" is "$secret" "$(sh -c 'cat /proc/self/fd/0/letter' <"$HOME/docs")"
for fd in 0 1 2; do
	"$RJ" run j -- sh -c "cat /proc/self/fd/$fd/letter" <"$HOME/docs" >"$T/.out" 2>"$T/.err"
	rc=$? out=$(cat "$T/.out") err=$(cat "$T/.err")
	[ $fd = 0 ] || break
	held "refused" test "$rc" = 125
	held "with the reason" says "directory"
done

attack "a file that the caller gave as standard input is opened again, for writing"
cp "$HOME/docs/letter" "$HOME/docs/given"
sh -c 'echo changed >/proc/self/fd/0' <"$HOME/docs/given"
control "a child writes to it" is changed "$(cat "$HOME/docs/given")"
for fd in 0 1 2; do
	echo given >"$HOME/docs/given"
	for how in "/proc/self/fd/$fd" "/proc/1/fd/$fd" "/dev/fd/$fd"; do
		(
			eval "exec $fd<'$HOME/docs/given'"
			"$RJ" run j -- sh -c "echo changed >$how; truncate -s 0 $how"
		)
	done
	held "not through descriptor $fd" is given "$(cat "$HOME/docs/given")"
done
held "reading it again works" is given "$("$RJ" run j -- cat /dev/stdin <"$HOME/docs/given")"
held "and so does a script there" is 3 "$(echo 'echo 3' >"$T/script" && "$RJ" run j -- sh /dev/stdin <"$T/script")"
"$RJ" run j -- sh -c 'cat /proc/self/fd/1; head -c 4 <&1' >"$HOME/docs/given" 2>/dev/null 1<>"$HOME/docs/given"
echo "$secret" >"$HOME/docs/given"
"$RJ" run j -- sh -c 'cat /proc/self/fd/1 >&2' >>"$HOME/docs/given" 2>"$T/o"
held "one given for writing is not read" not has "$(cat "$T/o")" "$secret"
"$RJ" run j -- sh -c 'echo one >/dev/stdout; echo two >>/dev/stdout; echo three >/dev/stderr' >"$T/o" 2>"$T/e"
held "writing again works" is "two three" "$(tail -n 1 "$T/o") $(cat "$T/e")"
rm -f "$HOME/docs/given"

attack "the working directory, and where it was"
cd "$HOME/docs" || exit 1
control "a child is there" is "$secret" "$(sh -c 'cat ./letter')"
in_jail j sh -c "cat ./letter; cat /proc/self/cwd/letter /proc/*/cwd/letter; cat \"\$OLDPWD/letter\"; ls $HOME/docs"
held "the jail's command is elsewhere" not says "$secret"
cd "$T" || exit 1
mkdir "$T/gone" && cd "$T/gone" && rmdir "$T/gone"
in_jail j pwd
held "one that was removed does no harm" is "0 $W" "$rc $out"
cd "$T" || exit 1

attack "variables of the environment"
export SECRET_TOKEN=$secret SSH_AUTH_SOCK=/tmp/$secret DBUS_SESSION_BUS_ADDRESS=unix:path=/$secret LD_PRELOAD_X=$secret GIT_DIR=$T/repo-j/.git GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.fsmonitor GIT_CONFIG_VALUE_0=$secret BASH_ENV=/tmp/$secret ENV=$secret PYTHONPATH=$secret
control "a child has them" has "$(env)" "$secret"
in_jail j sh -c 'env; cat /proc/*/environ | tr "\0" "\n"; git status'
held "dropped, PID 1's too" not says "$secret"
held "GIT_DIR of the caller means nothing" test "$rc" = 0
unset SECRET_TOKEN SSH_AUTH_SOCK DBUS_SESSION_BUS_ADDRESS LD_PRELOAD_X GIT_DIR GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0 BASH_ENV ENV PYTHONPATH

attack "the command line of the supervisor, umask, signal masks, limits"
(umask 000; trap '' PIPE USR1; exec sh -c 'umask; grep -E "^Sig(Blk|Ign)" /proc/self/status') >"$T/o"
control "a child inherits them" has "$(cat "$T/o")" "0000"
in_jail j sh -c 'cat /proc/*/cmdline | tr "\0" " "'
held "the host's command lines are not shown" not says "$HOME/secret"
finish_rows
