# A real terminal (tmux): enter and run as people use them.
# slow
# as_root
# shellcheck shell=bash
. "$E2E/lib.sh"
. "$E2E/tmux.sh"
make_jail j
export TERM=screen
tm_start 100 30
tm set-option -g history-limit 5000
# mark: a word that was not on the screen before, so that old lines do not count
n=0
mark() { n=$((n + 1)) && m="mark$n-$RANDOM"; }
# says DESC COMMAND REGEX: types it, and its output matches (the typed line itself does not)
says() {
	mark
	line "echo '$m'_; $2; echo; echo _'$m'"
	shows "$1" "^_$m"
	if screen | sed -n "/^${m}_/,/^_$m/p" | grep -qE -- "$3"; then pass "$1: $3"; else fail "$1" "wanted: $3" "$(screen)"; fi
}
in_shell() { # wait for the prompt inside, and make it one of ours
	sleep 0.3
	line "PS1='jail# '"
	shows "the shell inside answers" '^jail# $'
}

section "enter"
shows "the outer shell" '^host\$'
line "stty -a >$T/stty-before; $RJ enter j"
in_shell
says "a terminal of its own" 'tty' '^/dev/pts/[0-9]+'
says "on all three" 'test -t 0 && test -t 1 && test -t 2 && echo all-three' '^all-three'
says "/dev/tty is it" 'echo via-tty >/dev/tty' '^via-tty'
says "not the host's" "ls /dev/pts | tr '\n' ' '" '^0 ptmx $'
says "the size" 'stty size' '^30 100'
tm resize-window -t main -x 120 -y 40
sleep 0.3
says "follows the window" 'stty size' '^40 120'
tm resize-window -t main -x 90 -y 24
sleep 0.3
says "and again" 'stty size; tput cols' '^90'
says "job control is on" 'echo flags=$-' 'flags=.*m'
assert_eq "the agent does not see our terminal" "" "$(pgrep -f "nothing-of-that-kind-$m")"

section "keys"
fresh
line 'sleep 100'
sleep 0.3
keys C-c
shows "^C comes back to the prompt" '^jail# $'
says "it ended the command, not the session" 'echo code=$?' 'code='
fresh
line 'sleep 100; echo after=$?'
sleep 0.3
keys C-c
sleep 0.3
line 'sleep 101'
sleep 0.3
keys C-z
shows "^Z stops it" 'Stopped +sleep 101'
line 'jobs'
shows "jobs knows it" '\[1\]\+ +Stopped'
line 'bg; jobs'
shows "bg" '\[1\]\+ +Running'
line 'fg'
sleep 0.3
keys C-c
says "fg and ^C" 'jobs; echo no-more-jobs' '^no-more-jobs'
line 'cat'
keys -l 'typed'
keys Enter
shows "what is typed comes once as echo, once from cat" '^typed$'
keys C-d
says "^D ends it" 'echo eof=$?' 'eof=0'
line 'sleep 100'
sleep 0.3
keys 'C-\'
shows '^\ quits' 'Quit'

section "a full-screen program"
cat >"$W/full.py" <<'END'
import curses

def main(s):
    s.addstr(5, 10, "FULL SCREEN %dx%d" % (curses.COLS, curses.LINES))
    s.addstr(curses.LINES - 1, 0, "bottom")
    s.refresh()
    while True:
        k = s.getch()
        if k == ord("q"):
            break
        s.addstr(7, 10, "key %s" % (curses.keyname(k).decode()))
        s.refresh()

curses.wrapper(main)
END
line 'python3 full.py'
shows "draws where it wants" '^ {10}FULL SCREEN 90x24'
shows "to the last line" '^bottom'
keys Up
shows "gets the arrow keys" '^ {10}key KEY_UP'
tm resize-window -t main -x 100 -y 30
shows "and the resize" '^ {10}key KEY_RESIZE'
keys C-a
shows "and control keys" '^ {10}key \^A'
keys q
says "and gives the screen back" 'echo back' '^back'

section "much at once"
line 'seq 200000 | tail -n 100000'
shows "a hundred thousand lines" '^200000$'
fresh
line 'stty -echo; wc -c; stty echo'
sleep 0.3
seq 100000 100999 >"$T/paste"
tm load-buffer "$T/paste" && tm paste-buffer -r -t main
tm load-buffer "$T/paste" && tm paste-buffer -r -t main
keys C-d
shows "pasted text arrives whole" '^14000$'
line 'head -c 200000 /dev/zero | tr "\0" x | fold -w 80 | tail -n 1; echo'
shows "long output" '^x{80}$'

section "the end"
line 'stty raw -echo -icrnl; exit 5'
shows "back outside" 'host\$ $'
says "with its status" 'echo status=$?' 'status='
line "stty -a >$T/stty-after"
sleep 0.3
assert_eq "the terminal is as before (but for its size)" "$(sed 's/rows [0-9]*; columns [0-9]*;//' "$T/stty-before")" \
	"$(sed 's/rows [0-9]*; columns [0-9]*;//' "$T/stty-after")"
fresh
line "$RJ enter j"
in_shell
keys C-d
shows "^D ends the session" '^host\$ $'
says "with status 0" 'echo status=$?' 'status=0'

section "run"
fresh
line "$RJ run j -- sh -c 'stty size; exit 9'; echo status=\$?"
shows "has the terminal too" '^30 100'
shows "and its status comes back" '^status=9'
line "$RJ run j -- cat"
keys -l 'one'
keys Enter
shows "cat echoes" '^one$'
keys C-z
shows "^Z stops it outside" 'Stopped'
shows "back at the outer shell" '^host\$ $'
says "which works, in its own mode" 'echo outer; stty -a | grep -o " icanon"' 'icanon'
line 'fg'
sleep 0.5
keys -l 'two'
keys Enter
shows "fg goes on" '^two$'
keys C-d
shows "^D ends it" '^host\$ $' # what is typed before goes to the relay, and is lost
says "with its status" 'echo status=$?' 'status=0'
fresh
line "$RJ run j -- sh -c 'while sleep 0.2; do stty size; done'"
shows "a command runs" '^30 100$'
raw() { stty -a <"$(ask '#{pane_tty}')" | grep -q -- -icanon; }
assert "in raw mode" raw
pkill -STOP -U "$ME" -f "^$RJ run j -- sh -c while" || fail "there is a client"
shows "stopped from outside" 'Stopped'
tm resize-window -t main -x 90 -y 24
line 'fg'
eventually "fg makes the terminal raw again" raw
shows "and the size is that of now" '^24 90$'
keys C-c
shows "^C is the command's" '\^C'
shows "and ends it" 'host\$ $'
tm resize-window -t main -x 100 -y 30
for job in "$RJ run j -- sleep 100 | cat" "cat | $RJ run j -- sleep 100" \
	"sh -c '$RJ run j -- sleep 100; true'" "$RJ run j -- sleep 100 </dev/null 2>&1 | cat"; do
	fresh
	line "$job"
	sleep 0.7
	keys C-z
	shows "^Z stops all of: ${job//$RJ/robojail}" 'Stopped'
	says "the shell is back" 'echo outer' '^outer'
	line 'fg; echo over-''here'
	sleep 0.5
	keys C-c
	sleep 0.3
	keys Enter
	shows "^C ends it after fg" 'over-here$'
done
fresh
line "$RJ run j -- sh -c 'kill -STOP \$\$' | cat; echo o''ver"
eventually "a command that stops itself stops its client" sh -c "ps -eo stat=,args= | grep -q '^T.*[r]un j -- sh -c kill'"
assert "and nobody else" sh -c "ps -o stat= -t '$(ask '#{pane_tty}')' -C cat | grep -q '^S'"
pkill -CONT -U "$ME" -f "^$RJ run j -- sh -c kill"
shows "which can be continued" '^over'
fresh
line "$RJ run j -- sleep 100; echo status=\$?"
sleep 0.7
keys C-c
shows "^C ends it, and so says the status" 'status=130$'
fresh
line "$RJ run j -- sh -c 'cat; test -t 1 || echo pipe' | tr a-z A-Z"
sleep 0.5
keys -l 'mixed'
keys Enter
shows "terminal in, pipe out" 'MIXED$' # the echo takes another way, and may come later
keys C-d
shows "as the command sees it" '^PIPE$'
fresh
line "echo piped | $RJ run j -- sh -c 'cat; test -t 0 || echo no-tty-in; test -t 1 && echo tty-out'"
shows "pipe in, terminal out" '^piped$'
shows "" '^no-tty-in$'
shows "" '^tty-out$'
line "$RJ run j -- sh -c 'echo one; echo two' | cat -A"
shows "no carriage returns in a pipe" '^two\$$'
fresh
line "$RJ run j -- bash -c 'echo bg-out; sleep 0.5; echo bg-done' & wait; echo waited"
shows "in the background it runs to its end" '^bg-done'
shows "" 'waited'

section "no way to the user's keyboard"
fresh
cat >"$W/tiocsti.py" <<'END'
import fcntl, os, termios
for name in ("/dev/tty", "/dev/stdin", "/dev/stdout", "/dev/pts/0"):
    try:
        fd = os.open(name, os.O_RDWR | os.O_NOCTTY)
        for c in "echo typed-by-the-jail\n":
            fcntl.ioctl(fd, termios.TIOCSTI, c)
    except OSError:
        pass
END
line "$RJ run j -- python3 tiocsti.py; echo over"
shows "the attempt is over" '^over'
sleep 0.5
if screen | grep -q '^typed-by-the-jail'; then fail "nothing was typed outside" "$(screen)"; else pass "nothing was typed outside"; fi

section "what a program leaves behind"
mouse() { [ "$(ask '#{mouse_any_flag}')" = "$1" ]; }
for left in '\033[?1003h' '\033[?0000000000000000000000000000000001003h' '\033[?1003h\033[!p' \
	'\033[?1003h\302\233?1003l'; do
	fresh
	line "$RJ run j -- sh -c 'printf \"$left\"; sleep 0.7; echo shown; sleep 0.3'; echo o''ver"
	eventually "the mouse is told: $left" mouse 1
	shows "to the end" '^over'
	eventually "and no longer" mouse 0
done
fresh
line "$RJ run j -- sh -c 'printf \"\\033[?1003h\"; kill -STOP \$\$; echo on; sleep 100'"
shows "a program stops itself" 'Stopped'
eventually "without its mouse" mouse 0
line 'bg'
shows "it goes on, without the terminal" 'on$'
sleep 0.3
assert "and without its mouse" mouse 0
line 'fg'
sleep 0.3
keys C-c
shows "back outside" 'host\$ $'
fresh
line "$RJ run j -- sh -c 'printf \"\\033[?1003h\"; kill -STOP \$\$; sleep 100'"
shows "another" 'Stopped'
eventually "without its mouse" mouse 0
line 'fg'
eventually "which it has again in front" mouse 1
keys C-c
shows "back outside" 'host\$ $'
eventually "without it" mouse 0
for ask in "$RJ run j -- printf 'ask\\\\033[c'" "echo | $RJ run j -- printf 'ask\\\\033[6n'" \
	"$RJ run j -- sh -c 'printf \"ask\\\\033[c\"; kill -STOP \$\$'"; do
	try timeout 60 python3 "$E2E/onpty.py" "$T/answer" 'WAIT=host$ ' "TYPE=$ask\n" 'WAIT=ask\x1b[' SLEEP=0.05 \
		'TYPE=\x1b[?62;22c' 'WAIT=host$ ' 'TYPE=echo not-ty''ped\n' 'WAIT=\rnot-typed' 'TYPE=fg; exit\n' -- \
		env -u TMUX HISTFILE= PS1='host$ ' bash --norc --noprofile
	assert_eq "an answer that comes late is not typed: ${ask//$RJ/robojail}" "" "$out"
	assert "it is not" sh -c '! grep -q "not found" "$1"' - "$T/answer"
done

section "ended from outside"
fresh
line "$RJ enter j"
in_shell
line 'stty raw -echo; sleep 300'
sleep 0.5
try "$RJ" destroy --force j
assert_eq "destroy --force" 0 "$rc"
shows "back outside" 'host\$ $'
keys Enter
says "the terminal is sane" 'stty -a | grep -oE "(^| )(icanon|echo) " | tr -d "\n"' 'icanon.*echo|echo.*icanon'
make_jail j
fresh
line "$RJ enter j"
in_shell
line 'touch up; sleep 4242'
eventually "a command is up" test -e "$W/up"
tm kill-server
gone() { ! pgrep -f 'sleep 4242' >/dev/null; }
eventually "it ends when the window is closed" gone
stopped() { [ "$("$RJ" list --json | jq -r '.[0].status')" = stopped ]; }
eventually "and the jail is stopped" stopped
finish
