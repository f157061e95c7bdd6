# Caches of the host in a jail: read there, written beside, never changed.
# as_root
# nested
# shellcheck shell=bash disable=SC2016
. "$E2E/lib.sh"
home_may_have="$home_may_have .npm .cache .cargo .m2 go moved .ccache"
mkdir -p "$HOME/.npm/_cacache/content" "$HOME/.cache/pip/http" "$HOME/.cargo/registry/cache" "$HOME/.cargo/git/db" "$HOME/.m2"
echo warm >"$HOME/.npm/_cacache/content/a"
echo second >"$HOME/.npm/_cacache/content/b"
echo log >"$HOME/.npm/_logs"
echo warm >"$HOME/.cache/pip/http/a"
echo crate >"$HOME/.cargo/registry/cache/x.crate"
echo TOKEN >"$HOME/.cargo/credentials.toml"
echo TOKEN >"$HOME/.m2/settings.xml"
make_jail j
C=$HOME/.npm/_cacache

section "without the key"
in_jail j cat "$C/content/a"
assert_ne "nothing of them is there" 0 "$rc"

section "with it"
config <<<'caches = ["npm", "pip", "cargo", "maven", "go"]'
try "$RJ" run j -- true
case $err in *"cannot lay a writable layer"*)
	assert_contains "a kernel without it refuses with the remedy" "$err" "cannot lay a writable layer over the cache" "Linux 5.11"
	assert_eq "and says so by its status" 4 "$rc"
	finish
	;;
esac
assert_eq "a jail starts" "0 " "$rc $err"
in_jail j cat "$C/content/a" "$HOME/.cache/pip/http/a" "$HOME/.cargo/registry/cache/x.crate"
assert_eq "and begins with what the host has" "warm
warm
crate" "$out"
sh_jail j 'cat ~/.cargo/credentials.toml ~/.m2/settings.xml ~/.npm/_logs; ls -A ~/.cargo ~/.npm'
assert_lacks "not with what lies beside it" "$out" TOKEN log _logs credentials
sh_jail j 'touch ~/.npm/other ~/.cargo/.package-cache && echo fine'
assert_eq "the tool can write beside it" fine "$out"
before=$(listing "$HOME/.npm"; listing "$HOME/.cache"; listing "$HOME/.cargo")

section "what is written"
sh_jail j 'cd ~/.npm/_cacache && echo mine >content/new && echo changed >content/a && rm content/b && mkdir d && mv content/new d/ && cat content/a'
assert_eq "it can be written" changed "$out"
sh_jail j 'cd ~/.npm/_cacache && cat d/new content/a; ls content'
assert_eq "the next session finds it" "mine
changed
a" "$out"
make_jail k
in_jail k sh -c 'cd ~/.npm/_cacache && cat content/a content/b; ls'
assert_eq "another jail does not" "warm
second
content" "$out"
now=$(listing "$HOME/.npm"; listing "$HOME/.cache"; listing "$HOME/.cargo")
assert_eq "the host's own has not changed" "$before" "$now"

if [ -x /usr/bin/npm ] && [ -x /usr/bin/node ]; then
	section "the real npm"
	mkdir "$T/pkg" && echo '{"name":"rj-probe","version":"1.2.3"}' >"$T/pkg/package.json"
	(cd "$T/pkg" && npm pack --silent && npm cache add ./rj-probe-1.2.3.tgz) >/dev/null 2>&1
	was=$(listing "$HOME/.npm/_cacache")
	in_jail k npm cache ls
	assert_contains "it finds what the host has added" "$out" "rj-probe-1.2.3.tgz"
	in_jail k sh -c 'npm cache clean --force && npm cache ls'
	assert_lacks "and can throw it away, for itself" "$out" "rj-probe"
	assert_eq "and for nobody else" "$was" "$(listing "$HOME/.npm/_cacache")"
	before=$(listing "$HOME/.npm"; listing "$HOME/.cache"; listing "$HOME/.cargo")
	try "$RJ" destroy --force k
	make_jail k
fi

section "hostile"
cat >"$JAILS/j/attack.py" <<'END'
import ctypes, os, subprocess
libc = ctypes.CDLL(None, use_errno=True)
c = os.path.expanduser("~/.npm/_cacache")
os.chdir(c)
def tried(what, fn):
    try:
        fn()
        print(what, "went through")
    except OSError as e:
        print(what, "refused")
tried("whiteout", lambda: os.mknod("content/wh", 0o20000, 0))
for key, value in (("opaque", b"y"), ("redirect", b"/../../secret"), ("origin", b"x"), ("metacopy", b""), ("whiteout", b"y"), ("impure", b"y")):
    for prefix in ("user.overlay.", "trusted.overlay."):
        try:
            os.setxattr("content", prefix + key, value)
        except OSError:
            pass
tried("chmod", lambda: os.chmod("content/a", 0o777))
tried("link", lambda: os.link("content/a", "content/hard"))
tried("symlink", lambda: os.symlink("/", "content/root"))
tried("rename", lambda: os.rename("content", "gone"))
subprocess.run("rm -rf ./* ; mkdir content; echo poison >content/a; echo poison >content/b", shell=True)
print(open("content/a").read().strip(), sorted(os.listdir(".")))
END
in_jail j python3 attack.py
assert_contains "everything was tried" "$out" "whiteout refused" "chmod went through" "link went through" "poison ['content']"
now=$(listing "$HOME/.npm"; listing "$HOME/.cache"; listing "$HOME/.cargo")
assert_eq "the host's own has not changed" "$before" "$now"
sh_jail j 'ls /../private '"$PRIVATE"' '"$PRIVATE/j/cache"' 2>/dev/null; grep -c . ~/.npm/_cacache/content/a'
assert_eq "the layer itself is nowhere inside" 1 "$out"
in_jail k cat "$C/content/a"
assert_eq "another jail begins with the host's" warm "$out"
# Not even a redirect that lies in the upper half leads anywhere: its attributes are not obeyed.
if python3 -c "import os; os.setxattr('$PRIVATE/k/cache', 'user.rj', b'1')" 2>/dev/null; then
	in_jail k sh -c "mkdir -p $C/led"
	mkdir -p "$HOME/.cache/pip/secret" && echo SECRET >"$HOME/.cache/pip/secret/s"
	python3 -c "import os; os.setxattr('$PRIVATE/k/cache/npm-_cacache/upper/led', 'user.overlay.redirect', b'/content')"
	in_jail k ls "$C/led"
	assert_eq "a forged redirect shows nothing" "" "$out"
	rm -r "$HOME/.cache/pip/secret"
fi

section "one session at a time"
"$RJ" run j -- sh -c 'echo up >up; while [ ! -e go ]; do sleep 0.05; done' >/dev/null 2>&1 </dev/null &
job=$!
eventually "one runs" test -e "$JAILS/j/up"
try "$RJ" run j -- cat "$C/content/a"
if [ $rc = 0 ]; then
	assert_eq "a second one shares its view" poison "$out"
else
	assert_contains "a second one is refused" "$err" "another session of this jail has its caches"
fi
touch "$JAILS/j/go"
wait $job
in_jail j cat "$C/content/a"
assert_eq "and after it all is as before" poison "$out"

section "in the way"
no_config
sh_jail k 'rm -rf ~/.cache && ln -s /tmp ~/.cache'
config <<<'caches = ["npm", "pip", "go"]'
try "$RJ" run k -- true
assert_contains "a link in the place is refused, not followed" "$err" "in the way"
rm -f "$PRIVATE/k/home/.cache"

section "places"
mkdir -p "$HOME/moved/pip" "$T/far/npm/_cacache" "$T/far/pip"
echo moved >"$HOME/moved/pip/a"
echo far >"$T/far/npm/_cacache/a"
echo far >"$T/far/pip/a"
try env PIP_CACHE_DIR="$HOME/moved/pip" "$RJ" run k -- sh -c 'cat "$PIP_CACHE_DIR/a"; echo "$PIP_CACHE_DIR"'
assert_eq "a moved cache keeps its path, and its variable says so" "moved
$HOME/moved/pip" "$out"
try env npm_config_cache="$T/far/npm" PIP_CACHE_DIR="$T/far/pip" "$RJ" run k -- sh -c 'cat ~/.npm/_cacache/a "$PIP_CACHE_DIR/a"; echo x >"$PIP_CACHE_DIR/b" && cat "$PIP_CACHE_DIR/b"; echo "${npm_config_cache-unset}"'
assert_eq "one outside of the home too" "far
far
x
unset" "$out"
refute "and stays as it is" test -e "$T/far/pip/b"
refute "/usr is no cache" env PIP_CACHE_DIR=/usr/share "$RJ" run k -- true
assert_contains "and that is said" "$err" "the cache of pip, /usr/share, is a directory of more than a cache" 'take "pip" out of caches'
refute "nor is the home" env PIP_CACHE_DIR="$HOME" "$RJ" run k -- true
mkdir -p "$HOME/.cache/pip/x"
config <<<'caches = ["pip"]
hidden_paths = [".cache/pip/x"]'
refute "a cache that holds what is hidden" "$RJ" run k -- true
assert_contains "is refused" "$err" "would show what is hidden: $HOME/.cache/pip/x"
config <<<'caches = ["pip"]
extra_rw_binds = ["~/.cache"]'
refute "a cache that the jail can write" "$RJ" run k -- true
assert_contains "is refused" "$err" "can be written by the jail: bind ~/.cache"
mkdir -p "$HOME/.ccache" && echo "remote_storage = http://u:PASSWORD@h" >"$HOME/.ccache/ccache.conf" && echo obj >"$HOME/.ccache/o"
config <<<'caches = ["ccache"]'
in_jail k sh -c 'cat ~/.ccache/o ~/.ccache/ccache.conf; echo "$CCACHE_DIR"'
assert_eq "a file of passwords in a cache is covered" "obj
$HOME/.ccache" "$out"

config <<<'caches = ["npm", "pip"]'
try "$RJ" create n --repo "$repo" --nested
in_jail n sh -c 'cat ~/.cache/pip/http/a && echo x >~/.cache/pip/http/a && unshare -Urm sh -c "umount ~/.cache/pip; ls '"$PRIVATE"'; cat ~/.cache/pip/http/a"'
assert_eq "a nested jail has them, and gets at nothing below" "warm
x" "$out"
try "$RJ" destroy --force n

section "the end"
config <<<'caches = ["npm", "pip"]'
try "$RJ" destroy --force j k
assert_eq "destroy removes the layers" "0 0" "$rc $(find "$PRIVATE" -mindepth 1 2>/dev/null | wc -l)"
rm -rf "$HOME/.cache/pip/x"
now=$(listing "$HOME/.npm"; listing "$HOME/.cache"; listing "$HOME/.cargo")
assert_eq "and the host's own is there to the last byte" "$before" "$now"
finish
