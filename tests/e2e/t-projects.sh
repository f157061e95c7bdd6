# Real work inside: a C project with make, a Python project with pytest.
# nested
# shellcheck shell=bash
. "$E2E/lib.sh"
section "C, with make and gcc"
repo=$T/c
mkdir "$repo" && cd "$repo" || exit 1
git init -q .
cat >Makefile <<'END'
CFLAGS = -Wall -O1
sum: sum.o main.o
test: sum
	./sum 40 2 | grep -qx 42
END
printf 'int sum(int a, int b) { return a + b; }\n' >sum.c
printf '#include <stdio.h>\n#include <stdlib.h>\nint sum(int, int);\nint main(int c, char **v) { return c < 3 ? 1 : !printf("%%d\\n", sum(atoi(v[1]), atoi(v[2]))); }\n' >main.c
printf '*.o\n/sum\n' >.gitignore
git add . && git commit -q -m "A program"
assert "create" "$RJ" create c
W=$JAILS/c
in_jail c make -j2 test
assert_eq "make test" "0" "$rc"
in_jail c make
assert_contains "a second make has nothing to do" "$out" "up to date"
assert "the program runs on the host too, at the same place" "$W/sum" 1 2
sh_jail c 'ulimit -c 0; printf "int sum(int a, int b) { return b + a; }\n" >sum.c && make -s test && git commit -qam "Swap" && git show --stat --format=%s'
assert_contains "changed, tested, committed" "$out" Swap sum.c
git -C "$repo" merge -q "$(branch_of c)"
assert_contains "merged" "$(cat "$repo/sum.c")" "b + a"
assert "tar with foreign owners" "$RJ" run c -- sh -c 'mkdir /tmp/t && cd /tmp/t && echo x >f && tar --owner=1234:1234 --group=99 -cf a.tar f && tar --no-same-owner -xf a.tar'

section "Python, with pytest"
repo=$T/py
mkdir -p "$repo/tests" && cd "$repo" || exit 1
git init -q .
# the standard library's own modules as the project
cp /usr/lib/python3*/{textwrap,shlex,heapq,bisect,calendar,statistics}.py . 2>/dev/null
mkdir mylib && mv ./*.py mylib/ && touch mylib/__init__.py
cat >tests/test_all.py <<'END'
import os, pathlib, subprocess, sys
from mylib import heapq, shlex, textwrap

def test_wrap():
    assert textwrap.wrap("a b c", 3) == ["a b", "c"]

def test_split():
    assert shlex.split("a 'b c'") == ["a", "b c"]

def test_heap(tmp_path):
    (tmp_path / "x").write_text(str(heapq.nsmallest(2, [3, 1, 2])))
    assert (tmp_path / "x").read_text() == "[1, 2]"

def test_process():
    assert subprocess.check_output([sys.executable, "-c", "print(7)"]) == b"7\n"

def test_threads_and_locks():
    import multiprocessing
    with multiprocessing.Pool(2) as pool:
        assert pool.map(abs, [-1, -2]) == [1, 2]

def test_user():
    assert os.getuid() == 0 and pathlib.Path.home() == pathlib.Path(os.environ["HOME"])
END
printf '__pycache__/\n.pytest_cache/\n' >.gitignore
git add . && git commit -q -m "A library"
assert "create" "$RJ" create py
in_jail py python3 -m pytest -q
assert_contains "python3 -m pytest" "$out" "6 passed"
sh_jail py 'python3 -m venv --without-pip .venv && .venv/bin/python -c "import sys; print(sys.prefix)"'
assert_eq "a venv" "$JAILS/py/.venv" "$out"
assert_eq "works on the host at the same path" "$JAILS/py/.venv" "$("$JAILS/py/.venv/bin/python" -c 'import sys; print(sys.prefix)')"
finish
