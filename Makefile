# RoboJail. `make` builds build/robojail; `make help` lists the targets.
#
# Two trees from the same sources: build/release (musl, static, optimised; what users get)
# and build/test (glibc, address and undefined behaviour sanitizers, Criterion). New files
# under core/, applets/ and tests/unit/ are found by themselves.
#
# Variables: B (build folder), CC, WERROR=1 (warnings are errors), CFLAGS and LDFLAGS (added
# to our own), PIE=1 (a static binary at a random address; ldd then calls it "statically
# linked"), PREFIX and DESTDIR (install), RJ_SOURCES (folder of tarballs, offline), V=1 (show
# the commands).
MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := /bin/sh
.DELETE_ON_ERROR:
say = $(if $(V),,@echo '  $(1)  $@';)
.DEFAULT_GOAL := all

VERSION := 0.2.0
B ?= build
PREFIX ?= /usr/local
DESTDIR ?=
ifeq ($(origin CC),default)
CC := gcc
endif
export CC

# third-party libraries, one folder for each state of the lock and the recipes
TP_ROOT ?= build/third_party
TP := $(TP_ROOT)/$(shell third_party/hash.sh)
MUSL := $(TP)/musl
GLIBC := $(TP)/glibc
LIBS := -lgit2 -lmbedtls -lmbedx509 -lmbedcrypto -lhttp_parser -lz -ldeflate -ljansson

CORE := $(wildcard core/*/*.c)
# sources that a tool of the build writes
GEN := filter_code agent_texts
APPLETS := $(wildcard applets/*.c)
UNIT := $(wildcard tests/unit/*.c)

WARN := -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wvla -Wundef -Wformat=2 \
	-Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wwrite-strings \
	-Wnull-dereference -Wswitch-enum $(if $(WERROR),-Werror)
COMMON := -std=gnu17 -D_GNU_SOURCE -I. $(WARN) -MMD -MP
RELEASE_CC := $(MUSL)/bin/cc
# A session's process waits in a frame of main: what that calls once does not belong in there.
SMALL_FRAMES := --param=large-stack-frame=1024 --param=large-stack-frame-growth=50
RELEASE_CFLAGS := $(COMMON) -O2 -g -fno-plt -ffunction-sections -fdata-sections $(SMALL_FRAMES) \
	-fstack-protector-strong -fno-strict-aliasing -fno-asynchronous-unwind-tables \
	-fno-unwind-tables -ffile-prefix-map=$(CURDIR)=. $(CFLAGS)
# noseparate-code: headers, code and constants in one mapping, so that two less are made, copied by
# fork and taken down. Nothing is writable and executable.
RELEASE_LDFLAGS := $(if $(filter 1,$(PIE)),,-no-pie) -Wl,--gc-sections,-z,noseparate-code,-T,core/sys/idle.ld,-T,core/sys/begin.ld $(LDFLAGS)
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
TEST_CFLAGS := $(COMMON) -O1 -g $(SANITIZE) -isystem $(GLIBC)/include $(CFLAGS)
TEST_LDFLAGS := $(SANITIZE) -L$(GLIBC)/lib $(LDFLAGS)

RELEASE_OBJS := $(patsubst %.c,$(B)/release/%.o,$(CORE) $(APPLETS)) $(GEN:%=$(B)/release/gen/%.o)
TEST_OBJS := $(patsubst %.c,$(B)/test/%.o,$(CORE) $(filter-out applets/main.c,$(APPLETS))) \
	$(GEN:%=$(B)/test/gen/%.o)
UNIT_OBJS := $(patsubst %.c,$(B)/test/%.o,$(UNIT))
# Small instead of fast: what runs once in a command costs what it takes to be read into the caches.
SMALL := $(patsubst %.c,$(B)/release/%.o,$(APPLETS) $(filter core/base/optdoc% core/model/% \
	core/attack/% core/engine/%,$(CORE)))

.PHONY: all bin help libs test-libs FORCE
all: $(B)/robojail bin

help:
	@sed -n 's/^## //p' Makefile

## make             build/robojail and build/bin/rj-*
## make libs        the third-party libraries of the release (test-libs: of the tests)
libs: $(MUSL)/.done
test-libs: $(GLIBC)/.done

$(TP)/%/.done:
	@third_party/build.sh $* $(TP)/$*

# A stamp changes only when its text does: what depends on it is then made again.
define stamp
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(1))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(1))' >$@
endef

# ---- the filter of system calls: a table, compiled by a program that runs here and now
$(B)/gen/filter: tools/filter.c tools/filter_put.c tools/filter_put.h core/model/filter_rows.c core/model/filter.h $(MUSL)/.done
	@mkdir -p $(@D)
	$(call say,CC )$(RELEASE_CC) $(COMMON) -MF $@.d -O1 -o $@ tools/filter.c tools/filter_put.c core/model/filter_rows.c -L$(MUSL)/lib -lseccomp
$(B)/gen/filter_code.c: $(B)/gen/filter
	$(call say,GEN)$< >$@

# ---- the agent presets of ours, as text
AGENTS := $(sort $(wildcard core/model/agents/*.toml))
$(B)/gen/agent_list: FORCE
	$(call stamp,$(AGENTS))
$(B)/gen/agents: tools/agents.c $(MUSL)/.done
	@mkdir -p $(@D)
	$(call say,CC )$(RELEASE_CC) $(COMMON) -MF $@.d -O1 -o $@ $<
$(B)/gen/agent_texts.c: $(B)/gen/agents $(B)/gen/agent_list $(AGENTS)
	$(call say,GEN)$< $(AGENTS) >$@

$(B)/release/gen/%.o: $(B)/gen/%.c $(B)/release/flags | $(MUSL)/.done
	@mkdir -p $(@D)
	$(call say,CC )$(RELEASE_CC) $(RELEASE_CFLAGS) -c $< -o $@
$(B)/test/gen/%.o: $(B)/gen/%.c $(B)/test/flags | $(GLIBC)/.done
	@mkdir -p $(@D)
	$(call say,CC )$(CC) $(TEST_CFLAGS) -c $< -o $@

# ---- release tree
$(B)/release/flags: FORCE
	$(call stamp,$(RELEASE_CC) $(RELEASE_CFLAGS) $(SMALL))
$(SMALL): RELEASE_CFLAGS += -Os
# A loop that copies shall not become a call of what it is in, and the C library copies before there
# is a canary.
$(B)/release/core/base/copy.o: RELEASE_CFLAGS += -fno-tree-loop-distribute-patterns -fno-stack-protector
$(B)/release/ldflags: FORCE
	$(call stamp,$(RELEASE_LDFLAGS) $(sort $(RELEASE_OBJS)))

$(B)/release/%.o: %.c $(B)/release/flags | $(MUSL)/.done
	@mkdir -p $(@D)
	$(call say,CC )$(RELEASE_CC) $(RELEASE_CFLAGS) -c $< -o $@

$(B)/release/robojail: $(RELEASE_OBJS) core/sys/idle.ld core/sys/begin.ld $(B)/release/ldflags $(MUSL)/.done
	$(call say,LD )$(RELEASE_CC) $(RELEASE_LDFLAGS) -Wl,-Map=$@.map -o $@ $(RELEASE_OBJS) -L$(MUSL)/lib $(LIBS)

$(B)/robojail: $(B)/release/robojail
	@strip --strip-all -o $@.part $< && mv -f $@.part $@

# one link for each applet, named by the program itself
bin: $(B)/bin/.done
$(B)/bin/.done: $(B)/robojail
	@rm -rf $(@D) && mkdir -p $(@D)
	@names=$$($(B)/robojail help --names) || { echo "robojail help --names failed" >&2; exit 1; }; \
	for n in $$names; do ln -sf ../robojail $(@D)/rj-$$n; done
	@touch $@

# ---- what only one file is told, so that a commit does not compile everything again
COMMIT := $(shell cat .commit 2>/dev/null || git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null)
DATE := $(shell cat .commit-date 2>/dev/null || git log -1 --format=%cs 2>/dev/null)
library = $(shell sed -n 's/^$(1) //p' $(TP)/$(2)/versions 2>/dev/null)
version_flags = -DRJ_VERSION='"$(VERSION)"' -DRJ_COMMIT='"$(COMMIT)"' -DRJ_DATE='"$(DATE)"' \
	-DRJ_VERSION_MBEDTLS='"$(call library,mbedtls,$(1))"' -DRJ_VERSION_ZLIB='"$(call library,zlib,$(1))"' \
	-DRJ_VERSION_LIBDEFLATE='"$(call library,libdeflate,$(1))"'
$(B)/release/version: FORCE | $(MUSL)/.done
	$(call stamp,$(VERSION) $(COMMIT) $(DATE))
$(B)/test/version: FORCE | $(GLIBC)/.done
	$(call stamp,$(VERSION) $(COMMIT) $(DATE))
$(B)/release/applets/version.o: $(B)/release/version
$(B)/release/applets/version.o: RELEASE_CFLAGS += $(call version_flags,musl) -DRJ_VERSION_MUSL='"$(call library,musl,musl)"'
$(B)/test/applets/version.o: $(B)/test/version
$(B)/test/applets/version.o: TEST_CFLAGS += $(call version_flags,glibc)

# ---- test tree
$(B)/test/flags: FORCE
	$(call stamp,$(CC) $(TEST_CFLAGS))
$(B)/test/objects: FORCE
	$(call stamp,$(sort $(TEST_OBJS) $(UNIT_OBJS)))

$(B)/test/%.o: %.c $(B)/test/flags | $(GLIBC)/.done
	@mkdir -p $(@D)
	$(call say,CC )$(CC) $(TEST_CFLAGS) -c $< -o $@

$(B)/test/librj.a: $(TEST_OBJS) $(B)/test/objects
	@rm -f $@ && ar rcs $@ $(TEST_OBJS)

# the whole program with sanitizers
$(B)/test/robojail: $(B)/test/applets/main.o $(B)/test/librj.a $(GLIBC)/.done
	$(call say,LD )$(CC) -o $@ $< $(B)/test/librj.a $(TEST_LDFLAGS) $(LIBS)

$(B)/test/unit: $(UNIT_OBJS) $(B)/test/librj.a $(B)/test/objects $(GLIBC)/.done
	$(call say,LD )$(CC) -o $@ $(UNIT_OBJS) $(B)/test/librj.a $(TEST_LDFLAGS) $(LIBS) -lcriterion

# one unit test file alone: make unit-path
$(B)/test/unit-%: $(B)/test/tests/unit/test_%.o $(B)/test/librj.a $(GLIBC)/.done
	$(call say,LD )$(CC) -o $@ $< $(B)/test/librj.a $(TEST_LDFLAGS) $(LIBS) -lcriterion

# ---- checks
RUN_ENV = ROBOJAIL=$(abspath $(B)/robojail) B=$(B) TP=$(TP) PIE=$(PIE) MAKE='$(MAKE)'
.PHONY: test unit lint
## make test        every suite, then one line "N passed, N failed"
## make unit        unit tests with sanitizers; make unit-NAME runs tests/unit/test_NAME.c only
## make check-build what must be true of the binary and its libraries
## make e2e escape fault fuzz bench    tests/<name>/run; bench-short sees only that bench works
test: $(B)/test/unit all
	@$(RUN_ENV) tests/run
unit: $(B)/test/unit
	@tests/unit/run $(B)/test/unit
unit-%: $(B)/test/unit-%
	@tests/unit/run $<
check-build: all
	@$(RUN_ENV) tests/build/run
e2e escape fault fuzz bench: all
	@$(RUN_ENV) tests/$@/run
bench-short: all
	@$(RUN_ENV) RJ_BENCH_SHORT=1 tests/bench/run
.PHONY: check-build e2e escape fault fuzz bench bench-short

## make order       core/sys/begin.ld: what runs first, in order, for the linker; as root
.PHONY: order
order: all
	$(CC) $(WARN) -O1 -o $(B)/gen/order tools/order.c
	tools/order.sh $(B)/gen/order $(B)/release/robojail core/sys/begin.ld

## make programs    real programs in a jail, from strace to a browser; installs what is missing
.PHONY: programs
programs: all
	@$(RUN_ENV) tests/programs/run

## make lint        format, clang-tidy, cppcheck, headers, floors, lengths, scripts
lint: $(GLIBC)/.done
	@B=$(B) TP=$(TP) tests/lint/run

## make install     the program, links, manual pages and completions below DESTDIR/PREFIX
.PHONY: install dist
install: all
	$(B)/robojail install --prefix '$(DESTDIR)$(PREFIX)'

## make dist        build/dist: source, third-party sources, binary, PKGBUILD, sums
DIST := $(B)/dist
NAME := robojail-$(VERSION)
dist: all
	@rm -rf $(DIST) && mkdir -p $(DIST)/third-party
	@git rev-parse HEAD | cut -c 1-12 >$(DIST)/.commit
	@git log -1 --format=%cs >$(DIST)/.commit-date
	git archive --format=tar --prefix=$(NAME)/ --add-file=$(DIST)/.commit \
		--add-file=$(DIST)/.commit-date HEAD | xz -9 >$(DIST)/$(NAME).tar.xz
	third_party/fetch.sh >$(DIST)/sources
	@cut -d ' ' -f 3- $(DIST)/sources | tr ' ' '\n' | while read -r f; do cp "$$f" $(DIST)/third-party/; done
	tar -C $(DIST) --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 \
		-cf $(DIST)/$(NAME)-third-party.tar third-party
	cp $(B)/robojail $(DIST)/$(NAME)-$(shell uname -m)
	@rm -rf $(DIST)/third-party $(DIST)/sources $(DIST)/.commit $(DIST)/.commit-date
	@cd $(DIST) && sed "s/^sha256sums=.*/sha256sums=($$(sha256sum $(NAME).tar.xz $(NAME)-third-party.tar | \
		cut -d ' ' -f 1 | tr '\n' ' ' | sed 's/ $$//'))/" $(CURDIR)/packaging/PKGBUILD >PKGBUILD
	@cd $(DIST) && sha256sum * >SHA256SUMS && cat SHA256SUMS

## make clean       removes objects and binaries (distclean: third-party libraries too)
.PHONY: clean distclean
clean:
	rm -rf $(B)/release $(B)/test $(B)/gen $(B)/lint $(B)/bin $(B)/dist $(B)/robojail
distclean: clean
	rm -rf $(TP_ROOT) $(B)

-include $(RELEASE_OBJS:.o=.d) $(TEST_OBJS:.o=.d) $(UNIT_OBJS:.o=.d) $(B)/test/applets/main.d
