#ifndef RJ_GIT_SHA1_H
#define RJ_GIT_SHA1_H

#include <stddef.h>
#include <stdint.h>

/*
 * SHA-1 over a stream, for the trailer of a pack that is written piece by piece, and for names of
 * what is kept to be used again. It guards against damage only. Object ids are never made with it:
 * those come from libgit2, which detects crafted collisions.
 */
enum { RJ_SHA1_SIZE = 20, RJ_SHA1_HEX = 2 * RJ_SHA1_SIZE + 1 };

struct rj_sha1 {
	uint32_t h[5];
	uint64_t len;
	unsigned char block[64];
};

void rj_sha1_init(struct rj_sha1 *s);
void rj_sha1_update(struct rj_sha1 *s, const void *bytes, size_t len);
void rj_sha1_final(struct rj_sha1 *s, unsigned char ret[RJ_SHA1_SIZE]);
void rj_sha1_final_hex(struct rj_sha1 *s, char ret[RJ_SHA1_HEX]);

#endif
