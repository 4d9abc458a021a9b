/* SPDX-License-Identifier: MIT */
#include "connectors/decode/document.h"

#include <stdio.h>

#include "connectors/decode/html.h"
#include "connectors/limits.h"

void document_sample(Str body, char *to, size_t size) {
        _cleanup_text_ Text t = TEXT_INIT(1000);
        text_escape(&t, str_cut(body, size < 100 ? 80 : size));
        Str shown = t.failed ? STR_NULL : str_cut(text_str(&t), size - 1);
        if (shown.len > 0)
                memcpy(to, shown.at, shown.len);
        to[shown.len] = '\0';
}

void document_words(Str body, char to[static DOCUMENT_WORDS]) {
        _cleanup_arena_ Arena a = { .max = LIMIT_LOGIN_BODY_BYTES };
        Str words = str_trim(str_cut(body, LIMIT_FIELD_BYTES));
        to[0] = '\0';
        if (html_looks_so(words) && html_text(&a, words, &words) != 0)
                return;
        if (words.len == 0)
                return;
        memcpy(to, ": ", 2);
        document_sample(words, to + 2, DOCUMENT_WORDS - 2);
}

Fault document_parse(Str body, json_object **ret, char why[static 160]) {
        const char *problem = NULL, *wrong = NULL;
        char sample[90];
        size_t at = 0;
        int r = split_check(body, &problem, &at, &wrong);
        document_sample(body, sample, sizeof sample);
        if (r == SPLIT_E_EMPTY) {
                snprintf(why, 160, "nothing");
                return FAULT_EMPTY_BODY;
        }
        if (r != 0 || problem) {
                snprintf(why, 160, "%s at byte %zu: %s", r == 0 ? problem : wrong ? wrong : "cut off", at, sample);
                return r == SPLIT_E_TRUNCATED ? FAULT_TRUNCATED_BODY : FAULT_NOT_JSON;
        }
        json_tokener *t = json_tokener_new_ex(LIMIT_JSON_DEPTH + 1);
        json_object *o = t ? json_tokener_parse_ex(t, body.at, (int) body.len) : NULL;
        if (t)
                json_tokener_free(t);
        if (!json_object_is_type(o, json_type_object) && !json_object_is_type(o, json_type_array)) {
                json_object_put(o);
                snprintf(why, 160, "neither object nor list: %s", sample);
                return FAULT_NOT_JSON;
        }
        *ret = o;
        return FAULT_NONE;
}
