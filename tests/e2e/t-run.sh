# run: exit status, stdio, arguments.
# as_root
# nested
# shellcheck shell=bash
. "$E2E/lib.sh"
make_jail j
try "$RJ" create --name jail-one --repo "$repo"

section "exit status"
for n in 0 1 2 3 4 42 125 126 127 255; do
	assert_fails_with "$n" "exit $n" "$RJ" run j -- sh -c "exit $n"
	assert_eq "  with no word about it" "" "$out$err"
done
for sig in HUP INT QUIT ABRT KILL USR1 SEGV PIPE ALRM TERM; do
	number=$(kill -l $sig)
	assert_fails_with $((128 + number)) "ended by SIG$sig" "$RJ" run j -- sh -c "ulimit -c 0; kill -$sig \$\$"
done
assert_refused 127 "a command that is not there" "nonesuch" "$RJ" run j -- nonesuch
assert_refused 127 "nor at a path" "/nonesuch" "$RJ" run j -- /nonesuch/x
assert_refused 126 "a file that is not executable" "README.md" "$RJ" run j -- ./README.md
assert_refused 126 "a directory" "src" "$RJ" run j -- ./src
assert_refused 3 "no such jail" "'jail-won'" "$RJ" run jail-won -- true
assert_contains "names the nearest" "$err" "'jail-one'"
assert_refused 2 "no command" "" "$RJ" run j
assert_refused 2 "no jail" "" "$RJ" run
assert_refused 2 "an unknown option" "--usr" "$RJ" run --usr root j -- true

section "arguments are passed as they are"
assert "options after the command's name" "$RJ" run j -- printf '%s|' -n --help -- --user x -h
assert_eq "" "-n|--help|--|--user|x|-h|" "$out"
assert "without --" "$RJ" run j printf '%s|' --help -v
assert_eq "" "--help|-v|" "$out"
assert "blanks, quotes, newlines, other bytes" "$RJ" run j -- printf '%s|' '' ' a  b ' "it's" '"q"' $'l1\nl2' '$HOME' '*' $'\xff\x01'
assert_eq "" $'| a  b |it\'s|"q"|l1\nl2|$HOME|*|\xff\x01|' "$out"
assert "a long list" "$RJ" run j -- sh -c 'echo $#' x $(seq 20000)
assert_eq "" 20000 "$out"
assert "the alias" "$RJ" exec j -- echo hi
assert_eq "" hi "$out"
chmod 755 "$W/README.md" && printf '#!/bin/sh\necho script "$@"\n' >"$W/tool" && chmod 755 "$W/tool"
assert "a script of the project" "$RJ" run j -- ./tool 1 2
assert_eq "" "script 1 2" "$out"

section "stdio is untouched"
head -c 5000000 /dev/urandom >"$T/random"
"$RJ" run j -- cat <"$T/random" >"$T/copy"
assert "five megabytes from file to file" cmp "$T/random" "$T/copy"
# shellcheck disable=SC2002
cat "$T/random" | "$RJ" run j -- cat | cat >"$T/copy"
assert "and through pipes" cmp "$T/random" "$T/copy"
"$RJ" run j -- sh -c 'cat >&2' <"$T/random" 2>"$T/copy" >"$T/other"
assert "and to stderr" cmp "$T/random" "$T/copy"
assert_eq "with nothing on stdout" "" "$(cat "$T/other")"
"$RJ" run j -- sh -c 'echo out; echo err >&2' >"$T/o" 2>"$T/e"
assert_eq "stdout and stderr apart" "out err" "$(cat "$T/o" "$T/e" | tr '\n' ' ' | sed 's/ $//')"
assert_eq "a reader that goes away" "y
141" "$({ "$RJ" run j -- yes; echo $? >"$T/s"; } 2>/dev/null | head -n 1; sleep 0.2; cat "$T/s")"
assert_eq "a command that does not read" 0 "$(yes 2>/dev/null | "$RJ" run j -- true; echo $?)"
printf 'a\nb\nc\n' >"$T/lines"
assert_eq "what is not read stays for the next" "b c " \
	"$({ "$RJ" run j -- sh -c 'read x'; tr '\n' ' '; } <"$T/lines")"
"$RJ" run j -- sh -c 'echo x' >&- 2>"$T/e"; assert_ne "a closed stdout is no file of ours" 0 $?
assert_eq "appending" "1
2" "$({ echo 1; "$RJ" run j -- echo 2; } >>"$T/app"; cat "$T/app")"
in_jail j sh -c 'test -t 0 || test -t 1 || test -t 2'; assert_ne "no terminal where there was none" 0 "$rc"
try timeout 60 env --ignore-signal=CHLD "$RJ" run j -- sh -c 'sleep 0.1 & wait; exit 3'
assert_eq "a caller that ignores SIGCHLD gets the status too" 3 "$rc"
try "$RJ" run j -- sh -c 'umask; ulimit -n; nice'
assert_eq "umask, limits and nice as outside" "$(sh -c 'umask; ulimit -n; nice')" "$out"

section "before Linux 6.15, which has no open_tree_attr(2)"
mounts() { cut -d ' ' -f 5,6 /proc/self/mountinfo | sort; }
try "$RJ" run j -- bash -c "$(declare -f mounts); mounts"
now=$out
for answer in ENOSYS EPERM; do # and filters of containers that do not know it
	try python3 "$E2E/filtered.py" open_tree_attr=$answer -- "$RJ" run j -- bash -c "$(declare -f mounts); mounts"
	assert_eq "the same mounts with the same attributes ($answer)" "$now" "$out"
done
assert_match "control: they are told" "$out" '/usr ro,nosuid,nodev'

section "enter without a terminal"
try sh -c 'echo "echo in-\$(id -u); exit 7" | "$RJ" enter j'
assert_eq "reads a script" "7 in-0" "$rc $out"
try sh -c 'echo "echo hi" | "$RJ" shell j'; assert_eq "by its alias too" "0 hi" "$rc $out"

section "several at once"
for i in 1 2 3 4 5 6 7 8; do "$RJ" run j -- sh -c "sleep 0.3; echo $i" & done >"$T/eight"
wait
assert_eq "eight sessions in one jail" "1 2 3 4 5 6 7 8 " "$(sort "$T/eight" | tr '\n' ' ')"
assert_eq "the worktree holds what was put there" "tool" "$(git -C "$W" ls-files --others)"
section "init, as a command"
# shellcheck disable=SC2016 # for that shell
try bash -c 'TIMEFORMAT="%U %S"; time "$RJ" init -- sh -c "sleep 1; exit 5"'
assert_eq "its status" 5 "$rc"
assert "it waits without a processor, which took: $err" awk '{ exit $1 + $2 > 0.1 }' <(echo "$err")
mkdir "$T/mine"
printf '#!/bin/sh\n' >"$T/mine/only-here"
chmod +x "$T/mine/only-here"
assert_refused 127 "a program of the host alone" "though on yours ($T/mine/only-here)" env PATH="$T/mine:$PATH" "$RJ" run j only-here
assert_refused 127 "and of nobody" "it is not on the jail's PATH" "$RJ" run j only-here
finish
