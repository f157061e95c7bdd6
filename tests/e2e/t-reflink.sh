# Blocks that a jail's files share with the main worktree's: where that can be, and only what is the
# commit's own content.
# as_root
# shellcheck shell=bash
. "$TESTS/lib.sh"

# What may stand in the way of sharing, beside what is to be shared; all of it large enough.
make_main() { # DIR
	local repo=$1/repo f
	mkdir -p "$1/data" "$repo/sub"
	git init -q "$repo"
	cd "$repo" || die "no repository"
	head -c 300000 /dev/urandom >plain
	for f in sub/exe edited same-size linked fifo assumed touched; do cp plain $f && echo "$f" >>$f; done
	chmod +x sub/exe
	seq 5000 >small-enough
	echo '*.big filter=pointer' >.gitattributes
	git config filter.pointer.clean 'sha256sum | cut -c1-64'
	git config filter.pointer.smudge "cat >/dev/null; cat $1/original"
	cp plain "$1/original"
	cp plain stored.big
	find . -name .git -prune -o -type f -exec touch -d "1 hour ago" {} +
	sleep 0.1 # the index is younger than the files, for git and to the nanosecond
	git add . && git commit -qm "Large files"
	git rev-parse HEAD >"$1/commit"
	echo more >>edited
	printf x | dd of=same-size conv=notrunc status=none && touch -r plain same-size
	rm linked fifo && ln -s plain linked && mkfifo fifo
	git update-index --assume-unchanged assumed
	printf x | dd of=assumed conv=notrunc status=none
	touch touched
	cd "$T" || exit 1
}

# Every file is the commit's, byte by byte, whatever main holds.
check_files() { # DIR JAIL
	local w=$1/data/robojail/jails/$2 f bad_ones=
	for f in $(git -C "$1/repo" ls-tree -r --name-only "$(cat "$1/commit")"); do
		git -C "$1/repo" cat-file blob "$(cat "$1/commit"):$f" | cmp -s - "$w/$f" || bad_ones="$bad_ones $f"
	done
	assert_eq "each file is the commit's" "" "$bad_ones"
	assert_eq "one that a filter stores is what the commit holds" 65 "$(stat -c %s "$w/stored.big")"
	assert_eq "modes are, too" "755 644" "$(stat -c %a "$w/sub/exe" "$w/plain" | paste -sd ' ')"
	assert_eq "git finds no change" "" "$(git -C "$w" -c core.fsmonitor=false status --porcelain | grep -v stored.big)"
	try env XDG_DATA_HOME="$1/data" "$RJ" status "$2"
	assert_contains "nor does robojail" "$out" "no changes"
}

is_shared() { filefrag -v "$1" | grep -q shared; }

try_on() { # DIR NAME
	try env XDG_DATA_HOME="$1/data" "$RJ" create --repo "$1/repo" "$2"
	assert_eq "a jail is made" 0 "$rc"
	check_files "$1" "$2"
}

section "on the file system at hand"
make_main "$T/here"
try_on "$T/here" reflink-here

[ "$ME" = 0 ] || finish
cleanup() { umount "$T/image" 2>/dev/null; }
trap cleanup EXIT
mkdir "$T/image"
for fs in btrfs xfs; do
	section "on $fs"
	truncate -s 1G "$T/$fs.img"
	"mkfs.$fs" -q -f "$T/$fs.img" >/dev/null 2>&1 || die "mkfs.$fs works"
	mount -o loop "$T/$fs.img" "$T/image" 2>/dev/null || skip "no $fs can be mounted here"
	make_main "$T/image"
	sync
	try_on "$T/image" reflink
	w=$T/image/data/robojail/jails/reflink
	for f in plain sub/exe; do assert "$f shares its blocks" is_shared "$w/$f"; done
	for f in edited same-size assumed stored.big small-enough; do refute "$f does not" is_shared "$w/$f"; done
	sum=$(sha256sum <"$T/image/repo/plain")
	printf changed | dd of="$w/plain" conv=notrunc status=none
	assert_eq "a change in the jail stays there" "$sum" "$(sha256sum <"$T/image/repo/plain")"
	printf changed | dd of="$T/image/repo/sub/exe" conv=notrunc status=none
	assert_eq "and one in main, too" "$(git -C "$T/image/repo" cat-file blob HEAD:sub/exe | sha256sum)" "$(sha256sum <"$w/sub/exe")"

	section "on $fs, from another file system"
	try env XDG_DATA_HOME="$T/image/data" "$RJ" create --repo "$T/here/repo" --name far
	assert_eq "a jail is made" 0 "$rc"
	assert "with the same content" cmp "$T/image/data/robojail/jails/far/plain" "$T/here/repo/plain"
	refute "shared with nothing" is_shared "$T/image/data/robojail/jails/far/plain"
	for name in reflink far; do
		try env XDG_DATA_HOME="$T/image/data" "$RJ" destroy --force "$name"
		assert_eq "$name can be destroyed" 0 "$rc"
	done
	umount "$T/image" || die "nothing holds $fs"
done
finish
