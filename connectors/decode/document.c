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

/* *ret NULL: a number or null alone. */
static Fault parse_any(Str body, json_object **ret, char why[static 160]) {
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
        *ret = t ? json_tokener_parse_ex(t, body.at, (int) body.len) : NULL;
        enum json_tokener_error error = t ? json_tokener_get_error(t) : json_tokener_error_size;
        if (t)
                json_tokener_free(t);
        if (*ret || error == json_tokener_success || error == json_tokener_continue)
                return FAULT_NONE;
        snprintf(why, 160, "%s", t ? json_tokener_error_desc(error) : "out of memory");
        return FAULT_TOO_LARGE;
}

Fault document_parse(Str body, json_object **ret, char why[static 160]) {
        json_object *o = NULL;
        Fault f = parse_any(body, &o, why);
        if (f != FAULT_NONE)
                return f;
        if (!json_object_is_type(o, json_type_object) && !json_object_is_type(o, json_type_array)) {
                char sample[90];
                json_object_put(o);
                document_sample(body, sample, sizeof sample);
                snprintf(why, 160, "neither object nor list: %s", sample);
                return FAULT_NOT_JSON;
        }
        *ret = o;
        return FAULT_NONE;
}

Fault document_inside(Str body, const Select *inside, json_object **ret_root, Str *ret, char why[static 160]) {
        json_object *v = NULL;
        char sample[90];
        Fault f = parse_any(body, ret_root, why);
        if (f != FAULT_NONE)
                return f;
        if (select_get(inside, *ret_root, &v) == SELECTED_VALUE && json_object_is_type(v, json_type_string)) {
                *ret = (Str) { json_object_get_string(v), (size_t) json_object_get_string_len(v) };
                return FAULT_NONE;
        }
        document_sample(body, sample, sizeof sample);
        snprintf(why, 160, "expected a text at %.60s, seen %s", inside->text, sample);
        utf8_mend(why);
        return FAULT_SELECTOR_MISSING;
}
