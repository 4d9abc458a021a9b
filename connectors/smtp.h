/* SPDX-License-Identifier: MIT */
/* One SMTP delivery with libcurl's easy interface (its multi interface blocks on SMTP). Used only by the program
 * deliver-smtp. One recipient per transaction. */
#pragma once

#include "connectors/attempt.h"

typedef struct SmtpOptions {
        const char *url;        /* smtp://host[:port] or smtps://host[:port] */
        const char *ca_file;    /* NULL: the system's */
        const char *ehlo;       /* FQDN; NULL: from the sender's address */
        const char *user;       /* NULL: no authentication */
        const char *password;
        int timeout_seconds;    /* of each reply, RFC 5321 4.5.3.2; 600 after the final dot */
} SmtpOptions;

/* `message` are whole RFC 5322 bytes with CRLF. TLS (STARTTLS or smtps) is required unless the relay is a loopback
 * literal; with a user set, a 235 reply must have been seen. Phases are written to `attempt_fd` as they are reached.
 * `stop` becomes true on SIGTERM: the transfer is given up within a second. Always fills *ret. */
int smtp_deliver(const SmtpOptions *o, Str from, Str to, Str message, int attempt_fd, const volatile int *stop, Verdict *ret, Err *e);
