/* SPDX-License-Identifier: MIT */
/* HTML from outside, read with libxml2: the text of a fragment, and the form of a login page. */
#pragma once

#include "connectors/profile-plan.h"

/* The text without tags, blocks and breaks as blanks; copied into `a`. 0, -EINVAL when it cannot be read, -ENOMEM. */
int html_text(Arena *a, Str html, Str *ret);

/* Whether a body is a page a person logs in on: a form with a password input. */
bool html_login_page(Str html);

/* Whether a body is HTML at all: its first character that is no blank is '<'. */
bool html_looks_so(Str body);

typedef struct HtmlForm {
        const char *action; /* as written, "" when absent */
        PlanPairs hidden;   /* the wanted inputs with their values */
} HtmlForm;

/* The first form that has every `hidden` input and every name of `fields`. 0, HTML_E_NO_FORM with the first name that
 * was not found, -ENOMEM. Everything is copied into `a`. */
enum { HTML_E_NO_FORM = 1 };
int html_form(Arena *a, Str html, PlanNames hidden, PlanPairs fields, HtmlForm *ret, const char **ret_missing);
