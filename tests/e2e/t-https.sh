# create --repo https://...: a local server with a certificate authority of our own.
# slow: it waits for servers
# shellcheck shell=bash
. "$E2E/lib.sh"
make_repo "$T/origin"
git clone -q --bare "$T/origin" "$T/served.git"
git -C "$T/served.git" update-server-info
git init -q --bare "$T/empty.git"
MIRRORS=$HOME/.local/share/robojail/mirrors
# A rewrite to ssh, which many users have, must not lead https astray.
printf '[url "git@localhost:"]\n\tinsteadOf = https://localhost\n' >>"$HOME/.gitconfig"

# ca NAME: an authority. server NAME SUBJECT-ALT-NAME START END: a certificate that `good` signed.
mkdir -p "$T/ca" "$T/certs"
cat >"$T/ca/conf" <<END
[ca]
default_ca = good
[good]
dir = $T/ca
new_certs_dir = $T/ca
database = $T/ca/index
serial = $T/ca/serial
certificate = $T/ca/good.pem
private_key = $T/ca/good.key
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
END
echo 1000 >"$T/ca/serial"
: >"$T/ca/index"
ca() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=Test CA $1" \
		-keyout "$T/ca/$1.key" -out "$T/ca/$1.pem" -addext basicConstraints=critical,CA:TRUE 2>>"$T/openssl.log"
}
server() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=test \
		-keyout "$T/certs/$1.key" -out "$T/ca/$1.csr" 2>>"$T/openssl.log"
	openssl ca -batch -notext -config "$T/ca/conf" -startdate "$3" -enddate "$4" -in "$T/ca/$1.csr" \
		-out "$T/certs/$1.pem" -extfile <(echo "subjectAltName=$2") 2>>"$T/openssl.log"
	[ -s "$T/certs/$1.pem" ] || die "openssl makes a certificate" "$(cat "$T/openssl.log")"
}
ca good
ca bad
at() { date -u -d "$1" +%Y%m%d%H%M%SZ; }
server good DNS:localhost,IP:127.0.0.1 "$(at '1 hour ago')" "$(at '2 days')"
server expired DNS:localhost "$(at '3 days ago')" "$(at '1 day ago')"
server named DNS:localhost "$(at '1 hour ago')" "$(at '2 days')"
server other DNS:example.org "$(at '1 hour ago')" "$(at '2 days')"
python3 "$E2E/https_server.py" "$T" "$T/certs" >"$T/ports" 2>"$T/server.log" &
server=$!
trap 'kill $server 2>/dev/null' EXIT
eventually "the server is up" grep -q ^proxy "$T/ports"
port() { awk -v n="$1" '$1 == n { print $2 }' "$T/ports"; }
base=https://localhost:$(port good)
url=$base/served.git
assert "git itself can clone from it" env GIT_CONFIG_GLOBAL=/dev/null GIT_SSL_CAINFO="$T/ca/good.pem" git clone -q "$url" "$T/by-git"
create() { try "$RJ" create --name "$1" --repo "$2"; }
# refused DESC URL PART...: fails, and says each PART in the message or the hint.
refused() {
	local desc=$1
	create x "$2"
	shift 2
	assert_eq "$desc: refused" "1 " "$rc $out"
	assert_contains "$desc: says what and how" "$err" "$@"
}

section "whom to trust"
refused "the system's authorities" "$url" "certificate of localhost:$(port good) is not accepted" not "trusted is what /etc/" SSL_CERT_FILE
SSL_CERT_FILE=$T/ca/bad.pem refused "the wrong authority" "$url" certificate "$T/ca/bad.pem" "SSL_CERT_FILE=FILE"
SSL_CERT_FILE=$T/ca/bad.pem refused "the wrong authority, TLS 1.2" "https://localhost:$(port tls12)/served.git" certificate "$T/ca/bad.pem"
SSL_CERT_FILE=$T/nonesuch.pem refused "a file that is not there" "$url" "$T/nonesuch.pem" SSL_CERT_FILE "No such file"
SSL_CERT_FILE=$T/ca/serial refused "a file that is no certificate" "$url" "$T/ca/serial" "PEM"
SSL_CERT_DIR=$T/nonesuch refused "a directory that is not there" "$url" "$T/nonesuch" SSL_CERT_DIR
export SSL_CERT_FILE=$T/ca/good.pem
refused "an expired certificate" "https://localhost:$(port expired)/served.git" certificate expired clock
refused "another host's certificate" "https://localhost:$(port other)/served.git" certificate "does not match" "look at the host"
refused "the host's address, which it does not name" "https://127.0.0.1:$(port named)/served.git" certificate "does not match"
refused "both" "https://127.0.0.1:$(port expired)/served.git" expired "does not match"

section "what servers say"
refused "nothing there" "$base/nonesuch.git" "no repository at $base/nonesuch.git" 404 "hint:"
refused "a login" "$base/status/401/x.git" 401 "needs a login" "clone it yourself"
refused "forbidden" "$base/status/403/x.git" 403 "does not let us"
refused "out of order" "$base/status/503/x.git" 503
refused "only files" "$base/dumb/served.git" "smart protocol" "$base/dumb/served.git"
refused "back to http" "$base/plain/served.git" "redirect"
refused "nobody listens" "https://localhost:1/x.git" "https://localhost:1/x.git" "check the network"
refused "no such host" "https://nonesuch.invalid/x.git" nonesuch.invalid "check the network"
refused "no commit" "$base/empty.git" "is empty" "push a first commit"

section "URLs that are not taken"
refused "http" "http://localhost/x.git" "only https" "--repo https://localhost/x.git"
refused "git" "git://localhost/x.git" "only https" "--repo https://localhost/x.git"
refused "ssh" "ssh://git@localhost/x.git" "only https" ssh "robojail create --repo DIR"
refused "ssh, the short form" "git@localhost:x.git" "only https" ssh
refused "file" "file:///srv/x.git" "only https" "--repo /srv/x.git"
refused "a password" "https://me:s3cret@${url#https://}" "credentials" "--repo $url"
refused "a token" "https://s3cret@${url#https://}" "credentials" "--repo $url"
refused "a password for another scheme" "ftp://me:s3cret@localhost/x.git" "only https"
refused "a token in the query" "$url?token=s3cret" "credentials"
https_proxy=http://me:s3cret@ refused "a proxy that is none" "$url" "the proxy is not" "http://HOST:PORT"
https_proxy=socks5://me:s3cret@localhost:1 refused "a proxy of another kind" "$url" "the proxy is not" "http://HOST:PORT"
https_proxy=http://me:s3cret@localhost:1 refused "a proxy that is away" "$url" "connect" "https_proxy"
assert_lacks "no password in any message" "$(grep -v '^\$ ' "$T/.all")" s3cret
assert_eq "nor on the disk" "" "$(grep -rl s3cret "$HOME")"
assert_eq "nothing is left of all these" "" "$(find "$HOME/.local" -type f -o -path "$MIRRORS/*")"

section "cloned"
create j "$url"
assert_eq "create" 0 "$rc"
assert_eq "at the remote's HEAD" "$(git -C "$T/served.git" rev-parse HEAD)" "$(git -C "$JAILS/j" rev-parse HEAD)"
assert_eq "clean" "" "$(git -C "$JAILS/j" status --porcelain)"
in_jail j sh -c 'echo x >x; git add x; git commit -q -m Work; git log --format=%s | head -n 1'
assert_eq "git works inside" "0 Work" "$rc $out"
mirror=$(ls -d "$MIRRORS"/*)
assert_match "a mirror of its name" "$mirror" '/served-[0-9a-f]{8}\.git$'
assert_eq "bare" "true" "$(git -C "$mirror" rev-parse --is-bare-repository)"
assert_eq "has the commits" Work "$(git -C "$mirror" log -1 --format=%s "$(branch_of j)")"
assert_eq "the URL, for the user's own git" "$url" "$(git -C "$mirror" config remote.origin.url)"
assert_contains "the user's own git branch" "$(git -C "$mirror" branch 2>&1 || echo "status $?")" "$(branch_of j)"
assert_lacks "has nothing against HEAD" "$(git -C "$mirror" branch 2>&1 || echo "status $?")" status fatal
work=$(git -C "$mirror" rev-parse "$(branch_of j)")

section "fetched at the next use"
git -C "$T/served.git" branch robojail/theirs main
git -C "$T/served.git" branch -q -m old old/deeper
git -C "$T/served.git" tag -f v1 main >/dev/null
git -C "$mirror" tag mine HEAD
: >"$mirror/objects/pack/pack_git2_0123456789abcdef"
git -C "$T/origin" commit -q --allow-empty -m "News"
git -C "$T/origin" push -q "$T/served.git" main
create k "$url"
assert_eq "a second jail" 0 "$rc"
assert_eq "on the news" News "$(git -C "$JAILS/k" log -1 --format=%s)"
assert_eq "from the same mirror" "$mirror" "$(ls -d "$MIRRORS"/*)"
assert_eq "the first jail's branch is as it was" "$work" "$(git -C "$mirror" rev-parse "$(branch_of j)")"
assert_eq "branches that are gone there are gone, new ones here" "origin/main origin/old/deeper origin/robojail/theirs" \
	"$(git -C "$mirror" for-each-ref --format='%(refname:short)' refs/remotes | xargs)"
assert_eq "only jails' branches in refs/heads" 2 "$(git -C "$mirror" for-each-ref refs/heads | wc -l)"
assert_eq "a tag that moved" "$(git -C "$T/served.git" rev-parse v1)" "$(git -C "$mirror" rev-parse v1)"
assert_eq "the pack of a fetch that was killed is gone" "" "$(find "$mirror" -name 'pack_git2_*')"
assert "the user's own tag stays" git -C "$mirror" rev-parse -q --verify refs/tags/mine
assert "--branch" "$RJ" create --name l --repo "$url" --branch old/deeper
assert_eq "is the remote's" "$(git -C "$T/served.git" rev-parse old/deeper)" "$(git -C "$JAILS/l" rev-parse HEAD)"
git -C "$T/served.git" symbolic-ref HEAD refs/heads/old/deeper
assert "the remote's HEAD names another branch" "$RJ" create --name m --repo "$url/"
assert_eq "so does the mirror's" "$(git -C "$T/served.git" rev-parse old/deeper)" "$(git -C "$JAILS/m" rev-parse HEAD)"
git -C "$T/served.git" symbolic-ref HEAD refs/heads/nonesuch
refused "it names nothing" "$url" "no commit yet" origin/main
assert "but a branch can be named" "$RJ" create --name n --repo "$url" --branch main
git -C "$T/served.git" symbolic-ref HEAD refs/heads/main
for jail in k l m n; do assert "destroy $jail" "$RJ" destroy "$jail"; done
assert "git fsck" git -C "$mirror" fsck --full --strict

section "by other ways"
create r "$base/moved/served.git"
assert_eq "a redirect at the beginning is followed" 0 "$rc"
create s "https://localhost:$(port tls12)/served.git"
assert_eq "TLS 1.2" 0 "$rc"
create t "https://127.0.0.1:$(port good)/served.git"
assert_eq "by address" 0 "$rc"
mkdir "$T/cadir"
cp "$T/ca/good.pem" "$T/ca/bad.pem" "$T/cadir"
try env -u SSL_CERT_FILE SSL_CERT_DIR="$T/cadir" "$RJ" create --name u --repo "$url"
assert_eq "SSL_CERT_DIR" 0 "$rc"
try env https_proxy="http://localhost:$(port proxy)" "$RJ" create --name v --repo "$url"
assert_eq "https_proxy" "0 localhost:$(port good)" "$rc $(sort -u "$T/proxied" 2>&1)"
for jail in r s t u v; do assert "destroy $jail" "$RJ" destroy "$jail"; done

section "two at once, and one that is killed"
rm -rf "$T/two.git" && git clone -q --bare "$T/origin" "$T/two.git"
: >"$T/stall"
"$RJ" create --name one --repo "$base/two.git" >"$T/one" 2>&1 &
one=$!
part() { compgen -G "$MIRRORS/.two-*.part"; }
eventually "a clone is under way" part
kill -KILL $one
wait $one 2>/dev/null
assert "it leaves a part" part
"$RJ" create --name two --repo "$base/two.git" >"$T/two" 2>&1 &
two=$!
"$RJ" create --name three --repo "$base/two.git" >"$T/three" 2>&1 &
three=$!
sleep 0.5
rm "$T/stall"
wait $two
assert_eq "one clones" "0" "$?"
wait $three
assert_eq "the other waits for it" "0" "$?"
refute "no part is left" part
assert_eq "one mirror" 1 "$(compgen -G "$MIRRORS/two-*" | wc -l)"
assert_eq "both work" "News News" "$(git -C "$JAILS/two" log -1 --format=%s) $(git -C "$JAILS/three" log -1 --format=%s)"
for jail in two three; do assert "destroy $jail" "$RJ" destroy "$jail"; done

section "offline"
kill $server
wait $server 2>/dev/null
refused "no silent use of what is old" "$url" "cannot fetch $url" "--repo $mirror"
assert "the hint's way" "$RJ" create --name w --repo "$mirror"
assert_eq "goes on with what there was" News "$(git -C "$JAILS/w" log -1 --format=%s)"
assert "jails work while the server is away" "$RJ" run j -- git status
mv "$mirror" "$mirror.away" && git init -q --bare "$mirror"
refused "somebody else's repository in its place" "$url" "is not a mirror of $url"
rm -rf "$mirror" && mv "$mirror.away" "$mirror"
finish
