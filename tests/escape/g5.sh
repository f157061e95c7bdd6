# shellcheck shell=bash disable=SC2016
# What the files of row G5 share: a jail, a clean copy of its git directory to come back to, and the
# words of the row. See hostile.py.
make_jail j
base=$(git -C "$repo" rev-parse "$branch")
tiny_repo "$T/secret" && echo hidden >"$T/secret/s" && git -C "$T/secret" add s && git -C "$T/secret" commit -q -m Hidden && git -C "$T/secret" repack -q -a -d
SECRET_ID=$(git -C "$T/secret" rev-parse HEAD) SECRET_PACK=$(echo "$T/secret"/.git/objects/pack/*.pack)
SECRET_PACK=${SECRET_PACK%.pack}
export SECRET_ID SECRET_PACK
# A clean G to come back to after each.
in_jail j sh -c 'tar -C /.robojail/git -cf ~/clean.tar .'
cp "$TESTS/hostile.py" "$PRIVATE/j/home/hostile.py"
clean='cd /.robojail/git && find . -mindepth 1 -delete; tar -xf ~/clean.tar; cd - >/dev/null'
git clone -q --no-hardlinks "$repo" "$T/plain" --branch main
remember "$repo"

n=0
hostile() { # KIND: in a plain clone at $C, and in the jail
	n=$((n + 1))
	C=$T/c$n
	cp -r "$T/plain" "$C"
	(cd "$C" && python3 "$TESTS/hostile.py" "$1") || fail "hostile.py $1"
	"$RJ" run j -- env "SECRET_ID=$SECRET_ID" "SECRET_PACK=$SECRET_PACK" timeout 60 sh -c "$clean; python3 ~/hostile.py $1" >"$T/.hostile" 2>&1 </dev/null
}
# refuses WORDS...: the import does, with one of these words.
refuses() {
	local start=$SECONDS word seen=1
	try timeout 90 "$RJ" sync j
	held "import refused" test "$rc" = 1
	for word; do [[ $err != *"$word"* ]] || seen=0; done
	held "saying why" test "$seen" = 0
	held "in time" test $((SECONDS - start)) -lt 60
	untouched
}
untouched() {
	held "the branch stays" is "$base" "$(git -C "$repo" rev-parse "$branch")"
	held "the main repository is as it was" main_kept "$repo"
	held "nothing of the import is left" is "" "$(find "$repo/.git" -name '*tmp_*' -o -name '*.lock')"
}
# plain git takes it from another repository (a fetch, as before any check that is off by default)
taken() { git init -q "$C.f" && git -C "$C.f" fetch -q "$C" "+HEAD:refs/heads/x" 2>/dev/null; }
# or reads it where it lies
believed() { git -C "$C" log -1 --format=%s | grep -q Hostile; }
bad_fsck() { not git -C "$C" fsck --full --strict; }
hangs() { not timeout 1 git -C "$C" "$@" </dev/null && [ $? != 1 ] || return 0; }

