/* SPDX-License-Identifier: MIT */
/* A login page from anywhere: what is taken out of it is text, or is not there. */
#include <stdint.h>

#include "connectors/decode/html.h"
#include "connectors/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(Str page, PlanNames has) {
        HtmlWant wants[] = { { HTML_INPUT, "_token", STR_NULL }, { HTML_META, "csrf-token", STR_NULL },
                             { HTML_ACTION, NULL, STR_NULL }, { HTML_INPUT, "execution", STR_NULL } };
        size_t n = has.n > 0 ? 3 : 2; /* the last belongs to a form alone */
        _cleanup_arena_ Arena a = { .max = LIMIT_LOGIN_BODY_BYTES };
        const char *missing = NULL;
        int r = html_take(&a, page, has, wants, n, &missing);
        for (size_t i = 0; i < n && r == 0; i++)
                if (wants[i].value.at && strlen(wants[i].value.at) != wants[i].value.len)
                        abort();
        if (r == HTML_E_NO_FORM && !missing)
                abort();
        if (r == 0 && has.n > 0 && !wants[2].value.at)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const char *const has[] = { "u", "p" };
        Str page = { (const char *) data, size };
        _cleanup_arena_ Arena a = { .max = LIMIT_LOGIN_BODY_BYTES };
        Str text;
        take(page, (PlanNames) { 0 });
        take(page, (PlanNames) { has, 2 });
        (void) html_login_page(page);
        if (html_text(&a, page, &text) == 0 && text.len > LIMIT_FIELD_BYTES && text.at != page.at)
                abort();
        return 0;
}
