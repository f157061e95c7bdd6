#!/usr/bin/env bash
# Writes core/sys/begin.ld: which functions run in a session that does nothing, in one that joins it,
# and in a `status`, in that order, for the linker. As root (tools/order.c).
#
#   tools/order.sh ORDER PROGRAM OUT     PROGRAM with its symbols
set -eu
order=$(realpath "$1") program=$(realpath "$2") out=$(realpath "$3")
export HOME
HOME=$(mktemp -d)
trap 'chmod -R u+rwX "$HOME" && rm -rf "${HOME:?}"' EXIT
unset "${!XDG_@}" "${!GIT_@}"
ln -s "$program" "$HOME/robojail"
rj=$HOME/robojail
cd "$HOME"
printf '[user]\n\tname = Order\n\temail = order@example.org\n' >.gitconfig
git init -q repo
seq 100 >repo/file
git -C repo add file
git -C repo commit -q -m "A file"
nm -n --defined-only "$program" >names

follow() { # ARGUMENT...
	"$order" list "$rj" "$@" <names >/dev/null
	cat list >>all
}
"$rj" create --name order --repo repo >/dev/null
"$rj" run order -- /bin/true # the first one makes what later ones find
follow run order -- /bin/true
"$rj" run order -- sleep 2 &
sleep 1
follow run order -- /bin/true
wait
seq 50 >.local/share/robojail/jails/order/file
follow status order
{
	cat <<-'EOF'
		/*
		 * Written by `make order` (tools/order.sh). What runs in a session that does nothing lies
		 * here in the order in which it is first called; then what one needs that joins, and a
		 * `status`. Spread over the program, each function would cost a fault of its 64 KiB
		 * (core/sys/idle.ld) and cold lines of the caches. A name that is gone does no harm.
		 */
	EOF
	printf 'SECTIONS\n{\n\t.text.begin :\n\t{\n'
	awk '!seen[$0]++ { printf "*(.text.%s) ", $0 }' all | fold -s -w 84 | sed 's/^/\t\t/; s/ *$//'
	printf '\n\t}\n}\nINSERT BEFORE .text;\n'
} >"$out.part"
mv "$out.part" "$out"
