# G2: everything that git obeys, written to the git directory that the jail may write. The host side
# never reads it.
# shellcheck shell=bash disable=SC2016
. "$TESTS/lib.sh"

# poison GITDIR NAME: all of it, with the payload W/tools/NAME.
poison='g=$1 p=$2
git config --file "$g/config" core.fsmonitor "$p"
git config --file "$g/config" core.hooksPath "$g/evilhooks"
git config --file "$g/config" core.sshCommand "$p"
git config --file "$g/config" core.pager "$p"
git config --file "$g/config" core.editor "$p"
git config --file "$g/config" core.gitProxy "$p"
git config --file "$g/config" core.alternateRefsCommand "$p"
git config --file "$g/config" core.attributesFile "$g/attrs"
git config --file "$g/config" diff.external "$p"
git config --file "$g/config" diff.evil.textconv "$p"
git config --file "$g/config" diff.evil.command "$p"
git config --file "$g/config" filter.evil.clean "$p"
git config --file "$g/config" filter.evil.smudge "$p"
git config --file "$g/config" merge.evil.driver "$p"
git config --file "$g/config" gpg.program "$p"
git config --file "$g/config" credential.helper "!$p"
git config --file "$g/config" alias.status "!$p"
git config --file "$g/config" uploadpack.packObjectsHook "$p"
git config --file "$g/config" remote.host.uploadpack "$p"
git config --file "$g/config" remote.host.vcs "ext"
git config --file "$g/config" protocol.ext.allow always
git config --file "$g/config" include.path "$g/more"
git config --file "$g/more" interactive.diffFilter "$p"
git config --file "$g/config" extensions.worktreeConfig true
git config --file "$g/config.worktree" core.fsmonitor "$p"
mkdir -p "$g/evilhooks" "$g/hooks" "$g/info"
for h in pre-commit post-checkout post-merge post-index-change reference-transaction pre-auto-gc post-rewrite update pre-receive; do
	cp "$p" "$g/evilhooks/$h"; cp "$p" "$g/hooks/$h"
done
for a in "$g/attrs" "$g/info/attributes"; do echo "* filter=evil diff=evil merge=evil" >"$a"; done'

attack "hooks, filters, drivers, helpers, includes, aliases"
tiny_repo "$T/plain"
payload "$T/plain/tools" control
(cd "$T/plain" && bash -c "$poison" x "$T/plain/.git" "$T/plain/tools/control")
git_by_hand "$T/plain"
control "the host's git ran them" ran control
forget
make_jail j
payload "$W/tools" jail
remember "$repo"
in_jail j bash -c "$poison" x /.robojail/git "$W/tools/jail"
in_jail j sh -c 'git config --file /.robojail/git/config --unset core.fsmonitor; git config --file /.robojail/git/config core.hooksPath /dev/null; git config --file /.robojail/git/config extensions.worktreeConfig false; rm -f /.robojail/git/info/attributes; echo x >new; git -c core.attributesFile=/dev/null -c core.fsmonitor=false add new tools; git -c core.fsmonitor=false commit -q -m New'
in_jail j bash -c "$poison" x /.robojail/git "$W/tools/jail"
git_by_hand "$W"
robojail_by_hand j
held "the main repository is as it was" main_same "$repo"
held "the commit came over" is New "$(git -C "$repo" log -1 --format=%s "$branch")"
git_by_hand "$repo"
held "nothing ran" never_ran
held "its config has none of it" not grep -q jail "$repo/.git/config"
forget

attack "commondir and gitdir that lead elsewhere"
payload "$T/plain/tools" control
git -C "$T/plain" -c core.hooksPath=/dev/null worktree add -q --detach "$T/lw" && a=$(git -C "$T/lw" rev-parse --git-dir)
git init -q "$T/plain/bad" && git -C "$T/plain/bad" config core.fsmonitor "$T/plain/tools/control"
echo "$T/plain/bad/.git" >"$a/commondir"
git -C "$T/lw" status >/dev/null 2>&1
control "git obeyed it" ran control
forget
forget
make_jail c
payload "$W/tools" jail-c
in_jail c sh -c "git commit -q --allow-empty -m Before; git init -q bad; git -C bad config core.fsmonitor $W/tools/jail-c; for d in $W/bad/.git /.robojail/git; do echo $W/bad/.git >\$d/commondir; echo $W/bad/.git >\$d/gitdir; done"
held "they are in place" is "$W/bad/.git $W/bad/.git" "$(cat "$PRIVATE/c/git/commondir" "$PRIVATE/c/git/gitdir" | xargs)"
git_by_hand "$W"
robojail_by_hand c
held "a commit came over from there" is Before "$(git -C "$repo" log -1 --format=%s "$branch")"
held "nothing ran" never_ran
forget

# Another repository of the user's: an agent that knows a commit's id must not get its content.
attack "objects/info/alternates that lead to another repository of the user"
tiny_repo "$T/secret" && echo hidden >"$T/secret/s" && git -C "$T/secret" add s && git -C "$T/secret" commit -q -m Hidden
id=$(git -C "$T/secret" rev-parse HEAD)
tiny_repo "$T/taker"
echo "$T/secret/.git/objects" >"$T/taker/.git/objects/info/alternates"
git -C "$T/taker" update-ref refs/heads/x "$id"
git clone -q --no-local "$T/taker" "$T/taken" --branch x 2>/dev/null
control "a fetch brings it over" grep -q hidden "$T/taken/s"
make_jail a
in_jail a sh -c "echo $T/secret/.git/objects >>/.robojail/git/objects/info/alternates; git cat-file -p $id"
held "not to be read inside" not says Hidden
in_jail a sh -c "mkdir -p /.robojail/git/refs/heads/robojail && echo $id >/.robojail/git/refs/heads/$branch"
try "$RJ" sync a
held "the import is refused" test "$rc" != 0
held "and says that it is missing" says missing
held "the branch stays" is First "$(git -C "$repo" log -1 --format=%s "$branch")"

# A directory of the project becomes a repository, and the user stands in it.
attack "a repository planted in the worktree, whose alternates name the user's directories"
mkdir -p "$HOME/.ssh" && echo KEY-TOPSECRET >"$HOME/.ssh/id_ed25519"
plant='git init -q /tmp/p.$$ && cd /tmp/p.$$ && echo x >x && git add x && git -c user.name=a -c user.email=a@b commit -q -m Planted && cp -r .git/HEAD .git/objects .git/refs .git/config "$OLDPWD/src" && cd "$OLDPWD/src" && git config -f config core.bare true && echo "$SSH" >objects/info/alternates; rm -rf /tmp/p.$$'
tiny_repo "$T/hollow" && (cd "$T/hollow" && SSH=$HOME/.ssh bash -c "$plant")
control "git takes the directory for a repository, and the alternate" is "Planted $HOME/.ssh" "$(git -C "$T/hollow/src" log -1 --format=%s) $(cat "$T/hollow/src/objects/info/alternates")"
make_jail p
in_jail p env SSH="$HOME/.ssh" bash -c "$plant"
refuses() { (cd "$1" && "$RJ" create planted) >"$T/said" 2>&1; [ $? = 1 ] && grep -q "$2" "$T/said" && [ ! -e "$JAILS/planted" ]; }
held "create refuses it there" refuses "$W/src" 'inside a jail.*harm'
held "and says what to do" grep -q -- '--repo PATH' "$T/said"
trusts() { "$RJ" trust --show "$1" >"$T/said" 2>&1; }
held "trust does too" not trusts "$W/src"
held "and what alternates of any repository name has to be objects" refuses "$T/hollow/src" "no directory of objects: it has 'id_ed25519'"
rm -rf "$HOME/.ssh"

attack "symlinks in the git directory that lead to host files"
tiny_repo "$T/linked" && rm -rf "$T/linked/.git/objects" "$T/linked/.git/refs" &&
	ln -s "$T/secret/.git/objects" "$T/linked/.git/objects" && ln -s "$T/secret/.git/refs" "$T/linked/.git/refs"
control "git reads through them" is Hidden "$(git -C "$T/linked" log -1 --format=%s 2>/dev/null)"
make_jail l
in_jail l sh -c "cd /.robojail/git && rm -rf HEAD refs objects packed-refs && ln -s $T/secret/.git/HEAD HEAD && ln -s $T/secret/.git/refs refs && ln -s $T/secret/.git/objects objects && ln -s $T/secret/.git/packed-refs packed-refs"
try timeout 30 "$RJ" sync l
held "the import is refused" test "$rc" != 0 -a "$rc" != 124
held "nothing of it is in the main repository" not git -C "$repo" cat-file -e "$id"
held "the branch stays" is First "$(git -C "$repo" log -1 --format=%s "$branch")"
finish_rows
