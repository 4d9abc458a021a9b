/* SPDX-License-Identifier: MIT */
/* How a system is reached: whom its TLS trusts, who we say we are, and by which proxy. Plain data, filled by config;
 * texts live as long as the settings generation. Verification is always on. */
#pragma once

#include <stdbool.h>

#include "state/model/err.h"
#include "state/model/text.h"

typedef struct TlsOptions {
        const char *ca_file;            /* private CA, PEM; NULL: the system's; never both */
        const char *pin;                /* "sha256//BASE64;...": one must be the server's public key; NULL: any */
        const char *client_certificate; /* PEM; its key is the secret file ID.client-key, an encrypted one's passphrase
                                         * ID.client-key-passphrase; NULL: none */
        const char *proxy;              /* http, https or socks5h URL; NULL: none; the environment is not asked */
        const char *proxy_user;         /* its password is the secret file ID.proxy-password; NULL: none */
        bool tls13, http1;              /* at least TLS 1.3, else 1.2; HTTP/2 is not offered */
} TlsOptions;

#define TLS_KEY_SECRET "client-key"
#define TLS_PASSPHRASE_SECRET "client-key-passphrase"
#define TLS_PROXY_SECRET "proxy-password"

/* The secret file SOURCE.NAME, copied into `ret`; 0, 1 when there is none, negative with Err. Callers wipe it. */
typedef int TlsSecret(void *userdata, const char *source, const char *name, Text *ret, Err *e);
