/* SPDX-License-Identifier: MIT */
/* HTML from outside, read with libxml2: the text of a fragment, and what a login takes from a page. */
#pragma once

#include "connectors/language/plan-pairs.h"

/* The text without tags, blocks and breaks as blanks; copied into `a`. 0, -EINVAL when it cannot be read, -ENOMEM. */
int html_text(Arena *a, Str html, Str *ret);

/* Whether a body is a page a person logs in on: a form with a password input. */
bool html_login_page(Str html);

/* An htmlParserCtxtPtr of libxml2 for bytes from outside; NULL: no memory. It keeps so many different names of elements
 * and attributes that no page has more, and passes over others: of one tag it compares every attribute with all. */
void *html_parser_new(void);

/* For a handler of elements that begin: more of them are open than anybody writes, and the parser is stopped. At every
 * end tag that fits none of them libxml2 looks through all. */
bool html_too_deep(void *parser);

/* Whether a body is HTML at all: its first character that is no blank is '<'. */
bool html_looks_so(Str body);

/* What is wanted of a page: the value of an input, the content of a meta tag by its name or property, or where a form
 * is sent ("" when it does not say). */
typedef enum HtmlKind { HTML_INPUT, HTML_META, HTML_ACTION } HtmlKind;
typedef struct HtmlWant {
        HtmlKind kind;
        const char *name;
        Str value;          /* filled in, copied into the arena; at NULL: not there */
} HtmlWant;

/* Fills in what is there. With a form to be known by its inputs (`form_has`), or an action wanted, inputs and action
 * are those of the first form that has all of both; else each input stands anywhere. 0; HTML_E_NO_FORM with the first
 * name that the last form looked at did not have ("form": there is none); -ENOMEM. */
enum { HTML_E_NO_FORM = 1 };
int html_take(Arena *a, Str html, PlanNames form_has, HtmlWant *wants, size_t n, const char **ret_missing);
