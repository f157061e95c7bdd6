# G7, G8: what one session does to the place where the next one is built.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
make_jail j
pointer=$(cat "$W/.git")
below=${W#"$HOME"/}
cat >"$T/swap.py" <<'END2'
# Exchanges two directories, until FLAG is gone: swap.py A B FLAG
import ctypes, os, sys, time
libc = ctypes.CDLL(None)
a, b, flag = sys.argv[1].encode(), sys.argv[2].encode(), sys.argv[3]
while os.path.exists(flag):
    for i in range(50):
        libc.renameat2(-100, a, -100, b, 2)
        time.sleep(0.00005)
END2

attack "the directories above W are exchanged in one session while another mounts W and then the pointer over W/.git"
cat >"$T/control.sh" <<'END2'
mkdir -p home/a/w home/b/w w
echo pointer >w/.git && echo fake >home/b/w/.git && echo ours >ours
mount --bind w home/a/w
mv home/a home/c && mv home/b home/a
mount --bind ours home/a/w/.git
mv ours home/new && mv home/new home/c/w/.git && echo REPLACED
END2
mkdir "$T/control"
try unshare -Urm sh -c 'cd "$1" && . ../control.sh' x "$T/control"
control "who goes by paths mounts it elsewhere" says REPLACED
cp "$T/swap.py" "$W/swap.py"
touch "$W/swapping"
"$RJ" run j -- sh -c 'mkdir -p ~/alt/"$1" && touch ~/alt/"$1/.git" && exec python3 swap.py ~/"${1%%/*}" ~/alt/"${1%%/*}" swapping' x "$below" >/dev/null 2>&1 </dev/null &
eventually "it swaps" sh -c "ls -d '$PRIVATE/j/home/alt'"
made=0 replaced=0
for _ in {1..40}; do
	try "$RJ" run j -- sh -c 'for h in ~ ~/alt; do w=$h/$1; grep -q worktrees "$w/.git" && echo "gitdir: /evil" >"$w/new" && mv "$w/new" "$w/.git" && echo REPLACED; done 2>/dev/null; echo made' x "$below"
	says made && made=$((made + 1))
	says REPLACED && replaced=$((replaced + 1))
	[ "$(cat "$W/.git")" = "$pointer" ] || replaced=$((replaced + 1))
done
rm "$W/swapping"
wait
held "sessions were made meanwhile ($made)" test $made -gt 5
held "W/.git was never replaced" is 0 $replaced
try "$RJ" run j -- sh -c 'rm -rf ~/alt swap.py'

attack "a directory above a hidden path is renamed, for the next session to hide nothing"
mkdir -p "$HOME/stuff/a/.keys"
echo SECRET >"$HOME/stuff/a/.keys/key"
home_may_have="$home_may_have stuff"
try unshare -Urm sh -c 'cd "$1" && mount -t tmpfs none a/.keys && mv a b && cat b/.keys/key' x "$HOME/stuff"
control "a mount over it keeps it" not says SECRET
control "and can be renamed along" test -d "$HOME/stuff/b"
control "so that the next finds it" grep -q SECRET "$HOME/stuff/b/.keys/key"
mv "$HOME/stuff/b" "$HOME/stuff/a"
config <<<'extra_rw_binds = ["~/stuff"]
hidden_paths = ["stuff/a/.keys"]'
sh_jail j 'touch ~/stuff/a/x && echo written; mv ~/stuff/a ~/stuff/b; cat ~/stuff/*/.keys/key'
held "what is around it can be written" says written
held "the directory stays where it is" says "busy"
sh_jail j 'cat ~/stuff/*/.keys/key'
held "and is hidden from the next session" not says SECRET
no_config

attack "the entrypoint, below a bind that may be written, becomes a symlink to a host file"
mkdir -p "$HOME/tools"
printf '#!/bin/sh\necho agent\n' >"$HOME/tools/agent"
chmod 755 "$HOME/tools/agent"
echo SECRET >"$HOME/secret"
home_may_have="$home_may_have tools secret"
config <<<'extra_rw_binds = ["~/tools"]'
assert "a jail with an entrypoint" "$RJ" create --name e --repo "$repo" --entrypoint "$HOME/tools/agent"
try "$RJ" enter e
assert_contains "which is started" "$out" agent
in_jail e sh -c 'ln -sf ~/secret ~/tools/agent; cat ~/tools/agent'
held "at once it leads nowhere" not says SECRET
control "on the host it leads to the file" grep -q SECRET "$HOME/tools/agent"
in_jail e sh -c 'cat ~/tools/agent ~/secret'
held "the next session is refused" is "125 " "$rc $out"
held "with the reason" says "by the symlink"
rm "$HOME/tools/agent"
mkdir "$HOME/tools/bin"
printf '#!/bin/sh\necho agent\n' >"$HOME/tools/bin/agent"
chmod 755 "$HOME/tools/bin/agent"
ln -s bin/agent "$HOME/tools/agent"
try "$RJ" enter e
held "a link that stays in the bind is good" says agent
no_config
attack "a source of a bind, reached through a link of the user's own into what the jail can write"
mkdir -p "$HOME/shared/data" "$HOME/private"
echo SECRET >"$HOME/private/file"
ln -s "$HOME/shared" "$HOME/short"
home_may_have="$home_may_have shared private short"
config <<<'extra_rw_binds = ["~/shared"]
extra_ro_binds = ["~/short/data:/opt/data"]'
make_jail lead
in_jail lead ls /opt/data
assert_eq "as it was meant, it is shown" 0 "$rc"
in_jail lead sh -c "cd $HOME/shared && rm -r data && ln -s $HOME/private data"
control "on the host the path leads to the secret" grep -q SECRET "$HOME/short/data/file"
in_jail lead cat /opt/data/file
held "it is refused" is "125 " "$rc $out"
held "with the reason" says "the jail can write"
no_config

finish_rows
