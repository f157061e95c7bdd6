# Programs of the whole screen, and prompts, on a jail's terminal in tmux: what they draw, before and
# after a resize.
# slow
# shellcheck shell=bash
. "$E2E/lib.sh"
. "$E2E/tmux.sh"
make_jail j
export TERM=screen-256color
tm_start 80 24
flags() { ask '#{alternate_on} #{mouse_any_flag} #{cursor_flag}'; }
usual() { # DESC: the terminal is in no mode
	local i
	for i in {1..100}; do
		[ "$(flags)" = "0 0 1" ] && pass "$1" && return
		sleep 0.05
	done
	fail "$1" "$(flags)"
	return "${i:+1}"
}
picture() { # NAME: the screen as it is, a row of the table
	echo "| $1, $(ask '#{pane_width}x#{pane_height}')"
	screen | sed -n '/./p' | head -n "${2:-6}" | cut -c1-100 | sed 's/^/|     /'
}
resize() { tm resize-window -t main -x "$1" -y "$2" && sleep 0.3; }
shows "the outer shell" '^host\$'
line "$RJ enter j"
sleep 0.3
line "PS1='jail# '"
shows "a shell inside" '^jail# $'
has() { "$RJ" run j -- sh -c "command -v $1" >/dev/null 2>&1; }
seq -f 'line %g' 1 500 >"$W/lines"

section "vim"
if has vim; then
	line 'vim -u NONE -c "set nocompatible" lines'
	shows "opens" '^line 23$'
	picture "vim" 3
	resize 60 12
	hides "a smaller window holds less" '^line 12$'
	shows "but draws to its end" '^line 11$'
	picture "vim after a resize" 3
	resize 120 40
	shows "a larger one more" '^line 39$'
	keys -l 'ggOa first line'
	keys Escape
	keys -l ':wq'
	keys Enter
	shows "back at the prompt" '^jail# $'
	assert_eq "what was typed was written" "a first line" "$(head -n 1 "$W/lines")"
	usual "and no mode is left"
fi

section "less"
resize 80 24
fresh
line 'less lines'
shows "opens" '^line 22$'
keys -l '/line 300'
keys Enter
shows "finds" '^line 300'
resize 50 10
shows "after a resize" '^line 30[0-9]'
picture "less after a resize" 3
keys G
shows "goes to the end" '^line 500$'
keys q
usual "and gives the screen back"
resize 80 24

section "htop"
if has htop; then
	fresh
	line 'htop'
	shows "shows the jail's processes" 'rj-init'
	shows "and its own keys" 'F10Quit'
	hides "not the host's" 'tmux'
	picture "htop" 8
	resize 100 15
	shows "after a resize" 'F10Quit'
	picture "htop after a resize" 8
	assert_eq "in the alternate screen, with the mouse" "1 1" "$(flags | cut -c1-3)"
	keys F10
	usual "and gives the screen back"
	resize 80 24
fi

section "a prompt of node"
if has node; then
	fresh
	line 'node'
	shows "asks" '^> $'
	line '[1, 2, 3].map((x) => x * 14)[2]'
	shows "answers" '^42$'
	keys Up
	shows "knows what was typed" '^> \[1, 2, 3\]'
	keys C-c
	line 'process.stdout.columns + "x" + process.stdout.rows'
	shows "knows the size" "'80x24'"
	resize 70 20
	line 'process.stdout.columns + "x" + process.stdout.rows'
	shows "also the new one" "'70x20'"
	picture "node" 6
	keys C-d
	shows "ends" '^jail# $'
	resize 80 24
fi

section "a prompt of python"
fresh
line 'python3 -q'
shows "asks" '^>>> $'
line '6 * 7'
shows "answers" '^42$'
keys Up
shows "knows what was typed" '^>>> 6 \* 7'
keys C-c
line 'import shutil; shutil.get_terminal_size()'
shows "knows the size" 'columns=80, lines=24'
line 'import time; time.sleep(100)'
sleep 0.5
keys C-c
shows "^C interrupts it" 'KeyboardInterrupt'
keys C-d
shows "ends" '^jail# $'

section "what a terminal can do passes"
fresh
line 'printf "\033[38;2;1;2;3mtrue\033[0m colour\n"'
shows "true colour" '^true colour'
assert_contains "as it is" "$(tm capture-pane -e -p -t main)" $'\033[38;2;1;2;3mtrue'
cat >"$W/paste.py" <<'END'
import os, sys, termios, tty
old = termios.tcgetattr(0)
tty.setraw(0)
os.write(1, b"\033[?2004h\033[?1000h\033[?1006hready\r\n")
got = b""
while not got.endswith(b"q"):
    got += os.read(0, 4096)
os.write(1, b"\033[?2004l\033[?1000l\033[?1006l")
termios.tcsetattr(0, termios.TCSADRAIN, old)
print("got", repr(got))
END
line 'python3 paste.py'
shows "a program asks for marked pastes and the mouse" '^ready'
assert_eq "and the terminal knows" "1" "$(ask '#{mouse_any_flag}')"
printf 'pasted' | tm load-buffer -
tm paste-buffer -p -t main
keys -l $'\033[<0;5;6M'
keys q
shows "pasted text is marked, a click arrives" 'got .*x1b\[200~pasted.x1b\[201~.*\[<0;5;6Mq'
usual "and no mode is left"
line 'exit'
shows "the end" '^host\$ $'

section "no columns, no rows"
python3 "$E2E/onpty.py" -s 0x0 "$T/zero" -- "$RJ" run j -- sh -c 'stty size; echo wide-enough'
assert_contains "a terminal of size 0" "$(cat "$T/zero")" "0 0" "wide-enough"

section "much, without loss"
head -c 20000000 /dev/urandom >"$W/much"
python3 "$E2E/onpty.py" "$T/much" -- "$RJ" run j -- sh -c 'stty -opost; cat much'
# random bytes also are sequences, which robojail undoes behind them
assert "20 MB through the terminal are what was written" cmp -n 20000000 "$T/much" "$W/much"
rm -f "$W/much"

section "the window is closed"
line "$RJ run j -- sh -c 'trap \"echo hup >hup; exit 1\" HUP; touch up; while :; do sleep 0.1; done'"
eventually "it runs" test -e "$W/up"
tm kill-server
eventually "SIGHUP reaches the command" test -e "$W/hup"
stopped() { [ "$("$RJ" list --json | jq -r '.[] | select(.name == "j").status')" = stopped ]; }
eventually "and the jail ends" stopped
finish
