# The state file: RoboJail 0.1's, a corrupt one, and an environment without a home.
# shellcheck shell=bash
. "$E2E/lib.sh"
repo=$T/repo
tiny_repo "$repo"

section "a file of RoboJail 0.1"
mkdir -p "${STATE%/*}" "$JAILS"
git -C "$repo" worktree add -q -b robojail/old-1a2b3c4d "$JAILS/old"
cat >"$STATE" <<END
{
  "jails": {
    "old": {
      "id": "7f3c1a52-9c1e-4b0a-8a53-0f5a7a1d2c3e",
      "name": "old",
      "repo_path": "$repo",
      "worktree_path": "$JAILS/old",
      "branch_name": "robojail/old-1a2b3c4d",
      "created_at": "2025-06-01T12:00:00.123456789Z",
      "pid": 4194000
    },
    "ep": {
      "id": "0b51c5a0-1111-4b0a-8a53-0f5a7a1d2c3e",
      "name": "ep",
      "repo_path": "$repo",
      "worktree_path": "$JAILS/ep",
      "branch_name": "robojail/ep-00000000",
      "created_at": "2025-06-02T12:00:00Z",
      "pid": null,
      "entrypoint": ["/bin/echo", "from 0.1"]
    }
  }
}
END
git -C "$repo" worktree add -q -b robojail/ep-00000000 "$JAILS/ep"
cp "$STATE" "$T/state-0.1"
assert "list" "$RJ" list
assert_contains "both" "$out" old ep "robojail/old-1a2b3c4d" stopped
assert_eq "which does not change it" "" "$(diff "$T/state-0.1" "$STATE")"
assert_eq "created is what it was" "2025-06-02T12:00:00" "$("$RJ" list --json | jq -r '.[] | select(.name == "ep").created' | cut -c 1-19)"
assert "status" "$RJ" status old
in_jail old sh -c 'pwd; git status --porcelain; echo x >x && git add x && git commit -q -m "In an old jail"'
assert_eq "run, with git" "0 $JAILS/old" "$rc $out"
assert_eq "its commits arrive" "In an old jail" "$(git -C "$repo" log -1 --format=%s robojail/old-1a2b3c4d)"
assert_eq "the host sees a clean worktree" "" "$(git -C "$JAILS/old" status --porcelain)"
try "$RJ" enter ep; assert_eq "the entrypoint" "from 0.1" "$out"
assert "a new jail beside them" "$RJ" create --name new --repo "$repo"
assert_eq "the old ones keep their names and numbers" "7f3c1a52-9c1e-4b0a-8a53-0f5a7a1d2c3e" "$(jq -r .jails.old.id "$STATE")"
assert "destroy" "$RJ" destroy ep
assert "destroy --force" "$RJ" destroy --force old
assert_eq "what is left" '["new"]' "$(jq -c '.jails | keys' "$STATE")"

section "keys that this version does not know"
jq '.jails.new.future = {a: [1, "x"]} | .version = 9' "$STATE" >"$T/s" && cat "$T/s" >"$STATE"
assert "create" "$RJ" create --name other --repo "$repo"
assert_eq "are kept" '{"a":[1,"x"]} 9' "$(jq -c '.jails.new.future' "$STATE") $(jq -c .version "$STATE")"

section "a corrupt file"
cp "$STATE" "$T/good"
for text in '{"jails": {' 'garbage' '[]' '{"jails": []}' '{"jails": {"new": 3}}' '{"jails": {"new": {"name": "new"}}}' $'\xff\xfe'; do
	printf '%s' "$text" >"$STATE"
	assert_refused 1 "'${text:0:30}': create names the file" "$STATE" "$RJ" create --name x --repo "$repo"
	assert_contains "  and what to do" "$err" "hint:"
	assert_refused 1 "  destroy too" "$STATE" "$RJ" destroy --force new
	assert_eq "  the file is as it was" "$text" "$(cat "$STATE")"
	assert_eq "  no jail was made" "" "$(ls -d "$JAILS/x" 2>/dev/null; git -C "$repo" branch --list 'robojail/x-*')"
done
printf '{"jails": {' >"$STATE"
refute "list" "$RJ" list
assert_contains "says where it broke" "$err" "$STATE:1:"
assert_contains "a copy is kept beside it" "$(cat "${STATE%/*}"/jails.json?* 2>/dev/null)" '{"jails": {'
cp "$T/good" "$STATE"
assert "repaired, it works again" "$RJ" run new -- true
: >"$STATE"
assert "an empty file is an empty list" "$RJ" list
cp "$T/good" "$STATE"
rm -f "$STATE"
assert_eq "no file too" "[]" "$("$RJ" list --json | jq -c .)"
cp "$T/good" "$STATE"

section "the file on disk"
assert_eq "its mode keeps others out" "" "$(find "$STATE" -perm /022)"
assert_eq "nothing temporary stays" "" "$(find "${STATE%/*}" -name '*tmp*' -o -name '*.part')"
if [ "$(id -u)" != 0 ]; then
	chmod a-w "${STATE%/*}"
	refute "a directory that cannot be written" "$RJ" create --name x --repo "$repo"
	chmod u+w "${STATE%/*}"
	assert_eq "nothing is left" "" "$(ls -d "$JAILS/x" 2>/dev/null; git -C "$repo" branch --list 'robojail/x-*')"
fi

section "no home"
assert_refused 1 "HOME unset" "HOME is not set" env -u HOME "$RJ" list
assert_contains "says what to do" "$err" "hint:" "HOME"
assert_refused 125 "for run too" "HOME is not set" env -u HOME "$RJ" run new -- true
refute "HOME relative" env HOME=home "$RJ" list
refute "HOME empty" env HOME= "$RJ" list
assert "help works without" env -u HOME "$RJ" --help
assert "version too" env -u HOME "$RJ" --version
assert "nor does it take any variable at all" env -i "$RJ" --version
finish
