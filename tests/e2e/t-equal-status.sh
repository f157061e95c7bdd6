# What status finds in a tree with enough files for several threads is what git finds, whatever was
# changed, and however it was made to look unchanged.
# shellcheck shell=bash
. "$E2E/lib.sh"
repo=$T/many
git init -q "$repo" && cd "$repo" || exit 1
for d in {1..60}; do
	mkdir -p "dir$((d % 7))/sub$d" && for f in {1..50}; do echo "$d $f" >"dir$((d % 7))/sub$d/f$f"; done
done
printf '*.log\n' >.gitignore && printf 'x\n' >dir1/HEAD && ln -s f1 dir0/sub7/link
git add . && git commit -q -m many
cd "$T" || exit 1
assert "create" "$RJ" create --name m --repo "$repo"
W=$JAILS/m
cp "$(git -C "$W" rev-parse --git-path index)" "$T/clean"

# Both as "letter path" lines; git's own index of W is not touched.
theirs() { (cd "$W" && cp "$T/clean" "$T/index" && export GIT_INDEX_FILE=$T/index && git add -A . && git diff --cached --no-renames --name-status HEAD | tr '\t' ' ' | sed 's/^T/M/' | LC_ALL=C sort); }
ours() { "$RJ" status --json m | jq -r '(.added[] | "A " + .), (.modified[] | "M " + .), (.deleted[] | "D " + .)' | LC_ALL=C sort; }
agrees() { # DESC
	theirs >"$T/theirs" && ours >"$T/ours"
	if cmp -s "$T/theirs" "$T/ours"; then pass "$1: $(wc -l <"$T/ours") changes"; else fail "$1" "$(diff "$T/theirs" "$T/ours")"; fi
}

section "by hand"
agrees "nothing"
assert_eq "and that is nothing" "" "$(ours)"
echo more >>"$W/dir3/sub3/f7" && agrees "one file"
assert_eq "which is" "M dir3/sub3/f7" "$(ours)"
ln "$W/dir2/sub2/f2" "$W/dir2/sub2/hard" && agrees "a second name for a file"
mv "$W/dir2/sub2/f3" "$W/dir2/sub2/f4" && agrees "a file over another"
rm -rf "$W/dir4/sub4" && agrees "a directory that is gone"
mv "$W/dir5/sub5" "$W/dir5/moved" && ln -s moved "$W/dir5/sub5" && agrees "a link in place of a directory"
rm -rf "$W/dir6/sub6" && echo x >"$W/dir6/sub6" && agrees "a file in place of a directory"
rm "$W/dir0/sub7/f1" && mkdir "$W/dir0/sub7/f1" && echo x >"$W/dir0/sub7/f1/x" && agrees "a directory in place of a file"
chmod +x "$W/dir1/sub8/f1" && ln -sf f2 "$W/dir0/sub7/link" && agrees "a mode and a link"
echo x >"$W/dir1/sub8/x.log" && echo y >"$W/dir1/sub8/.hidden" && mkdir -p "$W/dir1/sub8/a/b" "$W/dir1/empty" && echo z >"$W/dir1/sub8/a/b/c" && agrees "ignored, hidden, deep and empty"
printf '!x.log\n' >"$W/dir1/sub8/.gitignore" && agrees "rules of their own below"

section "made to look unchanged"
f=$W/dir3/sub10/f1
touch -r "$f" "$T/stamp" && printf '%s\n' 'zz z' >"$f.new" && head -c "$(stat -c %s "$f")" "$f.new" >"$f.cut" && cat "$f.cut" >"$f" && rm "$f.new" "$f.cut" && touch -r "$T/stamp" "$f"
assert_eq "the same size and time" "$(stat -c '%s %Y' "$T/many/dir3/sub10/f1" | cut -d ' ' -f 1) $(stat -c %Y "$T/stamp")" "$(stat -c '%s %Y' "$f")"
# git in its common form would compare seconds of ctime; status compares all of it
assert_contains "is told" "$(ours)" "M dir3/sub10/f1"
touch "$f" # what follows is compared with git's, which may be within the same second

section "by chance"
for round in 1 2 3 4; do
	for i in {1..40}; do
		d=$W/dir$((RANDOM % 7))/sub$((RANDOM % 60 + 1)) && f=f$((RANDOM % 50 + 1))
		[ -d "$d" ] && [ ! -L "$d" ] || continue
		case $((RANDOM % 6)) in
		0) echo "$i" >>"$d/$f" ;;
		1) rm -rf "${d:?}/$f" ;;
		2) echo "$i" >"$d/new$i" ;;
		3) mv -T "$d/$f" "$d/f$((RANDOM % 50 + 1))" 2>/dev/null ;;
		4) [ ! -f "$d/$f" ] || chmod +x "$d/$f" ;;
		5) rm -rf "${d:?}/$f" && ln -s anywhere "$d/$f" ;;
		esac
	done
	agrees "round $round"
done
[ "$(wc -l <"$T/ours")" -gt 100 ]
assert_eq "there were changes" 0 $?
finish
