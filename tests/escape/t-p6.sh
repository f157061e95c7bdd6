# P6: parts of the kernel that reach beyond a jail, or that have often been its holes.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
gcc -D_GNU_SOURCE -O1 -static -o "$T/calls" "$TESTS/calls.c" || die "calls.c compiles"
make_jail j
cp "$T/calls" "$PRIVATE/j/home/calls"
outside=$("$T/calls" kernel 2>&1; unshare -Urm "$T/calls" spaces 2>&1; "$T/calls" tracer 2>&1)
got() { sed -n "s/^$2 //p" <<<"$1"; } # OUTPUT NAME
all_of() { # OUTPUT NAME...: their answers
	local o=$1 n
	shift
	for n; do got "$o" "$n"; done | paste -sd' '
}
# The call is there and somebody looked at what it was asked: neither a filter nor a privilege.
reached() { # NAME...
	local n a
	for n; do
		a=$(got "$outside" "$n")
		case $a in '' | EPERM | ENOSYS) echo "$n: ${a:-not tried}" && return 1 ;; esac
	done
}
refused() { # ERRNO NAME...
	local want=$1 n
	shift
	for n; do
		[ "$(got "$inside" "$n")" = "$want" ] || { echo "$n: $(got "$inside" "$n")" && return 1; }
	done
}
try_row() { # WHAT ERRNO NAME...
	local what=$1 errno=$2
	shift 2
	attack "$what, as $user"
	control "reached: $(all_of "$outside" "$@")" reached "$@"
	held "$errno" refused "$errno" "$@"
}

for user in root self; do
	config <<<"user = \"$user\""
	in_jail j sh -c '~/calls kernel; ~/calls spaces; ~/calls tracer'
	inside=$out

	try_row "the user's keys" ENOSYS keyctl add_key request_key
	try_row "bpf, perf, userfaultfd, fanotify" EPERM bpf perf_event_open userfaultfd fanotify_init
	try_row "io_uring" ENOSYS io_uring_setup io_uring_enter io_uring_register
	if reached open_by_handle_at >/dev/null; then # since Linux 6.11 it looks before it asks for a privilege
		try_row "files by handle, past every path" EPERM open_by_handle_at
	fi
	namespaces=(user mount pid net ipc uts cgroup)
	try_row "unshare of each namespace" EPERM "${namespaces[@]/#/unshare-}"
	try_row "clone into each" EPERM "${namespaces[@]/#/clone-}"
	try_row "clone with high bits set" EPERM "${namespaces[@]/#/clone-high-}"
	try_row "clone3, whose flags no filter sees" ENOSYS clone3 clone3-user
	try_row "setns" EPERM setns
	try_row "the mount API of descriptors" ENOSYS fsopen fsconfig fsmount fspick open_tree move_mount mount_setattr
	try_row "memory that is executable by being readable" ENOSYS personality-exec
	try_row "sockets of the kernel's audit, packet filters, generic" EPROTONOSUPPORT audit netfilter generic
	if reached vsock >/dev/null; then # where the module is
		try_row "sockets to the hypervisor" EAFNOSUPPORT vsock
	fi
	attack "sockets of the rarer families, as $user"
	control "packets are a privilege" is EPERM "$(got "$outside" packet)"
	held "EAFNOSUPPORT" refused EAFNOSUPPORT packet vsock alg key bluetooth
	if [ "$(uname -m)" = x86_64 ]; then
		try_row "segments of i386" ENOSYS modify_ldt
		try_row "system calls of i386 from a 64-bit program" ENOSYS i386
		if reached x32 >/dev/null; then # most kernels are built without
			try_row "system calls of x32" ENOSYS x32
		fi
		try_row "a tracer that changes the number of a call" ENOSYS tracer-keyctl
	fi

	attack "what programs need is taken away with it, as $user"
	works=(thread unix inet inet6 route personality-gdb unshare-fs)
	control "it works" is "ok ok ok ok ok ok ok" "$(all_of "$outside" "${works[@]}")"
	held "it works" is "ok ok ok ok ok ok ok" "$(all_of "$inside" "${works[@]}")"

	attack "processes without the filter, as $user"
	control "usual ones have none" is 0 "$(sed -n 's/^Seccomp:[[:space:]]*//p' /proc/self/status)"
	in_jail j sh -c 'cat /proc/1/status /proc/self/status'
	held "PID 1 and the command have it" is "2 2" "$(sed -n 's/^Seccomp:[[:space:]]*//p' <<<"$out" | paste -sd' ')"
done
no_config
finish_rows
