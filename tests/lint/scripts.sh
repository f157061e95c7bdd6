#!/bin/sh
# Runs shellcheck over every shell script of the project.
set -eu
{
	find build.sh .ci/run third_party tests packaging -type f -not -path 'tests/data/*' |
		while read -r f; do
			case $(head -c 40 "$f" | tr -d '\0' | head -n 1) in
			'#!/bin/sh'* | '#!/bin/bash'* | '#!/usr/bin/env bash'*) echo "$f" ;;
			*) case $f in third_party/*.sh) echo "$f" ;; esac ;;
			esac
		done
} | sort | xargs shellcheck -x --severity=warning
[ ! -f packaging/PKGBUILD ] || {
	bash -n packaging/PKGBUILD
	# its variables are read by makepkg, and makepkg sets srcdir and pkgdir
	shellcheck -s bash --severity=warning -e SC2034,SC2154,SC2164 packaging/PKGBUILD
}
