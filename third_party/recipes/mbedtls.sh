# mbedTLS: https for libgit2. Its structs are part of libgit2's, so every option that changes
# their size goes into the installed config, which both read, and never on a command line.
# shellcheck shell=sh disable=SC2154
config=include/mbedtls/mbedtls_config.h
turn_on() { # NAME
	sed -i "s|^//#define $1\$|#define $1|" "$config"
	grep -qx "#define $1" "$config" || die "mbedTLS has no option $1 to switch on"
}

turn_off() { # NAME...
	for option; do
		sed -i "s|^#define \(MBEDTLS_$option\)\( .*\)\{0,1\}\$|//#define \1\2|" "$config"
		grep -qE "^//#define MBEDTLS_$option( |\$)" "$config" || die "mbedTLS has no option MBEDTLS_$option to switch off"
		! grep -qE "^#define MBEDTLS_$option( |\$)" "$config" || die "MBEDTLS_$option is still on"
	done
}

# libgit2 is built with threads and used from several.
turn_on MBEDTLS_THREADING_C
turn_on MBEDTLS_THREADING_PTHREAD

# Random bytes from getrandom(2), by glue/entropy.c: on musl mbedTLS would open /dev/urandom,
# and where there is no /dev libgit2 could not even start.
turn_on MBEDTLS_NO_PLATFORM_ENTROPY
turn_on MBEDTLS_ENTROPY_HARDWARE_ALT

# A client of https is all that is wanted: no server, no datagrams, no debug texts, no keys on
# disk, and none of the ciphers and curves that public servers and authorities do not use.
turn_off SSL_SRV_C SSL_CACHE_C SSL_COOKIE_C SSL_TICKET_C SSL_PROTO_DTLS SSL_DTLS_CONNECTION_ID \
	SSL_DTLS_CONNECTION_ID_COMPAT SSL_DTLS_ANTI_REPLAY SSL_DTLS_HELLO_VERIFY \
	SSL_DTLS_CLIENT_PORT_REUSE SSL_CONTEXT_SERIALIZATION SSL_RENEGOTIATION DEBUG_C SELF_TEST \
	KEY_EXCHANGE_PSK_ENABLED KEY_EXCHANGE_DHE_PSK_ENABLED KEY_EXCHANGE_ECDHE_PSK_ENABLED \
	KEY_EXCHANGE_RSA_PSK_ENABLED KEY_EXCHANGE_ECDH_ECDSA_ENABLED KEY_EXCHANGE_ECDH_RSA_ENABLED \
	ECP_DP_SECP192R1_ENABLED ECP_DP_SECP224R1_ENABLED ECP_DP_SECP192K1_ENABLED \
	ECP_DP_SECP224K1_ENABLED ECP_DP_SECP256K1_ENABLED CIPHER_MODE_CFB CIPHER_MODE_OFB \
	CIPHER_MODE_XTS CAMELLIA_C ARIA_C DES_C RIPEMD160_C ECJPAKE_C LMS_C NIST_KW_C PKCS7_C \
	PKCS12_C X509_CREATE_C X509_CRT_WRITE_C X509_CSR_WRITE_C X509_CSR_PARSE_C PEM_WRITE_C \
	PSA_CRYPTO_STORAGE_C PSA_ITS_FILE_C VERSION_FEATURES GENPRIME PADLOCK_C NET_C TIMING_C

# Small: its time is the network's.
make -C library -j"$jobs" CC="$cc" AR=ar CFLAGS="$cflags -Os" static
# shellcheck disable=SC2086 # a list of flags
$cc $cflags -Iinclude -c "$here/glue/entropy.c" -o rj_entropy.o # another name than mbedTLS's entropy.o
ar rs library/libmbedcrypto.a rj_entropy.o
cp library/libmbedtls.a library/libmbedx509.a library/libmbedcrypto.a "$prefix/lib/"
cp -R include/mbedtls include/psa "$prefix/include/"

# mbedTLS's own view of its structs, for the check in tests/build.
# shellcheck disable=SC2086
$cc $cflags -Iinclude -DRJ_LAYOUT=rj_layout_mbedtls -c "$here/glue/layout.c" -o "$prefix/lib/layout-mbedtls.o"
