# G7: symlinks, `..` and races on the paths where things are mounted, and where they come from.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
mkdir -p "$HOME/tools" "$HOME/victim" "$HOME/data"
home_may_have="$home_may_have tools victim data moved"
echo tool >"$HOME/tools/t"
echo victim >"$HOME/victim/v"
make_jail j

attack "a symlink in the jail's home where a bind is to be mounted, to a directory of the host"
mkdir -p "$T/naive/home" && ln -s "$HOME/victim" "$T/naive/home/tools"
mkdir -p "$T/naive/home/tools/sub" && echo x >"$T/naive/home/tools/sub/f"
control "mkdir and write by path land there" test -e "$HOME/victim/sub/f"
rm -rf "$HOME/victim/sub"
config <<<"extra_ro_binds = [\"~/tools\", \"~/data:~/a/b/c\"]"
for link in "tools" "a" "a/b"; do
	in_jail j sh -c "rm -rf ~/tools ~/a; mkdir -p ~/a; rm -rf ~/$link; ln -s $HOME/victim ~/$link" 2>/dev/null
	"$RJ" run j -- sh -c "rm -rf $HOME/a $HOME/tools" >/dev/null 2>&1
	# the jail's home, as the agent leaves it
	(cd "$PRIVATE/j/home" && rm -rf tools a && mkdir -p "$(dirname "$link")" && ln -s "$HOME/victim" "$link")
	in_jail j true
	held "~/$link: refused" test "$rc" = 125
	held "with the reason" says "symlink"
	held "nothing is made in it" is v "$(ls "$HOME/victim")"
	rm -rf "$PRIVATE/j/home/tools" "$PRIVATE/j/home/a"
done
in_jail j cat "$HOME/tools/t"
held "and works without the symlink" is tool "$out"
no_config

attack "the worktree's directory becomes a symlink to the home"
control "a naive bind mount shows the home" test -e "$(ln -s "$HOME" "$T/w" && realpath "$T/w")/victim"
mv "$W" "$T/away" && ln -s "$HOME" "$W"
in_jail j sh -c "ls $W; ls $HOME/victim"
held "refused, or not followed" not says "victim"
held "no file of the home is shown" not has "$out" "^v$"
for c in status "status --diff" sync destroy; do
	# shellcheck disable=SC2086 # words
	try timeout 60 "$RJ" $c j
done
held "the home is untouched" is "v victim" "$(ls "$HOME/victim") $(cat "$HOME/victim/v")"
held "no .git was put there" test ! -e "$HOME/.git"
rm "$W" && mv "$T/away" "$W"

attack "a bind's source below another bind that can be written: a symlink out of it"
ln -s "$HOME/victim" "$T/src" && control "a path leads where its symlinks do" test -e "$T/src/v"
mkdir -p "$HOME/data/sub"
config <<<'extra_rw_binds = ["~/data", "~/data/sub:/srv/x"]'
in_jail j sh -c "ls /srv/x && rmdir $HOME/data/sub && ln -s $HOME/victim $HOME/data/sub"
held "before that it works" test "$rc" = 0
in_jail j sh -c 'cat /srv/x/v; echo evil >/srv/x/evil'
held "the next session refuses" says "symlink"
held "nothing of the host is shown" not says victim$'\n'
held "and nothing changed" is v "$(ls "$HOME/victim")"
rm "$HOME/data/sub"
no_config

attack "names at the top of the worktree that are mountpoints of the jail (links in /)"
make_jail t
mkdir -p "$T/sim/root" && ln -s "$HOME/victim" "$T/sim/root/etc" && cp /etc/hostname "$T/sim/root/etc/"
control "a plain copy into such a tree follows them" test -e "$HOME/victim/hostname"
rm -f "$HOME/victim/hostname"
in_jail t sh -c "for n in usr etc dev proc tmp run home bin lib root work .robojail; do ln -s $HOME/victim \$n; done; ln -s ../../../../.. up"
in_jail t sh -c 'ls -d /etc/passwd /usr/bin/env && test ! -L /usr && test ! -L /etc && echo good'
held "the system's are there" says good
held "nothing was made in the host's directory" is v "$(ls "$HOME/victim")"
config <<<'layout = "root"'
in_jail t true
held "layout root refuses such a project" test "$rc" = 125
held "nothing was made in the host's directory" is v "$(ls "$HOME/victim")"
no_config

attack "an extra bind with .. or a hidden path below it"
mkdir -p "$HOME/data/x/.ssh" && echo key >"$HOME/data/x/.ssh/id" && mkdir -p "$HOME/.ssh" && echo key >"$HOME/.ssh/id"
home_may_have="$home_may_have .ssh"
control "it can be read" grep -q key "$HOME/data/../.ssh/id"
config <<<"extra_rw_binds = [\"~/data/../.ssh:/srv/x\"]"
in_jail j sh -c 'cat /srv/x/id'
held "refused, or hidden" not says key
config <<<"extra_rw_binds = [\"~\"]"
in_jail j sh -c "cat $HOME/.ssh/id; cat $HOME/data/../.ssh/id; mv $HOME/.ssh $HOME/moved; cat $HOME/moved/id; rm -rf $HOME/.ssh; ln $HOME/.ssh/id $HOME/hl"
held "the whole home bound: .ssh is not there" not says "key"
held "nor can it be moved or removed" grep -q key "$HOME/.ssh/id"
no_config
finish_rows
