/* SPDX-License-Identifier: MIT */
/* The ways in which systems and programs write a secret, for whoever takes it out of a text: what people read of an
 * answer (session_redact) and what a recording keeps (tape/tape-redact.h) are rid of the same. A way is read, not
 * written: whatever it has an escape for may stand escaped or as itself, in capitals or not, since no two programs
 * escape the same. What Authorization: Basic makes of a password is another word: session_password_words. Pure. */
#pragma once

#include "state/model/text.h"

#define WRITTEN_SHORTEST 4 /* bytes; a shorter word is no secret, and would take every second word of a page with it */

typedef enum WrittenWay {
        WRITTEN_AS_IT_IS,
        WRITTEN_FORM,         /* %2B, %2b, and + for a blank (WHATWG URL 5.2) */
        WRITTEN_PERCENT,      /* %20, and + for itself (RFC 3986 2.1) */
        WRITTEN_JSON,         /* \" \/ \u002B \ud83d\ude00 (RFC 8259 7), and \' \x2b of scripts */
        WRITTEN_HTML,         /* &lt; &#43; &#x2B; */
        WRITTEN_FORM_JSON,    /* JSON in a form, */
        WRITTEN_PERCENT_JSON, /* in an address or a cookie, */
        WRITTEN_JSON_JSON,    /* as a text in JSON, */
        WRITTEN_HTML_JSON,    /* in an attribute */
        WRITTEN_WAYS
} WrittenWay;

/* The ways that have an escape which begins so, a bit each: in the others that character stands for itself. */
static inline unsigned written_escapes(char c) {
        const unsigned form = 1u << WRITTEN_FORM | 1u << WRITTEN_FORM_JSON,
                       html = 1u << WRITTEN_HTML | 1u << WRITTEN_HTML_JSON;
        const unsigned percent = form | 1u << WRITTEN_PERCENT | 1u << WRITTEN_PERCENT_JSON;
        const unsigned json = 1u << WRITTEN_JSON | 1u << WRITTEN_JSON_JSON | 1u << WRITTEN_FORM_JSON |
                              1u << WRITTEN_PERCENT_JSON | 1u << WRITTEN_HTML_JSON;
        return c == '%' ? percent : c == '+' ? form : c == '\\' ? json : c == '&' ? html : 0;
}

/* How many bytes of `text` are `word` from its beginning on, in that way. Not *ret_whole: only its beginning, and with
 * it what is left of an escape that breaks off there. */
size_t written_goes(WrittenWay way, Str text, Str word, bool *ret_whole);

/* What the beginning of the text stands for in that way: at most `room` bytes, and how many. */
size_t written_head(WrittenWay way, Str text, size_t room, char *ret);
