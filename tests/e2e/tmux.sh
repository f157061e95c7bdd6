# shellcheck shell=bash
# A terminal to type into; sourced after lib.sh.
#
#   tm_start COLUMNS ROWS      a window with a shell whose prompt is "host$"; ended with the test
#   keys KEY...  line TEXT     type, and with Enter
#   screen                     what is shown
#   ask FORMAT                 what tmux knows of the window (man tmux, FORMATS)
#   shows DESC REGEX           a line of it matches before fifteen seconds are over; hides: none does
#   fresh                      an empty screen; no ^C, at which a shell drops what is typed next
# `win` is the window that they mean, of those that were started.
win=main
tm() { tmux -S "$T/tmux" -f /dev/null "$@"; }
tm_start() {
	command -v tmux >/dev/null || skip "there is no tmux"
	trap 'tm kill-server 2>/dev/null' EXIT
	tm new-session -d -s "$win" -x "$1" -y "$2" "env -u TMUX HISTFILE= PS1='host\$ ' bash --norc --noprofile" || die "tmux starts"
	tm set-option -g status off
}
keys() { tm send-keys -t "$win" "$@"; }
line() { keys -l "$1" && keys Enter; }
ask() { tm display-message -p -t "$win" "$1"; }
screen() { tm capture-pane -p -J -t "$win"; }
matches() { screen | grep -qE -- "$1"; }
shows() {
	local i
	for i in {1..300}; do
		if matches "$2"; then pass "$1" && return; fi
		sleep 0.05
	done
	fail "$1" "no line matches: $2" "$(screen)"
	return "${i:+1}"
}
hides() {
	local i
	for i in {1..300}; do
		if ! matches "$2"; then pass "$1" && return; fi
		sleep 0.05
	done
	fail "$1" "a line matches: $2" "$(screen)"
	return "${i:+1}"
}
fresh() { keys -R C-l && tm clear-history -t "$win" && sleep 0.2; }
