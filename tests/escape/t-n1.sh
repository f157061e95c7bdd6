# N1: abstract unix sockets of the host while the network is shared, and signals across the wall.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
name=rj-n1-$RANDOM$RANDOM
setsid python3 -c '
import socket, sys
a = socket.socket(socket.AF_UNIX); a.bind("\0" + sys.argv[1]); a.listen(5)
d = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); d.bind("\0" + sys.argv[1] + "-dgram")
print("up", flush=True)
import select
while True:
    for s in select.select([a, d], [], [])[0]:
        if s is a:
            c, _ = a.accept(); c.send(b"SECRET"); c.close()
        else:
            print("got", s.recv(100), flush=True)
' "$name" >"$T/server" &
server=$!
trap 'kill -KILL $server 2>/dev/null' EXIT
eventually "the server is up" grep -q up "$T/server"
ask='import socket, sys
def tell(what, fn):
    try:
        print(what, fn(), flush=True)
    except OSError as e:
        print(what, "refused", e.errno, flush=True)
def stream():
    s = socket.socket(socket.AF_UNIX)
    s.connect("\0" + sys.argv[1])
    return s.recv(10).decode()
def dgram(text):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    return "sent %d" % s.sendto(text, "\0" + sys.argv[1] + "-dgram")
def child():
    pid = __import__("os").fork()
    if pid == 0:
        tell("nested-stream", stream)
        __import__("os")._exit(0)
    __import__("os").waitpid(pid, 0)
    return "done"
tell("stream", stream)
tell("dgram", lambda: dgram(sys.argv[2].encode()))
tell("child", child)'
make_jail j

attack "a host's abstract socket: X11, D-Bus, an IDE"
python3 -c "$ask" "$name" outside >"$T/o"
control "any process connects to it" has "$(cat "$T/o")" "^stream SECRET"
control "or sends to it" has "$(cat "$T/o")" "^dgram sent"
eventually "what was sent arrives" grep -q outside "$T/server"
for config in '' 'user = "self"' 'layout = "root"'; do
	config <<<"$config"
	in_jail j python3 -c "$ask" "$name" inside
	held "a stream is refused${config:+ with $config}" has "$out" "^stream refused 1$"
	held "a datagram too" has "$out" "^dgram refused 1$"
	held "and whoever is forked" has "$out" "^nested-stream refused"
done
no_config
in_jail j cat /proc/net/unix
held "the name is known, so it was there to be reached" has "$out" "$name"
held "nothing arrived" not grep -q inside "$T/server"

attack "sockets of the jail itself, which must work"
control "outside they do" python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.bind("\0own-'"$name"'"); s.listen(1); c = socket.socket(socket.AF_UNIX); c.connect("\0own-'"$name"'")'
in_jail j python3 -c '
import os, socket, signal
s = socket.socket(socket.AF_UNIX); s.bind("\0own"); s.listen(1)
pid = os.fork()
if pid == 0:
    c = socket.socket(socket.AF_UNIX); c.connect("\0own"); c.send(b"hello"); signal.pause()
c, _ = s.accept()
print(c.recv(10).decode())
os.kill(pid, signal.SIGTERM)
print(os.waitpid(pid, 0)[1])
t = socket.socket(); t.bind(("127.0.0.1", 0)); t.listen(1)
u = socket.create_connection(t.getsockname()); print("tcp")
a, b = socket.socketpair(); a.send(b"pair"); print(b.recv(4).decode())
p = socket.socket(socket.AF_UNIX); p.bind("/tmp/path"); p.listen(1)
q = socket.socket(socket.AF_UNIX); q.connect("/tmp/path"); print("path")'
held "abstract, signals, TCP, pairs, paths" is "hello 15 tcp pair path" "$(xargs <<<"$out")"
finish_rows
