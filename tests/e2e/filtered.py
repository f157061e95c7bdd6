"""filtered.py CALL[:FLAGS]=ERRNO... -- CMD: run CMD under a seccomp filter, as container engines do.

CALL is clone, clone3, unshare, mount, open_tree_attr, keyctl or seccomp; with FLAGS (a hex number)
only calls whose first argument has one of these bits are answered. ERRNO is EPERM, EACCES, ENOSYS,
ENOSPC or EINVAL.
"""
import ctypes
import errno
import os
import struct
import sys

LD, JEQ, JSET, RET = 0x20, 0x15, 0x45, 0x06
ALLOW, ERRNO = 0x7FFF0000, 0x50000
NUMBERS = {
    "x86_64": {"clone": 56, "clone3": 435, "unshare": 272, "mount": 165, "keyctl": 250,
               "seccomp": 317, "open_tree_attr": 467},
    "aarch64": {"clone": 220, "clone3": 435, "unshare": 97, "mount": 40, "keyctl": 219,
                "seccomp": 277, "open_tree_attr": 467},
}[os.uname().machine]

end = sys.argv.index("--")
code = []
for rule in sys.argv[1:end]:
    call, answer = rule.split("=")
    call, _, flags = call.partition(":")
    deny = (RET, 0, 0, ERRNO | getattr(errno, answer))
    code.append((LD, 0, 0, 0))
    if flags:
        code += [(JEQ, 0, 3, NUMBERS[call]), (LD, 0, 0, 16), (JSET, 0, 1, int(flags, 16)), deny]
    else:
        code += [(JEQ, 0, 1, NUMBERS[call]), deny]
code.append((RET, 0, 0, ALLOW))
libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *c) for c in code))
program = struct.pack("HxxxxxxP", len(code), ctypes.addressof(buffer))
assert libc.prctl(38, 1, 0, 0, 0) == 0, "no_new_privs"
assert libc.prctl(22, 2, ctypes.c_char_p(program), 0, 0) == 0, "seccomp"
os.execvp(sys.argv[end + 1], sys.argv[end + 1:])
