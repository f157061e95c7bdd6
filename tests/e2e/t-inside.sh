# What a jail looks like from inside.
# as_root
# nested
# shellcheck shell=bash
. "$E2E/lib.sh"
secret=SECRET-$RANDOM$RANDOM
mkdir -p "$HOME/.ssh" "$HOME/Documents"
home_may_have="$home_may_have .ssh Documents secret.txt .bashrc"
echo "$secret" >"$HOME/secret.txt"
echo "$secret" >"$HOME/.ssh/id_ed25519"
echo "$secret" >"$HOME/Documents/letter"
echo "export LEAK=$secret" >"$HOME/.bashrc"
echo "$secret" >"$T/outside.txt"
marker=$(mktemp /tmp/rj-outside.XXXXXX) && echo "$secret" >"$marker"
trap 'rm -f "$marker"' EXIT
make_repo "$T/project"
assert "create" "$RJ" create --name j --repo "$T/project"
W=$JAILS/j

section "who and where"
in_jail j id -u; assert_eq "id -u is 0" 0 "$out"
in_jail j id; assert_contains "with the name root" "$out" "uid=0(root) gid=0(root)"
in_jail j whoami; assert_eq "whoami" root "$out"
in_jail j pwd; assert_eq "pwd is the worktree, at its own path" "$W" "$out"
in_jail j readlink -f /work; assert_eq "/work leads there" "$W" "$out"
in_jail j ls /; assert_contains "the project is at / too" "$out" README.md include docs
in_jail j cat /README.md /include/INDEX; assert_contains "and can be read there" "$out" "# Headers" "include/asm-generic"
in_jail j test -L /bin/count; assert_ne "but not where the system is" 0 "$rc"
in_jail j hostname; assert_ne "it has a host name of its own" "$(hostname)" "$out"
assert_eq "and its name as such" j "$out"

section "the system"
for dir in /usr /etc /bin /lib /dev /proc /tmp /run /var/tmp; do
	in_jail j ls "$dir"; assert_eq "ls $dir" 0 "$rc"
done
for path in /usr/x /usr/bin/x /usr/local/x /etc/x /bin/x /lib/x /x /dev/x /proc/x /proc/sys/kernel/hostname /var/x; do
	in_jail j sh -c "echo x >$path"; assert_ne "writing $path fails" 0 "$rc"
done
in_jail j rm -f /etc/passwd; assert_ne "removing /etc/passwd fails" 0 "$rc"
in_jail j mount -t tmpfs none /tmp; assert_ne "mounting fails" 0 "$rc"
in_jail j umount /usr; assert_ne "unmounting fails" 0 "$rc"
in_jail j cat /etc/passwd; assert_lacks "/etc/passwd is its own" "$out" "daemon" "rjtest"
in_jail j cat /etc/shadow; assert_ne "no /etc/shadow" 0 "$rc"
sh_jail j 'ls /etc | wc -l'; assert "a small /etc" test "$out" -lt 40
in_jail j getent hosts localhost; assert_contains "localhost has an address" "$out" localhost
sh_jail j 'ls /dev | sort | tr "\n" " "'
assert_eq "/dev has what is harmless, and no more" "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero " "$out"
sh_jail j 'for d in null full tty; do chmod 600 /dev/$d 2>/dev/null || touch -d @1 /dev/$d 2>/dev/null && echo changed $d; done; true'
assert_eq "  the nodes themselves cannot be changed" "" "$out"
sh_jail j 'echo x >/dev/null && head -c 3 /dev/zero | od -An -tx1 && head -c 4 /dev/urandom | wc -c && ! echo x >/dev/full'
assert_eq "which works" " 00 00 00
4" "$out"
sh_jail j 'for d in /tmp /run /var/tmp /dev/shm "$HOME" .; do echo x >$d/probe && cat $d/probe && rm $d/probe || echo "not $d"; done'
assert_eq "/tmp /run /var/tmp /dev/shm, home and worktree can be written" "x
x
x
x
x
x" "$out"
sh_jail j 'ls -A /sys 2>/dev/null'; assert_eq "no /sys" "" "$out"
sh_jail j 'head -c 1 /proc/kcore; head -c 1 /proc/keys; echo x >/proc/sysrq-trigger'
assert_eq "the dangerous entries of /proc are closed" "" "$out"
assert_ne "sysrq-trigger too" 0 "$rc"

section "the host's files"
sh_jail j "cat $HOME/secret.txt $HOME/.ssh/id_ed25519 $HOME/Documents/letter $T/outside.txt $marker"
assert_lacks "secrets are not where they are on the host" "$out" "$secret"
sh_jail j "grep -rIls $secret / --exclude-dir=proc --exclude-dir=usr; grep -as $secret /proc/*/environ; true"
assert_eq "a search of everything finds nothing" "" "$out"
sh_jail j "ls -A $HOME"; assert_lacks "the home is another" "$out" Documents secret.txt
sh_jail j "git config --global --list | cut -d= -f1 | cut -d. -f1 | sort -u"; assert_lacks "of its .gitconfig there is who commits, and no more" "$(grep -vx -e user -e author -e committer -e init <<<"$out")" .
sh_jail j 'echo "$HOME"'; assert_eq "HOME has the same path" "$HOME" "$out"
sh_jail j "ls $T"; assert_lacks "what is beside the home is not there" "$out" outside.txt project
sh_jail j "ls $W/.."; assert_eq "other jails are not there" j "$out"
in_jail j ls "$PRIVATE"; assert_ne "nor RoboJail's own data" 0 "$rc"
in_jail j ls "${STATE%/*}"; assert_ne "nor its state" 0 "$rc"
sh_jail j 'cat /proc/self/mountinfo'; assert_lacks "no mount shows the host's root" "$out" "oldroot" "put_old"
sh_jail j 'ls -d /proc/1/root/home/* /proc/1/cwd/../../* 2>/dev/null'; assert_lacks "PID 1 is no way out" "$out" rjtest

section "processes"
in_jail j ps -e -o pid= -o comm=
assert_match "ps shows only the jail" "$(tr -s ' \n' ' ' <<<"$out")" '^ ?1 rj-init [0-9]+ ps $'
sh_jail j 'echo $$'; assert "process numbers are small" test "$out" -lt 10
sh_jail j 'kill -0 -1; ls /proc | grep -c "^[0-9]"'; assert "and few" test "$out" -lt 6
for ns in user mnt pid ipc uts cgroup; do
	in_jail j readlink /proc/self/ns/$ns
	assert_match "an own $ns namespace" "$out" "^$ns:"
	assert_ne "  that is not the host's" "$(readlink /proc/self/ns/$ns)" "$out"
done
in_jail j readlink /proc/self/ns/net
assert_eq "the network is the host's by default" "$(readlink /proc/self/ns/net)" "$out"
in_jail j cat /proc/self/status
for set in CapInh CapPrm CapEff CapBnd CapAmb; do
	assert_match "$set is empty" "$out" "$set:[[:space:]]0000000000000000"
done
assert_match "no_new_privs" "$out" "NoNewPrivs:[[:space:]]1"
in_jail j unshare --user true; assert_ne "no user namespaces inside" 0 "$rc"
in_jail j cat /proc/1/status; assert_match "PID 1 holds none either" "$out" "CapEff:[[:space:]]0000000000000000"

section "environment and descriptors"
export SECRET_TOKEN=$secret AWS_SECRET_ACCESS_KEY=$secret SSH_AUTH_SOCK=/tmp/agent TERM=vt100 LC_ALL=C.UTF-8 COLORTERM=truecolor
in_jail j env
assert_lacks "secrets are gone" "$out" "$secret" SSH_AUTH_SOCK RJ_E2E_ID
assert_contains "what is let through is there" "$out" TERM=vt100 LANG=C.UTF-8 LC_ALL=C.UTF-8 COLORTERM=truecolor
assert_contains "and what the jail sets" "$out" "HOME=$HOME" USER=root LOGNAME=root SHELL= PATH= \
	ROBOJAIL=1 ROBOJAIL_NAME=j IS_SANDBOX=1
assert_eq "and nothing else" "COLORTERM HOME IS_SANDBOX LANG LC_ALL LOGNAME PATH ROBOJAIL ROBOJAIL_NAME SHELL TERM USER XDG_RUNTIME_DIR " \
	"$(sed 's/=.*//' <<<"$out" | sort | tr '\n' ' ')"
unset SECRET_TOKEN AWS_SECRET_ACCESS_KEY SSH_AUTH_SOCK TERM LC_ALL COLORTERM
exec 9<"$HOME/secret.txt" 8<"$HOME" 33<"$T/outside.txt"
sh_jail j 'for f in /proc/self/fd/*; do echo "${f##*/}"; done | sort -n | tr "\n" " "; cat <&9'
exec 9<&- 8<&- 33<&-
assert_lacks "an open descriptor does not come in" "$out" "$secret" 33
assert_match "only 0, 1, 2 and what the shell opens" "$out" '^0 1 2 ([3-5] )?$'
cd "$HOME/Documents" || exit 1
in_jail j pwd; assert_eq "nor does the working directory" "$W" "$out"
cd "$T" || exit 1

section "what stays"
sh_jail j 'echo kept >"$HOME/note"; echo gone >/tmp/note; mkdir -p ~/.config/tool'
sh_jail j 'cat "$HOME/note"; cat /tmp/note; ls -d ~/.config/tool'
assert_contains "the home stays" "$out" kept .config/tool
assert_lacks "/tmp does not" "$out" gone
[ ! -e "$HOME/note" ]; assert_eq "and none of it is in the real home" 0 $?
sh_jail j 'id -u >made; mkdir d; touch d/f; chown 0:0 made'
assert_eq "files made inside are the user's outside" "$ME" "$(stat -c %u "$W/made")"
assert "another jail" "$RJ" create --name k --repo "$T/project"
sh_jail k "cat ~/note; ls $W"; assert_eq "has a home of its own, and not the other's files" "" "$out"
finish
