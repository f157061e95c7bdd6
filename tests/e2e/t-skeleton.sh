# The root that a jail keeps from one start to the next: used again, replaced, never trusted beyond.
# shellcheck shell=bash
. "$TESTS/lib.sh"
make_jail j
own=$PRIVATE/j
root=$own/root
number() { stat -c '%i %z' "$root" 2>/dev/null || echo none; }
view() { in_jail j sh -c 'cd / && ls -lAR --time-style=+ etc/passwd etc/hosts etc/mtab dev home .robojail bin work | sed "s/ *[0-9]* *$//"; readlink bin work etc/mtab; cat etc/passwd etc/hosts etc/hostname; ls -A'; }

section "made by the first start, used by the next"
assert_eq "there is none before" none "$(number)"
view
assert_eq "a start works" 0 "$rc"
first=$out
assert "there is one now" test -d "$root"
before=$(number)
view
assert_eq "the next start uses it" "$before" "$(number)"
assert_eq "and shows the same" "$first" "$out"
in_jail j sh -c 'grep " / / \| / ro" /proc/self/mountinfo | head -1; touch /x /etc/x /bin /home/x; echo x >/etc/passwd; rm -rf /etc/hosts; mount -o remount,rw / '
assert_contains "it is read-only inside" "$err" "Read-only file system"
assert_lacks "for every way" "$(ls "$root" "$root/etc")" $'\nx'
assert_eq "the file in it is whole" "root:x:0:0:root:$HOME" "$(cut -c1-$((16 + ${#HOME})) "$root/etc/passwd" | head -1)"

same=0
for f in /etc/*; do
	[ -f "$f" ] && [ -r "$f" ] && in_jail j test -f "$f" && [ "$rc" = 0 ] || continue
	case $f in /etc/passwd | /etc/group | /etc/hosts | /etc/hostname | /etc/mtab) continue ;; esac
	in_jail j sha256sum "$f"
	assert_eq "$f is the host's" "$(sha256sum "$f")" "$out"
	same=$((same + 1))
done
assert "several of them" test $same -gt 3
in_jail j sh -c 'grep -c " /etc/nsswitch.conf " /proc/self/mountinfo; grep -c " /etc/resolv.conf " /proc/self/mountinfo'
assert_eq "small ones are copies, resolv.conf is not" "$(printf '0\n%s' "$(test ! -e /etc/resolv.conf; echo $?)")" "$out"

section "replaced when something in it changes"
before=$(number)
in_jail j mkdir new-top
in_jail j readlink /new-top
assert_match "a new directory of the project has its link" "$out" "/new-top$"
assert_ne "in another root" "$before" "$(number)"
assert_eq "the old one is gone" "$root $root.text " "$(find "$own" -maxdepth 1 -name 'root*' | sort | tr '\n' ' ')"
before=$(number)
git -C "$repo" commit -q --allow-empty -m more
in_jail j git -C /work ls-remote host HEAD
assert_contains "a new commit of main is there" "$out" "$(git -C "$repo" rev-parse HEAD)"
try "$RJ" run --user self j -- sh -c 'grep "^$(id -un):" /etc/passwd'
assert_eq "another user has another passwd" 0 "$rc"
in_jail j sh -c 'grep "^root:" /etc/passwd'
assert_eq "and root his own again" 0 "$rc"

section "what is half made"
mkdir "$own/root-new" "$own/root-old"
echo x >"$own/root-new/x"
in_jail j rmdir new-top
in_jail j ls -d /etc
assert_eq "a start goes on" 0 "$rc"
assert_eq "and clears up" "$root $root.text " "$(find "$own" -maxdepth 1 -name 'root*' | sort | tr '\n' ' ')"
before=$(number)
in_jail j true
assert_eq "control: a whole one is used again" "$before" "$(number)"
truncate -s -9 "$root.text"
in_jail j true
assert_ne "one that was not written down to the end is made again" "0 $before" "$rc $(number)"
before=$(number)
cp -a "$root" "$own/other" && rm -rf "$root" && mv "$own/other" "$root"
in_jail j true
assert_ne "and so is one that was put in its place" "0 $before" "$rc $(number)"
assert_eq "with everything in it" "root:x:0:0:root:$HOME" "$(cut -c1-$((16 + ${#HOME})) "$root/etc/passwd" | head -1)"
ln -s /etc "$own/root-link"
in_jail j true
assert_eq "a link in its place is no root" 0 "$rc"
assert "what it led to is whole" test -e /etc/passwd

section "a running jail"
"$RJ" run j -- sh -c 'touch up; sleep 3; cat /etc/hostname' >"$T/out" 2>&1 &
eventually "  up" test -e "$W/up"
kept=$(number)
git -C "$repo" commit -q --allow-empty -m 'while it runs'
in_jail j cat /etc/hostname
assert_eq "who joins sees the root that is there" "0 j" "$rc $out"
assert_eq "which stays" "$kept" "$(number)"
wait $!
assert_eq "to the end" j "$(cat "$T/out")"
try "$RJ" destroy --force j
assert "destroy removes it" test ! -e "$own"
finish
