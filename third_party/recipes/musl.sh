# musl: libc.a, its headers, the kernel's headers beside them, and a compiler for them.
# shellcheck shell=sh disable=SC2154 # prefix, cc, cflags, jobs come from build.sh
debian_patches '*CVE*' '*iconv*' '*qsort*'
CC=$cc CFLAGS=$cflags ./configure --prefix="$prefix" --syslibdir="$prefix/lib" \
	--disable-shared --disable-wrapper
make -j"$jobs"
make install

# The kernel's own headers, by name: a search path into /usr/include would also offer the
# host's libc headers, which then win feature checks that they must lose.
multiarch=$($cc -print-multiarch 2>/dev/null || :)
for h in linux asm-generic asm; do
	for d in "/usr/include/$multiarch/$h" "/usr/include/$h"; do
		[ ! -d "$d" ] || { ln -sfn "$d" "$prefix/include/$h" && break; }
	done
	[ -d "$prefix/include/$h/" ] || die "the kernel headers <$h/...> are missing (Debian: linux-libc-dev)"
done

# Always a static executable, whatever link mode is asked for: gcc's own -static-pie with other
# specs gives a dynamic one, and -static -pie a plain one. Position independent but for -no-pie.
cat >"$prefix/lib/cc.specs" <<SPECS
%rename cpp_options old_cpp_options

*cpp_options:
-nostdinc -isystem $prefix/include -isystem include%s %(old_cpp_options)

*cc1:
%(cc1_cpu) -nostdinc -isystem $prefix/include -isystem include%s

*link_libgcc:
-L$prefix/lib -L .%s

*libgcc:
libgcc.a%s %:if-exists(libgcc_eh.a%s)

*startfile:
%{no-pie:$prefix/lib/crt1.o;:$prefix/lib/rcrt1.o} $prefix/lib/crti.o %{no-pie:crtbeginT.o%s;:crtbeginS.o%s}

*endfile:
%{no-pie:crtend.o%s;:crtendS.o%s} $prefix/lib/crtn.o

*link:
-nostdlib -static %{!no-pie:-pie --no-dynamic-linker -z text} -z relro -z now -z noexecstack %{rdynamic:-export-dynamic}

*esp_link:


*esp_options:


*esp_cpp_options:


SPECS
cat >"$prefix/bin/cc" <<SH
#!/bin/sh
exec $cc -fPIE -specs "$prefix/lib/cc.specs" "\$@"
SH
chmod +x "$prefix/bin/cc"
