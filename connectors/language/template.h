/* SPDX-License-Identifier: MIT */
/* Templates: text with `<name>` or `<name:format>` in it, filled in when a request is made. Total: no conditions and
 * no loops; each name and format is checked when the profile is compiled, so that filling in fails for want of memory
 * or room alone. A '<' that no name follows stands for itself, so HTML and comparison signs need no escape. Pure. */
#pragma once

#include "state/model/when.h"

typedef enum TemplateKind {
        TEMPLATE_TEXT,   /* no format; inside strings of a JSON template only */
        TEMPLATE_TOKEN,  /* a text or number of theirs, or nothing; no format */
        TEMPLATE_NUMBER, /* decimal digits; no format */
        TEMPLATE_TIME,   /* an instant; needs no format when `text` is given too, then that stands */
} TemplateKind;

/* A name that may be used, as the compiler of a profile knows it: "unit", "record.id", "since"; one that ends in '.'
 * stands for every name it begins. */
typedef struct TemplateName {
        const char *name;
        TemplateKind kind;
} TemplateName;

/* What a name stands for in one request. */
typedef struct TemplateValue {
        const char *name;
        Str text;
        Instant instant; /* of TEMPLATE_TIME: what a format writes; INSTANT_NONE: only `text` */
} TemplateValue;

typedef struct TemplateValues {
        const TemplateValue *at;
        size_t n;
        int64_t zone; /* µs east of UTC, for formats that write a local time */
} TemplateValues;

typedef enum TemplateEncoding {
        TEMPLATE_PLAIN,
        TEMPLATE_PATH, /* RFC 3986 3.3: all but unreserved characters percent-encoded, '/' too */
        TEMPLATE_JSON, /* as the inside of a JSON string */
} TemplateEncoding;

/* Why a template is none; the first thing. Texts are borrowed from the template. */
typedef struct TemplateFault {
        enum { TEMPLATE_NAME_UNKNOWN = 1, TEMPLATE_FORMAT_UNKNOWN, TEMPLATE_FORMAT_USELESS, TEMPLATE_UNCLOSED } what;
        Str name;
} TemplateFault;

/* 0, or 1 with *ret. A `<` that begins no name of letters, digits, '.', '-', '_' closed by '>' is plain text; formats
 * are those of template_time. */
int template_check(const char *text, const TemplateName *names, size_t n, TemplateFault *ret);

/* Whether the template mentions `name`, with or without a format. */
bool template_uses(const char *text, const char *name);

/* Adds the text with every name filled in; a name without a value stands for nothing. 0, or as text_add. */
int template_fill(Text *t, const char *text, const TemplateValues *values, TemplateEncoding encoding);

/* The length of the placeholder that `at`, on a '<', begins; 0: that '<' stands for itself. */
size_t template_name_at(const char *at, Str *ret_name);
bool template_name_is(const TemplateName *n, Str name);

/* A JSON text: inside strings values are escaped; outside of them a short whole number stands as it is, nothing as
 * null, all else as a string. 0, or as text_add. */
int template_json_fill(Text *t, const char *text, const TemplateValues *values);
/* The JSON text with a sample for every name, to be checked for being JSON. false: *ret_name may not stand where it
 * does (outside of a string). */
bool template_json_sample(const char *text, const TemplateName *names, size_t n, Text *ret, Str *ret_name);

/* Adds one value encoded. */
int template_encode(Text *t, Str value, TemplateEncoding encoding);

/* An instant by a format: iso (2026-06-19T00:30:00Z), epoch, epoch-ms, or a pattern of yyyy MM dd HH mm ss in `zone`,
 * every other character standing for itself. 0, -EINVAL for no such format, or as text_add. */
int template_time(Text *t, Instant when, const char *format, int64_t zone);
