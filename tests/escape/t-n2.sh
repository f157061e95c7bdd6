# N2: sockets with a path: agents, daemons, desktops.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
make_jail j
mkdir -p "$HOME/.gnupg" "$HOME/.docker/run"
home_may_have="$home_may_have .gnupg .docker agent.sock"
dir=$(mktemp -d /tmp/rj-sock.XXXXXX)
serve='import os, socket, sys
for path in sys.argv[1:]:
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    s.listen(5)
    s.setblocking(True)
    if os.fork() == 0:
        while True:
            c, _ = s.accept()
            c.send(b"SECRET")
            c.close()'
ask='import socket, sys
for path in sys.argv[1:]:
    try:
        s = socket.socket(socket.AF_UNIX)
        s.connect(path)
        print(s.recv(10).decode())
    except OSError as e:
        print("refused")'
socks=("$dir/ssh-agent" "$dir/tmux" "$HOME/.gnupg/S.gpg-agent" "$HOME/.docker/run/docker.sock" "$HOME/agent.sock" "$T/sock")
setsid python3 -c "$serve" "${socks[@]}"
trap 'pkill -KILL -f "$dir/ssh-agent"; rm -rf "$dir"' EXIT

attack "ssh-agent and tmux in /tmp, gpg-agent and docker in the home, a socket beside the project"
control "any process of the user is answered" is "SECRET SECRET SECRET SECRET SECRET SECRET" "$(python3 -c "$ask" "${socks[@]}" | xargs)"
export SSH_AUTH_SOCK=$dir/ssh-agent TMUX=$dir/tmux,1,0
in_jail j python3 -c "$ask" "${socks[@]}"
held "none is in view" is "refused refused refused refused refused refused" "$(xargs <<<"$out")"
in_jail j sh -c 'echo "$SSH_AUTH_SOCK$TMUX$DBUS_SESSION_BUS_ADDRESS$DISPLAY$WAYLAND_DISPLAY"'
held "nor named in the environment" is "" "$out"
in_jail j sh -c 'ls -A "$XDG_RUNTIME_DIR"'
held "the directory for sockets is one of its own, and empty" is "0 " "$rc $out"

attack "all the sockets of the host"
control "there are some" test -n "$(find "$dir" "$HOME" -type s)"
in_jail j sh -c 'find / -path /usr -prune -o -path /proc -prune -o -type s -print 2>/dev/null; ls -A /run /var/run/ /run/user/* /tmp'
held "there is none" is "" "$(grep -v : <<<"$out" | grep . | grep -vxE 'lock|user|[0-9]+')"
finish_rows
