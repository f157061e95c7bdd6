# How long it takes to list many jails.
# shellcheck shell=bash source=tests/bench/lib.sh
. "$BENCH/lib.sh"
repo=$WORK/repo
most=$(full "${RJ_BENCH_JAILS:-1000}" 20)
git init -q "$repo" && git -C "$repo" commit -q --allow-empty -m First

curve list "list over jails" "jails" "ms"
made=0
for part in 100 10 3 2 1; do
	n=$((most / part))
	[ "$n" -gt "$made" ] || continue
	for i in $(seq $((made + 1)) "$n"); do jail "list$i" "$repo"; done
	made=$n
	row "robojail list" "$RJ list"
	row "robojail list --json" "$RJ list --json"
	compare "list-$n" 20
	point list "robojail list" "$n" "$(measured "list-$n" "robojail list")"
	point list "robojail list --json" "$n" "$(measured "list-$n" "robojail list --json")"
done
value list "$most jails" "$(measured "list-$most" "robojail list")" ms
target list "$most jails" 20
