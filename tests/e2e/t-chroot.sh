# The binary alone: static, small, and at work in a root that holds nothing else.
# shellcheck shell=bash
. "$E2E/lib.sh"
try ldd "$RJ"
assert_match "ldd" "$out$err" 'not a dynamic executable|statically linked'
assert "under 2.0 MiB" test "$(stat -c %s "$RJ")" -lt 2097152
if command -v readelf >/dev/null; then
	assert_lacks "no interpreter" "$(readelf -lW "$RJ")" INTERP
	assert_lacks "no needed library" "$(readelf -dW "$RJ" 2>&1)" NEEDED
fi
mkdir "$T/root"
cp "$RJ" "$T/root/robojail"
alone() { # ENV-AND-ARGS: in an empty root
	try unshare --user --map-root-user --root="$T/root" "$@"
}
alone /robojail --help
assert_eq "--help in an empty root" 0 "$rc"
assert_contains "the whole of it" "$out" create destroy
alone /robojail --version
assert_eq "--version" 0 "$rc"
alone /robojail version --verbose
assert_eq "--version --verbose, which asks libgit2" 0 "$rc"
alone /robojail help --man
assert_eq "the manual" 0 "$rc"
alone /robojail install --prefix /usr --no-docs
assert_ne "install without /proc fails" 0 "$rc"
assert_contains "and says so" "$err" "/proc/self/exe"
HOME=/home alone /robojail list --json
assert_eq "list" "0 []" "$rc $(jq -c . <<<"$out" 2>&1)"
HOME=/home alone /robojail create --name x --repo /
assert_eq "create says what is missing" 1 "$rc"
assert_contains "" "$err" "repository" "hint:"
assert_eq "nothing is made but its own directories" "" "$(find "$T/root" -type f ! -name robojail ! -path '*/.local/*')"
finish
