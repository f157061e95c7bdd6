"""Write what no git would into the repository at hand: hostile.py KIND.

The repository's branch then leads to it. Used on an unprotected repository as the control, and
inside a jail on the git directory that the agent owns.
"""
import hashlib
import os
import struct
import subprocess
import sys
import zlib

GIT = subprocess.check_output(["git", "rev-parse", "--absolute-git-dir"], text=True).strip()
HEAD = subprocess.check_output(["git", "rev-parse", "HEAD"], text=True).strip()
BRANCH = subprocess.check_output(["git", "symbolic-ref", "HEAD"], text=True).strip()
WHO = "A <a@example.org> 1700000000 +0000"


def put(path, data):
    path = os.path.join(GIT, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.lexists(path):
        os.unlink(path)
    with open(path, "wb") as f:
        f.write(data)


def obj(kind, data, name=None):
    """A loose object, under its right name or another one."""
    whole = b"%s %d\0" % (kind.encode(), len(data)) + data
    name = name or hashlib.sha1(whole).hexdigest()
    put("objects/%s/%s" % (name[:2], name[2:]), zlib.compress(whole, 1))
    return name


def tree(*entries):
    return obj("tree", b"".join(b"%s %s\0" % (m.encode(), n if isinstance(n, bytes) else n.encode()) + bytes.fromhex(i) for m, n, i in entries))


def commit(top, parents=(HEAD,), extra=""):
    lines = ["tree " + top] + ["parent " + p for p in parents] + ["author " + WHO, "committer " + WHO]
    return obj("commit", ("\n".join(lines) + "\n" + extra + "\nHostile\n").encode())


def lead(name):
    put(BRANCH, (name + "\n").encode())


def fifo(path):
    path = os.path.join(GIT, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.lexists(path):
        os.unlink(path)
    os.mkfifo(path)


def varint(n):
    out = b""
    while n >= 128:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def header(kind, size):
    c = kind << 4 | size & 15
    size >>= 4
    out = b""
    while size:
        out += bytes([c | 128])
        c = size & 127
        size >>= 7
    return out + bytes([c])


def bomb(target):
    """A pack of some 20 KB with a delta that unfolds to `target` bytes; its index is made by hand."""
    base = b"\0" * (1 << 24)
    base_id = hashlib.sha1(b"blob %d\0" % len(base) + base).hexdigest()
    piece = (1 << 24) - 1
    n = target // piece
    delta = varint(len(base)) + varint(n * piece) + b"\xf0\xff\xff\xff" * n
    bomb_id = "ab" * 20
    first = header(3, len(base)) + zlib.compress(base, 9)
    second = header(7, len(delta)) + bytes.fromhex(base_id) + zlib.compress(delta, 9)
    pack = b"PACK" + struct.pack(">II", 2, 2) + first + second
    pack += hashlib.sha1(pack).digest()
    rows = sorted([(base_id, 12, zlib.crc32(first)), (bomb_id, 12 + len(first), zlib.crc32(second))])
    fan = b"".join(struct.pack(">I", sum(1 for r in rows if int(r[0][:2], 16) <= i)) for i in range(256))
    idx = b"\377tOc" + struct.pack(">I", 2) + fan + b"".join(bytes.fromhex(r[0]) for r in rows)
    idx += b"".join(struct.pack(">I", r[2]) for r in rows) + b"".join(struct.pack(">I", r[1]) for r in rows)
    idx += pack[-20:]
    idx += hashlib.sha1(idx).digest()
    name = "objects/pack/pack-" + "cd" * 20
    put(name + ".pack", pack)
    put(name + ".idx", idx)
    return bomb_id


def main(kind):
    blob = obj("blob", b"hello\n")
    good = tree(("100644", "f", blob))
    names = {"dotgit": ".git", "dotgit-case": ".GiT", "git-tilde": "git~1", "dotdot": "..", "dot": ".", "hfs": b".g\xe2\x80\x8cit",
             "ntfs": ".git . .", "stream": ".git::$INDEX_ALLOCATION", "backslash": "a\\.git\\config", "slash": "../../.bashrc", "control": b"a\nb\x1b[31m", "empty": ""}
    if kind in names:
        inner = tree(("100644", "config", blob))
        lead(commit(tree(("40000", names[kind], inner))))
    elif kind == "dotgit-link":
        lead(commit(tree(("120000", ".git", obj("blob", b"/tmp")))))
    elif kind == "twice":
        lead(commit(tree(("120000", "a", obj("blob", b"/tmp")), ("40000", "a", good))))
    elif kind == "unsorted":
        lead(commit(tree(("100644", "b", blob), ("100644", "a", blob))))
    elif kind == "mode":
        lead(commit(tree(("060666", "sda", blob))))
    elif kind == "modules-link":
        lead(commit(tree(("120000", ".gitmodules", obj("blob", b"/etc/passwd")))))
    elif kind == "modules-url":
        text = b"[submodule \"x\"]\n\tpath = x\n\turl = --upload-pack=touch /tmp/pwned\n"
        lead(commit(tree(("100644", ".gitmodules", obj("blob", text)))))
    elif kind == "modules-name":
        text = b"[submodule \"../../hooks\"]\n\tpath = x\n\turl = https://example.org/x\n"
        lead(commit(tree(("100644", ".gitmodules", obj("blob", text)))))
    elif kind == "wrong-blob":
        lead(commit(tree(("100644", "f", obj("blob", b"another\n", "12" * 20)))))
    elif kind == "wrong-tree":
        lead(commit(obj("tree", b"100644 f\0" + bytes.fromhex(blob), "13" * 20)))
    elif kind == "wrong-commit":
        text = ("tree %s\nparent %s\nauthor %s\ncommitter %s\n\nx\n" % (good, HEAD, WHO, WHO)).encode()
        lead(obj("commit", text, "14" * 20))
    elif kind == "shadow":
        # an object of main's, of other content, in the jail's own store
        lead(commit(tree(("100644", "README.md", obj("blob", b"evil\n", subprocess.check_output(["git", "rev-parse", "HEAD:README.md"], text=True).strip())))))
    elif kind == "no-parent":
        lead(commit(good, ("15" * 20,)))
    elif kind == "no-tree":
        lead(commit("16" * 20))
    elif kind == "no-blob":
        lead(commit(tree(("100644", "f", "17" * 20))))
    elif kind == "shallow":
        put("shallow", (commit(good, ("15" * 20,)) + "\n").encode())
        lead(commit(good, ("15" * 20,)))
    elif kind == "type":
        lead(commit(tree(("40000", "d", blob))))
    elif kind == "head-blob":
        lead(blob)
    elif kind == "nul":
        lead(obj("commit", ("tree %s\nparent %s\nauthor %s\ncommitter %s\n\nx\0y\n" % (good, HEAD, WHO, WHO)).encode()))
    elif kind == "no-author":
        lead(obj("commit", ("tree %s\nparent %s\n\nx\n" % (good, HEAD)).encode()))
    elif kind == "author":
        lead(obj("commit", ("tree %s\nparent %s\nauthor A <a@b\nc> 1 +0000\ncommitter %s\n\nx\n" % (good, HEAD, WHO)).encode()))
    elif kind == "deep":
        top = good
        for _ in range(6000):
            top = tree(("40000", "d", top))
        lead(commit(top))
    elif kind == "wide":
        top = good
        for _ in range(12):
            top = tree(*[("40000", "%02d" % i, top) for i in range(30)])
        lead(commit(top))
    elif kind == "bomb":
        lead(commit(tree(("100644", "f", bomb(10 << 30)))))
    elif kind == "zeros":
        # a loose object that claims one size and inflates to another
        z = zlib.compressobj(1)
        data = z.compress(b"blob 5\0") + b"".join(z.compress(b"\0" * (1 << 20)) for _ in range(400)) + z.flush()
        put("objects/18/" + "18" * 19, data)
        lead(commit(tree(("100644", "f", "18" * 20))))
    elif kind == "garbage-pack":
        name = "objects/pack/pack-" + "cd" * 20
        put(name + ".pack", b"PACK" + os.urandom(5000))
        put(name + ".idx", b"\377tOc" + struct.pack(">I", 2) + b"\xff" * 5000)
        lead("19" * 20)
    elif kind == "link-pack":
        os.makedirs(os.path.join(GIT, "objects/pack"), exist_ok=True)
        for end in ("pack", "idx"):
            os.symlink(os.environ["SECRET_PACK"] + "." + end, os.path.join(GIT, "objects/pack/pack-" + "ce" * 20 + "." + end))
        lead(os.environ["SECRET_ID"])
    elif kind == "name":
        put("packed-refs", ("# pack-refs with: sorted \n%s refs/heads/../../config\n%s refs/heads/../../../../escaped\n" % (HEAD, HEAD)).encode())
        lead(commit(good))
    elif kind == "head-name":
        lead(commit(good))
        put("HEAD", b"ref: refs/heads/../../config\n")
    elif kind == "head-loop":
        put("HEAD", b"ref: refs/heads/a\n")
        put("refs/heads/a", b"ref: refs/heads/b\n")
        put("refs/heads/b", b"ref: refs/heads/a\n")
    elif kind == "head-link":
        lead(commit(good))
        os.unlink(os.path.join(GIT, "HEAD"))
        os.symlink("/proc/self/environ", os.path.join(GIT, "HEAD"))
    elif kind == "head-huge":
        put("HEAD", b"ref: refs/heads/" + b"x" * 5000000)
    elif kind.startswith("fifo-"):
        fifo({"head": "HEAD", "ref": BRANCH, "other": "refs/heads/zz", "packed": "packed-refs", "stash": "logs/refs/stash",
              "object": "objects/1a/" + "1a" * 19, "idx": "objects/pack/pack-" + "cd" * 20 + ".idx"}[kind[5:]])
        if kind == "fifo-object":
            lead("1a" * 20)
        elif kind == "fifo-idx":
            fifo("objects/pack/pack-" + "cd" * 20 + ".pack")
            lead("1b" * 20)
    else:
        sys.exit("unknown kind " + kind)


main(sys.argv[1])
