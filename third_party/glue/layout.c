/*
 * How large one side believes mbedTLS's structs to be.
 *
 * Compiled twice, once with the flags of mbedTLS's build and once with those of
 * libgit2's; tests/build compares the two tables. They differ when an option such
 * as MBEDTLS_THREADING_C is given to one of them only, and then libgit2 overruns
 * the memory of its own structs without a word.
 */
#include <stddef.h>

#if !defined(__STDC_VERSION__) || __STDC_VERSION__ < 199901L
#define inline __inline__ /* libgit2 is built as C90, and gets past this in the same way */
#endif

#include "mbedtls/ctr_drbg.h"
#include "mbedtls/entropy.h"
#include "mbedtls/md.h"
#include "mbedtls/pk.h"
#include "mbedtls/sha256.h"
#include "mbedtls/ssl.h"
#include "mbedtls/x509_crt.h"

extern const size_t RJ_LAYOUT[];

const size_t RJ_LAYOUT[] = {
	sizeof(mbedtls_entropy_context),
	sizeof(mbedtls_ctr_drbg_context),
	sizeof(mbedtls_ssl_config),
	sizeof(mbedtls_ssl_context),
	sizeof(mbedtls_ssl_session),
	sizeof(mbedtls_x509_crt),
	sizeof(mbedtls_x509_crl),
	sizeof(mbedtls_pk_context),
	sizeof(mbedtls_md_context_t),
	sizeof(mbedtls_sha256_context),
	0, /* ends the table */
};
