# G3: repositories inside the worktree, with commands in their configuration.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"

# A repository at sub/ whose config runs PAYLOAD for most of what git does in it.
nested='set -e
git init -q sub; cd sub; git config user.name a; git config user.email a@example.org
echo x >x; git add x; git commit -q -m x
git config core.fsmonitor "$1"; git config filter.f.clean "$1"; git config diff.external "$1"; git config core.hooksPath "$(dirname "$1")"
echo "* filter=f" >.git/info/attributes; echo y >>x; cd ..'
gitlink="$nested"'
git add sub tools; git -c user.name=a -c user.email=a@example.org commit -q -m "A gitlink"'

attack "a gitlink to a repository with core.fsmonitor and filters"
tiny_repo "$T/plain"
payload "$T/plain/tools" control
(cd "$T/plain" && bash -c "$gitlink" x "$T/plain/tools/control") >/dev/null 2>&1
forget
git -C "$T/plain" status >/dev/null 2>&1
control "git status ran it" ran control
make_jail j
payload "$W/tools" jail
in_jail j bash -c "$gitlink" x "$W/tools/jail"
held "it is committed and imported" grep -q ^160000 <(git -C "$repo" ls-tree "$branch" sub)
forget
git_by_hand "$W"
held "the host's git, by hand in W, runs nothing" never_ran
robojail_by_hand j
held "nor does RoboJail" never_ran
git -C "$repo" merge -q "$branch" >/dev/null 2>&1
git_by_hand "$repo"
held "nor does git after a merge" never_ran
forget

attack "the submodule that main has, set up by the agent"
tiny_repo "$T/super" && git -C "$T/super" -c protocol.file.allow=always submodule --quiet add "$T/plain" sub && git -C "$T/super" commit -q -m Sub
git clone -q "$T/super" "$T/super2"
payload "$T/super2/tools" control-s
(cd "$T/super2" && rmdir sub && bash -c "$nested" x "$T/super2/tools/control-s") >/dev/null 2>&1
forget
git -C "$T/super2" status >/dev/null 2>&1
control "git status ran it" ran control-s
repo=$T/super W=$JAILS/s
try "$RJ" create --name s --repo "$repo"
payload "$W/tools" jail-s
in_jail s bash -c "rmdir sub; $nested" x "$W/tools/jail-s"
forget
git_by_hand "$W"
held "the host's git, by hand in W, runs nothing" never_ran
robojail_by_hand s
held "nor does RoboJail" never_ran
try "$RJ" status s
held "status names it" says "sub/"
in_jail s sh -c 'echo x >x; git add x; git commit -q -m x'
forget
git_by_hand "$W"
held "nor after an import" never_ran
forget

attack "repositories that are not committed: .git directories and files, bare ones"
tiny_repo "$T/p3"
payload "$T/p3/tools" control-u
(cd "$T/p3" && bash -c "$nested" x "$T/p3/tools/control-u") >/dev/null 2>&1
forget
git -C "$T/p3/sub" status >/dev/null 2>&1
control "git run in it obeys it" ran control-u
make_jail u
payload "$W/tools" jail-u
in_jail u bash -c "$nested"'
mkdir -p a/b; cp -r sub/.git a/b/bare.git; mkdir p; echo "gitdir: ../sub/.git" >p/.git; mkdir l; ln -s ../sub/.git l/.git; cp -r sub up; mv up/.git up/.GIT; git init -q src; git -C src config core.fsmonitor "$1"' x "$W/tools/jail-u"
forget
try "$RJ" status --json u
held "status names each" is "a/b/bare.git l p src sub up/.GIT" "$(jq -r '[.nested[] | rtrimstr("/")] | unique | join(" ")' <<<"$out")"
git_by_hand "$W"
robojail_by_hand u
held "nothing ran" never_ran
try "$RJ" destroy --force u
held "destroy removes them" test ! -e "$W"
held "without running a thing" never_ran
finish_rows
