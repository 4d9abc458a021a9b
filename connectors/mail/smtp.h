/* SPDX-License-Identifier: MIT */
/* One SMTP delivery with libcurl's easy interface (its multi interface blocks on SMTP). Used only by the program
 * deliver-smtp. One recipient per transaction. */
#pragma once

#include "connectors/mail/attempt.h"

typedef struct SmtpOptions {
        const char *url;        /* smtp://host[:port] or smtps://host[:port] */
        const char *ca_file;    /* NULL: the system's; given, it makes STARTTLS required on loopback too */
        const char *ehlo;       /* FQDN; NULL: from the sender's address */
        const char *user;       /* NULL: no authentication */
        const char *password;
        int timeout_seconds;    /* of each reply, RFC 5321 4.5.3.2; 600 after the final dot */
        int total_seconds;      /* of everything; 0: no limit */
} SmtpOptions;

/* `message` are whole RFC 5322 bytes with CRLF. TLS (STARTTLS or smtps) is required unless the relay is a loopback
 * literal; with a user set, a 235 reply must have been seen. Phases after "connect" (the caller's) are written to
 * `attempt_fd` as they are reached, each before the step it names can have an effect. `stopping` is asked every second
 * (SIGTERM): once true, the transfer is given up. Always fills *ret, also when it returns negative (out of memory, the
 * attempt file cannot be written). */
int smtp_deliver(const SmtpOptions *o, Str from, Str to, Str message, int attempt_fd, bool (*stopping)(void),
                 Verdict *ret, Err *e);
