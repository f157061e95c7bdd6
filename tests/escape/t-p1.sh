# P1: ioctls that type into a terminal, or change how the kernel reads from it.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"
gcc -D_GNU_SOURCE -O1 -static -o "$T/calls" "$TESTS/calls.c" || die "calls.c compiles"
make_jail j
cp "$T/calls" "$PRIVATE/j/home/calls"
got() { sed -n "s/^$2 //p" <<<"$1"; } # OUTPUT NAME
outside=$("$T/calls" terminal 2>&1)
legacy=$(cat /proc/sys/dev/tty/legacy_tiocsti 2>/dev/null || echo 1)

for user in root self; do
	config <<<"user = \"$user\""
	in_jail j sh -c '~/calls terminal'
	inside=$out

	attack "TIOCSTI types a command, as $user"
	if [ "$legacy" = 1 ]; then
		control "it does" is "ok ok" "$(got "$outside" sti-31) $(got "$outside" typed)"
	else
		control "it reaches the kernel, which has it switched off" is EIO "$(got "$outside" sti-31)"
	fi
	held "a terminal of its own is there" is ok "$(got "$inside" own-terminal)"
	held "refused" is EPERM "$(got "$inside" sti-31)"
	held "and nothing was typed" is EAGAIN "$(got "$inside" typed)"

	attack "the same with high bits set in the argument, which the kernel drops, as $user"
	control "it makes no difference" is "$(got "$outside" sti-31) $(got "$outside" sti-31)" \
		"$(got "$outside" sti-47) $(got "$outside" sti-63)"
	held "refused" is "EPERM EPERM" "$(got "$inside" sti-47) $(got "$inside" sti-63)"

	attack "TIOCLINUX: the console's selection and paste, as $user"
	control "it reaches the terminal's driver" is "ENOTTY ENOTTY" "$(got "$outside" linux-31) $(got "$outside" linux-63)"
	held "refused" is "EPERM EPERM EPERM" "$(got "$inside" linux-31) $(got "$inside" linux-47) $(got "$inside" linux-63)"

	attack "TIOCSETD: another line discipline, as $user"
	control "one is set" is "ok ok" "$(got "$outside" setd-31) $(got "$outside" setd-63)"
	held "refused" is "EPERM EPERM EPERM" "$(got "$inside" setd-31) $(got "$inside" setd-47) $(got "$inside" setd-63)"
done
no_config
finish_rows
