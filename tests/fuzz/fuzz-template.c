/* SPDX-License-Identifier: MIT */
/* A template on the first line and a value behind it: what passes the check at load makes JSON, and a path of one
 * request, whatever the value is. */
#include <errno.h>

#include "connectors/decode/split.h"
#include "connectors/listing/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const TemplateName names[] = { { "unit", TEMPLATE_TEXT }, { "page", TEMPLATE_NUMBER },
                                      { "cursor", TEMPLATE_TOKEN }, { "since", TEMPLATE_TIME },
                                      { "config.", TEMPLATE_TEXT } };
enum { NAMES = sizeof names / sizeof *names };

static bool is_json(Str text) {
        const char *problem = NULL, *why = NULL;
        size_t at = 0;
        return split_check(text, &problem, &at, &why) == 0;
}

static void check_json(const char *text, const TemplateValues *v) {
        _cleanup_text_ Text sample = TEXT_INIT(1 << 20), filled = TEXT_INIT(1 << 20);
        Str bare;
        if (!template_json_sample(text, names, NAMES, &sample, &bare) || !is_json(text_str(&sample)))
                return;
        if (template_json_fill(&filled, text, v) == 0 && !is_json(text_str(&filled)))
                abort();
}

static void check_path(const char *text, const TemplateValues *v) {
        RequestPlan plan = { .path = text };
        RequestText t;
        if (text[0] != '/')
                return;
        request_text_init(&t);
        int r = request_fill(&plan, v, STR_NULL, &t);
        if (r == 0 && template_uses(text, "unit") && (strstr(t.target.at, "/../") || strstr(t.target.at, "/./")))
                abort();
        request_text_free(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
        size_t n = end ? (size_t) (end - data) : size, rest = end ? size - n - 1 : 0;
        Str value = { rest ? (const char *) data + n + 1 : NULL, rest };
        TemplateFault fault;
        if (n > 2000 || memchr(data ? (const void *) data : "", 0, n) || !utf8_valid(value) ||
            !utf8_valid((Str) { n ? (const char *) data : NULL, n }))
                return 0;
        _cleanup_free_ char *text = str_dup((Str) { (const char *) data, n });
        TemplateValue at[] = { { "unit", value, INSTANT_NONE }, { "page", STR("3"), INSTANT_NONE },
                               { "cursor", value, INSTANT_NONE }, { "since", STR_NULL, 1781829000 * US_SECOND },
                               { "config.x", value, INSTANT_NONE } };
        TemplateValues v = { at, NAMES, ZONE_OFFSET };
        if (!text || template_check(text, names, NAMES, &fault) != 0)
                return 0;
        check_json(text, &v);
        check_path(text, &v);
        return 0;
}
