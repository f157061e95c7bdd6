# run --dry-run: what a session is made of, in a stable format. The expected text is whole, so that
# nothing of a jail changes without somebody seeing it.
# shellcheck shell=bash disable=SC2016
. "$E2E/lib.sh"

# What differs from machine to machine gets a name.
plain() {
	sed -e "s#$HOME#HOME#g; s#$T#DIR#g" -e "s# for $(id -u)# for ME#; s# for $(id -g)\$# for ME#" \
		-e 's/abi [0-9]*$/abi N/; s/^\(seccomp [a-z-]*\) [0-9]*$/\1 N/' \
		-e 's/^\(limit memory_max\|limit tmp_size\) [0-9.]* [KMGT]iB/\1 SIZE/' \
		-e 's/^limit pids_max \(.*\) by .*/limit pids_max \1 by WHAT/' \
		-e 's/^\(mount tmpfs rw\) [0-9]*k /\1 SIZE /' \
		-e 's/^\(mount file ro\) [0-9]*-bytes /\1 TEXT /' |
		grep -vE '^mount (bind|copy|symlink) ro [^ ]* /(s?bin|lib[0-9x]*|etc/.*)$'
}
section "as it is by default"
make_jail j
before=$(find "$HOME/.local" -printf '%p %T@ %s\n' | sort)
try "$RJ" run --dry-run j -- sh -c 'touch it; exit 3'
assert_eq "exit status" "0 " "$rc $err"
assert_eq "nothing ran, nothing changed" "$before" "$(find "$HOME/.local" -printf '%p %T@ %s\n' | sort)"
want='jail j
command sh -c "touch it; exit 3"
directory HOME/.local/share/robojail/jails/j
namespaces user mount pid ipc uts cgroup
uid 0 for ME
gid 0 for ME
network shared
lock keyring no-new-privs no-capabilities
user-namespaces forbidden
landlock files scope abi N
seccomp root N
limit memory_max SIZE by sampling
limit pids_max 4096 by WHAT
limit cpu_max no limit
limit tmp_size SIZE by the size of tmpfs
limit home_size no limit
limit disk_reserve 256 MiB by sampling
limit open_files 65536 by a resource limit'
assert_eq "the facts" "$want" "$(plain <<<"$out" | grep -vE '^(env|mount) ')"
want='mount root-tmpfs ro - /
mount bind ro /usr /usr
mount proc ro - /proc
mount readonly ro - /proc/sys
mount readonly ro - /proc/sysrq-trigger
mount readonly ro - /proc/irq
mount readonly ro - /proc/bus
mount readonly ro - /proc/fs
mount mask ro - /proc/kcore
mount mask ro - /proc/keys
mount mask ro - /proc/timer_list
mount mask ro - /proc/acpi
mount mask ro - /proc/scsi
mount mask ro - /proc/latency_stats
mount mask ro - /proc/sched_debug
mount mask ro - /proc/kallsyms
mount mask ro - /proc/asound
mount dir ro - /dev
mount bind ro /dev/null /dev/null
mount bind ro /dev/zero /dev/zero
mount bind ro /dev/full /dev/full
mount bind ro /dev/random /dev/random
mount bind ro /dev/urandom /dev/urandom
mount bind ro /dev/tty /dev/tty
mount devpts rw - /dev/pts
mount tmpfs rw SIZE /dev/shm
mount symlink ro pts/ptmx /dev/ptmx
mount symlink ro /proc/self/fd /dev/fd
mount symlink ro /proc/self/fd/0 /dev/stdin
mount symlink ro /proc/self/fd/1 /dev/stdout
mount symlink ro /proc/self/fd/2 /dev/stderr
mount tmpfs rw SIZE /tmp
mount tmpfs rw SIZE /run
mount dir ro - /run/user
mount dir ro - /run/user/0
mount dir ro - /var
mount tmpfs rw SIZE /var/tmp
mount dir ro - /var/lib
mount symlink ro /run /var/run
mount dir ro - /etc
mount file ro TEXT /etc/passwd
mount file ro TEXT /etc/group
mount file ro TEXT /etc/hosts
mount file ro TEXT /etc/hostname
mount bind rw HOME/.local/share/robojail/private/j/home HOME
mount bind rw HOME/.local/share/robojail/jails/j HOME/.local/share/robojail/jails/j
mount dir ro - /.robojail
mount dir ro - /.robojail/objects
mount file ro TEXT /.robojail/pointer
mount bind rw HOME/.local/share/robojail/private/j/git /.robojail/git
mount bind ro DIR/repo-j/.git/objects /.robojail/objects/0
mount dir ro - /.robojail/host
mount dir ro - /.robojail/host/refs
mount file ro TEXT /.robojail/host/HEAD
mount file ro TEXT /.robojail/host/config
mount file ro TEXT /.robojail/host/packed-refs
mount file ro TEXT /.robojail/host/objects/info/alternates
mount bind-inside ro /.robojail/pointer HOME/.local/share/robojail/jails/j/.git
mount symlink ro HOME/.local/share/robojail/jails/j /work'
got=$(plain <<<"$out" | grep '^mount ' | grep -v "^mount symlink ro HOME/.*/jails/j/")
assert_eq "the mounts" "" "$(diff <(echo "$want") <(echo "$got"))"
assert_contains "the project's names" "$(plain <<<"$out")" "mount symlink ro HOME/.local/share/robojail/jails/j/README.md /README.md"
assert_contains "names of variables" "$out" "env HOME" "env ROBOJAIL" "env PATH"
assert_lacks "not their values" "$out" "ROBOJAIL=1"

section "it tells what is done"
sh_jail j 'awk "{ print \$5 }" /proc/self/mountinfo | sort -u; find /etc -type f'
missing=
while read -r _ kind _ _ dst; do
	case $kind in
	bind | copy | tmpfs | proc | devpts | bind-inside) grep -qxF "$dst" <<<"$out" || missing="$missing $dst" ;;
	esac
done < <("$RJ" run --dry-run j -- true | grep '^mount ')
assert_eq "each mount is there" "" "$missing"

section "with other settings"
config <<'END'
network_enabled = false
user = "self"
pids_max = 100
cpu_max = "max"
END
try "$RJ" run --dry-run j -- true
assert_contains "network, user, limit" "$out" "namespaces user mount pid ipc uts cgroup network" "network loopback" "uid $(id -u) for $(id -u)" "seccomp self " "limit pids_max 100 by"
try "$RJ" run --dry-run --user root j -- true
assert_contains "the command line wins" "$out" "uid 0 for" "seccomp root "
config <<<'sysfs = "ro"'
try "$RJ" run --dry-run j -- true
assert_contains "sysfs" "$out" "mount bind ro /sys /sys" "mount mask ro - /sys/firmware"
config <<<'layout = "root"'
try "$RJ" run --dry-run j -- true
assert_contains "layout" "$out" "mount root-bind rw $JAILS/j /"
no_config
assert "a nested one" "$RJ" create n --repo "$T/repo-j" --nested
try "$RJ" run --dry-run n -- true
assert_contains "is told" "$out" "user-namespaces allowed" "landlock scope abi" "seccomp self-nested "
assert_lacks "and hides nothing of /proc" "$out" "- /proc/"

section "words of the project"
sh_jail j 'touch "$(printf "a b\033]0;x\007")" "q\"uote"'
"$RJ" run --dry-run j -- printf 'x\033y' >"$T/out"
assert_eq "one line each, nothing for a terminal" 0 "$(grep -c $'\033' "$T/out")"
assert "quoted" grep -q 'mount symlink ro ".*a b.*" "/a b' "$T/out"
assert_fails_with 3 "no such jail" "$RJ" run --dry-run nothing -- true
assert_fails_with 2 "no command" "$RJ" run --dry-run j
finish
