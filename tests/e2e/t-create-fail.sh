# create: what it refuses, with which words, and that a failure leaves nothing behind.
# shellcheck shell=bash
. "$E2E/lib.sh"
repo=$T/project
tiny_repo "$repo"
git -C "$repo" tag v1

# Two jails come and go first, so that directories that stay by design are there.
assert "a first jail" "$RJ" create --name first --repo "$repo"
assert "goes" "$RJ" destroy first
everything() {
	find "$HOME" ! -path "*/robojail/mirrors" -printf '%p %y\n' | sort
	jq -S . "$STATE"
	git -C "$repo" worktree list
	git -C "$repo" branch -a
	git -C "$repo" for-each-ref
	(cd "$repo/.git" && find . ! -path './objects*' ! -name config -printf '%p %y\n' | sort)
	cat "$repo/.git/config"
}
everything >"$T/before"
# refused STATUS DESC PART CMD...
refused() {
	assert_refused "$@"
	everything >"$T/after"
	assert_eq "  and left nothing ($2)" "" "$(diff "$T/before" "$T/after" | head -n 8)"
	cp "$T/after" "$T/before"
}

section "names"
refused 2 "empty" name "$RJ" create --name "" --repo "$repo"
for name in a/b . .. a.b 'a b' ünï 'a:b' $'a\nb' '*' "$(printf 'N%.0s' {1..65})"; do
	refused 2 "'$name'" name "$RJ" create --name "$name" --repo "$repo"
done
refused 2 "a leading -" name "$RJ" create --name=-x --repo "$repo"
refused 2 "none at all" name "$RJ" create --repo "$repo"
refused 2 "two different ones" "" "$RJ" create one --name two --repo "$repo"
refused 2 "too many operands" "" "$RJ" create one two --repo "$repo"

section "repositories"
mkdir "$T/plain"
refused 1 "no repository" "$T/plain" "$RJ" create --name x --repo "$T/plain"
assert_contains "says what to do" "$err" "hint:" "git"
refused 1 "no such directory" "$T/nowhere" "$RJ" create --name x --repo "$T/nowhere"
git init -q "$T/empty"
refused 1 "an empty repository" commit "$RJ" create --name x --repo "$T/empty"
assert_contains "says what to do" "$err" "hint:" "commit"
assert_eq "and is as it was" "" "$(find "$T/empty/.git" -path '*robojail*')"
cd "$T/plain" || exit 1
refused 1 "create NAME outside of any repository" "repository" "$RJ" create x
cd "$T" || exit 1
refused 1 "an http URL, which nothing protects" "http" "$RJ" create --name x --repo http://127.0.0.1:9/x.git
refused 1 "an ssh URL" "ssh" "$RJ" create --name x --repo ssh://127.0.0.1:9/x.git

section "commits"
refused 1 "no such branch" "nonesuch" "$RJ" create --name x --repo "$repo" --branch nonesuch
refused 1 "a branch mistyped" "mian" "$RJ" create --name x --repo "$repo" --branch mian
assert_contains "names the nearest" "$err" "'main'"
refused 1 "no such commit" "" "$RJ" create --name x --repo "$repo" --branch 0123456789012345678901234567890123456789
refused 1 "a blob is no commit" "" "$RJ" create --name x --repo "$repo" --branch "$(git -C "$repo" rev-parse HEAD:README.md)"

section "entrypoints"
refused 1 "missing in PATH" "nonesuch" "$RJ" create --name x --repo "$repo" --entrypoint "nonesuch --flag"
refused 1 "missing absolute path" "/nonesuch/bin" "$RJ" create --name x --repo "$repo" --entrypoint /nonesuch/bin
refused 1 "missing in the home" "nonesuch" "$RJ" create --name x --repo "$repo" --entrypoint '~/nonesuch'
refused 1 "not executable" "README.md" "$RJ" create --name x --repo "$repo" --entrypoint "$repo/README.md"
refused 1 "an open quote" "not closed" "$RJ" create --name x --repo "$repo" --entrypoint "sh -c 'oops"
refused 1 "empty" "entrypoint" "$RJ" create --name x --repo "$repo" --entrypoint ""
refused 1 "a pipe, which only a shell could do" "needs a shell" "$RJ" create --name x --repo "$repo" --entrypoint "ls | wc"

section "a name that is taken"
assert "the first" "$RJ" create --name taken --repo "$repo"
everything >"$T/before"
refused 1 "the second" "taken" "$RJ" create --name taken --repo "$repo"
assert_contains "says what to do" "$err" "hint:"
mkdir -p "$JAILS/squat" && echo mine >"$JAILS/squat/file"
everything >"$T/before"
refused 1 "a directory in the way" "$JAILS/squat" "$RJ" create --name squat --repo "$repo"
assert_eq "which keeps its file" mine "$(cat "$JAILS/squat/file")"

section "bad options"
refused 2 "an unknown one" "--brunch" "$RJ" create --name x --repo "$repo" --brunch main
assert_contains "names the nearest" "$err" "'--branch'"
refused 2 "one without its value" "--repo" "$RJ" create --name x --repo

if [ "$ME" != 0 ]; then
	section "places that cannot be written"
	for dir in "$JAILS" "$PRIVATE" "${STATE%/*}" "$repo/.git/refs/heads/robojail" "$repo/.git/worktrees"; do
		chmod a-w "$dir"
		refused 1 "${dir#"$T"/}" "" "$RJ" create --name x --repo "$repo"
		chmod u+w "$dir"
	done
	chmod 0 "$repo/.git/objects"
	assert_refused 1 "objects that cannot be read" "" "$RJ" create --name x --repo "$repo"
	chmod 755 "$repo/.git/objects"
	everything >"$T/after"
	assert_eq "  and left nothing" "" "$(diff "$T/before" "$T/after" | head -n 8)"
fi

section "an object of the commit is missing"
cp -a "$repo" "$T/broken"
object=$(git -C "$repo" rev-parse HEAD:src/main.c)
rm -f "$T/broken/.git/objects/${object:0:2}/${object:2}"
refused 1 "create" "" "$RJ" create --name broken --repo "$T/broken"
assert_lacks "no branch stays there" "$(git -C "$T/broken" branch -a)" "robojail/broken"

section "a disk that is full"
make_repo "$T/large"
# A file system of two megabytes for the jails, in a mount namespace of its own.
small_disk() { # DIR SCRIPT
	unshare --user --map-root-user --mount bash -c '
		mkdir -p "$1" && mount -t tmpfs -o size=2m,mode=755 none "$1" && shift && . "$0" && "$@"' "$T/full.sh" "$@"
}
cat >"$T/full.sh" <<'END'
full() {
	"$RJ" create --name full --repo "$T/large"
	echo "status $?"
	find "$HOME/.local/share/robojail" -mindepth 2 | sort
}
END
git -C "$T/large" for-each-ref >"$T/before"
find "$T/large/.git" ! -type d | sort >>"$T/before"
try small_disk "$HOME/.local/share/robojail" full
assert_contains "create fails" "$out" "status 1"
assert_contains "and says why" "$err" "No space left"
assert_contains "and what to do" "$err" "hint:"
assert_eq "no file is left in the data directory" "status 1" "$out"
git -C "$T/large" for-each-ref >"$T/after"
find "$T/large/.git" ! -type d | sort >>"$T/after"
assert_eq "nor in the repository" "" "$(diff "$T/before" "$T/after")"
assert_eq "nor in the list" null "$(jq '.jails.full' "$STATE")"

section "no room for one more file, at every step"
# A file system for N files more than there are: every N stops create somewhere else.
cat >"$T/inodes.sh" <<'END'
inodes() { # WHERE MORE
	local here
	cp -R "$T/project" "$T/p" && cp -R "$HOME" "$T/h" && export HOME=$T/h
	[ "$1" = data ] && here=$HOME/.local/share/robojail || here=$T/p/.git
	mv "$here" "$here.full" && mkdir "$here"
	mount -t tmpfs -o "mode=755,nr_inodes=$(($(find "$here.full" | wc -l) + $2))" none "$here" &&
		cp -R "$here.full/." "$here" && rm -rf "$here.full" || exit 9
	find "$T/p/.git" "$HOME" ! -path '*/.local/state/*' | sort >"$T/had"
	git -C "$T/p" branch --list 'robojail/*' >>"$T/had"
	"$RJ" create --name step --repo "$T/p" >"$T/said" 2>&1 && exit 0
	[ -s "$T/said" ] && grep -q 'No space left' "$T/said" || exit 8
	find "$T/p/.git" "$HOME" ! -path '*/.local/state/*' | sort >"$T/has"
	git -C "$T/p" branch --list 'robojail/*' >>"$T/has"
	[ "$(jq .jails.step "$HOME/.local/state/robojail/jails.json")" = null ] || exit 7
	diff "$T/had" "$T/has" >"$T/differs" || exit 6
	exit 5
}
END
for where in data repo; do
	failed_at=
	for more in $(seq 0 60); do
		rm -rf "$T/p" "$T/h"
		unshare --user --map-root-user --mount bash -c '. "$0" && inodes "$@"' "$T/inodes.sh" $where "$more"
		case $? in
		0) break ;;
		5) failed_at="$failed_at $more" ;;
		6) fail "$where, $more files more: something is left" "$(cat "$T/said" "$T/differs")" ;;
		7) fail "$where, $more files more: the record is left" "$(cat "$T/said")" ;;
		*) fail "$where, $more files more: it says why" "$(cat "$T/said")" ;;
		esac
	done
	rm -rf "$T/p" "$T/h"
	assert "$where: create failed at several steps ($(wc -w <<<"$failed_at"))" test "$(wc -w <<<"$failed_at")" -ge 4
	assert "  and worked with $more more files" test "$more" -lt 60
done

section "what belongs to a jail that is in no record"
assert "a jail with work in it" "$RJ" create --name lost --repo "$repo"
in_jail lost sh -c 'echo w >w && git add w && git stash -q && echo note >~/note'
stash=$(git --git-dir="$PRIVATE/lost/git" rev-parse refs/stash)
mv "$STATE" "$T/moved"
assert_refused 1 "the worktree is there" "$JAILS/lost" "$RJ" create --name lost --repo "$repo"
assert_contains "  and what to do" "$err" "hint:" "another name" "state file"
mv "$JAILS/lost" "$T/w"
assert_refused 1 "only private data is" "$PRIVATE/lost" "$RJ" create --name lost --repo "$repo"
assert_eq "the stash is whole" "$stash" "$(git --git-dir="$PRIVATE/lost/git" rev-parse refs/stash)"
assert_eq "and the home" note "$(cat "$PRIVATE/lost/home/note")"
mv "$T/w" "$JAILS/lost"; mv "$T/moved" "$STATE"
assert_eq "with its record it is a jail again" "w note" "$(in_jail lost sh -c 'git stash pop -q && cat w ~/note' >/dev/null; tr '\n' ' ' <<<"$out" | sed 's/ $//')"
mkdir -p "$PRIVATE/dir" && ln -s /nonexistent/x "$PRIVATE/link"
assert "an empty directory is in nobody's way" "$RJ" create --name dir --repo "$repo"
refute "a link that leads nowhere is" "$RJ" create --name link --repo "$repo"
rm "$PRIVATE/link"
assert "clean up" "$RJ" destroy --force lost dir

section "after all that"
assert "the same names can be made" "$RJ" create --name x --repo "$repo"
assert "git fsck" git -C "$repo" fsck --full --strict
assert_contains "git sees only what is there" "$(git -C "$repo" worktree list | wc -l)" 3
finish
