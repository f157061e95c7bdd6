# shellcheck shell=bash
# Makes the repository that tests copy: a real project of at least 300 files, namely the
# headers that every machine with a C compiler has, in two commits, with a branch and a tag.
set -eu
cd "$TEMPLATE"
for name in linux asm-generic; do
	mkdir -p include
	cp -rL "/usr/include/$name" include/
done
mkdir -p docs bin
find include -type f | sort | head -n 40 >docs/index.txt
printf '# Headers\n\nA copy, to work on.\n' >README.md
printf '#!/bin/sh\nls include | wc -l\n' >bin/count
chmod 755 bin/count
ln -s ../docs/index.txt include/INDEX
count=$(find . -type f | wc -l)
[ "$count" -ge 300 ] || { echo "only $count files in /usr/include/linux" >&2; exit 1; }
export GIT_AUTHOR_NAME=Tester GIT_AUTHOR_EMAIL=tester@example.org
export GIT_COMMITTER_NAME=Tester GIT_COMMITTER_EMAIL=tester@example.org
git init -q -b main
git add README.md docs
git commit -q -m "Begin with a list"
git tag v1
git branch old
git add .
git commit -q -m "Add the headers"
git tag -a -m "second" v2
git gc -q
