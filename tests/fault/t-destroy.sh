# destroy under faults: the jail is gone, or it is still there and can be destroyed.
# shellcheck shell=bash
. "$E2E/lib.sh"
. "$TESTS/lib.sh"
repo=$T/project
fresh_repo() { rm -rf "$repo" && tiny_repo "$repo" && before=$(theirs); }
theirs() {
	git -C "$repo" for-each-ref
	git -C "$repo" worktree list --porcelain
	git -C "$repo" status --porcelain
}
fresh_repo
make() {
	"$RJ" create --name j --repo "$repo" >/dev/null 2>"$T/said" || die "create" "$(cat "$T/said")"
	mkdir -p "$JAILS/j/deep/er" && echo x >"$JAILS/j/deep/er/file"
}

destroy_under() {
	[ "$bad" = "$bad_then" ] || fresh_repo # so that each fault is judged alone
	bad_then=$bad
	[ -d "$JAILS/j" ] || make
	faulty "$RJ" destroy --force j
	if [[ $err == *"cannot write to standard output"* ]]; then
		: # done, but nobody could be told
	elif [ "$rc" != 0 ] || "$RJ" list --json | jq -e '.[] | select(.name == "j")' >/dev/null; then
		[ "$rc" != 0 ] || fail "what is still there is no success" "$(shown)"
		"$RJ" destroy --force j >"$T/said" 2>&1 || fail "then it can be destroyed" "$(cat "$T/said")" "$(shown)"
	fi
	# when it cannot tell that nothing is lost with the branch, it keeps it, and says so
	[[ $out != *"kept branch "* ]] || git -C "$repo" branch -q -D "$(sed -n 's/.*kept branch \([^:]*\):.*/\1/p' <<<"$out")"
	same "no jail" "[]" "$("$RJ" list --json)"
	same "nothing is left" "" "$(ls -d "$JAILS/j" "$PRIVATE/j" 2>/dev/null)"
	same "the repository is as it was" "$before" "$(theirs)"
	holds "git fsck" git -C "$repo" fsck --full --strict --no-dangling
}
bad_then=0
make
learn "$RJ" destroy --force j
make
each_fault destroy_under
finish
