/* SPDX-License-Identifier: MIT */
/* A selector as an administrator may type it, up to the first newline, and a document as a system may send it behind:
 * the selector compiles or is refused at a byte inside it; what compiles also walks, and both ways of walking agree. */
#include "connectors/language/select.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count(void *userdata, json_object *v) {
        return ++*(int *) userdata, v == (json_object *) userdata;
}

static void walk(Select *s, json_object *root) {
        _cleanup_text_ Text t = TEXT_INIT(4096);
        json_object *found = NULL;
        int n = 0;
        Selected one = select_get(s, root, &found);
        if (one == SELECTED_VALUE && !found)
                abort();
        select_explain(s, 0, root, &t);
        s->list = false;
        select_each(s, 0, root, count, &n);
        bool missing = s->many ? one == SELECTED_MISSING : one == SELECTED_MISSING || (one == SELECTED_NULL && n == 0);
        if ((n > 1) != (one == SELECTED_SEVERAL) || (n == 0) != missing || (n > 1 && !s->many))
                abort();
        if (!select_within(s, s) && !s->many)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_arena_ Arena a = { 0 };
        Str bytes = { (const char *) data, size }, rest = bytes, line = STR_NULL;
        str_split(&rest, '\n', &line);
        _cleanup_free_ char *text = str_dup(line), *json = str_dup(rest);
        json_object *root = json_tokener_parse("{\"a\":[{\"b\":null}],\"c\":{\"d\":1}}");
        json_object *other = json_tokener_parse(json);
        Select s;
        size_t at = 0;
        const char *why = NULL;
        int r = select_compile(&a, text, &s, &at, &why);
        if (r == 0) {
                walk(&s, root);
                walk(&s, other);
        } else if (r != SELECT_E_SYNTAX || !why || at > strlen(text)) {
                abort();
        }
        json_object_put(root);
        json_object_put(other);
        return 0;
}
