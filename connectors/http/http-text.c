/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <strings.h>

#include "connectors/http/http.h"

static bool all_digits(Str s) {
        for (size_t i = 0; i < s.len; i++)
                if (s.at[i] < '0' || s.at[i] > '9')
                        return false;
        return s.len > 0;
}

int http_retry_after(Str value, Instant theirs, Instant ours, Instant *ret) {
        int64_t seconds;
        char text[64];
        if (all_digits(value)) {
                if (text_to_int64(value, &seconds) < 0 || seconds > INT32_MAX)
                        seconds = INT32_MAX;
        } else {
                if (value.len < 8 || value.len >= sizeof text || !memchr(value.at, ':', value.len))
                        return -EINVAL;
                memcpy(text, value.at, value.len);
                text[value.len] = '\0';
                time_t date = curl_getdate(text, NULL);
                if (date < 0)
                        return -EINVAL;
                seconds = (int64_t) date - theirs / US_SECOND;
        }
        *ret = ours + (seconds < 1 ? 1 : seconds) * US_SECOND;
        return 0;
}

void http_form_encode(Text *t, Str s) {
        for (size_t i = 0; i < s.len; i++) {
                unsigned char b = (unsigned char) s.at[i];
                bool plain = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') ||
                             (b && strchr("*-._", b));
                if (b == ' ')
                        text_addc(t, '+');
                else if (plain)
                        text_addc(t, (char) b);
                else
                        text_addf(t, "%%%02X", b);
        }
}

void http_form_add(Text *t, Str name, Str value) {
        if (t->len)
                text_addc(t, '&');
        http_form_encode(t, name);
        text_addc(t, '=');
        http_form_encode(t, value);
}

Fault http_send_fault(int code) {
        return code == -EPERM ? FAULT_REDIRECT : code == -ENOKEY ? FAULT_NO_SECRET : FAULT_NETWORK;
}

bool http_header_next(Str *rest, const char *name, Str *ret) {
        size_t n = strlen(name);
        Str line;
        while (str_split(rest, '\n', &line))
                if (line.len > n && line.at[n] == ':' && strncasecmp(line.at, name, n) == 0) {
                        *ret = (Str) { line.at + n + 1, line.len - n - 1 };
                        return true;
                }
        return false;
}

Str http_header(const HttpResponse *r, const char *name) {
        Str rest = r->headers, value;
        return http_header_next(&rest, name, &value) ? value : STR_NULL;
}
