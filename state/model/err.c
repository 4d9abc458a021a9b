/* SPDX-License-Identifier: MIT */
#include "state/model/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdbool.h>
#include <string.h>

/* Keeps a text that was cut in the middle of a character valid UTF-8, and on one line. */
static void err_tidy(char *text, size_t len, bool cut) {
        size_t end = len;
        if (cut) {
                while (end > 0 && ((unsigned char) text[end - 1] & 0xC0) == 0x80)
                        end--;
                if (end > 0 && (unsigned char) text[end - 1] >= 0xC0) {
                        unsigned char lead = (unsigned char) text[end - 1];
                        size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
                        end = len - (end - 1) >= need ? len : end - 1;
                } else
                        end = len;
        }
        text[end] = '\0';

        for (size_t i = 0; i < end; i++)
                if ((unsigned char) text[i] < 0x20 || text[i] == 0x7F)
                        text[i] = ' ';
}

int err_set(Err *e, int code, Retry retry, const char *format, ...) {
        if (!e || e->code != 0)
                return code;

        e->code = code;
        e->retry = retry;

        va_list arguments;
        va_start(arguments, format);
        int n = vsnprintf(e->text, sizeof e->text, format, arguments);
        va_end(arguments);

        size_t len = n < 0 ? 0 : (size_t) n;
        bool cut = len >= sizeof e->text;
        err_tidy(e->text, cut ? sizeof e->text - 1 : len, cut);
        return code;
}

int err_prefix(Err *e, const char *format, ...) {
        if (!e)
                return -EIO;

        char text[sizeof e->text];
        va_list arguments;
        va_start(arguments, format);
        int n = vsnprintf(text, sizeof text, format, arguments);
        va_end(arguments);
        if (n < 0)
                return e->code;

        size_t len = (size_t) n < sizeof text ? (size_t) n : sizeof text - 1;
        bool cut = (size_t) n >= sizeof text;
        const char *parts[] = { ": ", e->text };
        for (size_t i = 0; i < 2; i++) {
                size_t add = strlen(parts[i]), room = sizeof text - 1 - len;
                if (add > room) {
                        add = room;
                        cut = true;
                }
                memcpy(text + len, parts[i], add);
                len += add;
        }
        text[len] = '\0';
        err_tidy(text, len, cut);
        memcpy(e->text, text, sizeof text);
        return e->code;
}

int err_oom(Err *e) {
        return err_set(e, -ENOMEM, RETRY_LATER, "out of memory");
}

void err_clear(Err *e) {
        if (!e)
                return;
        e->code = 0;
        e->retry = RETRY_NOW;
        e->text[0] = '\0';
}
