# create under faults: a jail, or none and the repository as it was; and the next one can be made.
# shellcheck shell=bash
. "$E2E/lib.sh"
. "$TESTS/lib.sh"
repo=$T/project
tiny_repo "$repo"
git -C "$repo" branch other
git -C "$repo" pack-refs --all
"$RJ" create --name other --repo "$repo" --branch other >/dev/null || die "a jail beside it"

# What the user has: refs, worktrees, configuration, the working tree.
theirs() {
	git -C "$repo" for-each-ref
	git -C "$repo" worktree list --porcelain
	git -C "$repo" status --porcelain
	cat "$repo/.git/config" "$repo/.git/HEAD"
}
names() { "$RJ" list --json | jq -r '[.[].name] | join(" ")'; }
before=$(theirs)

create_under() {
	faulty "$RJ" create --name j --repo "$repo"
	[ -n "$hit" ] || [ "$rc" != 0 ] || { "$RJ" destroy --force j >/dev/null 2>&1 && return; }
	if [ "$rc" = 0 ]; then
		same "the fault did not matter: there is a jail" "j other" "$(names)"
		same "with the files of the commit" "" "$(diff -r --exclude=.git "$repo" "$JAILS/j" 2>&1)"
		same "which git finds unchanged" "" "$(git -C "$JAILS/j" status --porcelain --ignored 2>&1)"
		holds "and which can run" "$RJ" run j -- /bin/true
	elif [[ $err == *"cannot write to standard output"* ]]; then
		same "there is a jail, of which nobody could be told" "j other" "$(names)"
	elif [ -n "$spent" ]; then
		: # it ended then and there; destroy finds what it has left
	else
		same "there is no jail" "other" "$(names)"
		same "the repository is as it was" "$before" "$(theirs)"
		# where it could not read whose it is, its lock stays
		same "nothing is left in its place" "" "$(find "$JAILS/j" "$PRIVATE/j" ! -path "$PRIVATE/j" ! -path "$PRIVATE/j/lock" 2>/dev/null)"
		holds "and the next can be made" "$RJ" create --name j --repo "$repo"
	fi
	holds "git fsck" git -C "$repo" fsck --full --strict --no-dangling
	if [ "$(names)" != other ] || [ -e "$JAILS/j" ]; then holds "it can be destroyed" "$RJ" destroy --force j; fi
	same "and then all is as it was" "$before" "$(theirs)"
}
learn "$RJ" create --name j --repo "$repo"
"$RJ" destroy --force j >/dev/null 2>&1
each_fault create_under
holds "the other jail is whole" "$RJ" run other -- git status
finish
