# shellcheck shell=bash disable=SC2016
# Real programs in a jail: run by tests/programs/run, all of them, and by t-programs.sh, some, as an
# unprivileged user with a home of its own. Arguments are names of programs; none means all. From
# outside come RJ (the binary), WORK (a directory for what is made) and LIMIT (seconds for each).
#
#   program NAME WHAT [USERS] <<'END' ... END
#
# What follows is a script that runs in an empty directory of a jail and must succeed, as root in name
# and as the user, or as USERS. It ends at the first command that fails (so none stands before an &&).
# `refused CMD...` must fail.
set -u
passed=0 failed=0
want=" $* "
cat >"$HOME/.gitconfig" <<'END'
[user]
	name = Tester
	email = tester@example.org
END
mkdir "$WORK/repo" && cd "$WORK/repo" && git init -q . && echo x >x && git add x && git commit -q -m x || exit 1
"$RJ" create --name p --repo . >/dev/null || exit 1

program() {
	local name=$1 what=$2 users=${3:-root self} script user how=ok
	script=$(cat)
	[[ $want = "  " || $want = *" $name "* ]] || return 0
	for user in $users; do
		if printf '%s\n' "$script" | timeout "$LIMIT" "$RJ" run --user "$user" p -- bash -c '
			dir=$(mktemp -d ~/case.XXXXXX) && cd "$dir" || exit 1
			cat >script
			refused() { if "$@" >/dev/null 2>&1; then echo "worked, but must not: $*"; exit 1; fi; }
			export XDG_RUNTIME_DIR=$dir GIT_AUTHOR_NAME=me GIT_AUTHOR_EMAIL=me@example.org
			export GIT_COMMITTER_NAME=me GIT_COMMITTER_EMAIL=me@example.org
			{ declare -f refused && cat script; } >whole
			bash -e whole
			rc=$?
			chmod -R u+rwX "$dir"
			cd / && rm -rf "$dir"
			exit $rc' >"$WORK/out" 2>&1; then
			passed=$((passed + 1))
		else
			how="FAILED as $user"
			failed=$((failed + 1))
			tail -n 40 "$WORK/out" | sed 's/^/    /'
		fi
	done
	printf '| %-10s | %s | %s |\n' "$name" "$what" "$how"
}

# ---- debuggers and tracers
program strace "-f over a shell, its children and a thread" <<'END'
strace -f -o log sh -c 'ls / | wc -l; python3 -c "import threading; t = threading.Thread(target=print); t.start(); t.join()"'
grep -q execve log
grep -q 'exited with 0' log
strace -f -c -o counts true
grep -q total counts
END
program gdb "break main, run, step, a stack; attach to a process" <<'END'
printf '#include <stdio.h>\nint twice(int x) { return 2 * x; }\nint main(void) { printf("%%d\\n", twice(21)); return 0; }\n' >a.c
gcc -g -O0 -o a a.c
gdb -batch -ex 'break twice' -ex run -ex bt -ex finish -ex continue ./a >log 2>&1
grep -q '#1 .* main' log
grep -q 'exited normally' log
refused grep -i 'error disabling address space' log
sleep 60 &
pid=$!
gdb -batch -p $pid -ex bt -ex detach >log 2>&1
grep -q '#0' log
kill $pid
gdb -batch -ex run -ex bt --args python3 -c 'import os; os.abort()' >log 2>&1
grep -q SIGABRT log
END
program ltrace "library calls of a program" <<'END'
printf '#include <stdlib.h>\nint main(int c, char **v) { return atoi(v[1]); }\n' >a.c
gcc -no-pie -Wl,-z,lazy -O0 -o a a.c
ltrace -o log ./a 0
grep -q atoi log
grep -q exited log
END
program valgrind "memcheck finds a leak, and none" <<'END'
printf '#include <stdlib.h>\nint main(int c, char **v) { volatile char *p = malloc(10); p[0] = 1; if (c > 1) return 0; free((void *)p); return 0; }\n' >a.c
gcc -g -O0 -o a a.c
valgrind -q --leak-check=full --error-exitcode=9 ./a
refused valgrind -q --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all --error-exitcode=9 ./a x
END

# ---- languages
program python3 "asyncio, multiprocessing, threads, shared memory, sockets, subprocess" <<'END'
cat >a.py <<'PY'
import asyncio, concurrent.futures, multiprocessing, multiprocessing.shared_memory, os, socket, subprocess, threading, uuid, fcntl, select, signal, mmap, tempfile, shutil
def square(x):
    return x * x
async def serve():
    async def echo(r, w):
        w.write(await r.read(5)); await w.drain(); w.close()
    s = await asyncio.start_server(echo, "127.0.0.1", 0)
    r, w = await asyncio.open_connection(*s.sockets[0].getsockname())
    w.write(b"hello"); w.write_eof()
    assert await r.read() == b"hello"
    p = await asyncio.create_subprocess_exec("echo", "x", stdout=asyncio.subprocess.PIPE)
    assert (await p.communicate())[0] == b"x\n"
if __name__ == "__main__":
    asyncio.run(serve())
    for method in ("fork", "spawn", "forkserver"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            assert pool.map(square, range(5)) == [0, 1, 4, 9, 16]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(square, range(10))) == 285
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        assert sum(pool.map(square, range(10))) == 285
    m = multiprocessing.shared_memory.SharedMemory(create=True, size=100); m.buf[0] = 7; m.close(); m.unlink()
    a, b = socket.socketpair(); a.send(b"x"); assert b.recv(1) == b"x"
    assert subprocess.check_output(["sh", "-c", "echo $0"]) == b"sh\n"
    assert socket.if_nameindex()
    os.memfd_create("x"); os.sched_getaffinity(0); os.getrandom(4); os.pidfd_open(os.getpid())
    os.posix_spawn("/bin/true", ["true"], os.environ); os.wait()
    fd = os.eventfd(1); os.eventfd_read(fd)
    with tempfile.TemporaryDirectory() as d:
        shutil.copy2(__file__, d); os.setxattr(d, b"user.x", b"1") if hasattr(os, "setxattr") and not d.startswith("/tmp") else None
PY
python3 a.py
END
program pytest "a test suite" <<'END'
printf 'import os, time, threading\ndef test_a(tmp_path):\n    (tmp_path / "f").write_text("x")\n    os.chmod(tmp_path / "f", 0o600)\ndef test_b(capfd):\n    os.system("echo hi")\n    assert capfd.readouterr().out == "hi\\n"\n' >test_a.py
pytest-3 -q
END
program venv "a virtual environment, pip of a package in a folder" <<'END'
python3 -m venv v
mkdir -p pkg/tiny
echo 'answer = 42' >pkg/tiny/__init__.py
printf 'from setuptools import setup\nsetup(name="tiny", version="1", packages=["tiny"])\n' >pkg/setup.py
v/bin/pip install -q --no-index --no-build-isolation ./pkg || v/bin/python -m pip install -q --no-index --no-use-pep517 --no-build-isolation ./pkg
v/bin/python -c 'import tiny; assert tiny.answer == 42'
END
program node "worker_threads, child processes, fs.watch, cluster, network interfaces, http" <<'END'
cat >a.js <<'JS'
const { Worker, isMainThread, parentPort } = require('worker_threads')
const fs = require('fs'), os = require('os'), http = require('http'), cp = require('child_process'), assert = require('assert')
if (!isMainThread) { parentPort.postMessage(6 * 7) } else (async () => {
  assert.equal(await new Promise(r => new Worker(__filename).on('message', r)), 42)
  const seen = new Promise(r => { const w = fs.watch('.', (e, f) => { if (f === 'new') { w.close(); r(true) } }) })
  setTimeout(() => fs.writeFileSync('new', 'x'), 50)
  assert(await seen)
  assert.equal(cp.execFileSync('echo', ['x']).toString(), 'x\n')
  assert(os.networkInterfaces().lo && os.cpus().length && os.userInfo().username)
  const s = http.createServer((q, a) => a.end('hi')).listen(0, '127.0.0.1')
  await new Promise(r => s.on('listening', r))
  const text = await (await fetch('http://127.0.0.1:' + s.address().port)).text()
  assert.equal(text, 'hi')
  await fs.promises.writeFile('f', Buffer.alloc(1 << 20)); await fs.promises.copyFile('f', 'g'); await fs.promises.chown('f', 0, 0).catch(() => {})
  process.exit(0)
})().catch(e => { console.error(e); process.exit(1) })
JS
node a.js
END
program npm "install of a package in a folder, and its script" <<'END'
mkdir -p dep app
printf '{"name":"dep","version":"1.0.0","main":"i.js","scripts":{"postinstall":"echo post >../post.txt"}}' >dep/package.json
echo 'module.exports = 42' >dep/i.js
printf '{"name":"app","version":"1.0.0","scripts":{"test":"node -e \\"process.exit(require(\\u0027dep\\u0027) - 42)\\""}}' >app/package.json
cd app
npm install --no-audit --no-fund --offline ../dep
npm pack --silent ../dep
npm install --no-audit --no-fund --offline ./dep-1.0.0.tgz
npm test
END
program go "build, test, goroutines, os/exec, net" <<'END'
export GOFLAGS=-mod=mod GOTOOLCHAIN=local GOPROXY=off
go mod init example.org/a 2>/dev/null
cat >a.go <<'GO'
package main
import ("fmt"; "net"; "os/exec"; "sync"; "time"; "os/user")
func Sum(n int) (s int) { var m sync.Mutex; var w sync.WaitGroup
	for i := 0; i < n; i++ { w.Add(1); go func(i int) { defer w.Done(); m.Lock(); s += i; m.Unlock() }(i) }
	w.Wait(); return }
func main() {
	out, err := exec.Command("echo", "x").Output()
	if err != nil || string(out) != "x\n" { panic(err) }
	l, err := net.Listen("tcp", "127.0.0.1:0"); if err != nil { panic(err) }
	go func() { c, _ := l.Accept(); fmt.Fprint(c, "hi"); c.Close() }()
	c, err := net.DialTimeout("tcp", l.Addr().String(), time.Second); if err != nil { panic(err) }
	b := make([]byte, 2); if _, err = c.Read(b); err != nil { panic(err) }
	if i, err := net.Interfaces(); err != nil || len(i) == 0 { panic("interfaces") }
	if _, err := user.Current(); err != nil { panic(err) }
	fmt.Println(Sum(100))
}
GO
printf 'package main\nimport "testing"\nfunc TestSum(t *testing.T) { if Sum(100) != 4950 { t.Fatal() } }\n' >a_test.go
go vet .
go build -o a .
[ "$(./a)" = 4950 ]
go test ./...
[ ! -d "$(go env GOROOT)/src/runtime/race" ] || ! ls "$(go env GOROOT)"/src/runtime/race/race_linux*.syso >/dev/null 2>&1 || go test -race ./...
END
program java "javac, threads, files, sockets; jcmd and jstack attach to it" <<'END'
cat >A.java <<'J'
import java.net.*; import java.nio.file.*; import java.util.concurrent.*;
public class A { public static void main(String[] v) throws Exception {
  var pool = Executors.newFixedThreadPool(4); int s = 0;
  Callable<Integer> seven = () -> 7;
  for (var f : pool.invokeAll(java.util.Collections.nCopies(10, seven))) s += f.get();
  pool.shutdown(); if (s != 70) System.exit(1);
  var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  new Thread(() -> { try { server.accept().getOutputStream().write(7); } catch (Exception e) { } }).start();
  if (new Socket(server.getInetAddress(), server.getLocalPort()).getInputStream().read() != 7) System.exit(1);
  if (new ProcessBuilder("true").start().waitFor() != 0) System.exit(1);
  if (!NetworkInterface.getNetworkInterfaces().hasMoreElements()) System.exit(1);
  Files.writeString(Path.of("ready"), "x");
  if (v.length > 0) Thread.sleep(60000); } }
J
javac A.java
java A
java -XX:+UseZGC -Xmx64m A
java -XX:+UseNUMA -XX:+UseParallelGC -Xmx64m A
rm ready
java A wait &
for i in $(seq 100); do [ -e ready ] && break; sleep 0.1; done
jcmd $! VM.version
jstack $! >log
grep -q main log
kill $!
END
program cargo "a crate built and tested" <<'END'
export CARGO_NET_OFFLINE=true
cargo new -q --vcs none a
cd a
cat >>src/main.rs <<'R'
#[test] fn works() { let t = std::thread::spawn(|| 42); assert_eq!(t.join().unwrap(), 42);
  assert!(std::process::Command::new("true").status().unwrap().success()); }
R
cargo build -q
[ "$(./target/debug/a)" = "Hello, world!" ]
cargo test -q
END
program gcc "make -j and cmake builds of C and C++" <<'END'
for i in 1 2 3 4; do echo "int f$i(void) { return $i; }" >f$i.c; done
printf 'int f1(void), f2(void), f3(void), f4(void);\nint main(void) { return f1() + f2() + f3() + f4() - 10; }\n' >m.c
printf 'm: f1.o f2.o f3.o f4.o m.o\n' >Makefile
make -s -j4 m
./m
gcc -fsanitize=address,undefined -o san m.c f?.c
./san
printf 'cmake_minimum_required(VERSION 3.10)\nproject(x CXX)\nadd_executable(x x.cc)\nenable_testing()\nadd_test(x x)\n' >CMakeLists.txt
printf '#include <thread>\n#include <iostream>\nint main() { std::thread t([] { std::cout << 1; }); t.join(); }\n' >x.cc
cmake -S . -B b >log
make -s -C b
make -s -C b test
END
program php "a script, processes, the built-in web server" <<'END'
echo '<?php echo "hi " . (function_exists("posix_getuid") ? posix_getuid() : getmyuid());' >i.php
php i.php | grep -q hi
php -S 127.0.0.1:0 -t . >log 2>&1 &
for i in $(seq 50); do grep -q started log && break; sleep 0.1; done
port=$(sed -n 's/.*127.0.0.1:\([0-9]*\)).*/\1/p' log)
php -r "exit(str_starts_with(file_get_contents('http://127.0.0.1:$port/i.php'), 'hi') ? 0 : 1);"
kill $!
END
program ruby "threads, fork, sockets" <<'END'
ruby -rsocket -e 'raise unless 3.times.map { |i| Thread.new { i * i } }.sum(&:value) == 5
r, w = IO.pipe; pid = fork { w.write "x" }; Process.wait pid; raise unless r.read_nonblock(1) == "x"
s = TCPServer.new "127.0.0.1", 0; Thread.new { s.accept.puts "hi" }
raise unless TCPSocket.new("127.0.0.1", s.addr[1]).gets == "hi\n"; raise unless Socket.getifaddrs.any?'
END
program perl "fork, sockets, locks, its own tests" <<'END'
perl -MFcntl=:flock -MSocket -MIO::Socket::INET -MPOSIX -e '
  my $pid = fork // die; exit 3 unless $pid; waitpid $pid, 0; die if $? >> 8 != 3;
  open my $f, ">", "lock" or die; flock $f, LOCK_EX or die;
  my $s = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1") or die;
  my $c = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $s->sockport) or die;
  die unless `echo x` eq "x\n"; chown 1234, 1234, "lock" or $< or die "chown"'
printf 'use Test::More tests => 1; ok(1);\n' >a.t
prove -q a.t
END

# ---- databases
program postgres "initdb, start, tables, indexes, parallel query, stop" self <<'END'
PATH=$PATH:$(printf '%s:' /usr/lib/postgresql/*/bin)
initdb -D d -A trust -U me >log
pg_ctl -D d -w -o "-c listen_addresses= -k $PWD" -l server.log start >/dev/null || { cat server.log; exit 1; }
psql -h "$PWD" -U me -d postgres -qAt -c 'create table t as select generate_series(1,100000) x' -c 'create index on t (x)' -c 'set max_parallel_workers_per_gather = 2' -c 'set parallel_setup_cost = 0' -c 'vacuum analyze t' -c 'select sum(x) from t' | grep -qx 5000050000
pg_ctl -D d -w -m fast stop >/dev/null
END
program sqlite "tables, a write-ahead log, two writers" <<'END'
sqlite3 a.db 'pragma journal_mode = wal; create table t (x)' >/dev/null
(for i in $(seq 50); do sqlite3 -cmd '.timeout 9000' a.db 'insert into t values (1)'; done) &
for i in $(seq 50); do sqlite3 -cmd '.timeout 9000' a.db 'insert into t values (1)'; done
wait
[ "$(sqlite3 a.db 'select sum(x) from t')" = 100 ]
END

# ---- a browser
program chromium "--headless --no-sandbox --dump-dom of a page with a script" <<'END'
echo '<html><body><script>document.body.append(6 * 7 + "!")</script></body></html>' >a.html
browser=/usr/lib/chromium/chromium # the command itself is a script that reads /etc/chromium.d
[ -x $browser ] || browser=chromium
timeout 100 $browser --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$PWD/profile" --dump-dom "file://$PWD/a.html" 2>log | grep -q '42!' || { tail -n 20 log; exit 1; }
END

# ---- tools of every day
program git "init, commit, branch, merge, clone, gc, worktree" <<'END'
git init -q a
cd a
echo 1 >f
git add f
git commit -q -m 1
git checkout -q -b b
echo 2 >g
git add g
git commit -q -m 2
git checkout -q -
git merge -q b
git worktree add -q ../w b
git clone -q . ../c
git gc -q
git fsck --strict
git -C ../c log --oneline | grep -q 2
END
program tmux "a session, a window, keys, its screen" <<'END'
export TERM=screen
tmux -S s -f /dev/null new-session -d -x 80 -y 24 sh
tmux -S s send-keys 'echo $((6*7))-is-it; tty' Enter
for i in $(seq 100); do tmux -S s capture-pane -p | grep -q '^/dev/pts/' && break; sleep 0.1; done
tmux -S s capture-pane -p >screen
cat screen
grep -q '42-is-it' screen # typed before the prompt was there, it stands behind it
grep -q '^/dev/pts/' screen
tmux -S s kill-server
END
program vim "edits a file without a screen, and runs a job" <<'END'
echo hello >f
vim -Nu NONE -es -c '%s/hello/world/' -c 'call system("echo x >g")' -c wq f
grep -qx world f
grep -qx x g
END
program tar "x of foreign owners and set-id bits, as root in name and not" <<'END'
mkdir a
echo x >a/f
chmod 4755 a/f
mkfifo a/p
ln -s f a/l
tar --owner=1234:1234 --group=99:99 -cf a.tar a
rm -rf a
tar -xpf a.tar
[ -u a/f ]
[ -p a/p ]
[ -L a/l ]
grep -qx x a/f
[ "$(id -u)" != 0 ] || { chown 7:7 a/f && chown -h 7 a/l && chgrp -R 12 a && install -o 5 -g 6 -m 2755 a/f i; }
END
program dpkg-deb "a package is built, and unpacked" <<'END'
mkdir -p p/DEBIAN p/usr/share/x
echo 1 >p/usr/share/x/f
printf 'Package: x\nVersion: 1\nArchitecture: all\nMaintainer: me <me@example.org>\nDescription: x\n' >p/DEBIAN/control
dpkg-deb -b --root-owner-group p x.deb >/dev/null
dpkg-deb -x x.deb out
grep -q 1 out/usr/share/x/f
END
program rsync "-a of a tree, twice; a daemon, as the user" <<'END'
mkdir -p a/b
echo 1 >a/b/f
ln -s f a/b/l
chmod 640 a/b/f
rsync -aHAX a/ c
rsync -aHAX --delete a/ c
diff -r a c
# root in name would become nobody, who does not exist inside
[ "$(id -u)" != 0 ] || exit 0
printf 'use chroot = no\n[m]\npath = %s/a\nread only = yes\n' "$PWD" >conf
rsync --daemon --config=conf --address=127.0.0.1 --port=8873 --no-detach --log-file=log &
sleep 1
rsync -a rsync://127.0.0.1:8873/m/ d
diff -r a d
kill $!
END
program ss "addresses, routes and sockets" <<'END'
ip -o addr | grep -q 'lo '
ip route >/dev/null
python3 -c 'import socket, time; s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); open("port", "w").write(str(s.getsockname()[1])); time.sleep(30)' &
while [ ! -s port ]; do sleep 0.1; done
ss -tln | grep -q ":$(cat port)"
kill $!
END
program util-linux "setarch, setsid, flock, nsenter refused, script" <<'END'
[ "$(setarch -R uname -s)" = Linux ]
setsid -w true
flock x true
nice true
ionice -c 3 true
taskset 1 true
chrt -b 0 true
prlimit --nofile=100 true
timeout 5 true
nohup true >/dev/null 2>&1
stdbuf -o0 true
script -qc tty log </dev/null >/dev/null
grep -q /dev/pts log
refused unshare -Ur true
refused nsenter -t 1 -m true
END
"$RJ" destroy --force --delete-branch p >/dev/null 2>&1
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed != 0 ]
