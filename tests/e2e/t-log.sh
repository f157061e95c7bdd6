# The journal of sessions, and replays on a terminal that a hostile recording cannot make type.
# shellcheck shell=bash
. "$E2E/lib.sh"
. "$E2E/tmux.sh"
make_jail j
export TERM=screen
L=$PRIVATE/j/log
J() { try "$RJ" log j --json "$@"; }
field() { jq -r ".[-1].$1" <<<"$out"; }

section "the list"
try "$RJ" log j
assert_contains "none yet" "$out" "No sessions yet" "robojail enter j"
J
assert_eq "as JSON" "[]" "$out"
assert_fails_with 3 "no such jail" "$RJ" log nobody
assert_fails_with 2 "no such option" "$RJ" log j --nothing
in_jail j sh -c 'exit 3'
J
assert_eq "one" 1 "$(jq length <<<"$out")"
assert_eq "the command" '["sh","-c","exit 3"]' "$(jq -c '.[0].command' <<<"$out")"
assert_eq "its status" 3 "$(field status)"
assert_eq "who" root "$(field user)"
assert_eq "not recorded, over" "false false" "$(field recorded) $(field running)"
assert_match "when" "$(field started)" "^$(date -u +%Y)-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$"
assert_eq "how long" true "$(jq '.[-1].seconds > 0 and .[-1].seconds < 10' <<<"$out")"
J
assert_eq "how much memory, and of what" true "$(jq '.[-1] | .memory_peak > 100000 and (.memory_peak_by | IN("cgroup", "samples", "largest-process"))' <<<"$out")"
assert_eq "nothing was committed" 0 "$(J; field commits)"
sh_jail j 'echo a >a; echo b >b; git add a; git commit -qm a; sleep 1.5'
J
assert_eq "a commit" 1 "$(field commits)"
assert_eq "two files, one of them not committed" 2 "$(field files_changed)"
try "$RJ" log j
assert_match "for people" "$out" '1 commit, 2 files .*sh -c '
in_jail j sh -c 'kill -TERM $$'
J
assert_eq "ended by a signal" 143 "$(field status)"
J -n 2
assert_eq "the last two" 2 "$(jq length <<<"$out")"
in_jail j sh -c $'echo \e[31m\xff'
try "$RJ" log j
assert_lacks "a command is harmless on a terminal" "$out" $'\e'
assert_contains "and visible" "$out" '\x1b[31m\xff'
J
assert_eq "and exact as JSON" '"echo \033[31m\377"' "$(field 'command[2]')"
config <<<'memory_max = "64M"'
in_jail j python3 -c 'import time; x = bytearray(200 << 20); time.sleep(5)'
no_config
J
assert_match "a limit that was hit" "$(field 'limits[0]')" 'the jail hit memory_max \(64 MiB\)'

in_jail j nosuch
assert_eq "a command that is not there is no session" "127 limit" "$rc $(J; field 'limits | if length > 0 then "limit" else "" end')"
in_jail j /etc/passwd
assert_eq "nor is one that cannot be executed" "126 limit" "$rc $(J; field 'limits | if length > 0 then "limit" else "" end')"

section "the file"
before=$(J && jq length <<<"$out")
printf '{"id":"20260101-000000-1","comm' >>"$L/history.jsonl"
in_jail j true
J
assert_eq "a line that a crash cut takes no other with it" $((before + 1)) "$(jq length <<<"$out")"
assert_contains "it is told" "$err" "1 damaged line was left out"
head -c 5000 /dev/zero >>"$L/history.jsonl"
in_jail j echo after-zeros
before=$((before + 1))
J
assert_eq "nor do zeros that a power cut left" "$((before + 1)) after-zeros" "$(jq length <<<"$out") $(field 'command[1]')"
assert_contains "they are told" "$err" "2 damaged lines were left out"
for i in {1..12}; do "$RJ" run j -- true & done
wait
J
assert_eq "sessions at once lose nothing" $((before + 13)) "$(jq length <<<"$out")"
line=$(tail -n 1 "$L/history.jsonl")
for pid in 10000 9999; do sed "s/\"id\":\"[^\"]*/\"id\":\"29991231-235959-$pid/" <<<"$line"; done >>"$L/history.jsonl"
J
assert_eq "of the same second, the later PID is later" "9999 10000" "$(jq -r '[.[-2:][].id | split("-")[2]] | join(" ")' <<<"$out")"
sed -i /29991231/d "$L/history.jsonl"
# over 1 MiB: copies of a line, older than all
{ for i in {1..5000}; do echo "${line/\"id\":\"/\"id\":\"1$i-}"; done; cat "$L/history.jsonl"; } >"$T/big"
cp "$T/big" "$L/history.jsonl"
assert "it is over 1 MiB" test "$(stat -c %s "$L/history.jsonl")" -gt 1048576
in_jail j echo last
assert "the older half goes" test "$(stat -c %s "$L/history.jsonl")" -lt 800000
J
assert_eq "the newest are there" '["echo","last"]' "$(jq -c '.[-1].command' <<<"$out")"
assert_eq "and the thirteen before" $((before + 14)) "$(jq '[.[] | select(.id | startswith("2"))] | length' <<<"$out")"
assert_eq "nothing else is there" "history.jsonl" "$(ls "$L")"
python3 - "$RJ" <<'END'
import subprocess, sys
for _ in range(2):
    subprocess.run([sys.argv[1], "run", "j", "--", "true"] + [""] * 220000, check=True)
END
J
assert_eq "words without bytes do not wipe it" "$((before + 16)) true" "$(jq '[.[] | select(.id | startswith("2"))] | length' <<<"$out") $(field command_cut)"
assert "no line is long" test "$(awk '{ print length }' "$L/history.jsonl" | sort -n | tail -n 1)" -lt 32768
mv "$L/history.jsonl" "$T/keep"
mkfifo "$L/history.jsonl"
try timeout 20 "$RJ" run j -- sh -c 'exit 5'
assert_eq "what is in the way does not harm a session" 5 "$rc"
assert_contains "and is told" "$err" "is not in the history of jail 'j'"
assert_fails_with 1 "nor is it waited for" timeout 20 "$RJ" log j
rm "$L/history.jsonl" && mv "$T/keep" "$L/history.jsonl"

section "replay"
tm_start 100 30
tm set-option -s set-clipboard on
assert_refused 1 "there is none yet" "jail 'j' has no recording" "$RJ" log j --replay
assert_contains "the remedy" "$err" "robojail enter j --record"
cat >"$W/draw.sh" <<'END'
printf '\033[?1049h\033[?25l\033[?1000h\033[?1006h\033[?2004h\033[5;20r\033[2J\033[3;10H\033[1;31mDRAWN-HERE\033[0m'
sleep 1
printf '\033[4;10HDRAWN-LATER'
sleep 5
printf '\033[5;10HTHE-END'
sleep 2
END
cat >"$W/evil.sh" <<'END'
printf 'begin\n'
printf '\033]52;c;ZXZpbC1jbGlwYm9hcmQ=\007\033]2;evil-title\007'
printf '\033[6n\033[c\033[5n\033[>c\033Z\033[21t\033[>q\033P$qm\033\\'
sleep 0.3
printf '\nthe-end\n'
END
line "$RJ run j --record -- bash draw.sh"
shows "it is recorded" '^ {9}DRAWN-LATER'
shows "to its end" 'THE-END'
sleep 2.5
line "printf '\\033c'; echo is-over"
shows "and over" '^is-over'
fresh
line "$RJ log j --replay"
shows "the replay draws the same" '^ {9}DRAWN-HERE'
shows "at its time" '^ {9}DRAWN-LATER'
assert_eq "on the other screen, without cursor" "1 0" "$(ask '#{alternate_on} #{cursor_flag}')"
assert_eq "without mouse" 0 "$(ask '#{mouse_any_flag}')"
keys C-c
sleep 0.3
shows "^C ends it" 'host\$ $'
assert_eq "the screen is the first one, with cursor and whole" "0 1 0 29" "$(ask '#{alternate_on} #{cursor_flag} #{scroll_region_upper} #{scroll_region_lower}')"
line 'echo status=$?; stty -a | grep -o " echo "'
shows "status 130" '^status=130'
shows "the terminal echoes again" '^ echo'
fresh
line "$RJ log j --replay --speed 100; echo status=\$?"
shows "it plays to its end, faster" 'status=0'
shows "and says so" 'this is where the recording ends'
fresh
line "$RJ log j --replay"
shows "once more" '^ {9}DRAWN-LATER'
keys q
shows "q ends it" 'the replay was ended'
fresh
line "$RJ log j --replay"
shows "once more" '^ {9}DRAWN-HERE'
keys C-z
shows "^Z stops it" 'Stopped'
assert_eq "and gives the screen back" "0 1" "$(ask '#{alternate_on} #{cursor_flag}')"
line fg
sleep 0.3
keys q
shows "fg goes on" 'the replay was ended'

section "a hostile recording"
fresh
tm set-buffer unharmed
line "cat $W/evil.sh >/dev/null; bash $W/evil.sh"
shows "without protection" '^the-end'
sleep 0.5
if screen | grep -qE '\[[0-9;?]+[Rcn]|;[0-9]+R'; then pass "control: the terminal types its answers into the shell"; else fail "control: the terminal answers" "$(screen)"; fi
assert_eq "control: the clipboard is changed" evil-clipboard "$(tm show-buffer)"
assert_eq "control: and the title" evil-title "$(ask '#{pane_title}')"
keys C-c
sleep 0.3
line "$RJ run j --record -- bash evil.sh"
shows "it is recorded" '^the-end'
sleep 0.5
keys C-c
sleep 0.3
line "printf '\\033c\\033]2;mine\\007'; echo is-over"
shows "and over" '^is-over'
tm set-buffer unharmed
fresh
line "$RJ log j --replay"
shows "the replay" 'this is where the recording ends'
sleep 0.5
shows "shows the text" '^the-end'
if screen | sed '1,/recording ends/d' | grep -qE '[0-9][Rcn]'; then fail "nothing is typed into the shell" "$(screen)"; else pass "nothing is typed into the shell"; fi
assert_eq "the clipboard is as before" unharmed "$(tm show-buffer)"
assert_eq "and so is the title" mine "$(ask '#{pane_title}')"

section "which recording"
J
id=$(field id)
assert_eq "it is in the list" true "$(field recorded)"
try "$RJ" log j --cast "$id"
assert_eq "--cast writes it" "$(cat "$L/$id.cast")" "$out"
try "$RJ" log j "$id" --cast
assert_eq "wherever the id stands" 0 "$rc"
ln -s /etc/passwd "$L/20990101-000000-1.cast"
assert_refused 1 "a link is not followed" "20990101-000000-1.cast of jail 'j': Symbolic link loop" "$RJ" log j --cast
rm "$L/20990101-000000-1.cast"
assert_refused 1 "an id that is none" "had no session '77'" "$RJ" log j --cast 77
assert_refused 1 "one of several" "sessions of jail 'j' begin with '2'" "$RJ" log j --cast 2
assert_refused 1 "one without recording" "was not recorded" "$RJ" log j --replay "$(jq -r '[.[] | select(.recorded | not)][-1].id' <<<"$(J; echo "$out")")"
assert_refused 1 "no terminal to play on" "is no terminal" "$RJ" log j --replay "$id"
assert_refused 2 "a speed that is none" "--speed takes a number" "$RJ" log j --replay --speed fast
assert_refused 2 "what to do with it" "what is to be done" "$RJ" log j "$id"
assert_refused 2 "options that do not fit" "exclude each other" "$RJ" log j --replay --cast
echo '["broken"' >>"$L/$id.cast"
fresh
line "$RJ log j --replay; echo status=\$?"
shows "a damaged one says where" "$id.cast:[0-9]+: "
shows "and fails" '^status=1'

section "the end"
try "$RJ" destroy --force j
assert_eq "destroy takes all of it" "0 no" "$rc $([ -e "$L" ] && echo yes || echo no)"
make_jail j
J
assert_eq "a new jail of the name has no past" "[]" "$out"
finish
