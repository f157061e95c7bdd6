/* arena: many small things, released at once */
#include <criterion/criterion.h>

#include <stdint.h>
#include <string.h>

#include "core/base/arena.h"

Test(arena, what_was_given_stays_as_it_was)
{
	struct rj_arena a = {0};
	char *s[5000];

	for (size_t i = 0; i < 5000; i++) {
		s[i] = rj_arena_strndup(&a, "0123456789abcdef", i % 17);
		cr_assert_eq((uintptr_t)s[i] % _Alignof(max_align_t), 0);
	}
	for (size_t i = 0; i < 5000; i++) {
		cr_assert_eq(strlen(s[i]), i % 17);
		cr_assert_eq(strncmp(s[i], "0123456789abcdef", i % 17), 0);
	}
	rj_arena_release(&a);
	cr_assert_null(a.top);
}

Test(arena, memory_is_zeroed_and_may_be_larger_than_a_chunk)
{
	struct rj_arena a = {0};
	char *small, *large;

	small = rj_arena_strdup(&a, "small");
	large = rj_arena_alloc(&a, 1 << 20);
	for (size_t i = 0; i < 1 << 20; i++)
		cr_assert_eq(large[i], '\0');
	memset(large, 'x', 1 << 20);
	cr_assert_str_eq(small, "small");
	cr_assert_str_eq(rj_arena_strdup(&a, "after"), "after");
	cr_assert_null(rj_arena_strdup(&a, NULL));
	rj_arena_release(&a);
	rj_arena_release(&a);
}

Test(arena, placed_in_room_of_the_caller)
{
	_Alignas(max_align_t) static char room[4096];
	struct rj_arena a = {0};
	char *s, *t;

	rj_arena_place(&a, room, sizeof(room));
	s = rj_arena_strdup(&a, "first");
	t = rj_arena_alloc(&a, 1000);
	cr_expect(s > room && s < room + sizeof(room));
	cr_expect(t > s && t + 1000 <= room + sizeof(room));
	cr_expect_str_eq(s, "first");
	rj_arena_release(&a);
	cr_expect_null(a.top);
	cr_expect_str_eq(s, "first");
}

Test(arena, full_room_is_memory_that_is_out, .exit_code = 1)
{
	_Alignas(max_align_t) static char room[256];
	struct rj_arena a = {0};

	rj_arena_place(&a, room, sizeof(room));
	(void)rj_arena_alloc(&a, sizeof(room));
}
