# shellcheck shell=bash
# Makes system calls of robojail fail; sourced after tests/e2e/lib.sh.
#
#   learn CMD...          run it as it is, and remember which calls it makes, and how often
#   each_fault FUNCTION   for each of them: FUNCTION, which calls `faulty CMD...` and checks what
#                         that left; `fault` is "CALL N ERROR"
#   faulty CMD...         as `try`, with that fault in the process of robojail that comes to it: the
#                         host's or the jail's first one. What they execute runs without
#
# A fault that nothing comes to is passed over. All that `faulty` ends with is checked here: no
# crash, no hang, and words on stderr when it failed. Without memory (`spent`) it may end wherever it
# is, as when it is killed, in libraries of others without a word: then what is left must be whole.
command -v strace >/dev/null || skip "there is no strace"

# What these calls fail with in life. Those that cannot fail (fcntl(2) of what is open), and close,
# whose failure would mean that the descriptor stays, are left out. What a call may answer to something else than a fault
# (there is no such file) is no fault.
errors() {
	cat <<-'END'
		EMFILE open openat openat2 socket socketpair pipe2 dup2 dup3 signalfd4 pidfd_open memfd_create
		EIO    stat lstat fstat newfstatat statx fstatfs statfs read pread64 getdents64 readlink readlinkat access faccessat2
		EIO    unlink unlinkat rmdir fchmod fchmodat chmod utimensat flock copy_file_range getcwd chdir fchdir
		ENOSPC mkdir mkdirat write pwrite64 writev rename renameat renameat2 link linkat symlink symlinkat mknod mknodat
		ENOSPC ftruncate fallocate fsync fdatasync sync_file_range syncfs
		ENOMEM sendmsg mmap brk mremap clone clone3 fork vfork
		EPERM  mount umount2 pivot_root move_mount open_tree fsopen fsconfig fsmount mount_setattr
		EPERM  prctl seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self capset keyctl
		EPERM  setsid setpgid sethostname prlimit64 ioctl bind listen
	END
}

# One line for each: CALL, how often the process made it that made it most.
learn() {
	strace -f -b execve -o "$T/trace" "$@" >"$T/.out" 2>&1 </dev/null || die "it works without a fault" "$(cat "$T/.out")"
	awk '$2 ~ /^[a-z0-9_]+\(/ { sub(/\(.*/, "", $2); n[$2, $1]++ }
		END { for (k in n) { split(k, p, SUBSEP); if (n[k] > most[p[1]]) most[p[1]] = n[k] }
			for (c in most) print c, most[c] }' "$T/trace" | sort >"$T/calls"
	[ -s "$T/calls" ] || die "strace saw calls" "$(head -n 5 "$T/trace")"
}

# Which N of how many: the first four, and then fewer and fewer.
some() { # MOST
	local n=1
	while [ "$n" -le "$1" ]; do
		echo $n
		if [ -n "${RJ_FAULT_ALL:-}" ] || [ $n -lt 4 ]; then n=$((n + 1)); else n=$((n + 1 + n / 3)); fi
	done
}

each_fault() {
	local call most n error total=0
	tried=0
	while read -r call most; do
		error=$(errors | awk -v c="$call" '{ for (i = 2; i <= NF; i++) if ($i == c) print $1 }')
		[ -n "$error" ] || continue
		for n in $(some "$most"); do
			fault="$call $n $error"
			bad_before=$bad
			total=$((total + 1))
			"$1"
			[ "$bad" = "$bad_before" ] || echo "      | the fault: $fault"
		done
	done <"$T/calls"
	echo "| $1: $total faults, $tried of them came to pass"
	[ $tried -gt $((total / 2)) ] || fail "most faults come to pass" "$tried of $total"
}

# The clean text of what came out is in out and err, as after `try`.
spent=
faulty() {
	# shellcheck disable=SC2086 # three words
	set -- $fault "$@"
	local call=$1 n=$2 error=$3
	shift 3
	try timeout 30 strace -f -b execve -o "$T/hit" -e "trace=$call" -e "inject=$call:error=$error:when=$n" "$@"
	if grep -q INJECTED "$T/hit"; then hit=1 tried=$((tried + 1)); else hit=; fi
	case "$error$hit:$err" in ENOMEM1:*"out of memory"* | ENOMEM1:) [ "$rc" = 0 ] || spent=1 ;; *) spent= ;; esac
	[ -z "$spent" ] || [ "$rc" = 124 ] || return
	if [ "$rc" -ge 124 ] && [ "$rc" != 125 ] && [ "$rc" != 126 ] && [ "$rc" != 127 ]; then
		fail "it ends" "$(shown)"
	elif [ "$rc" != 0 ] && [ -z "$err" ]; then
		fail "it says why it failed" "$(shown)"
	fi
}
# same DESC WANT GOT: as assert_eq, but silent when it holds, for there are many.
same() { if [ "$2" = "$3" ]; then checks=$((checks + 1)); else fail "$1" "wanted: $2" "got:    $3" "$(shown)"; fi; }
holds() { # DESC CMD...
	local desc=$1 said
	shift
	if said=$("$@" 2>&1 </dev/null); then checks=$((checks + 1)); else fail "$desc" "$*" "$said" "$(shown)"; fi
}
