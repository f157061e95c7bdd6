# Repositories of every form: each one is served from create to destroy, or refused in words, with
# nothing left behind.
# slow
# shellcheck shell=bash
. "$E2E/lib.sh"
n=0

left_behind() { # REPO
	ls -A "$JAILS" "$PRIVATE" 2>/dev/null | grep -v ':$' | grep .
	[ ! -f "$STATE" ] || jq -r '.jails | keys[]' "$STATE"
	git -C "$1" for-each-ref --format='%(refname)' | grep -i robojail/ | grep -v '^refs/heads/robojail/x$'
	git -C "$1" worktree list 2>/dev/null | grep "$JAILS"
	find "$(git -C "$1" rev-parse --path-format=absolute --git-common-dir 2>/dev/null || echo /dev/null)" -name '*.lock' -o -name 'tmp_*' 2>/dev/null
}

# begin FORM REPO [CREATE-OPTION...]: a jail of it; $N, $W and $branch.
begin() {
	section "$1"
	form=$1 repo=$2 n=$((n + 1)) N=f$n W=$JAILS/f$n
	shift 2
	try "$RJ" create --name "$N" --repo "$repo" "$@"
	if [ $rc != 0 ]; then fail "$form: create" "$(shown)"; return 1; fi
	branch=$(branch_of "$N")
}
# work [-]: a commit inside, and the way out of it up to destroy; `-`: no branch is there to merge to.
work() {
	local top
	sh_jail "$N" "git status --porcelain && echo $N >from-$N && git add -A && git commit -q -m 'From $N' && git status --porcelain && git fsck --no-dangling 2>/dev/null"
	assert_eq "$form: a commit inside, clean before and after" "0 " "$rc $out$(grep -v '^warning: in the working copy' <<<"$err")"
	assert_eq "$form: it is imported" "From $N" "$(git -C "$repo" log -1 --format=%s "$branch" --)"
	try "$RJ" status --json "$N"
	assert_eq "$form: status" "0 $N from-$N" "$rc $(jq -r '.name + " " + (.added | join(" ")) + (.modified + .deleted | join(" "))' <<<"$out")"
	assert_eq "$form: git status on the host" "" "$(git -C "$W" status --porcelain --ignore-submodules=none 2>&1)"
	assert "$form: fsck" git -C "$repo" fsck --no-dangling
	if [ "$(git -C "$repo" rev-parse --is-bare-repository)" = true ]; then
		git -C "$repo" update-ref "$(git -C "$repo" symbolic-ref HEAD)" "$branch"
	else
		top=$(git -C "$repo" rev-parse --show-toplevel)
		assert "$form: merge" git -C "$top" merge -q "$branch"
		assert_eq "$form: brings the file" "$N" "$(tr -d '\r' <"$top/from-$N")"
	fi
	[ -z "${1:-}" ] || git -C "$repo" tag keep "$branch"
	end
}
end() {
	assert "$form: destroy" "$RJ" destroy "$N"
	assert_eq "$form: nothing is left" "" "$(left_behind "$repo")"
}
serves() { begin "$@" && work; }
# refuses FORM REPO PART-OF-MESSAGE [CREATE-OPTION...]
refuses() {
	local form=$1 repo=$2 part=$3
	shift 3
	section "$form"
	assert_refused 1 "$form: refused in words" "$part" "$RJ" create --name no --repo "$repo" "$@"
	assert_contains "$form: with a remedy" "$err" "hint: "
	assert_eq "$form: nothing is left" "" "$(left_behind "$repo")"
}

tiny_repo "$T/plain"
git -C "$T/plain" branch other
git -C "$T/plain" tag -a v1 -m v1
fresh() { cp -r "$T/plain" "$T/$1"; }

serves "a subdirectory" "$T/plain/src"
git clone -q --bare "$T/plain" "$T/bare.git"
serves "a bare repository" "$T/bare.git"
fresh wt && git -C "$T/wt" worktree add -q "$T/linked" other
serves "a linked worktree" "$T/linked"
assert_eq "from the branch of that worktree" "From $N" "$(git -C "$T/wt" log -1 --format=%s other)"
git init -q --separate-git-dir "$T/sep.git" "$T/sep" && git -C "$T/sep" pull -q "$T/plain" main
serves "a separate git directory" "$T/sep"
fresh "odd name's \"ü\$(x)" && serves "a path with blanks, quotes and more" "$T/odd name's \"ü\$(x)"
fresh linkto && ln -s linkto "$T/link" && serves "a symlink to it" "$T/link"
git init -q "$T/empty" && refuses "an empty repository" "$T/empty" "commit"
mkdir "$T/none" && section "no repository" &&
	assert_refused 1 "no repository: refused in words" "is not in a git repository" "$RJ" create --name no --repo "$T/none"
assert_contains "what to do fits each command" "$err" "git init" "create --repo PATH" "trust PATH"
assert_refused 2 "an empty path is none" "option '--repo' needs a repository" "$RJ" create --name no --repo ""
assert_refused 1 "a directory that is gone" "cannot find the current directory: No such file" bash -c 'mkdir gone; cd gone; rmdir ../gone; exec "$RJ" create no'
assert_refused 1 "for trust, too" "cannot find the current directory: No such file" bash -c 'mkdir gone; cd gone; rmdir ../gone; exec "$RJ" trust'
if [ "$ME" != 0 ]; then
	fresh closed && chmod 0 "$T/closed/.git"
	assert_refused 1 "one that may not be read" "$T/closed/.git/HEAD: Permission denied" "$RJ" create --name no --repo "$T/closed/src"
	assert_lacks "is not to be made anew" "$err" "git init"
	chmod 700 "$T/closed/.git"
fi
fresh detached && git -C "$T/detached" checkout -q --detach && begin "a detached HEAD" "$T/detached" && work -
fresh unborn && git -C "$T/unborn" checkout -q --orphan new && git -C "$T/unborn" rm -q -rf . &&
	refuses "an unborn branch" "$T/unborn" "new" && begin "an unborn branch, but --branch" "$T/unborn" --branch main && end
fresh slash && git -C "$T/slash" checkout -q -b a/b/c && serves "a branch with slashes" "$T/slash"
fresh jailname && git -C "$T/jailname" branch robojail && refuses "a branch that is in the way" "$T/jailname" "robojail"
fresh tagged && serves "a tag" "$T/tagged" --branch v1

git -C "$T/plain" commit -q --allow-empty -m Second
git clone -q --depth 1 "file://$T/plain" "$T/shallow"
serves "a shallow clone" "$T/shallow"
assert "is shallow still" test -s "$T/shallow/.git/shallow"
git clone -q --shared "$T/plain" "$T/alt1" && git clone -q --shared "$T/alt1" "$T/alt2"
serves "alternates of alternates" "$T/alt2"
fresh alt3 && rm -rf "$T/alt3/.git/objects" && mkdir -p "$T/alt3/.git/objects/info" "$T/alt3/.git/objects/pack" &&
	echo ../../../plain/.git/objects >"$T/alt3/.git/objects/info/alternates"
serves "a relative alternate, and no object of its own" "$T/alt3"
fresh packed && git -C "$T/packed" pack-refs --all && rm -rf "$T/packed"/.git/refs/{heads,tags}/* && serves "packed refs only" "$T/packed"
fresh many && id=$(git -C "$T/many" rev-parse HEAD)
{ echo "# pack-refs with: peeled fully-peeled sorted " && seq -f "$id refs/heads/n/%06.0f" 1 20000; } >"$T/many/.git/packed-refs"
serves "twenty thousand branches" "$T/many"
fresh bitmap && git -C "$T/bitmap" repack -q -a -d -b && git -C "$T/bitmap" multi-pack-index write 2>/dev/null && git -C "$T/bitmap" commit-graph write --reachable 2>/dev/null
serves "bitmaps, a multi-pack-index and a commit graph" "$T/bitmap"
fresh replaced && git -C "$T/replaced" commit -q --allow-empty -m Two && git -C "$T/replaced" replace HEAD HEAD~ && git -C "$T/replaced" checkout -q -B two HEAD 2>/dev/null
serves "a replaced commit" "$T/replaced"

fresh super && git -C "$T/super" -c protocol.file.allow=always submodule --quiet add "$T/plain" sub && git -C "$T/super" commit -q -m "With a submodule"
serves "submodules" "$T/super"
serves "a submodule itself" "$T/super/sub"
cat >>"$HOME/.gitconfig" <<'END'
[filter "lfs"]
	clean = sed s/smudged/pointer/
	smudge = sed s/pointer/smudged/
	required = true
END
fresh lfs && echo '*.bin filter=lfs diff=lfs merge=lfs -text' >"$T/lfs/.gitattributes" && echo "smudged content" >"$T/lfs/x.bin" && git -C "$T/lfs" add . && git -C "$T/lfs" commit -q -m LFS
serves "LFS pointers" "$T/lfs"
git config --global --remove-section filter.lfs
fresh crlf && git -C "$T/crlf" config core.autocrlf true && serves "core.autocrlf" "$T/crlf"
fresh eol && printf '* text=auto\n*.bat eol=crlf\n*.sh eol=lf\n*.u16 working-tree-encoding=UTF-16LE eol=crlf\n' >"$T/eol/.gitattributes" &&
	printf 'a\r\nb\r\n' >"$T/eol/x.bat" && printf 'a\n' >"$T/eol/x.sh" && printf 'a\r\nb\r\n' >"$T/eol/auto.txt" && git -C "$T/eol" add . 2>/dev/null && git -C "$T/eol" commit -q -m eol
serves "eol attributes" "$T/eol"
fresh ident && echo '*.c ident' >"$T/ident/.gitattributes" && printf '/* $Id$ */\n' >"$T/ident/src/id.c" && git -C "$T/ident" add . && git -C "$T/ident" commit -q -m ident
serves "the ident attribute" "$T/ident"
fresh fold && (cd "$T/fold" && echo a >case && echo b >CASE && mkdir Dir dir && echo c >Dir/f && echo d >dir/f && git add . && git commit -q -m fold && git config core.ignorecase true)
# as with git worktree add: this file system keeps them apart, whatever the setting says
begin "paths that differ in case only, and core.ignorecase" "$T/fold" &&
	assert_eq "$form: all four are there" "b a d c" "$(cd "$W" && cat CASE case dir/f Dir/f | tr '\n' ' ' | sed 's/ $//')" && end
git -C "$T/fold" config core.ignorecase false && serves "paths that differ in case only" "$T/fold"
fresh fold1 && git -C "$T/fold1" config core.ignorecase true && serves "core.ignorecase" "$T/fold1"
fresh bytes && (cd "$T/bytes" && echo x >"$(printf 'latin-\344-\377')" && echo y >"$(printf 'tab\there')" && echo z >"$(printf 'line\nbreak')" && echo w >' "quoted" ' && echo v >-dash && git add -A && git commit -q -m bytes)
serves "names that are not UTF-8, or odd" "$T/bytes"
fresh long && (cd "$T/long" && d=$(printf 'd%.0s' {1..200}) && for i in {1..14}; do mkdir "$d" && cd "$d" || exit; done && printf x >"$(printf 'f%.0s' {1..250})" && cd "$T/long" && git add -A && git commit -q -m long)
serves "very long paths" "$T/long"
fresh links && (cd "$T/links" && ln -s /etc/passwd abs && ln -s ../../.. up && ln -s nowhere dangling && ln -s src dirlink && git add -A && git commit -q -m links)
serves "symlinks of all kinds" "$T/links"
fresh ignored && (cd "$T/ignored" && printf '*.o\n/build/\n' >.gitignore && git add . && git commit -q -m ignore && mkdir build && touch a.o build/b)
serves "ignored files beside it" "$T/ignored"
fresh dirty && (cd "$T/dirty" && echo changed >>README.md && echo staged >s && git add s && echo u >untracked)
begin "uncommitted changes in main" "$T/dirty" && assert_eq "$form: stay there" "" "$(ls "$W/s" "$W/untracked" 2>/dev/null)" && end
assert_eq "$form: as they were" " M README.md
?? untracked
A  s" "$(git -C "$T/dirty" status --porcelain | LC_ALL=C sort)"

fresh sparse && git -C "$T/sparse" sparse-checkout set --cone src
serves "a sparse checkout of main" "$T/sparse"
fresh wtconf && git -C "$T/wtconf" config extensions.worktreeConfig true && git -C "$T/wtconf" config --worktree core.filemode true && git -C "$T/wtconf" config --worktree user.name "Of this worktree"
begin "the worktreeConfig extension" "$T/wtconf" && {
	in_jail "$N" git config user.name
	assert_eq "$form: its settings are known" "Of this worktree" "$out"
	work
}
fresh sharedrepo && git -C "$T/sharedrepo" config core.sharedRepository group && serves "core.sharedRepository" "$T/sharedrepo"

# What the host's own git makes of its index of W.
for setting in core.splitIndex=true index.version=4 feature.manyFiles=true core.untrackedCache=true index.sparse=true; do
	name=ix-${setting%%=*} && fresh "$name" && git -C "$T/$name" config "${setting%%=*}" true
	[ "$setting" != index.version=4 ] || git -C "$T/$name" config index.version 4
	begin "$setting" "$T/$name" && {
		echo y >"$W/touched" && git -C "$W" add touched && git -C "$W" reset -q && rm "$W/touched"
		git -C "$W" update-index --refresh >/dev/null
		work
	}
done

fresh reftable && git -C "$T/reftable" config core.repositoryformatversion 1 && git -C "$T/reftable" config extensions.refstorage reftable
section "reftable"
assert_refused 1 "reftable: refused in words" "reftable" "$RJ" create --name no --repo "$T/reftable"
assert_contains "reftable: with a remedy" "$err" "hint: " "git refs migrate"
assert_eq "reftable: nothing is left" "" "$(ls -A "$JAILS" "$PRIVATE" | grep -v :; ls "$T/reftable/.git/worktrees" "$T/reftable/.git/refs/heads/robojail" 2>/dev/null)"
git init -q --object-format=sha256 "$T/sha256" && git -C "$T/sha256" commit -q --allow-empty -m One
refuses "sha256" "$T/sha256" sha256
git -C "$T/plain" config uploadpack.allowFilter true
git clone -q --filter=blob:none --no-checkout "file://$T/plain" "$T/partial" 2>/dev/null
refuses "a partial clone" "$T/partial" "partial clone"
fresh future && git -C "$T/future" config core.repositoryformatversion 1 && git -C "$T/future" config extensions.fromTheFuture true
section "an unknown extension"
assert_refused 1 "an unknown extension: refused in words" "fromthefuture" "$RJ" create --name no --repo "$T/future"
fresh broken && rm -rf "$T/broken/.git/objects"/[0-9a-f][0-9a-f]
section "missing objects"
refute "missing objects: refused" "$RJ" create --name no --repo "$T/broken"
assert_contains "missing objects: in words" "$err" "$T/broken"
assert_eq "missing objects: nothing is left" "" "$(ls -A "$JAILS" "$PRIVATE" | grep -v : | grep .; ls "$T/broken/.git/worktrees" 2>/dev/null)"
finish
