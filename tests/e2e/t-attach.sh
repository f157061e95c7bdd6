# Sessions in the background: enter --detach, attach, and what a terminal shows of them.
# slow
# shellcheck shell=bash
. "$E2E/lib.sh"
. "$E2E/tmux.sh"
make_jail j
export TERM=screen
tm_start 80 20
alternate() { ask '#{alternate_on} #{mouse_any_flag} #{cursor_flag}'; }

section "begin, look, leave"
assert_fails_with 125 "attach needs a terminal" "$RJ" attach j
line "$RJ enter --detach j"
shows "it says what to do" 'robojail attach j'
assert_eq "it is in the background" background "$("$RJ" ps --json j | jq -r '.[0].on')"
line "$RJ attach j; echo status=\$?"
shows "a shell" '# $'
sleep 0.3
line "PS1='jail# '; stty size; trap 'echo hup >hup; exit 5' HUP"
shows "with the size of the terminal" '^20 80'
line "sleep 500"
sleep 0.3
keys C-z
shows "^Z is the shell's" 'Stopped'
line 'fg'
sleep 0.3
keys C-c
shows "^C too" '\^C'
line "echo be-''fore"
shows "output" '^be-fore'
keys 'C-\'
shows "the key leaves it" 'detached; .robojail attach j. comes back'
shows "with status 0" '^status=0'
line "stty -a | grep -o -- '-\\?icanon'; stty -a | grep -o -- '-\\?echo\\b'"
shows "and the terminal is as it was" '^icanon'
assert_eq "the session goes on" 1 "$("$RJ" ps --json j | jq length)"

section "programs of the whole screen"
fresh
line "$RJ attach j; echo status=\$?"
shows "what was shown last is shown again" '^be-fore'
if command -v vi >/dev/null; then
	line 'seq 200 >numbers; vi -u NONE numbers'
	shows "vi" '^12$'
	keys 'C-\'
	shows "left" '^status=0'
	assert_eq "the terminal is not left in the alternate screen" "0 0 1" "$(alternate)"
	fresh
	line "$RJ attach j; echo status=\$?"
	shows "vi draws again" '^12$'
	tm resize-window -t main -x 60 -y 12
	shows "after a resize too" '^10$'
	sleep 0.5
	assert_eq "to the new size" "no" "$(screen | grep -qE '^12$' && echo yes || echo no)"
	keys ':q!' Enter
	shows "and ends" '^jail# '
fi
line 'stty size'
shows "the size is the terminal's" '^12 60'

section "two terminals, one session"
tm new-window -t main -n other -d "env -u TMUX HISTFILE= PS1='other\$ ' bash --norc --noprofile"
win=main:other
line "$RJ attach j"
shows "the other one shows it" 'jail# '
line "echo typed-''there"
shows "what is typed there" '^typed-there'
win=main:0
shows "comes here as well" '^typed-there'
tm resize-window -t main:other -x 50 -y 30
line 'stty size'
shows "the size is what both have room for" '^12 50'
win=main:other
tm kill-window -t main:other
win=main:0
# shellcheck disable=SC2016 # for the shell inside
line 'echo now $(stty size)'
shows "and that of one, when the other is gone" '^now 12 60'
line "echo still-''here"
shows "closing one window leaves the session" '^still-here'

section "stopped from outside"
raw() { stty -a <"$(ask '#{pane_tty}')" | grep -q -- -icanon; }
pkill -STOP -f "^$RJ attach j" || fail "there is a viewer"
shows "it stops" 'Stopped'
tm resize-window -t main -x 70 -y 15
line 'fg; echo status=$?'
eventually "fg makes the terminal raw again" raw
line 'stty size'
shows "and the size is that of now" '^15 70'

section "the end"
line 'exit 7'
shows "the status of the command" '^status=7'
assert_eq "nothing runs" 0 "$("$RJ" ps --json j | jq length)"
fresh
line "$RJ attach j; echo status=\$?"
shows "attach to nothing says so" "has no session in the background"

section "a program that is killed"
line "$RJ run --detach j -- sh -c 'printf \"\\033[?1049h\\033[?1003h\\033[?25lwild\"; sleep 600'"
fresh
line "$RJ attach j; echo status=\$?"
shows "it draws" 'wild'
sleep 0.3
assert_eq "in the alternate screen, with the mouse, without a cursor" "1 1 0" "$(alternate)"
"$RJ" stop --time 0 j >/dev/null
shows "its end is seen" '^status='
assert_eq "and the terminal is put right" "0 0 1" "$(alternate)"
fresh
line "$RJ run j -- sh -c 'printf \"\\033[?1049h\\033[?1003h\"; kill -9 \$\$'; echo status=\$?"
shows "without a background as well" '^status=137'
assert_eq "it is put right" "0 0 1" "$(alternate)"

section "several, by number"
line "$RJ run --detach j -- sh -c 'echo one; exec cat'; $RJ run --detach j -- sh -c 'echo two; exec cat'"
eventually "two run" sh -c '[ $("$RJ" ps --json j | jq length) = 2 ]'
shows "the first is told how to be shown" 'robojail attach j$'
shows "the second with its number" 'robojail attach j --session 2$'
fresh
line "$RJ attach j"
shows "one must be named" "has 2 sessions in the background"
shows "and it says how" "choose one: 'robojail attach j --session N'"
fresh
line "$RJ attach j --session 2"
shows "the second" '^two'
line 'ping'
sleep 0.3
keys 'C-\'
fresh
line "$RJ attach j -s 1 --detach-key ctrl-b"
shows "the first" '^one'
keys 'C-b'
shows "another key" "'robojail attach j --session 1' comes back"
line "$RJ attach j --detach-key f1; echo status=\$?"
shows "one that is none" '^status=(2|125)'
assert "end" "$RJ" stop j
tm kill-server

section "a lot of output that nobody sees"
"$RJ" run --detach j -- sh -c 'seq 300000; touch done; sleep 600' >/dev/null
eventually "does not hold the session up" test -e "$W/done"
"$RJ" stop --time 0 j >/dev/null
finish
