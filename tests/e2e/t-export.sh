# export: everything of a jail in one git bundle, which a git that never saw it can read.
# as_root
# shellcheck shell=bash
. "$E2E/lib.sh"

# clone_all FILE DIR: every ref of a bundle, by its own name, in a fresh repository.
clone_all() { rm -rf "$2" && git init -q --bare "$2" && git -C "$2" fetch -q "$1" '+refs/*:refs/*'; }
hash_git() { listing "$repo/.git" | sha256sum; }
heads() { git bundle list-heads "$1" | cut -d ' ' -f 2 | sort | tr '\n' ' '; }
has() { git -C "$1" cat-file -e "$2"; }

section "a jail with everything"
make_jail j
git -C "$repo" branch old
git -C "$repo" tag v1
sh_jail j 'set -e
	git config user.name A; git config user.email a@b
	echo one >one && git add one && git commit -q -m one
	git checkout -q -b side && echo two >two && git add two && git commit -q -m two
	git tag -a -m "an annotated tag" mine && git tag light
	git tag -a -m nested nested mine
	git notes add -m note HEAD
	git update-ref refs/odd/blob "$(echo blob | git hash-object -w --stdin)"
	git update-ref refs/odd/tree "HEAD^{tree}"
	git checkout -q -
	echo s1 >README.md && git stash push -q -m first
	echo s2 >README.md && echo u >untracked-in-stash && git stash push -q -u -m second
	echo changed >README.md; echo new >new; chmod +x Makefile; ln -s one link; rm src/main.c
	mkdir -p deep/er && printf "a\0b" >deep/er/bin
	echo "*.log" >.gitignore; echo x >big.log
	mkfifo pipe; git init -q nested && echo x >nested/x'
before=$(hash_git)
try "$RJ" export j "$T/j.bundle"
assert_eq "it is written" 0 "$rc"
assert_contains "and says what is in it" "$err" refs/robojail/uncommitted refs/heads/side refs/stash
assert_contains "what is not" "$err" "no commit may hold it: pipe" "no commit may hold it: nested/" "1 ignored file"
assert_lacks "and nothing else" "$err" "cannot be read" "larger than"
assert_eq "the main repository is byte for byte as before" "$before" "$(hash_git)"
assert_eq "no part of it stays" "" "$(ls "$T"/*.part-* "$PRIVATE"/j/bundle-* "$PRIVATE"/j/tmp_objdir* 2>/dev/null)"
assert_eq "the refs" "HEAD refs/heads/$branch refs/heads/side refs/notes/commits refs/odd/blob refs/odd/tree refs/robojail/stash/1 refs/robojail/uncommitted refs/stash refs/tags/light refs/tags/mine refs/tags/nested " "$(heads "$T/j.bundle")"
assert "git verifies it" git -C "$repo" bundle verify "$T/j.bundle"
assert "it can be cloned" git clone -q "$T/j.bundle" "$T/clone"
assert_eq "  with the branch checked out" "$branch" "$(git -C "$T/clone" branch --show-current)"
assert "all of it can be fetched where nothing is" clone_all "$T/j.bundle" "$T/all"
assert "  whole" git -C "$T/all" fsck --full --strict
assert_eq "  the branch made beside" two "$(git -C "$T/all" show side:two)"
assert_eq "  the newest stash" s2 "$(git -C "$T/all" show refs/stash:README.md)"
assert_eq "  its untracked files" u "$(git -C "$T/all" show refs/stash^3:untracked-in-stash)"
assert_eq "  the stash behind it" s1 "$(git -C "$T/all" show refs/robojail/stash/1:README.md)"
assert_eq "  the annotated tag" "an annotated tag" "$(git -C "$T/all" tag -l --format='%(contents:subject)' mine)"
assert_eq "  a tag of a tag" "$(git -C "$T/all" rev-parse side)" "$(git -C "$T/all" rev-parse 'nested^{commit}')"
u=refs/robojail/uncommitted
assert_eq "  its parent is the branch" "$(git -C "$T/all" rev-parse "$branch")" "$(git -C "$T/all" rev-parse "$u^")"
git -C "$T/all" archive "$u" | (mkdir "$T/files" && tar -x -C "$T/files")
assert_eq "  the uncommitted files are those of the worktree" \
	"$(cd "$JAILS/j" && find . -path ./nested -prune -o \( -type f -o -type l \) ! -name .git ! -name '*.log' -printf '%p %y %l ' -exec sh -c 'test -x "$1" && echo x || echo -' _ {} \; | sort)" \
	"$(cd "$T/files" && find . \( -type f -o -type l \) -printf '%p %y %l ' -exec sh -c 'test -x "$1" && echo x || echo -' _ {} \; | sort)"
assert "  byte for byte" diff -r --no-dereference -x .git -x nested -x pipe -x src -x '*.log' "$JAILS/j" "$T/files"

section "thin"
assert "a bundle of only what is new" "$RJ" export --thin j "$T/thin.bundle"
assert_contains "  says so" "$err" thin
assert "  is read where the rest is" git -C "$repo" bundle verify "$T/thin.bundle"
git init -q --bare "$T/none"
refute "  and nowhere else" git -C "$T/none" bundle verify "$T/thin.bundle"
cp -R "$repo" "$T/copy"
assert "  fetched there" git -C "$T/copy" fetch -q "$T/thin.bundle" '+refs/*:refs/jail/*'
assert "  it is whole" git -C "$T/copy" fsck --full --strict
assert_eq "  with the same files" "$(git -C "$T/all" rev-parse "$u^{tree}")" "$(git -C "$T/copy" rev-parse "refs/jail/robojail/uncommitted^{tree}")"

section "files and streams"
assert_refused 1 "a directory is none" "hint: name a file in it: $T/j.bundle" "$RJ" export --force j "$T"
assert_refused 1 "a file that is there is kept" "is there already" "$RJ" export j "$T/thin.bundle"
assert "unless --force" "$RJ" export --force j "$T/thin.bundle"
"$RJ" export j - 2>/dev/null >"$T/stream.bundle"
assert "standard output" git -C "$repo" bundle verify "$T/stream.bundle"
assert_refused 1 "a directory that is not there" "$T/none-such/x" "$RJ" export j "$T/none-such/x"
assert_refused 3 "no such jail" "'nope'" "$RJ" export nope "$T/x"
"$RJ" export j - 2>"$T/closed" | head -c 10 >/dev/null
assert_lacks "a reader who had enough" "$(cat "$T/closed")" "Broken pipe"
if [ -e /dev/full ]; then
	assert_eq "a full disk is told" 1 "$("$RJ" export j - >/dev/full 2>"$T/full"; echo $?)"
	assert_contains "  with the reason" "$(cat "$T/full")" "No space left"
fi

section "while it runs, and what is hostile"
try "$RJ" run j -- sh -c 'sleep 3 & exec sleep 3' &
assert "a jail that runs" "$RJ" export --force j "$T/j.bundle"
wait
sh_jail j 'git update-ref refs/robojail/uncommitted HEAD; rm -f pipe; for i in 1 2 3; do printf "%s" x; done >spin'
assert "a ref that would pass for the files" "$RJ" export --force j "$T/j.bundle"
assert_eq "  does not" "$(git -C "$T/all" rev-parse "$u^")" "$(rm -rf "$T/all2" && clone_all "$T/j.bundle" "$T/all2" && git -C "$T/all2" rev-parse "$u^")"
sh_jail j 'c=$(git rev-parse side); f=.git; rm -f /.robojail/git/objects/"$(echo "$c" | cut -c 1-2)/$(echo "$c" | cut -c 3-)"'
assert_refused 1 "a damaged branch" "side" "$RJ" export --force j "$T/j2.bundle"
refute "  leaves no file" test -e "$T/j2.bundle"

section "nothing lost by destroy"
make_jail k
sh_jail k 'git checkout -q -b other && echo x >x && git add x && git commit -q -m x && git checkout -q - && echo y >README.md && git stash -q'
try "$RJ" destroy k
assert_eq "work that only the jail has is not destroyed" 1 "$rc"
assert_contains "  it says which" "$err" refs/heads/other refs/stash "robojail export"
assert "export" "$RJ" export k "$T/k.bundle"
assert "destroy --force" "$RJ" destroy --force --delete-branch k
git -C "$repo" gc -q --prune=now
assert "all of it comes back" git -C "$repo" fetch -q "$T/k.bundle" '+refs/*:refs/robojail/k/*'
assert_eq "  the branch" x "$(git -C "$repo" show refs/robojail/k/heads/other:x)"
assert_eq "  the stash" y "$(git -C "$repo" show refs/robojail/k/stash:README.md)"

section "a jail without anything new, an empty one, a large file"
make_jail e
assert "a clean jail" "$RJ" export e "$T/e.bundle"
assert_eq "  is HEAD and its branch" "HEAD refs/heads/$branch " "$(heads "$T/e.bundle")"
assert "  which can be cloned" git clone -q "$T/e.bundle" "$T/e"
sh_jail e 'head -c 70000000 /dev/urandom >large'
assert "70 MB that are not committed" "$RJ" export --force --thin e "$T/e.bundle"
assert "  are in it" git -C "$repo" fetch -q "$T/e.bundle" "refs/robojail/uncommitted:refs/robojail/large"
assert_eq "  as they are" "$(sha256sum <"$JAILS/e/large")" "$(git -C "$repo" show refs/robojail/large:large | sha256sum)"
rm -rf "${JAILS:?}/e"
assert "a worktree deleted by hand" "$RJ" export --force e "$T/e.bundle"
assert_contains "  is told" "$err" "worktree is gone"

section "why something is not in it"
make_jail w
truncate -s 2001M "$JAILS/w/huge"
echo x >"$JAILS/w/closed"
chmod 0 "$JAILS/w/closed"
try "$RJ" export w "$T/w.bundle"
assert_contains "too large" "$err" "not in it, since it is larger than 2000 MiB: huge"
[ "$ME" = 0 ] || assert_contains "unreadable" "$err" "not in it, since it cannot be read: closed"
assert_lacks "nothing is said of it twice" "$err" "hold it" "cannot be read: huge"

section "what came from the host"
git clone -q "$repo" "$T/cloned"
git -C "$T/cloned" update-ref refs/remotes/origin/robojail/other-jail HEAD
repo=$T/cloned
try "$RJ" create --name c --repo "$repo"
branch=$(branch_of c)
sh_jail c 'git for-each-ref --format="%(refname)" refs/remotes/origin; git update-ref refs/remotes/fork/x "$(git commit-tree -m x HEAD^{tree})"'
assert_contains "is in the jail" "$out" refs/remotes/origin/robojail/other-jail
git -C "$repo" update-ref -d refs/remotes/origin/robojail/other-jail
assert "export" "$RJ" export c "$T/c.bundle"
assert_eq "is not in it, but what was fetched inside is" "HEAD refs/heads/$branch refs/remotes/fork/x " "$(heads "$T/c.bundle")"
repo=$T/repo-w

section "files that no import would take"
make_jail bad
in_jail bad bash -c 'ln -s README.md .gitmodules; mkdir d $'"'.g\\u200cit'"'; echo x >$'"'.g\\u200cit/config'"'; echo x >"d\.git"; echo x >fine'
assert "export" "$RJ" export bad "$T/bad.bundle"
assert_contains "are named" "$err" "no commit may hold it: .gitmodules" "it/config" 'no commit may hold it: d\.git'
assert "the rest can be fetched" clone_all "$T/bad.bundle" "$T/bad"
assert_eq "  it is there" x "$(git -C "$T/bad" show refs/robojail/uncommitted:fine)"
assert "  and harmless everywhere" git -C "$T/bad" fsck --full --strict
in_jail bad sh -c 'rm -r .gitmodules d; printf "[submodule \"../x\"]\n path = y\n url = -x\n" >.gitmodules'
assert "export" "$RJ" export --force bad "$T/bad.bundle"
assert_contains "a .gitmodules that leads elsewhere is not in it" "$err" "no commit may hold it: .gitmodules"
in_jail bad sh -c 'printf "[submodule \"x\"]\n path = y\n url = https://example.org/x\n" >.gitmodules'
assert "export" "$RJ" export --force bad "$T/bad.bundle"
assert_lacks "a good one is" "$err" ".gitmodules"
repo=$T/repo-w

section "a shallow main repository"
git clone -q --depth 1 "file://$repo" "$T/shallow"
assert "create" "$RJ" create --name s --repo "$T/shallow"
sh_jail s 'echo x >x; git add x; git commit -q -m x; echo y >y'
assert "export" "$RJ" export s "$T/s.bundle"
assert_contains "  can only be thin" "$err" thin
assert "  and fits the repository" git -C "$T/shallow" bundle verify "$T/s.bundle"
section "an export that is killed"
make_jail killed
sh_jail killed 'head -c 20M /dev/urandom >big'
mkdir "$T/killed"
for i in 1 2 3; do
	"$RJ" export killed "$T/killed/x" >/dev/null 2>&1 </dev/null &
	job=$!
	eventually "it is at work" sh -c "ls -d '$PRIVATE/killed/bundle-'*"
	kill -KILL $job
	wait $job 2>/dev/null
done
assert "the next one is made" "$RJ" export killed "$T/killed/x"
assert_eq "and nothing is left of the others" "x " "$(ls "$T/killed" | tr '\n' ' ')$(ls -d "$PRIVATE/killed/bundle-"* 2>/dev/null)"
finish
