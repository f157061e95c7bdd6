# create: every form of repository and of commit, and what it leaves on the host.
# nested
# shellcheck shell=bash
. "$E2E/lib.sh"
repo=$T/project
make_repo "$repo"
before=$(listing "$repo/.git" | grep -v -e ' d ' -e '/config$')

section "a repository of several hundred files"
refs=$(git -C "$repo" for-each-ref)
assert "create" "$RJ" create --name one --repo "$repo"
W=$JAILS/one branch=$(branch_of one)
assert_contains "it prints the path, the branch and the next command" "$out" "$W" "$branch" "robojail"
assert_match "the branch is robojail/NAME-<8 hex>" "$branch" '^robojail/one-[0-9a-f]{8}$'
assert_eq "the branch is at HEAD" "$(git -C "$repo" rev-parse HEAD)" "$(git -C "$repo" rev-parse "$branch")"
assert_eq "the worktree is on it" "$branch" "$(git -C "$W" branch --show-current)"
assert_contains "git lists the worktree" "$(git -C "$repo" worktree list)" "$W"
assert_eq "git finds nothing changed" "" "$(git -C "$W" status --porcelain --ignored)"
assert_eq "the files are those of the commit" "" \
	"$(diff -r --exclude=.git "$repo" "$W" 2>&1)"
assert_eq "modes and links too" \
	"$(cd "$repo" && find . -path ./.git -prune -o ! -type d -printf '%p %y %m %l\n' | sort)" \
	"$(cd "$W" && find . -path ./.git -prune -o ! -type d -printf '%p %y %m %l\n' | sort)"
assert "git fsck" git -C "$repo" fsck --full --strict
assert_eq "the main repository's other files are as before" "" \
	"$(diff <(grep -v '/packed-refs$' <<<"$before") <(listing "$repo/.git" | grep -v -e ' d ' -e '/config$') | grep '^<')"
assert_eq "its references too, but for the jail's branch and pins" "$refs" \
	"$(git -C "$repo" for-each-ref | grep -v -e refs/robojail/ -e "refs/heads/$branch")"
assert_eq "the state has the record" "$repo" "$(jq -r '.jails.one.repo_path' "$STATE")"
assert_match "with a time" "$(jq -r '.jails.one.created_at' "$STATE")" '^20[0-9-]+T[0-9:.]+(Z|\+00:00)$'

section "where the commit comes from"
commit_of() { git -C "$JAILS/$1" rev-parse HEAD; }
assert "a branch" "$RJ" create --name b1 --repo "$repo" --branch old
assert_eq "at its commit" "$(git -C "$repo" rev-parse old)" "$(commit_of b1)"
assert "a light tag" "$RJ" create --name b2 --repo "$repo" --branch v1
assert_eq "at its commit" "$(git -C "$repo" rev-parse v1)" "$(commit_of b2)"
assert "an annotated tag" "$RJ" create --name b3 --repo "$repo" --branch v2
assert_eq "at the commit it tags" "$(git -C "$repo" rev-parse 'v2^{commit}')" "$(commit_of b3)"
assert "a commit id" "$RJ" create --name b4 --repo "$repo" --branch "$(git -C "$repo" rev-parse v1)"
assert "a short commit id" "$RJ" create --name b5 --repo "$repo" --branch "$(git -C "$repo" rev-parse --short=8 v1)"
assert_eq "at the commit" "$(git -C "$repo" rev-parse v1)" "$(commit_of b5)"
git clone -q "$repo" "$T/clone"
git -C "$T/clone" checkout -q -b local
assert "a remote branch" "$RJ" create --name b6 --repo "$T/clone" --branch origin/old
assert_eq "at its commit" "$(git -C "$repo" rev-parse old)" "$(commit_of b6)"
git -C "$T/clone" checkout -q --detach v1
assert "a detached HEAD" "$RJ" create --name b7 --repo "$T/clone"
assert_eq "at its commit" "$(git -C "$repo" rev-parse v1)" "$(commit_of b7)"

section "forms of --repo"
assert "a subdirectory" "$RJ" create --name s1 --repo "$repo/include/linux"
assert_eq "means the whole repository" "$repo" "$(jq -r '.jails.s1.repo_path' "$STATE")"
assert "a .git directory" "$RJ" create --name s2 --repo "$repo/.git"
git clone -q --bare "$repo" "$T/bare.git"
assert "a bare repository" "$RJ" create --name s3 --repo "$T/bare.git"
assert_eq "whole" "$(git -C "$repo" rev-parse HEAD)" "$(commit_of s3)"
git -C "$repo" worktree add -q -b side "$T/side" v1
assert "a linked worktree" "$RJ" create --name s4 --repo "$T/side"
assert_eq "at that worktree's commit" "$(git -C "$repo" rev-parse side)" "$(commit_of s4)"
assert_contains "in the same repository" "$(git -C "$repo" branch)" "$(branch_of s4)"
ln -s "$repo" "$T/link"
assert "through a symlink" "$RJ" create --name s5 --repo "$T/link"
mkdir "$T/ünï cödé"
tiny_repo "$T/ünï cödé/my project"
assert "a path with blanks and other letters" "$RJ" create --name s6 --repo "$T/ünï cödé/my project"
assert_eq "works inside" "hello" "$("$RJ" run s6 -- cat README.md)"
cd "$repo/docs" || exit 1
assert "create NAME inside a repository" "$RJ" create s7
assert_eq "means that repository" "$repo" "$(jq -r '.jails.s7.repo_path' "$STATE")"
assert "--repo with a relative path" "$RJ" create --name s8 --repo ../include
assert_eq "relative to where we are" "$repo" "$(jq -r '.jails.s8.repo_path' "$STATE")"
assert "NAME with --repo" "$RJ" create s9 --repo "$T/bare.git"
cd "$T" || exit 1
git clone -q --depth 1 "file://$repo" "$T/shallow"
assert "a shallow clone" "$RJ" create --name s10 --repo "$T/shallow"
assert "works inside" "$RJ" run s10 -- git log --oneline
git clone -q --shared "$repo" "$T/shared"
assert "a clone with alternates" "$RJ" create --name s11 --repo "$T/shared"
assert_eq "its objects are found inside" "$(git -C "$repo" rev-parse HEAD)" "$("$RJ" run s11 -- git rev-parse HEAD)"
assert "git fsck inside" "$RJ" run s11 -- git fsck --connectivity-only

section "what git would write otherwise is told"
make_repo "$T/odd" && cd "$T/odd" && printf 'a\n' >1.odd && printf 'b\n' >2.odd && printf 'c\n' >3.gbk && printf '\356\200\200\n' >4.gbk && git add . &&
	printf '*.odd working-tree-encoding=VISCII\n*.gbk working-tree-encoding=GBK\n' >.gitattributes && git add .gitattributes && git commit -q -m odd
cd "$T" || exit 1
assert "files of an encoding that is not known" "$RJ" create --name odd --repo "$T/odd"
assert_contains "are counted" "$out" "2 files stay UTF-8, and not VISCII" "the first is '1.odd'" "iconv"
assert_contains "and what has no place" "$out" "1 file stays UTF-8, and not GBK as the attributes say ('4.gbk')"

make_repo "$T/swap" && (cd "$T/swap" && new=$(git commit-tree -m new "$(printf '100644 blob %s\tREADME.md\n' "$(echo new | git hash-object -w --stdin)" | git mktree)") && git replace HEAD "$new")
assert "a repository with a replaced commit" "$RJ" create --name swap --repo "$T/swap"
assert_contains "says that it has the original" "$out" "1 object is replaced" GIT_NO_REPLACE_OBJECTS
assert_eq "which it has" "" "$(GIT_NO_REPLACE_OBJECTS=1 git -C "$JAILS/swap" status --porcelain)"
git -C "$T/swap" pack-refs --all
assert "also when the reference is packed" "$RJ" create --name swap2 --repo "$T/swap"
assert_contains "it says so" "$out" "1 object is replaced"
assert "git that replaces nothing" env GIT_NO_REPLACE_OBJECTS=1 "$RJ" create --name swap3 --repo "$T/swap"
assert_eq "needs no note" "" "$(grep replaced <<<"$out")"

section "the caller's variables for git's configuration"
mkdir -p "$T/conf" && printf '[core]\n\tautocrlf = true\n' >"$T/conf/.gitconfig" && cp "$T/conf/.gitconfig" "$T/conf/gitconfig" && cp "$T/conf/.gitconfig" "$T/conf/other" && make_repo "$T/vars"
ends() { [ "$(head -n 1 "$JAILS/$1/README.md" | tail -c 2 | od -An -tx1)" = "$2" ]; }
assert "GIT_CONFIG_GLOBAL" env GIT_CONFIG_GLOBAL="$T/conf/.gitconfig" "$RJ" create --name v1 --repo "$T/vars"
assert "counts" ends v1 " 0d 0a"
assert "GIT_CONFIG_SYSTEM" env GIT_CONFIG_SYSTEM="$T/conf/gitconfig" "$RJ" create --name v2 --repo "$T/vars"
assert "counts" ends v2 " 0d 0a"
assert "unless GIT_CONFIG_NOSYSTEM is set" env GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_SYSTEM="$T/conf/gitconfig" "$RJ" create --name v3 --repo "$T/vars"
refute "it does not count" ends v3 " 0d 0a"
cp ~/.gitconfig "$T/conf/home" && git config --global core.autocrlf true
assert "GIT_CONFIG_GLOBAL=/dev/null" env GIT_CONFIG_GLOBAL=/dev/null "$RJ" create --name v4 --repo "$T/vars"
refute "takes the user's file away" ends v4 " 0d 0a"
cp "$T/conf/home" ~/.gitconfig
assert "names that are not known, and GIT_CONFIG_COUNT" env GIT_CONFIG_GLOBAL="$T/conf/other" GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.autocrlf GIT_CONFIG_VALUE_0=true "$RJ" create --name v5 --repo "$T/vars"
assert_contains "are told" "$out" "GIT_CONFIG_GLOBAL is not read" "GIT_CONFIG_COUNT is not read"
git -C "$T/vars" config core.excludesFile .mine && echo '*.o' >"$T/vars/.mine" && : >"$JAILS/v1/x.o"
assert "status from elsewhere, with a relative core.excludesFile" "$RJ" status --json v1
assert_lacks "has it from the main worktree's top" "$out" x.o

section "other ways to say create"
assert "its alias" "$RJ" new --name a1 --repo "$repo"
ln -s "$RJ" "$T/rj-create"
assert "a symlink rj-create" "$T/rj-create" --name a2 --repo "$repo"
ln -s rj-create "$T/rj-new2" && mkdir "$T/links" && ln -s ../rj-create "$T/links/mk"
assert "a link to the link, of any name" "$T/links/mk" --name a3 --repo "$repo"
ln -s "$RJ" "$T/links/rj-new"
assert "the alias as a symlink" "$T/links/rj-new" --name a4 --repo "$repo"
assert "through PATH" env PATH="$T/links:$PATH" rj-new --name a5 --repo "$repo"
assert "options with =" "$RJ" create --name=a6 --repo="$repo" --branch=v1
assert "a name of 64 characters" "$RJ" create --name "$(printf 'N%.0s' {1..64})" --repo "$repo"
assert "letters, digits, - and _" "$RJ" create --name A-b_9 --repo "$repo"
assert "a name that begins with _" "$RJ" create --name _x --repo "$repo"
assert_eq "all are in the list" "$(jq '.jails | length' "$STATE")" "$("$RJ" list --json | jq length)"
mkdir "$T/nobody"
try env HOME="$T/nobody" "$RJ" create --name u --repo "$repo"
assert_contains "who has no name for git is told" "$out" "knows no name and address of yours" "robojail run u -- git config --global user.email"
assert_lacks "nobody else" "$("$RJ" create --name named --repo "$repo")" "no name"
assert "git fsck at the end" git -C "$repo" fsck --full
finish
