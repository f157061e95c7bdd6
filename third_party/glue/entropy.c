/*
 * Where mbedTLS gets its random bytes: the kernel, by getrandom(2).
 *
 * mbedTLS's own source opens /dev/urandom on musl, and a jail's helper or an
 * empty chroot has no /dev. Compiled into libmbedcrypto.a, which is built with
 * MBEDTLS_NO_PLATFORM_ENTROPY and MBEDTLS_ENTROPY_HARDWARE_ALT.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/random.h>

#include "mbedtls/entropy.h"

int mbedtls_hardware_poll(void *data, unsigned char *output, size_t len, size_t *olen);

int mbedtls_hardware_poll(void *data, unsigned char *output, size_t len, size_t *olen)
{
	size_t have = 0;

	(void)data;
	while (have < len) {
		ssize_t n = getrandom(output + have, len - have, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
		have += (size_t)n;
	}
	*olen = have;
	return 0;
}
