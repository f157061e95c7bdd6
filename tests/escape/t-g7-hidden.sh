# G7: a hidden path below a bind, which the host replaces, or makes, while a session runs.
# shellcheck shell=bash
. "$E2E/lib.sh"
. "$TESTS/lib.sh"
home_may_have="$home_may_have .netrc .aws .kube old docs later gcloud"
mkdir -p "$HOME/.aws" "$HOME/docs"
echo SECRET-1 | tee "$HOME/.netrc" >"$HOME/.aws/key"
echo open >"$HOME/docs/file"
config <<<'extra_ro_binds = ["~:/mnt/home"]'
tiny_repo "$T/repo"
assert "a jail" "$RJ" create --name j --repo "$T/repo"
assert "and a nested one, which Landlock guards no files in" "$RJ" create --name n --nested --repo "$T/repo"

# What a session sees that began before the host changes something, in the jail's own worktree.
wait_and_look='
h=/mnt/home
cat $h/docs/file $h/.netrc $h/.aws/key >before 2>&1
echo >ready
until [ -e $h/docs/go ]; do sleep 0.1; done
cat $h/docs/go >after
for f in .netrc .aws/key .kube/config .config/gcloud/key old/key later; do cat $h/$f; done >>after 2>&1
ls $h >>after
echo >done; exec sleep 1000'
for name in j n; do
	try "$RJ" run --detach "$name" -- sh -c "$wait_and_look"
	eventually "a session of $name has begun" test -e "$JAILS/$name/ready"
done
echo SECRET-2 >"$HOME/.netrc.tmp" && mv "$HOME/.netrc.tmp" "$HOME/.netrc"
mv "$HOME/.aws" "$HOME/old" && mkdir "$HOME/.aws" && echo SECRET-2 >"$HOME/.aws/key"
mkdir -p "$HOME/.kube" "$HOME/.config/gcloud"
echo SECRET-2 | tee "$HOME/.kube/config" >"$HOME/.config/gcloud/key"
echo LATER >"$HOME/later"
echo NEW >"$HOME/docs/go"
for name in j n; do eventually "it has looked" test -e "$JAILS/$name/done"; done

attack "the host replaces, or makes, what is hidden below a bind while a session runs"
control "mounts alone show it" grep -q SECRET-2 "$JAILS/n/after"
held "the attack ran" grep -qx docs "$JAILS/j/after"
held "nothing of it is shown" not grep -q SECRET "$JAILS/j/before" "$JAILS/j/after"
held "in a directory that leads to nothing hidden, what is new can be read" grep -qx NEW "$JAILS/j/after"
in_jail j cat /mnt/home/docs/file; assert_eq "the session that joins reads what was there" open "$out"
assert "both end" "$RJ" stop --all
try "$RJ" run j -- sh -c 'cd /mnt/home; cat later .netrc .aws/key .kube/config .config/gcloud/key'
held "the next session reads what is new and not hidden" is "$out" LATER
attack "a path of the system that is hidden"
control "without the key it is shown" "$RJ" run j -- sh -c 'ls /usr/share/doc/* && cat /etc/passwd /usr/bin/env'
config <<<'hidden_paths = ["/usr/share/doc", "/etc/passwd", "/usr/bin/env"]'
in_jail j sh -c 'ls /usr/share/doc/* 2>/dev/null; cat /etc/passwd /usr/bin/env 2>/dev/null; mv /usr/share/doc /usr/share/d 2>/dev/null; true'
held "nothing of it is" is "0 " "$rc $out"
in_jail j ls /usr/share
held "what lies beside it is" says doc
no_config
finish_rows
