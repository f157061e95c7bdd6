"""An https server for t-https.sh: repositories, and the ways in which servers say no.

    https_server.py ROOT CERTS

Listens on free ports of 127.0.0.1 and prints "NAME PORT" for each: one with each CERTS/NAME.pem
and NAME.key, `tls12` with `good` and nothing newer than TLS 1.2, and `proxy`, which tunnels
(CONNECT) and writes where to into ROOT/proxied. Paths:

    /NAME.git/...        ROOT/NAME.git by git http-backend; packs wait while ROOT/stall exists
    /moved/NAME.git/...  redirected to /NAME.git/...
    /plain/NAME.git/...  redirected to http://
    /dumb/NAME.git/...   the files as they are
    /status/N/...        status N
"""

import glob
import http.server
import os
import select
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time

ROOT, CERTS = sys.argv[1:]


class Repositories(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        data = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def backend(self, path, query):
        body = self.body()
        while self.command == "POST" and os.path.exists(f"{ROOT}/stall"):
            time.sleep(0.05)
        env = dict(
            os.environ,
            GIT_PROJECT_ROOT=ROOT,
            GIT_HTTP_EXPORT_ALL="1",
            PATH_INFO=path,
            QUERY_STRING=query,
            REQUEST_METHOD=self.command,
            CONTENT_TYPE=self.headers.get("Content-Type", ""),
            HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""),
        )
        reply = subprocess.run(["git", "http-backend"], input=body, env=env, stdout=subprocess.PIPE).stdout
        head, _, body = reply.partition(b"\r\n\r\n")
        headers = [tuple(line.split(": ", 1)) for line in head.decode().split("\r\n")]
        status = int(dict(headers).get("Status", "200 OK").split()[0])
        self.answer(status, [h for h in headers if h[0] != "Status"], body)

    def do_GET(self):
        path, _, query = self.path.partition("?")
        kind, _, rest = path[1:].partition("/")
        if kind == "moved":
            self.answer(301, [("Location", f"https://{self.headers['Host']}/{rest}?{query}")])
        elif kind == "plain":
            self.answer(301, [("Location", f"http://{self.headers['Host']}/{rest}?{query}")])
        elif kind == "status":
            status = int(rest.split("/")[0])
            self.answer(status, [("WWW-Authenticate", 'Basic realm="x"')] if status == 401 else [])
        elif kind == "dumb":
            try:
                with open(f"{ROOT}/{rest}", "rb") as f:
                    self.answer(200, [("Content-Type", "text/plain")], f.read())
            except OSError:
                self.answer(404, [])
        else:
            self.backend(path, query)

    do_POST = do_GET


class Proxy(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_CONNECT(self):
        with open(f"{ROOT}/proxied", "a", encoding="ascii") as f:
            f.write(self.path + "\n")
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as there:
            self.send_response(200)
            self.end_headers()
            ends = {self.connection: there, there: self.connection}
            while True:
                for end in select.select(list(ends), [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    ends[end].sendall(data)


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def __init__(self, handler, context=None):
        super().__init__(("127.0.0.1", 0), handler)
        self.context = context

    def finish_request(self, request, client_address):
        # The handshake belongs to the connection's own thread, where it may fail or take long.
        if self.context:
            request = self.context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        pass


def start(name, handler, context=None):
    server = Server(handler, context)
    threading.Thread(target=server.serve_forever).start()
    print(name, server.server_port, flush=True)


def context_of(name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{CERTS}/{name}.pem", f"{CERTS}/{name}.key")
    return context


for cert in sorted(glob.glob(f"{CERTS}/*.pem")):
    cert_name = os.path.basename(cert)[: -len(".pem")]
    start(cert_name, Repositories, context_of(cert_name))
old = context_of("good")
old.maximum_version = ssl.TLSVersion.TLSv1_2
start("tls12", Repositories, old)
start("proxy", Proxy)
