#include "core/git/oidset.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/base/mem.h"

static uint64_t fold(uint64_t a, uint64_t b)
{
	const unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Of all bytes, and by a secret: ids that somebody made up must not fall on each other. */
static size_t place(const struct rj_oidset *s, const git_oid *id)
{
	uint64_t a, b;
	uint32_t c;

	memcpy(&a, id->id, sizeof(a));
	memcpy(&b, id->id + sizeof(a), sizeof(b));
	memcpy(&c, id->id + sizeof(a) + sizeof(b), sizeof(c));
	return (size_t)fold(fold(a ^ s->seed[0], b ^ s->seed[1]) ^ c, s->seed[2] | 1) &
	       (s->slots - 1);
}

/* The slot that holds `id`, or the empty one where it belongs. */
static size_t find(const struct rj_oidset *s, const git_oid *id)
{
	size_t i = place(s, id);

	while (s->slot[i] && !git_oid_equal(&s->v[s->slot[i] - 1], id))
		i = (i + 1) & (s->slots - 1);
	return i;
}

static void rehash(struct rj_oidset *s)
{
	if (!s->slots)
		(void)!getrandom(s->seed, sizeof(s->seed), GRND_NONBLOCK);
	s->slots = s->slots ? s->slots * 2 : 64;
	free(s->slot);
	s->slot = rj_alloc(s->slots, sizeof(*s->slot));
	for (size_t i = 0; i < s->n; i++)
		s->slot[find(s, &s->v[i])] = (unsigned)i + 1;
}

bool rj_oidset_add(struct rj_oidset *s, const git_oid *id)
{
	size_t i;

	if ((s->n + 1) * 2 > s->slots)
		rehash(s);
	i = find(s, id);
	if (s->slot[i])
		return false;
	s->v = rj_grow(s->v, &s->cap, s->n + 1, sizeof(*s->v));
	git_oid_cpy(&s->v[s->n++], id);
	s->slot[i] = (unsigned)s->n;
	return true;
}

bool rj_oidset_has(const struct rj_oidset *s, const git_oid *id)
{
	return s->slots && s->slot[find(s, id)];
}

void rj_oidset_release(struct rj_oidset *s)
{
	free(s->v);
	free(s->slot);
	*s = (struct rj_oidset){0};
}
