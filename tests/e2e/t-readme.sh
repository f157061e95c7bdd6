# The README's quick start, as it stands there, on a repository of at least 300 real files.
# nested
# shellcheck shell=bash
. "$E2E/lib.sh"
[ -f "$README" ] || die "there is a README.md"
# The first block behind the heading, without its fences.
sed -n '/^## Quick start/,/^## /p' "$README" | sed -n '/^```/,/^```$/p' | sed '1d;/^```$/,$d' >"$T/quick"
assert "it has a quick start" test "$(wc -l <"$T/quick")" -ge 5
make_repo "$T/project"
assert "on at least 300 files" test "$(git -C "$T/project" ls-files | wc -l)" -ge 300
mkdir "$T/bin" && ln -s "$RJ" "$T/bin/robojail"
cd "$T/project" || exit 1
# an earlier try, kept
git branch robojail/try-it-00000000 HEAD~1 2>/dev/null || git branch robojail/try-it-00000000
n=0
while IFS= read -r line <&3; do
	[ -n "$line" ] || continue
	n=$((n + 1))
	# all in one shell, as in a reader's terminal
	printf '%s\n' "$line" >>"$T/so-far"
done 3<"$T/quick"
try env PATH="$T/bin:$PATH" bash -evx "$T/so-far"
if [ $rc = 0 ]; then pass "$n lines run, each with success"; else fail "every line runs" "$(shown)"; fi
assert_eq "no jail is left" "[]" "$("$RJ" list --json | jq -c .)"
assert_eq "the project is clean" "" "$(git status --porcelain)"
assert "and has the work" git log --grep=. -1 --format=%s
assert_ne "one commit more than before" "$(git -C "$TEMPLATE" rev-parse HEAD)" "$(git rev-parse HEAD)"

section "what the README says"
text=$(cat "$README")
for name in $("$RJ" help --names); do assert_contains "it knows $name" "$text" "$name"; done
for key in $("$RJ" config --json | jq -r 'keys[]'); do assert_contains "and the key $key" "$text" "\`$key\`"; done
finish
