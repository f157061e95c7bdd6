# Builds the fuzzers: called by tests/fuzz/run. clang, libFuzzer, sanitizers; the third-party
# libraries are those of the test tree.
#
# Variables: B (build folder), TP (third-party libraries)
MAKEFLAGS += --no-builtin-rules --no-print-directory
CC := clang
SAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS := -std=gnu17 -D_GNU_SOURCE -I. -O1 -g $(SAN) -MMD -MP -isystem $(TP)/glibc/include
CORE := $(wildcard core/base/*.c core/sys/*.c core/model/*.c core/git/*.c)
OBJS := $(CORE:%.c=$(B)/fuzz/%.o)
FUZZERS := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
LIBS := -lgit2 -lmbedtls -lmbedx509 -lmbedcrypto -lhttp_parser -lz -ldeflate -ljansson

all: $(FUZZERS)

$(B)/fuzz/fuzz_%: $(B)/fuzz/tests/fuzz/fuzz_%.o $(B)/fuzz/libcore.a
	@$(CC) $(SAN) -fsanitize=fuzzer -o $@ $^ -L$(TP)/glibc/lib $(LIBS) -lm
$(B)/fuzz/libcore.a: $(OBJS)
	@rm -f $@ && ar rcs $@ $^
$(B)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -fsanitize=fuzzer-no-link -c $< -o $@
.PRECIOUS: $(B)/fuzz/%.o

-include $(OBJS:.o=.d) $(FUZZERS:$(B)/fuzz/%=$(B)/fuzz/tests/fuzz/%.d)
