# doctor: what it says of this host, of broken files, of leftovers, and of hosts that lack something;
# and that it changes nothing.
# as_root
# nested
# shellcheck shell=bash disable=SC2016
. "$E2E/lib.sh"
data=$HOME/.local/share/robojail
# what CHECK: its state, and all of it
state_of() { jq -r --arg c "$1" '[.[] | select(.check == $c)][0].state // "absent"' <<<"$out" 2>&1; }
text_of() { jq -r --arg c "$1" '.[] | select(.check == $c) | [.found, .lost, .remedy] | map(select(.)) | join(" | ")' <<<"$out" 2>&1; }
doctor() { try "$@" "$RJ" doctor --json; }
container() { # SETUP: root of a user namespace does it, then asks
	try unshare --user --map-root-user --mount --pid --fork --mount-proc bash -c "$1"' && exec "$@"' x "$RJ" doctor --json
}

section "a host that can"
doctor
assert_eq "exit status" 0 "$rc"
assert_eq "the last word is a whole jail" "a whole jail fine" "$(jq -r '.[-1] | .check + " " + .state' <<<"$out")"
for check in kernel "user namespace" "id map" "mount namespace" "pid namespace" "ipc namespace" "uts namespace" \
	"cgroup namespace" "network namespace" mounts /proc seccomp keyring sysctls git clock configuration "list of jails"; do
	assert_eq "$check" fine "$(state_of "$check")"
done
for check in landlock cgroup terminal "data directory" "state directory"; do
	assert_match "$check" "$(state_of "$check")" '^(fine|weaker)$'
done
assert_eq "each state is one of three" "" "$(jq -r '.[].state' <<<"$out" | grep -vxE 'fine|weaker|missing')"
assert_eq "what is not fine says what is lost and what to do" "[]" \
	"$(jq -c '[.[] | select(.state != "fine") | select((.lost and .remedy) | not)]' <<<"$out")"
assert_contains "the git that is there" "$(text_of git)" "$(git --version)"
assert_contains "the kernel" "$(text_of kernel)" "$(uname -r)"
try "$RJ" doctor
assert_eq "for people" 0 "$rc"
assert_contains "a table" "$out" CHECK STATE FOUND "a whole jail" "user namespace"
assert_match "  and a verdict" "${out##*$'\n'}" '^(All is well|Jails can be made)'
assert_refused 2 "one output only" "exclude" "$RJ" doctor --json --apparmor-profile
assert_eq "nothing was made" "" "$(ls -A "$HOME" | grep -v gitconfig)"

section "nothing is changed"
make_jail j
before=$(listing "$HOME")
doctor
assert_eq "with a jail" "0 1 jail none" "$rc $(text_of "list of jails") $(text_of leftover)"
assert_eq "  all is as before" "$before" "$(listing "$HOME")"

section "git"
mkdir -p "$T/bin"
printf '#!/bin/sh\ntouch "%s/ran"\necho evil\n' "$T" >"$T/bin/git"
chmod 755 "$T/bin/git"
cd "$T/bin" || exit 1
try env PATH=":." "$RJ" doctor --json
assert_contains "none is needed" "$(text_of git)" "none is needed"
assert "  and one in the current directory is not run" test ! -e "$T/ran"
try env PATH="$T/bin" "$RJ" doctor --json
assert_eq "  as one of an absolute PATH is" evil "$(text_of git)"
printf '#!/bin/sh\nexec sleep 60\n' >"$T/bin/git"
try timeout 20 env PATH="$T/bin:/usr/bin:/bin" "$RJ" doctor --json
assert_eq "  and one that hangs is given up" 0 "$rc"
cd "$T" || exit 1

section "broken files"
printf 'network_enabled = true\n\nlayuot = "path"\n' | config
doctor
assert_eq "the configuration" "4 missing" "$rc $(state_of configuration)"
assert_contains "  with place and remedy" "$(text_of configuration)" "config.toml:3:1" layuot "did you mean layout"
assert_eq "  all else is looked at" "fine fine" "$(state_of "a whole jail") $(state_of "list of jails")"
no_config
cp "$STATE" "$T/good"
echo '{"jails": [' >"$STATE"
before=$(listing "$HOME")
doctor
assert_eq "the list of jails" "4 missing" "$rc $(state_of "list of jails")"
assert_contains "  with place and remedy" "$(text_of "list of jails")" jails.json "repair it"
assert_eq "  it is not touched, nor copied" "$before" "$(listing "$HOME")"
cp "$T/good" "$STATE"
try env -u HOME "$RJ" doctor --json
assert_eq "no home" "4 missing" "$rc $(state_of home)"
assert_contains "  with the remedy" "$(text_of home)" "export HOME"
assert_eq "  all else is looked at" fine "$(state_of "a whole jail")"

section "permissions"
chmod 755 "$data"
doctor
assert_contains "a data directory that others may read" "$(state_of "data directory") $(text_of "data directory")" weaker "chmod go= $data"
chmod 777 "$data"
doctor
assert_contains "and write" "$(text_of "data directory")" "chmod go-w $data"
chmod 700 "$data"
echo | config
chmod 666 "$CONFIG"
doctor
assert_contains "a configuration that others may write" "$(text_of "configuration's mode")" "chmod go-w $CONFIG"
no_config

touch "$T/file"
mkdir "$T/closed" && chmod 555 "$T/closed"
places=("$T/file")
[ "$(id -u)" = 0 ] || places+=("$T/closed")
for place in "${places[@]}"; do
	try env XDG_DATA_HOME="$place" "$RJ" doctor --json
	assert_eq "nothing can be made in $place" "4 missing" "$rc $(state_of "data directory")"
done

section "leftovers"
left() { jq -r '.[] | select(.check == "leftover") | .found + " -> " + .remedy' <<<"$out"; }
make_jail gone
rm -rf "$JAILS/gone"
make_jail lost
rm -rf "$PRIVATE/lost/git"
make_jail orphan
rm -rf "$T/repo-orphan"
make_jail half
jq '.jails.half.creating = true' "$STATE" >"$T/s" && cp "$T/s" "$STATE"
mkdir -p "$JAILS/stray" "$PRIVATE/stray two"
make_jail forgotten
make_jail other
jq 'del(.jails.forgotten) | .jails.other.git_dir = .jails.other.git_dir' "$STATE" >"$T/s" && cp "$T/s" "$STATE"
touch "$STATE.Ab3dEf" "$STATE.corrupt-20260101-000000"
before=$(listing "$HOME")
doctor
assert_eq "are no reason to fail" 0 "$rc"
assert_contains "all are named, with the command" "$(left)" \
	"worktree was removed by hand: $JAILS/gone -> " "robojail destroy gone" \
	"git directory is gone: $PRIVATE/lost/git" "robojail destroy --force lost" \
	"main repository is gone: $T/repo-orphan" "robojail destroy --force orphan" \
	"'create' was cut short: $JAILS/half -> robojail destroy half" \
	"a worktree without a record: $JAILS/stray" "rm -rf $JAILS/stray" \
	"home without a record: $PRIVATE/stray two" "rm -rf '$PRIVATE/stray two'" \
	"$JAILS/forgotten" "$PRIVATE/forgotten" "rm $STATE.Ab3dEf" "rm $STATE.corrupt-20260101-000000"
assert_lacks "and nothing of a good jail" "$(left)" "$JAILS/j" "$PRIVATE/j" "$JAILS/other"
assert_eq "nothing is changed" "$before" "$(listing "$HOME")"
for name in gone half; do
	assert "  the command for $name works" "$RJ" destroy "$name"
done
assert "  and those for orphan and lost" "$RJ" destroy --force orphan lost
# an entry in a repository that another jail still has
try "$RJ" create --name twin --repo "$T/repo-j"
[ $rc = 0 ] || die "a second jail of one repository" "$(shown)"
jq 'del(.jails.twin)' "$STATE" >"$T/s" && cp "$T/s" "$STATE"
rm -rf "$JAILS/twin" "$PRIVATE/twin" "$JAILS/stray" "$PRIVATE/stray two" "$JAILS/forgotten" "$PRIVATE/forgotten" "$STATE".[Ac]*
doctor
assert_contains "an entry of a repository" "$(left)" "$T/repo-j/.git/worktrees/" "rm -r "
git -C "$T/repo-j" worktree prune
"$RJ" run j -- sh -c 'sleep 3' &
eventually "a session runs" sh -c '"$RJ" list --json | jq -e ".[] | select(.name == \"j\" and .status == \"running\")"'
doctor
assert_eq "with a session running" "0 none" "$rc $(text_of leftover)"
wait

section "hosts that lack something"
container 'echo 0 >/proc/sys/user/max_user_namespaces'
assert_eq "user namespaces" "4 missing missing" "$rc $(state_of "user namespace") $(state_of "a whole jail")"
assert_contains "  with the remedy" "$(text_of "user namespace")" "user.max_user_namespaces=15000"
container 'echo 0 >/proc/sys/user/max_net_namespaces'
assert_eq "network namespaces" "4 missing" "$rc $(state_of "network namespace")"
assert_contains "  with the remedy" "$(text_of "network namespace")" "user.max_net_namespaces=15000"
mask='mount -t tmpfs none /proc/acpi 2>/dev/null || mount -t tmpfs none /proc/bus'
container "$mask"
assert_eq "a /proc of its own" "4 missing missing" "$rc $(state_of /proc) $(state_of "a whole jail")"
assert_contains "  with the remedies" "$(text_of /proc)" systempaths=unconfined unmask=ALL "procMount: Unmasked" \
	security.nesting=true --allow-host-proc
echo 'allow_host_proc = true' | config
container "$mask"
assert_eq "  and where it is allowed to do without" "0 weaker fine" "$rc $(state_of /proc) $(state_of "a whole jail")"
no_config
container 'mount -t tmpfs -o ro none '"$data"
assert_eq "a data directory that can be written" "4 missing" "$rc $(state_of "data directory")"
container 'mount -t tmpfs -o noexec,mode=700 none '"$data"
assert_contains "one that is noexec" "$(state_of "data directory") $(text_of "data directory")" weaker noexec XDG_DATA_HOME
container 'mount -t tmpfs -o nr_inodes=50,mode=700 none '"$data"
assert_contains "one that is full" "$(text_of "data directory")" "make room"
try python3 "$E2E/filtered.py" clone:10000000=EPERM clone3=ENOSYS -- "$RJ" doctor --json
assert_contains "docker's filter" "$rc $(text_of "user namespace")" "4 " seccomp=unconfined apparmor=unconfined
try python3 "$E2E/filtered.py" mount=EACCES -- "$RJ" doctor --json
assert_contains "docker's AppArmor profile" "$rc $(text_of mounts)" "4 " apparmor=unconfined
try python3 "$E2E/filtered.py" mount=EACCES -- "$RJ" doctor
assert_contains "for people" "$rc $out" "4 " "mounts: missing" "remedy:" "No jail can be made"

section "AppArmor"
try "$RJ" doctor --apparmor-profile
assert_eq "a profile for this program" 0 "$rc"
assert_contains "  by its path" "$out" "profile robojail \"$(readlink -f "$RJ")\" flags=(unconfined)" "userns,"
section "the whole home, open"
mkdir -p "$(dirname "$CONFIG")"
echo 'extra_rw_binds = ["~"]' >"$CONFIG"
assert_contains "doctor says what is lost" "$("$RJ" doctor)" "extra_rw_binds has ~, which is all of your home" ".bashrc"
make_jail open
in_jail open true
assert_eq "a session warns" 0 "$rc"
assert_contains "" "$err" "warning: extra_rw_binds has ~" "hint:"
mkdir "$HOME/one"
echo 'extra_rw_binds = ["~/one"]' >"$CONFIG"
in_jail open true
assert_eq "of a part of it not" "0 " "$rc $err"
rmdir "$HOME/one"

finish
