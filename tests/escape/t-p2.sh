# P2: the agent overwrites the program that made its jail, through /proc/PID/exe.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
# The user's own copy, which the user may write: nothing but the jail protects it.
mkdir -p "$HOME/bin"
home_may_have="$home_may_have bin"
cp "$RJ" "$HOME/bin/robojail" && chmod 755 "$HOME/bin/robojail"
RJ=$HOME/bin/robojail
sum=$(sha256sum <"$RJ")
says_bash() { bash -c '"$0" --version' "$T/self" 2>&1 | grep -q 'bash'; }
same() { [ "$(sha256sum <"$RJ") $(stat -c %a "$RJ")" = "$sum 755" ]; }
cat >"$T/exe.py" <<'END'
import os, sys, time
def hit(path):
    """Everything that a link to a program allows."""
    for how in (lambda: os.close(os.open(path, os.O_WRONLY)), lambda: os.truncate(path, 0), lambda: os.chmod(path, 0o777), lambda: os.utime(path, (1, 1)),
                lambda: os.link(path, "taken", follow_symlinks=True)):
        try:
            how()
            print("WROTE", path)
        except OSError:
            pass
end = time.time() + float(sys.argv[1])
me = {os.getpid()}
seen = {}
while True:
    for p in os.listdir("/proc"):
        if p.isdigit() and int(p) not in me:
            for name in ("exe",):
                path = "/proc/%s/%s" % (p, name)
                try:
                    if "robojail" in os.readlink(path) and p not in seen:
                        seen[p] = os.open(path, os.O_PATH)
                        print("SEEN", path)
                        hit("/proc/self/fd/%d" % seen[p])
                except OSError:
                    pass
    if time.time() > end:
        break
for fd in seen.values():
    hit("/proc/self/fd/%d" % fd)
for p in ("/proc/1/exe", "/proc/self/exe"):
    if p == "/proc/1/exe" or "robojail" in os.readlink(p):
        hit(p)
END
attack "/proc/1/exe and /proc/PID/exe of the supervisor and of PID 1"
make_jail j
cp "$RJ" "$T/victim"
"$T/victim" init -- sleep 2 &
sleep 0.3
python3 - "$!" <<'END'
import os, sys
fd = os.open("/proc/%s/exe" % sys.argv[1], os.O_PATH)
os.chmod("/proc/self/fd/%d" % fd, 0o700)
END
control "a process of the same user can change the program" is 700 "$(stat -c %a "$T/victim")"
cp "$T/exe.py" "$PRIVATE/j/home/exe.py"
in_jail j sh -c 'python3 ~/exe.py 0.3 && echo reached; ls -l /proc/1/ /proc/1/exe; cat /proc/1/maps; cat /proc/1/mem; readlink /proc/1/cwd /proc/1/root'
held "nothing of it can be opened" not says WROTE
held "the attack ran" says reached
held "the program is as it was" same
wait

attack "a command that is /proc/self/exe: the host's program runs inside, and can be reached there"
ln -s /proc/self/exe "$T/self"
control "such a link starts whatever program resolves it" says_bash
try "$RJ" run j -- sh -c 'ln -s /proc/self/exe self; printf "#!/proc/self/exe\n" >script; chmod 755 script; mkdir -p bin; ln -s ../self bin/git'
for what in ./self ./script bin/git; do
	in_jail j "$what" --version
	held "as $what it is refused" is "126 " "$rc $out"
done
in_jail j sh -c '(python3 ~/exe.py 2 && echo reached &) >seen 2>&1; sleep 0.2; ./self --version; sleep 2.2; cat seen'
held "nobody sees it run" not says "SEEN"
held "the attack ran" says reached
held "the program is as it was" same

finish_rows
