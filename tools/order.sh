#!/usr/bin/env bash
# Writes core/sys/begin.ld: which functions run in a session that does nothing, in one that joins it,
# and in a `status`, in that order, and what of the data is theirs, for the linker. As root
# (tools/order.c).
#
#   tools/order.sh ORDER PROGRAM OUT     PROGRAM with its symbols, and PROGRAM.map from the linker
set -eu
order=$(realpath "$1") program=$(realpath "$2") out=$(realpath "$3")
script=$(realpath "$(dirname "$0")/order.awk")
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
cp all run
"$rj" run order -- sleep 2 &
sleep 1
follow run order -- /bin/true
wait
seq 50 >.local/share/robojail/jails/order/file
follow status order
awk -f "$script" "$program.map" run all >"$out.part"
mv "$out.part" "$out"
