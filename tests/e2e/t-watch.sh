# All jails on a screen (tmux), and as lines.
# slow
# shellcheck shell=bash
. "$E2E/lib.sh"
. "$E2E/tmux.sh"
make_jail idle
make_jail busy
export TERM=screen
tm_start 110 20
win=work tm_start 80 24
in_work() { win=work line "$1"; }
fits() { # DESC COLS ROWS
	local most rows
	most=$(tm capture-pane -p -t main | python3 -c 'import sys, unicodedata
w = lambda c: 2 if unicodedata.east_asian_width(c) in "WF" else 1
print(max(sum(map(w, l.rstrip("\n"))) for l in sys.stdin))')
	rows=$(screen | wc -l)
	if [ "$most" -le "$2" ] && [ "$rows" -le "$3" ]; then pass "$1"; else fail "$1" "$most x $rows" "$(screen)"; fi
}
state_of() { "$RJ" list --json | jq -r --arg n "$1" '.[] | select(.name == $n).status'; }
is_running() { [ "$(state_of busy)" = running ]; }

section "once"
try "$RJ" watch --once
assert_eq "it ends well" 0 "$rc"
assert_match "both jails" "$out" 'busy +stopped +- +- +- +0 +0'
assert_match "" "$out" 'idle +stopped'
try "$RJ" watch --once --json idle
assert_eq "one by its name, as JSON" "idle stopped 0 0 0 null" "$(jq -r '"\(.name) \(.state) \(.commits) \(.files_changed) \(.uncommitted) \(.memory)"' <<<"$out")"
assert_fails_with 3 "no such jail" "$RJ" watch nobody
assert_fails_with 2 "no such interval" "$RJ" watch --interval 0
try timeout 20 bash -c "'$RJ' watch | head -n 2"
assert_eq "lines end when their reader has enough" "0 2" "$rc $(wc -l <<<"$out")"

section "a screen"
line 'echo was-here'
shows "the shell" '^was-here'
before=$(screen)
line "$RJ watch"
shows "a title" 'robojail +[0-9:]{8} +2 jails, 0 running'
shows "columns" '^NAME +STATE +UP +CPU +MEM COMMITS +FILES +LAST LINE'
shows "jails" '^busy +stopped +- +- +- +0 +0'
assert_eq "on the other screen, without cursor" "1 0" "$(ask '#{alternate_on} #{cursor_flag}')"
cat >"$T/repo-busy/../busy.sh" <<'END'
PS1=; printf '\033]2;evil-title\007\033]52;c;ZXZpbA==\007\033[31mworking \346\227\245\346\234\254\033[0m\n'
head -c 30000000 /dev/zero >/dev/shm/some
while :; do :; done
END
cp "$T/busy.sh" "$JAILS/busy/busy.sh"
in_work "$RJ run busy -- bash busy.sh"
shows "a jail that began, its last line harmless" '^busy +running +[0-9]+s .* working 日本'
shows "one file more" '^busy +running .* 0 +1 +working'
shows "it keeps a processor busy" '^busy +running +[0-9]+s +[1-9][0-9]*% '
win=work keys C-c
shows "and stopped" '^busy +stopped'
in_work "$RJ enter busy"
shows "a shell" '^busy +running'
# shellcheck disable=SC2016 # for the shell inside
in_work 'echo more >>README.md; rm busy.sh; git add -A; git commit -qm one; for i in {1..30}; do echo line-$i; done; echo "last "one'
shows "a commit from inside, while it runs" '^busy +running .* 1 +1 +'
shows "the last line" '^busy +running .* 1 +1 +.*(\$|#|last one)'
assert_ne "its title is not taken" evil-title "$(ask '#{pane_title}')"
python3 - "$T/big" <<'END'
import sys
open(sys.argv[1], "w").write("".join("number %d\n" % i for i in range(1000)))
END
cp "$T/big" "$JAILS/busy/big"
printf 'x\033]2;evil\007\t\xff\n' >"$JAILS/busy/odd"
shows "files of the host's count too" '^busy +running .* 1 +3 +'

section "keys"
keys j
sleep 0.3
assert "the second is chosen" bash -c "tmux -S '$T/tmux' capture-pane -p -e -t main | grep -q $'\e\[7m.*idle'"
keys Up
sleep 0.3
assert "and the first" bash -c "tmux -S '$T/tmux' capture-pane -p -e -t main | grep -q $'\e\[7m.*busy'"
keys d
shows "its diff" '^diff --git a/README.md b/README.md'
shows "which is whole" '^busy +[0-9]+ of 10[0-9][0-9] lines +q back'
keys G
shows "its end" '^\+x\\x1b\]2;evil\\x07 +\\xff'
keys g
shows "its beginning" '^diff --git'
keys Space
hides "a page on" '^diff --git a/README.md'
keys b
shows "and back" '^diff --git a/README.md'
keys Right
shows "to the side" '^it a/README.md b/README.md'
keys q
shows "back" '^busy +running'
keys Down Enter
shows "that of the other" 'no changes'
keys q
shows "back" '^busy +running'

section "sizes"
tm resize-window -t main -x 60 -y 10
shows "smaller" '^busy +running'
sleep 0.5
fits "it fits" 60 10
for i in 1 2 3 4 5 6 7 8 9; do "$RJ" create --name "more-$i" --repo "$T/repo-idle" >/dev/null 2>&1; done
shows "more jails than lines" '11 jails'
keys G
shows "the last is in reach" 'more-9'
keys g
tm resize-window -t main -x 12 -y 4
sleep 1.2
fits "very small" 12 4
tm resize-window -t main -x 2 -y 2
sleep 1.2
assert "even of two columns" is_running
tm resize-window -t main -x 150 -y 30
shows "large again" '^busy +running .* 1 +3 +'
fits "it fits" 150 30
printf '%s\n' more-{1..9} | xargs "$RJ" destroy >/dev/null 2>&1

section "the end"
keys C-z
shows "^Z gives the screen back" 'Stopped'
assert_eq "with the cursor" "0 1" "$(ask '#{alternate_on} #{cursor_flag}')"
line fg
shows "fg takes it again" '^busy +running'
keys q
sleep 0.5
shows "q gives it back" '^was-here'
assert_eq "the first screen, with the cursor" "0 1" "$(ask '#{alternate_on} #{cursor_flag}')"
assert_contains "as it was" "$(screen)" "$(head -n 2 <<<"$before")"
line 'echo status=$?; stty -a | grep -oE "[ -]icanon| -?echo "'
shows "with its status" '^status=0'
shows "and its modes" '^ icanon'
line "$RJ watch & sleep 1; kill -TERM %1; fg; echo ov''er"
shows "in the background it waits for the terminal" '^over'
line "$RJ watch; echo status=\$?"
shows "again" '^busy +running'
pkill -TERM -f -u "$ME" "^$RJ watch" || fail "there is a watch"
shows "TERM ends it" '^status=143'
assert_eq "and the screen is back" "0 1" "$(ask '#{alternate_on} #{cursor_flag}')"
line "$RJ watch; echo status=\$?"
shows "again" '^busy +running'
keys C-c
shows "^C ends it" '^status=130'
line "TERM=dumb $RJ watch"
shows "a terminal that cannot" '[0-9:]{8} busy running up .* commits 1 files 3'
keys C-c

section "lines"
: >"$T/lines"
"$RJ" watch --json busy >"$T/lines" &
watcher=$!
eventually "the first" grep -q '"files_changed":3' "$T/lines"
assert "JSON" jq -e '.name == "busy" and .state == "running" and .memory > 100000 and .commits == 1' "$T/lines"
in_work 'touch another; echo "now "this'
eventually "a change is another" grep -q '"files_changed":4' "$T/lines"
win=work keys C-d
eventually "and the end of the session" grep -q '"state":"stopped"' "$T/lines"
n=$(wc -l <"$T/lines")
sleep 2.5
assert_eq "and else nothing" "$n" "$(wc -l <"$T/lines")"
kill "$watcher"
wait "$watcher" 2>/dev/null
finish
