#ifndef RJ_TOOLS_FILTER_PUT_H
#define RJ_TOOLS_FILTER_PUT_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A BPF program that is put together from its end, since its jumps only go forward: where they go
 * to is then known. code[0] is the last instruction, and the position of one is its number from
 * there.
 */
struct filter_program {
	struct sock_filter code[BPF_MAXINSNS];
	size_t n;
};

/* The program's next instruction, or rather the one before; its position. */
size_t filter_put(struct filter_program *p, unsigned code, uint32_t k);

/* The position of an instruction that answers `value`: all share one, as far as jumps go. */
size_t filter_put_return(struct filter_program *p, uint32_t value);

/* A jump to `yes` if `test` (BPF_JEQ, BPF_JGE, BPF_JSET) holds with k, and to `no` otherwise. What
 * is further off than conditional jumps go is reached in two steps. */
size_t filter_put_jump(struct filter_program *p, unsigned test, uint32_t k, size_t yes, size_t no);

void filter_die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
