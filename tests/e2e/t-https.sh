# create --repo https://...: a local server with a certificate authority of our own.
# shellcheck shell=bash
. "$E2E/lib.sh"
make_repo "$T/origin"
git clone -q --bare "$T/origin" "$T/served.git"
mkdir "$T/ca" && cd "$T/ca" || exit 1
for ca in good bad; do
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=Test CA $ca" \
		-keyout $ca.key -out $ca.pem -addext basicConstraints=critical,CA:TRUE 2>/dev/null
done
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout server.key -out server.csr 2>/dev/null
openssl x509 -req -in server.csr -CA good.pem -CAkey good.key -days 2 -out server.pem \
	-extfile <(echo 'subjectAltName=DNS:localhost,IP:127.0.0.1') 2>/dev/null
[ -s server.pem ] || die "openssl makes a certificate"
cat >"$T/server.py" <<'END'
# git http-backend behind TLS; prints its port.
import http.server, os, socketserver, ssl, subprocess, sys
root, cert, key = sys.argv[1:]

class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            data = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                data += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return data
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do_GET(self):
        path, _, query = self.path.partition("?")
        env = dict(os.environ, GIT_PROJECT_ROOT=root, GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path,
                   QUERY_STRING=query, REQUEST_METHOD=self.command,
                   CONTENT_TYPE=self.headers.get("Content-Type", ""),
                   HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""))
        reply = subprocess.run(["git", "http-backend"], input=self.body(), env=env, stdout=subprocess.PIPE).stdout
        head, _, body = reply.partition(b"\r\n\r\n")
        headers = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        status = dict(headers).get("Status", "200 OK").split()[0]
        self.send_response(int(status))
        for name, value in headers:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

server = Server(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
END
cd "$T" || exit 1
python3 "$T/server.py" "$T" "$T/ca/server.pem" "$T/ca/server.key" >"$T/port" 2>"$T/server.log" &
server=$!
trap 'kill $server 2>/dev/null' EXIT
eventually "the server is up" test -s "$T/port"
url=https://localhost:$(cat "$T/port")/served.git
assert "git itself can clone from it" env GIT_SSL_CAINFO="$T/ca/good.pem" git clone -q "$url" "$T/by-git"

section "refused"
assert_refused 1 "with the system's authorities" "certificate" "$RJ" create --name x --repo "$url"
assert_refused 1 "with the wrong one" "certificate" env SSL_CERT_FILE="$T/ca/bad.pem" "$RJ" create --name x --repo "$url"
assert_contains "says what to do" "$err" "hint:" SSL_CERT_FILE
assert_refused 1 "with a file that is none" "" env SSL_CERT_FILE="$T/nonesuch.pem" "$RJ" create --name x --repo "$url"
export SSL_CERT_FILE=$T/ca/good.pem
assert_refused 1 "a name that the certificate is not for" "" "$RJ" create --name x --repo "${url/localhost/127.0.0.2}"
assert_refused 1 "a repository that is not there" "" "$RJ" create --name x --repo "${url/served/nonesuch}"
assert_refused 1 "nobody listens" "" "$RJ" create --name x --repo https://localhost:1/x.git
assert_eq "nothing is left of all these" "" "$(find "$HOME/.local/share/robojail" -mindepth 2 2>/dev/null)"

section "cloned"
assert "create" "$RJ" create --name j --repo "$url"
assert_eq "at the remote's HEAD" "$(git -C "$T/served.git" rev-parse HEAD)" "$(git -C "$JAILS/j" rev-parse HEAD)"
assert_eq "clean" "" "$(git -C "$JAILS/j" status --porcelain)"
in_jail j sh -c 'git log --oneline | wc -l; echo x >x; git add x; git commit -q -m Work'
assert_eq "git works inside" "0 2" "$rc $out"
mirror=$(ls -d "$HOME"/.local/share/robojail/mirrors/*)
assert_eq "one bare mirror" "true" "$(git -C "$mirror" rev-parse --is-bare-repository)"
assert_contains "has the commits" "$(git -C "$mirror" log --format=%s "$(branch_of j)")" Work
git -C "$T/origin" commit -q --allow-empty -m "News"
git -C "$T/origin" push -q "$T/served.git" main
assert "a second jail" "$RJ" create --name k --repo "$url"
assert_eq "fetched anew" News "$(git -C "$JAILS/k" log -1 --format=%s)"
assert_eq "into the same mirror" "$mirror" "$(ls -d "$HOME"/.local/share/robojail/mirrors/*)"
assert "a branch" "$RJ" create --name l --repo "$url" --branch old
assert_eq "of the remote" "$(git -C "$T/served.git" rev-parse old)" "$(git -C "$JAILS/l" rev-parse HEAD)"
kill $server
wait $server 2>/dev/null
assert "a jail works while the server is away" "$RJ" run k -- git status
assert "destroy" "$RJ" destroy k
assert "" "$RJ" destroy l
assert "mirror: git fsck" git -C "$mirror" fsck --full
finish
