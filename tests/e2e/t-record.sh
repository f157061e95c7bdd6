# Recordings: what a terminal showed is in them, and nothing else; no harm ever comes to the session.
# shellcheck shell=bash
. "$E2E/lib.sh"
command -v python3 >/dev/null || skip "there is no python3"
make_jail j
export TERM=xterm
L=$PRIVATE/j/log
on_pty() { try timeout 60 python3 "$E2E/onpty.py" "$@"; }
newest() { find "$L" -name '*.cast' | sort | tail -n 1; }
# output FILE: all the output of a recording, as bytes
output() {
	python3 - "$1" <<'END'
import json, sys
lines = open(sys.argv[1], encoding="utf-8").read().split("\n")
assert lines.pop() == "", "the last line is whole"
for line in lines[1:]:
    when, kind, text = json.loads(line)
    if kind == "o":
        sys.stdout.buffer.write(text.encode())
END
}
# kind FILE K: the data of the events of that kind
kind() { tail -n +2 "$1" | jq -r --arg k "$2" 'select(.[1] == $k) | .[2]'; }
head_of() { head -n 1 "$1" | jq -r "$2"; }

section "what was shown"
cat >"$W/show.sh" <<'END'
printf 'plain \033[1;31mred\033[0m gr\303\274n \346\227\245\346\234\254\n'
printf 'cut: \360\237'; sleep 0.2; printf '\230\200\n'
printf 'no text: \377\376 and \303('; echo
stty size; sleep 0.2; echo ready
read -r line; echo "got $line"; stty size
stty -echo; echo secret?; read -r pass; stty echo; echo "length ${#pass}"
exit 7
END
on_pty -s 100x30 "$T/shown" WAIT=ready SIZE=120x40 'TYPE=hello\n' 'WAIT=secret?' SLEEP=0.3 'TYPE=hunter2\n' -- \
	"$RJ" run j --record -- bash show.sh
assert_eq "the status comes back" 7 "$rc"
assert_eq "everything was shown in time" "" "$out"
cast=$(newest)
assert "there is a recording" test -f "$cast"
assert_eq "for its owner only" 600 "$(stat -c %a "$cast")"
assert_eq "every line is JSON" "$(wc -l <"$cast")" "$(jq -c . "$cast" | wc -l)"
assert_eq "version, size" "2 100 30" "$(head_of "$cast" '"\(.version) \(.width) \(.height)"')"
assert_eq "command" "bash show.sh" "$(head_of "$cast" .command)"
assert_eq "the terminal's kind" xterm "$(head_of "$cast" .env.TERM)"
assert_match "the time" "$(head_of "$cast" .timestamp)" '^[0-9]{10}$'
# what is no UTF-8 has a sign in its place, in the recording; what follows on the terminal puts it back
python3 - "$T/shown" >"$T/want" <<'END'
import sys
text = open(sys.argv[1], "rb").read().partition(b"\x1b\\\x1b<")[0]
for bad in (b"\xff", b"\xfe"):
    text = text.replace(bad, "\ufffd".encode())
sys.stdout.buffer.write(text.replace(b"\xc3(", "\ufffd(".encode()))
END
output "$cast" >"$T/got"
assert "the output is what the terminal showed, byte for byte" cmp "$T/want" "$T/got"
assert_contains "with characters that came in two pieces" "$(cat "$T/got")" "cut: 😀" "日本" "grün"
assert_eq "the new size" 120x40 "$(kind "$cast" r)"
assert "the echo of what was typed is in it" grep -q 'hello' "$T/got"
refute "what was typed without echo is not, nor in any other file" grep -rq 'hunter2' "$T/got" "$L"
assert_contains "though it was typed" "$(cat "$T/got")" "length 7"
assert_eq "no keys" "" "$(kind "$cast" i)"
times=$(tail -n +2 "$cast" | jq -r '.[0]')
assert_eq "the times rise" "$(sort -n <<<"$times")" "$times"
assert_eq "nothing is left but recording and history" "history.jsonl" "$(cd "$L" && ls | grep -v 'cast$')"

section "when"
on_pty "$T/shown" -- "$RJ" run j -- true
assert_eq "not unasked" 1 "$(find "$L" -name '*.cast' | wc -l)"
assert_refused 125 "not without a terminal" "there is no terminal to record" "$RJ" run j --record -- touch made
assert_contains "the remedy" "$err" "redirect it to a file"
refute "and then nothing was run" test -e "$W/made"
config <<<'record = true'
on_pty "$T/shown" -- "$RJ" run j -- echo configured
assert_contains "as configured" "$(cat "$(newest)")" "configured"
in_jail j true
assert_eq "what has no terminal runs all the same" "0 2" "$rc $(find "$L" -name '*.cast' | wc -l)"
on_pty "$T/shown" -- "$RJ" run j --no-record -- true
assert_eq "--no-record" 2 "$(find "$L" -name '*.cast' | wc -l)"
assert_refused 2 "not both" "exclude each other" "$RJ" run j --record --no-record -- true
no_config

section "the jail does not see them"
sh_jail j "ls -la '$L' '$L/..'; find / -name '*.cast' -not -path '/proc/*' 2>/dev/null"
assert_lacks "neither the recordings nor their directory" "$out" .cast history

section "limits"
config <<<'record_max_mib = 1'
on_pty "$T/shown" -- "$RJ" run j --record -- bash -c 'head -c 3000000 /dev/zero | tr "\0" x; echo; echo the-end'
assert_eq "the session goes on" 0 "$rc"
assert_contains "to its end" "$(tail -c 300 "$T/shown")" the-end
assert_contains "it is said" "$(cat "$T/shown")" "has record_max_mib (1 MiB) and ends there"
cast=$(newest)
assert "it is not larger" test "$(stat -c %s "$cast")" -le 1048576
assert "and nearly as large" test "$(stat -c %s "$cast")" -ge 1000000
assert_eq "whole lines, the last one a note" "robojail: the recording is full" "$(kind "$cast" m)"
assert "that is the last line" bash -c "tail -n 1 '$cast' | grep -q 'recording is full'"
no_config
on_pty "$T/shown" -- bash -c "ulimit -f 64; exec '$RJ' run j --record -- bash -c 'head -c 200000 /dev/zero | tr \"\\0\" x; echo; echo the-end'"
assert_eq "ulimit -f ends the recording, not the session" 0 "$rc"
assert_contains "which goes to its end" "$(cat "$T/shown")" the-end
cast=$(newest)
assert_eq "whole lines" "$(wc -l <"$cast")" "$(jq -c . "$cast" | wc -l)"

section "a full disk"
# A file system of our own, in a user namespace of our own, around robojail and the terminal.
cat >"$T/full.sh" <<'END'
mount -t tmpfs -o size=256k tmpfs "$1/log" || exit 77
python3 "$2/onpty.py" "$3/shown" -- "$4" run j --record -- bash -c 'head -c 600000 /dev/zero | tr "\0" x; echo; echo the-end'
echo "status=$?"
cp "$1"/log/*.cast "$3/full.cast"
END
try timeout 60 unshare --user --map-root-user --mount bash "$T/full.sh" "$PRIVATE/j" "$E2E" "$T" "$RJ"
if [ "$rc" = 77 ]; then
	echo "  (no tmpfs can be mounted here)"
else
	assert_contains "the session goes on, with its status" "$out" "status=0"
	assert_contains "to its end" "$(cat "$T/shown")" the-end
	assert_contains "it is said" "$(cat "$T/shown")" "is not whole: No space left on device"
	assert_eq "whole lines" "$(wc -l <"$T/full.cast")" "$(jq -c . "$T/full.cast" | wc -l)"
fi

section "a supervisor that is killed"
on_pty "$T/shown" 'WAIT=ready' SLEEP=1 KILL=KILL -- "$RJ" run j --record -- sh -c 'echo before; echo ready; sleep 60'
cast=$(newest)
assert_contains "what was shown before is kept" "$(output "$cast")" before ready
assert "its last line is left" test -n "$(ls "$L"/*.tail)"
on_pty "$T/shown" -- "$RJ" run j -- true
assert_eq "until the next session" "" "$(ls "$L"/*.tail 2>/dev/null)"
finish
