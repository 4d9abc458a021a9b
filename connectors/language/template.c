/* SPDX-License-Identifier: MIT */
#include "connectors/language/template.h"

#include <errno.h>
#include <stdio.h>

#define FORMAT_MAX 40

typedef struct Placeholder {
        Str name, format; /* format.at NULL: none */
        const char *next; /* behind the '>' */
} Placeholder;

static bool name_char(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
               c == '_';
}

/* `at` stands on a '<'. */
static bool placeholder_read(const char *at, Placeholder *ret) {
        const char *end = at + 1, *format = NULL;
        while (name_char(*end))
                end++;
        Str name = { at + 1, (size_t) (end - at - 1) };
        if (name.len == 0 || (*end != '>' && *end != ':'))
                return false;
        if (*end == ':') {
                format = ++end;
                while (*end && *end != '>' && *end != '<' && *end != '\n')
                        end++;
                if (*end != '>' || end == format)
                        return false;
        }
        *ret = (Placeholder) { .name = name,
                               .format = { format, format ? (size_t) (end - format) : 0 },
                               .next = end + 1 };
        return true;
}

size_t template_name_at(const char *at, Str *ret_name) {
        Placeholder p;
        if (!placeholder_read(at, &p))
                return 0;
        *ret_name = p.name;
        return (size_t) (p.next - at);
}

bool template_name_is(const TemplateName *n, Str name) {
        Str known = str_of(n->name);
        bool family = known.len > 0 && known.at[known.len - 1] == '.';
        return family ? name.len > known.len && str_starts(name, known) : str_eq(known, name);
}

static bool format_known(Str format) {
        char copy[FORMAT_MAX + 1];
        _cleanup_text_ Text scratch = TEXT_INIT(FORMAT_MAX * 4);
        if (format.len > FORMAT_MAX)
                return false;
        memcpy(copy, format.at, format.len);
        copy[format.len] = '\0';
        return template_time(&scratch, 0, copy, 0) != -EINVAL;
}

/* `at` stands on a '<' that begins no placeholder. "<page&size=" was meant as one; "a <b", and in a body of XML
 * "<page n='1'>" and "<page/>", were not. */
static bool unclosed(const char *at, const TemplateName *names, size_t n, Str *ret_name) {
        const char *end = at + 1;
        while (name_char(*end))
                end++;
        *ret_name = (Str) { at + 1, (size_t) (end - at - 1) };
        if (*end == ' ' || *end == '\t' || *end == '\n' || (end[0] == '/' && end[1] == '>'))
                return false;
        for (size_t i = 0; i < n; i++)
                if (template_name_is(&names[i], *ret_name))
                        return true;
        return false;
}

int template_check(const char *text, const TemplateName *names, size_t n, TemplateFault *ret) {
        Placeholder p;
        for (const char *at = strchr(text, '<'); at; at = strchr(at, '<')) {
                if (!placeholder_read(at, &p)) {
                        if (unclosed(at, names, n, &ret->name))
                                return ret->what = TEMPLATE_UNCLOSED, 1;
                        at++;
                        continue;
                }
                size_t i = 0;
                while (i < n && !template_name_is(&names[i], p.name))
                        i++;
                ret->name = i == n || !p.format.at ? p.name : p.format;
                if (i == n)
                        return ret->what = TEMPLATE_NAME_UNKNOWN, 1;
                if (p.format.at && names[i].kind != TEMPLATE_TIME)
                        return ret->what = TEMPLATE_FORMAT_USELESS, 1;
                if (p.format.at && !format_known(p.format))
                        return ret->what = TEMPLATE_FORMAT_UNKNOWN, 1;
                at = p.next;
        }
        return 0;
}

bool template_uses(const char *text, const char *name) {
        Placeholder p;
        for (const char *at = strchr(text, '<'); at; at = strchr(at, '<')) {
                bool read = placeholder_read(at, &p);
                if (read && str_eq(p.name, str_of(name)))
                        return true;
                at = read ? p.next : at + 1;
        }
        return false;
}

static int add_percent(Text *t, Str value) {
        for (size_t i = 0; i < value.len; i++) {
                unsigned char c = (unsigned char) value.at[i];
                bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                             (c && strchr("-._~", c));
                if (plain)
                        text_addc(t, (char) c);
                else
                        text_addf(t, "%%%02X", c);
        }
        return t->failed;
}

static int add_json(Text *t, Str value) {
        for (size_t i = 0; i < value.len; i++) {
                unsigned char c = (unsigned char) value.at[i];
                if (c < 0x20 || c == 0x7f)
                        text_addf(t, "\\u%04x", c);
                else if (c == '"' || c == '\\')
                        text_addf(t, "\\%c", c);
                else
                        text_addc(t, (char) c);
        }
        return t->failed;
}

int template_encode(Text *t, Str value, TemplateEncoding encoding) {
        switch (encoding) {
        case TEMPLATE_PATH:
                return add_percent(t, value);
        case TEMPLATE_JSON:
                return add_json(t, value);
        case TEMPLATE_PLAIN:
                break;
        }
        return text_add(t, value);
}

static int value_add(Text *t, const TemplateValue *v, Str format, int64_t zone, TemplateEncoding encoding) {
        char copy[FORMAT_MAX + 1] = "iso";
        _cleanup_text_ Text when = TEXT_INIT(FORMAT_MAX * 4);
        if (v->instant == INSTANT_NONE || (!format.at && v->text.len > 0))
                return template_encode(t, v->text, encoding);
        if (format.at && format.len <= FORMAT_MAX) {
                memcpy(copy, format.at, format.len);
                copy[format.len] = '\0';
        }
        if (template_time(&when, v->instant, copy, zone) < 0)
                return t->failed = when.failed ? when.failed : -EINVAL;
        return template_encode(t, text_str(&when), encoding);
}

int template_fill(Text *t, const char *text, const TemplateValues *values, TemplateEncoding encoding) {
        Placeholder p;
        while (*text) {
                size_t plain = strcspn(text, "<");
                text_add(t, (Str) { text, plain });
                text += plain;
                if (*text && !placeholder_read(text, &p)) {
                        text_addc(t, *text++);
                        continue;
                }
                if (!*text)
                        break;
                for (size_t i = 0; i < values->n; i++)
                        if (str_eq(str_of(values->at[i].name), p.name)) {
                                value_add(t, &values->at[i], p.format, values->zone, encoding);
                                break;
                        }
                text = p.next;
        }
        return t->failed;
}

static int add_pattern(Text *t, const Civil *c, const char *format) {
        static const struct {
                const char *name;
                size_t offset;
                int width;
        } parts[] = {
                { "yyyy", offsetof(Civil, year), 4 },   { "MM", offsetof(Civil, month), 2 },
                { "dd", offsetof(Civil, day), 2 },      { "HH", offsetof(Civil, hour), 2 },
                { "mm", offsetof(Civil, minute), 2 },   { "ss", offsetof(Civil, second), 2 },
                { "M", offsetof(Civil, month), 1 },     { "d", offsetof(Civil, day), 1 },
                { "H", offsetof(Civil, hour), 1 },
        };
        bool any = false;
        for (const char *at = format; *at;) {
                size_t i = 0, n = sizeof parts / sizeof *parts;
                while (i < n && strncmp(at, parts[i].name, strlen(parts[i].name)) != 0)
                        i++;
                if (i == n) {
                        if ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'S') || (*at >= 'U' && *at <= 'Y'))
                                return -EINVAL; /* a misspelt part; T and Z stand for themselves */
                        text_addc(t, *at++);
                        continue;
                }
                text_addf(t, "%0*d", parts[i].width, *(const int *) ((const char *) c + parts[i].offset));
                at += strlen(parts[i].name);
                any = true;
        }
        return any ? t->failed : -EINVAL;
}

int template_time(Text *t, Instant when, const char *format, int64_t zone) {
        char text[WHEN_TEXT];
        Civil c;
        if (strcmp(format, "iso") == 0)
                return text_add(t, str_of(when_utc(when, text)));
        if (strcmp(format, "epoch") == 0)
                return text_addf(t, "%lld", (long long) (when / US_SECOND));
        if (strcmp(format, "epoch-ms") == 0)
                return text_addf(t, "%lld", (long long) (when / 1000));
        when_civil(when - ZONE_OFFSET + zone, &c); /* the calendar of the product's zone, moved to this one */
        return add_pattern(t, &c, format);
}
