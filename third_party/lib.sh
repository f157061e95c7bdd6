# Shared by the scripts of third_party; sourced, never run.
# shellcheck shell=sh

die() {
	echo "third_party: $*" >&2
	exit 1
}

# Where fetched tarballs are kept between builds.
cache_dir() {
	if [ -n "${RJ_CACHE:-}" ]; then
		echo "$RJ_CACHE"
	elif [ -n "${XDG_CACHE_HOME:-}" ]; then
		echo "$XDG_CACHE_HOME/robojail-sources"
	elif [ -n "${HOME:-}" ]; then
		echo "$HOME/.cache/robojail-sources"
	else
		echo "${TMPDIR:-/tmp}/robojail-sources-$(id -u)"
	fi
}
