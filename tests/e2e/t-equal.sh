# What create writes is what `git worktree add` writes, byte for byte and mode for mode, in every
# form that the same commit can be kept and configured in; and git finds the result clean at once.
# slow
# shellcheck shell=bash
. "$E2E/lib.sh"
n=0

# Names, types, modes, link targets and contents below a worktree, but for its .git file.
tree_of() { (cd "$1" && find . -mindepth 1 -path ./.git -prune -o -printf '%y %m %p -> %l\n' | LC_ALL=C sort && find . -path ./.git -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum); }

# Entries whose file is not older than the index, in whole seconds as git compares them.
racy() {
	local index
	index=$(git -C "$1" rev-parse --git-path index)
	git -C "$1" ls-files --debug | awk -v t="$(stat -c %Y "$index")" '/mtime:/ { split($2, m, ":"); if (m[1] >= t) n++ } END { print n + 0 }'
}

# equal FORM REPO: the check.
equal() {
	local form=$1 repo=$2 theirs ours
	n=$((n + 1))
	theirs=$T/theirs-$n ours=$JAILS/e$n
	assert "$form: git worktree add" git -C "$repo" worktree add -q --detach "$theirs" HEAD
	assert "$form: create" "$RJ" create --name e$n --repo "$repo"
	tree_of "$theirs" >"$T/theirs" 2>&1
	tree_of "$ours" >"$T/ours" 2>&1
	if cmp -s "$T/theirs" "$T/ours"; then
		pass "$form: $(wc -l <"$T/ours") lines agree"
	else
		fail "$form: the trees agree" "$(diff "$T/theirs" "$T/ours" | cat -v)"
	fi
	assert_eq "$form: git status is clean at once" "" "$(GIT_OPTIONAL_LOCKS=0 git -C "$ours" status --porcelain 2>/dev/null)"
	assert_eq "$form: racy entries" 0 "$(racy "$ours")"
	assert_eq "$form: the index has git's entries" "$(git -C "$theirs" ls-files -s | sha256sum)" "$(git -C "$ours" ls-files -s | sha256sum)"
	assert_eq "$form: and its cached trees are right" "$(git -C "$theirs" write-tree)" "$(cp "$(git -C "$ours" rev-parse --git-path index)" "$T/index" && GIT_INDEX_FILE=$T/index git -C "$repo" write-tree)"
	assert_eq "$form: status" "[[],[],[]]" "$("$RJ" status --json e$n | jq -c '[.added, .modified, .deleted]')"
	"$RJ" destroy --force e$n >/dev/null 2>&1
	git -C "$repo" worktree remove --force "$theirs" 2>/dev/null || rm -rf "$theirs"
}

# A project with something of everything.
all=$T/all
make_repo "$all"
cd "$all" || exit 1
printf '#!/bin/sh\necho\n' >run.sh && chmod 755 run.sh
: >empty
ln -s README.md link
ln -s /nowhere/at/all dangling
mkdir -p "$(printf 'd/%.0s' {1..60})" && echo deep >"$(printf 'd/%.0s' {1..60})file"
printf 'x' >"$(printf 'bad\377byte')"
echo x >"$(printf 'new\nline')"
echo x >'-dash' && echo x >' blank ' && echo x >'quote"s' && echo x >'back\slash'
mkdir a a.b 'a-b' && touch a/x a.b/x 'a-b/x' a0
head -c 300000 /dev/urandom >random.bin
head -c 3000000 /dev/zero >zero.bin
printf 'a\r\nb\r\n' >crlf.txt
printf 'a\nb\n' >lf.txt
printf 'a\r\nb\n' >mixed.txt
printf 'a\rb\n' >cr.txt
printf 'a\0b\n' >nul.txt
mkdir wide && for i in {1..700}; do echo "$i" >"wide/$i"; done
git add -A . && git commit -q -m all
cd "$T" || exit 1
fresh() { rm -rf "${T:?}/$1" && cp -r "$all" "$T/$1" && cd "$T/$1" || exit 1; }
settled() { git add -A . 2>/dev/null && git commit -q -m "${1:-settled}"; cd "$T" || exit 1; }

section "how objects are kept"
equal "loose objects" "$all"
fresh packed && git repack -adq --depth=50 --window=50 && cd "$T" && equal "one pack" "$T/packed"
fresh packs && git repack -dq
for i in 1 2 3 4; do echo "$i" >>lf.txt && seq 1 $((i * 1000)) >"numbers" && git commit -qam "$i" && git repack -dq; done
cd "$T" && equal "many packs" "$T/packs"
fresh deltas && for i in 1 2 3 4 5 6 7 8; do seq 1 $((20000 + i)) >numbers && seq $i 20000 >"numbers$i" && git add . && git commit -qm "$i"; done && git repack -adfq --depth=100 --window=100
cd "$T" && equal "long chains of deltas" "$T/deltas"
fresh midx && git repack -dq && echo y >>lf.txt && git commit -qam y && git repack -dq && git multi-pack-index write && git commit-graph write --reachable
cd "$T" && equal "a multi-pack index" "$T/midx"
git clone -q --shared "$T/packed" "$T/shared" && equal "alternates" "$T/shared"
git clone -q --shared "$T/shared" "$T/shared2" && equal "alternates of alternates" "$T/shared2"
fresh half && git repack -dq && echo z >z && settled && equal "packed and loose" "$T/half"
git clone -q --bare "$T/packed" "$T/bare.git" && equal "bare" "$T/bare.git"
git clone -q --depth 1 "file://$T/packed" "$T/shallow" && equal "shallow" "$T/shallow"
tiny_repo "$T/tiny" && equal "three files" "$T/tiny"

section "line endings"
for crlf in true input false; do
	fresh "crlf-$crlf" && git config core.autocrlf $crlf && cd "$T" && equal "autocrlf=$crlf" "$T/crlf-$crlf"
done
for eol in crlf lf native; do
	fresh "eol-$eol" && git config core.eol $eol && echo '* text=auto' >.gitattributes && git add --renormalize . && settled && equal "text=auto, core.eol=$eol" "$T/eol-$eol"
done
fresh eolattr && mkdir sub && printf '*.txt eol=crlf\n*.c text eol=lf\nrandom.bin -text\n' >.gitattributes && printf 'inner.txt -text\nother.txt eol=lf\n' >sub/.gitattributes && echo a >sub/inner.txt && echo b >sub/other.txt && echo c >sub/third.txt && settled && equal ".gitattributes at two levels" "$T/eolattr"
fresh macro && printf '[attr]dos text eol=crlf\n*.txt dos\n*.h dos\nlf.txt !eol\n*.bin binary\n' >.gitattributes && settled && equal "a macro of attributes" "$T/macro"
fresh info && echo '*.txt eol=crlf' >.git/info/attributes && cd "$T" && equal "info/attributes" "$T/info"
fresh auto && git config core.autocrlf true && printf '* text=auto\n*.txt text\n' >.gitattributes && settled && equal "both" "$T/auto"
fresh later && mkdir -p z/y && echo q >z/y/q.txt && echo '*.txt eol=crlf' >z/.gitattributes && settled && equal "attributes below" "$T/later"
fresh old && printf '*.txt crlf\n*.c -crlf\n' >.gitattributes && settled && equal "the old crlf attribute" "$T/old"

section "other conversions"
fresh ident && echo '*.c ident' >.gitattributes && printf '/* $Id$ */\n$Id: old $\n$Id\n$Id: no end\n' >id.c && settled && equal "ident" "$T/ident"
fresh lfs && printf '*.bin filter=lfs diff=lfs merge=lfs -text\n' >.gitattributes && settled && equal "a filter that is not configured" "$T/lfs"
for enc in UTF-16 UTF-16LE UTF-16BE UTF-16LE-BOM UTF-32 ISO-8859-1 SHIFT-JIS GBK GB18030 BIG5 UCS-2 UTF-8 no-such; do
	fresh "enc-$enc" && printf 'lf.txt working-tree-encoding=%s\nwide.txt text working-tree-encoding=%s eol=crlf\n' $enc $enc >.gitattributes &&
		printf 'caf\xc3\xa9\nx\n' >wide.txt && echo '* -working-tree-encoding -text' >.git/info/attributes && settled && rm "$T/enc-$enc/.git/info/attributes" &&
		equal "working-tree-encoding=$enc" "$T/enc-$enc"
done
fresh subst && echo 'subst.txt export-subst' >.gitattributes && echo '$Format:%H$' >subst.txt && settled && equal "export-subst changes nothing" "$T/subst"
fresh diffattr && printf '*.c diff=cpp\n*.png -diff\n' >.gitattributes && settled && equal "attributes of diff only" "$T/diffattr"

section "names, modes and links"
fresh nolinks && git config core.symlinks false && cd "$T" && equal "core.symlinks=false" "$T/nolinks"
fresh nomode && git config core.fileMode false && cd "$T" && equal "core.fileMode=false" "$T/nomode"
fresh fold && echo lower >case && echo upper >CASE && settled && git -C "$T/fold" config core.ignoreCase true && equal "two names that fold, core.ignoreCase=true" "$T/fold"
fresh sub && git -c protocol.file.allow=always submodule --quiet add "$T/tiny" module && settled && equal "a submodule" "$T/sub"
fresh sparse && git sparse-checkout set wide 2>/dev/null && cd "$T" && git -C "$T/sparse" sparse-checkout disable && equal "after a sparse checkout" "$T/sparse"
fresh groupmode && (umask 002 && cd "$T" && equal "umask 002" "$T/groupmode")
fresh v4 && git config index.version 4 && git update-index --index-version 4 && cd "$T" && equal "index version 4" "$T/v4"
mode=$(git -C "$all" rev-parse HEAD:README.md)
fresh oldmode && tree=$(printf '100664 blob %s\tREADME.md\n' "$mode" | git mktree) && git reset -q --hard "$(git commit-tree -m old "$tree")" && cd "$T" && equal "mode 100664" "$T/oldmode"

if [ "${RJ_EQUAL_HUGE:-}" ]; then
	section "a file of more than 4 GiB"
	fresh huge && truncate -s 4400M huge.bin && git -c core.bigFileThreshold=1m -c core.compression=1 add huge.bin && git commit -q -m huge && cd "$T" && equal "4.3 GiB" "$T/huge"
fi
finish
