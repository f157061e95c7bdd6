#!/bin/sh
# Fails when a file includes a header of a higher floor, or one that its room must not know:
#
#   core/base <- core/sys, core/model <- core/git <- core/engine <- applets
#
# sys and model never include each other; only core/git includes git2.h; git never includes
# engine. Includes of our own are written from the top of the tree.
set -eu
floor() {
	case $1 in
	core/base/*) echo 0 ;;
	core/sys/* | core/model/*) echo 1 ;;
	core/git/* | core/attack/*) echo 2 ;;
	core/engine/*) echo 3 ;;
	applets/*) echo 4 ;;
	*) echo 9 ;;
	esac
}

bad=0
wrong() {
	echo "$*"
	bad=1
}
for f in core/*/*.[ch] applets/*.[ch]; do
	here=$(floor "$f")
	for inc in $(sed -n 's/^#[[:space:]]*include "\([^"]*\)".*/\1/p' "$f"); do
		there=$(floor "$inc")
		if [ ! -f "$inc" ]; then
			wrong "$f: \"$inc\" is no file of the tree"
		elif [ "$there" -gt "$here" ]; then
			wrong "$f may not include $inc, which is a floor above"
		elif [ "$here" = 1 ] && [ "$there" = 1 ] && [ "${f%/*}" != "${inc%/*}" ]; then
			wrong "$f may not include $inc: core/sys and core/model do not know each other"
		fi
	done
	case $f in
	core/git/*) ;;
	*) ! grep -Hn '^#[[:space:]]*include <git2' "$f" || wrong "$f: only core/git includes git2.h" ;;
	esac
	case $f in
	core/model/*)
		! grep -HnE '^#[[:space:]]*include <(sys/(mount|stat|socket|wait|syscall|prctl|ioctl)|fcntl|dirent|sched|signal)\.h>' "$f" ||
			wrong "$f: core/model makes no system call"
		;;
	esac
done
exit $bad
