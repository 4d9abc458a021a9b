/* SPDX-License-Identifier: MIT */
/* The bytes of one mail, pure. RFC 5322 message with RFC 2047 encoded words (B, each <= 75 characters, never cut inside
 * a character), text/plain; charset=utf-8 as quoted-printable (RFC 2045), 7-bit clean, CRLF everywhere, ends with
 * CRLF. */
#pragma once

#include "state/model/err.h"
#include "state/model/when.h"

typedef struct MailParts {
        const char *from_name, *from_address;
        const char *to_name, *to_address;
        const char *reply_name, *reply_address; /* a person; address NULL: none */
        const char *subject;                    /* UTF-8, one line */
        const char *message_id;                 /* without < > */
        Instant date;
        const char *body;                       /* UTF-8, LF lines */
} MailParts;

/* Adds Auto-Submitted: auto-generated (RFC 3834) and X-Auto-Response-Suppress: All. Names and subject are put into
 * NFC; a control character in the body becomes U+FFFD. What *ret held is not freed: hand in an empty Text.
 * 0; -EINVAL with Err when an address or header holds a control character, an address is no ASCII addr-spec, or a
 * text is not UTF-8; -E2BIG over LIMIT_MAIL_BYTES; -ENOMEM. */
int message_build(const MailParts *parts, Text *ret, Err *e);

/* ASCII addr-spec of a sane shape: local@domain.tld, no blanks or control characters, <= 254 bytes (RFC 5321
 * 4.5.3.1). */
bool address_valid(Str address);
