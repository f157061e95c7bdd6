# N3: the network is off, and something gets out all the same.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
port=$((20000 + RANDOM % 20000))
setsid python3 -c '
import socket, sys
t = socket.socket(); t.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); t.bind(("127.0.0.1", int(sys.argv[1]))); t.listen(5)
a = socket.socket(socket.AF_UNIX); a.bind("\0rj-n3-" + sys.argv[1]); a.listen(5)
import select
while True:
    for s in select.select([t, a], [], [])[0]:
        c, _ = s.accept(); c.send(b"SECRET"); c.close()
' $port "$HOME" &
server=$!
trap 'kill -KILL $server 2>/dev/null' EXIT
ask='import socket, sys
def tell(what, fn):
    try:
        print(what, fn())
    except OSError as e:
        print(what, "refused")
def tcp(host, port):
    s = socket.create_connection((host, port), 2)
    return s.recv(10).decode()
def udp(host):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    return "sent %d" % s.sendto(b"x", (host, 53))
def abstract(name):
    s = socket.socket(socket.AF_UNIX)
    s.connect("\0" + name)
    return s.recv(10).decode()
port = int(sys.argv[1])
tell("loopback", lambda: tcp("127.0.0.1", port))
tell("metadata", lambda: tcp("169.254.169.254", 80))
tell("any", lambda: tcp("1.1.1.1", 53))
tell("six", lambda: tcp("2606:4700:4700::1111", 53))
tell("udp", lambda: udp("1.1.1.1"))
tell("broadcast", lambda: udp("255.255.255.255"))
tell("dns", lambda: socket.gethostbyname("example.org"))
tell("abstract", lambda: abstract("rj-n3-%d" % port))
tell("interfaces", lambda: " ".join(n for _, n in socket.if_nameindex()))'
make_jail j
eventually "the server is up" python3 -c "import socket; socket.create_connection(('127.0.0.1', $port))"

attack "a server on the host's loopback, and an abstract socket"
in_jail j python3 -c "$ask" $port
control "with the network shared it answers" has "$out" "loopback SECRET"
control "a process outside reaches the abstract socket too" has "$(python3 -c "$ask" $port)" "abstract SECRET"
config <<<'network_enabled = false'
in_jail j python3 -c "$ask" $port
held "not in reach" has "$out" "loopback refused"
held "nor the abstract one" has "$out" "abstract refused"

attack "packets: TCP, UDP, DNS, IPv6, broadcast, the metadata address"
control "the host has a way out, or at least interfaces" test "$(find /sys/class/net -mindepth 1 | wc -l)" -ge 1
for what in metadata any six udp broadcast dns; do
	held "$what" has "$out" "$what refused"
done
held "lo is the only interface" has "$out" "interfaces lo$"
in_jail j sh -c 'cat /proc/net/route /proc/net/ipv6_route /proc/net/arp /proc/net/unix'
held "no route leads out" test "$(awk '$2 == "00000000"' <<<"$out" | wc -l)" = 0
held "the host's sockets are not listed" not says rj-n3

attack "another network namespace is entered or made"
control "a plain user namespace can make one" unshare -Urn true
in_jail j sh -c 'unshare -n true && echo YES; unshare -Urn true && echo YES; for p in /proc/[0-9]*/ns/net; do nsenter --net=$p true 2>/dev/null && [ "$(readlink $p)" != "$(readlink /proc/self/ns/net)" ] && echo YES; done; ip link add x type dummy 2>/dev/null && echo YES; ip tuntap add mode tun 2>/dev/null && echo YES; true'
held "not from inside" is "" "$out"
in_jail j sh -c 'python3 -c "
import socket, threading
s = socket.socket(); s.bind((\"127.0.0.1\", 0)); s.listen(1)
threading.Thread(target=lambda: s.accept()[0].send(b\"hello\")).start()
print(socket.create_connection(s.getsockname()).recv(9).decode())"'
held "its own loopback works" is hello "$out"
no_config
finish_rows
