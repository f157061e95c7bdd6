#!/bin/sh
# Prints the folder for the tests' temporary files: memory rather than disk where there is room, for
# thousands of small files are made and removed, which some disks take minutes for. TMPDIR overrides.
set -u
[ -z "${TMPDIR:-}" ] || { echo "$TMPDIR"; exit; }
free=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)
if [ "$(stat -f -c %T /dev/shm 2>/dev/null)" = tmpfs ] && [ "${free:-0}" -gt 2097152 ] &&
	! findmnt -no OPTIONS -T /dev/shm | grep -qw noexec; then
	echo /dev/shm
else
	echo /tmp
fi
