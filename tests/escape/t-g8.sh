# G8: hard links, renames into and of protected paths.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
mkdir -p "$HOME/shared"
home_may_have="$home_may_have shared"
echo precious >"$HOME/shared/file"
config <<<'extra_ro_binds = ["~/shared"]'
make_jail j

attack "a hard link to a file that is mounted read-only, to write through"
tiny_repo "$T/plain" && echo precious >"$T/plain.file" && ln "$T/plain.file" "$T/plain/hl" && echo evil >"$T/plain/hl"
control "another name is as good" grep -q evil "$T/plain.file"
in_jail j sh -c "ln $HOME/shared/file hl; ln $HOME/shared/file ~/hl; cp -l $HOME/shared/file hl2; ln -L /proc/self/cwd/../shared/file x; echo evil >hl; echo evil >~/hl"
held "refused" says "Invalid cross-device link"
held "the file is as it was" is precious "$(cat "$HOME/shared/file")"
held "and has one name" is 1 "$(stat -c %h "$HOME/shared/file")"
in_jail j python3 -c '
import os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
for how in (lambda: os.link("/proc/self/fd/%d" % fd, "via", follow_symlinks=True), lambda: os.open("/proc/self/fd/%d" % fd, os.O_RDWR), lambda: os.fchmod(fd, 0o666), lambda: os.truncate("/proc/self/fd/%d" % fd, 0)):
    try:
        how(); print("WROTE")
    except OSError as e:
        print(e.errno)
print("reached")
' "$HOME/shared/file"
held "nor by descriptor" not says WROTE
held "the attack ran" says reached

attack "hard links to main's objects, to change them later"
o=$(cd "$T/plain/.git/objects" && find . -type f | head -n 1)
cp -r "$T/plain" "$T/p2" && chmod u+w "$T/p2/.git/objects/$o" && ln "$T/p2/.git/objects/$o" "$T/p2/o" && echo evil >"$T/p2/o"
control "fsck fails" not git -C "$T/p2" fsck --full
remember "$repo"
in_jail j sh -c 'for f in $(find /.robojail/objects/0 -type f); do ln $f hl-$(basename $f); ln $f /.robojail/git/objects/hl; cp -l $f x; done; chmod u+w hl-*; for f in hl-*; do echo evil >$f; done; cd /tmp && git clone -q --local /.robojail/host c; true'
held "main is as it was" main_same "$repo"
held "no object has a second name" is "" "$(find "$repo/.git/objects" -type f -links +1)"

attack "hard links between W, the git directory and the home, to have a file outlive a destroy or change behind an import"
git init -q "$T/p3" && echo a >"$T/p3/a" && ln "$T/p3/a" "$T/p3.other" && echo b >"$T/p3.other"
control "a file changes by its other name" grep -q b "$T/p3/a"
in_jail j sh -c 'echo one >f; git add f; git commit -q -m f; ln f /.robojail/git/f; ln f ~/f; ln .git g; ln /.robojail/pointer g'
held "refused across mounts" says "cross-device"
held "W/.git has one name" is 1 "$(stat -c %h "$W/.git")"

attack "renames into protected paths, of mountpoints and of their parents"
mkdir -p "$T/p4/a/b" && mv "$T/p4/a" "$T/p4/z"
control "a parent can be renamed" test -d "$T/p4/z/b"
pointer=$(cat "$W/.git")
in_jail j sh -c "echo evil >evil; mv evil /usr/bin/env; mv evil /.robojail/pointer; mv evil /etc/passwd; mv evil .git; mv .git x; mv $W ${W}2; mv ${W%/*} ${W%/*}2; mv /.robojail /r; mv /.robojail/git /.robojail/g; mv /proc /p; mv \$HOME ${HOME}2; mv /usr /u; mv /etc/passwd /tmp/p; rm -rf /etc /usr/bin 2>/dev/null; mv $HOME/shared $HOME/s2; mv /.robojail/objects/0/info /tmp/"
held "nothing moved" is "$pointer" "$(cat "$W/.git")"
in_jail j sh -c "test -e /usr/bin/env && test -e /etc/passwd && cat $HOME/shared/file .git"
held "all is in place" says precious
held "main is as it was" main_kept "$repo"
no_config
attack "the mode of a file that is standard input or output"
modes='import os
for fd in 0, 1:
    os.fchmod(fd, 0o4755)'
touch "$T/in" && chmod 600 "$T/in"
python3 -c "$modes" <"$T/in" >"$T/out"
control "a program changes it" is "4755 4755" "$(stat -c %a "$T/in" "$T/out" | xargs)"
chmod 600 "$T/in" "$T/out"
"$RJ" run j -- python3 -c "$modes" <"$T/in" >"$T/out" 2>"$T/err"
rc=$? err=$(cat "$T/err")
held "it is put back when the session ends" is "600 600" "$(stat -c %a "$T/in" "$T/out" | xargs)"
held "and the user is told" says "changed the mode of the file that is its standard output"
finish_rows
