# sync under faults: the branch is where it was or where the agent's commits are, never elsewhere,
# and nothing of them is lost.
# shellcheck shell=bash
. "$E2E/lib.sh"
. "$TESTS/lib.sh"
make_jail j
sh_jail j 'for i in 1 2 3; do echo $i >file$i; git add -A; git commit -qm "Commit $i"; done'
[ "$rc" = 0 ] || die "commits inside" "$(shown)"
new=$(git -C "$repo" rev-parse "$branch")
old=$(git -C "$repo" rev-parse HEAD)
[ "$new" != "$old" ] || die "they came over" "$(shown)"
others=$(git -C "$repo" for-each-ref | grep -v "refs/heads/$branch")
back() { # as before the commits came
	git -C "$repo" update-ref "refs/heads/$branch" "$old"
	git -C "$repo" reflog expire --expire=now --all
	git -C "$repo" prune --expire=now
	rm -f "$repo"/.git/objects/pack/pack-* # of imports: the repository's own objects are loose
}

alone() { # packs without their index
	local pack
	for pack in "$repo"/.git/objects/pack/*.pack; do
		[ ! -e "$pack" ] || [ -e "${pack%.pack}.idx" ] || echo "$pack"
	done
}

sync_under() {
	back
	faulty "$RJ" sync j
	[ -n "$spent" ] || same "each pack has its index" "" "$(alone)"
	same "other references are as before" "$others" "$(git -C "$repo" for-each-ref | grep -v "refs/heads/$branch")"
	if [ "$rc" = 0 ]; then
		same "they are all there" "$new" "$(git -C "$repo" rev-parse "$branch")"
	else
		case $(git -C "$repo" rev-parse "$branch") in
		"$old") checks=$((checks + 1)) ;;
		"$new") # what came after it failed, and is not said to be the import; one without memory may end anywhere
			[ -n "$spent" ] || [[ $err != *"nothing was imported"* ]] || fail "nothing was imported, it says" "$(shown)"
			checks=$((checks + 1))
			;;
		*) fail "the branch is old or new" "$(git -C "$repo" rev-parse "$branch")" "$(shown)" ;;
		esac
		holds "the next one works" "$RJ" sync j
		same "and brings them all" "$new" "$(git -C "$repo" rev-parse "$branch")"
	fi
	holds "git fsck" git -C "$repo" fsck --full --strict --no-dangling
	case $fault$spent in # it waits for the next import with objects: one that cannot be removed, or that a lack of memory left
	rmdir* | unlink* | *ENOMEM1) ;;
	*) same "no quarantine is left" "" "$(find "$repo/.git/objects" -name 'tmp_objdir*')" ;;
	esac
	same "git finds nothing changed" "" "$(git -C "$W" status --porcelain)"
}
back
learn "$RJ" sync j
each_fault sync_under

# Once the branch has moved, it may be packed before it is synced, or not be synced at all.
opens() { strace -f -b execve -o "$T/hit" -P "$repo/.git/refs/heads/$branch" -e trace=open,openat "$@"; }
back
opens "$RJ" sync j 2>/dev/null
last=$(grep -c open "$T/hit")
for error in ENOENT EIO; do
	back
	try opens -e "inject=open,openat:error=$error:when=$last" "$RJ" sync j
	same "$error: it is done" "0 $new" "$rc $(git -C "$repo" rev-parse "$branch")"
	holds "it was the last look at the branch" grep -q INJECTED "$T/hit"
	case $error:$err in
	ENOENT:*warning* | ENOENT:*sync* | EIO:*nothing*) fail "$error: what is said" "$(shown)" ;;
	EIO:*"warning: the commits are on branch $branch, but"*) ;;
	EIO:*) fail "$error: what is said" "$(shown)" ;;
	esac
done
finish
