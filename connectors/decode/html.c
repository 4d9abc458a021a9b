/* SPDX-License-Identifier: MIT */
#include "connectors/decode/html.h"

#include <errno.h>
#include <libxml/HTMLparser.h>
#include <libxml/SAX2.h>
#include <strings.h>

#include "connectors/limits.h"

#define OPTIONS                                                                                                        \
        (HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET)

static htmlDocPtr document_free(htmlDocPtr d) {
        if (d)
                xmlFreeDoc(d);
        return NULL;
}
DEFINE_CLEANUP(xmlDoc, document_free)

#define NAMES_BYTES 4000 /* libxml2 takes room up to the first step beyond: 5000 */

void *html_parser_new(void) {
        static const char *const needed[] = { "html",    "head",     "body",  "form",  "input", "button", "textarea",
                                              "meta",    "type",     "name",  "value", "style", "action", "content",
                                              "script",  "property", "a",     "href",  "table", "tr",     "td",
                                              "colspan", "rowspan",  "th",    "br",    "p",     "div",    "li" };
        htmlParserCtxtPtr c = htmlNewParserCtxt();
        for (size_t i = 0; c && i < sizeof needed / sizeof *needed; i++)
                (void) xmlDictLookup(c->dict, (const xmlChar *) needed[i], -1);
        if (c)
                xmlDictSetLimit(c->dict, NAMES_BYTES);
        return c;
}

bool html_too_deep(void *parser) {
        htmlParserCtxtPtr c = parser;
        if (c->nameNr <= LIMIT_HTML_DEPTH)
                return false;
        xmlStopParser(c);
        return true;
}

static void element_begins(void *parser, const xmlChar *name, const xmlChar **attributes) {
        if (!html_too_deep(parser))
                xmlSAX2StartElement(parser, name, attributes);
}

/* A page gets the <html> it may lack: else what stands beside its first element would become a part of that. */
static htmlDocPtr document(Str html, bool page) {
        htmlParserCtxtPtr c = html.len > 0 && html.len <= LIMIT_BODY_BYTES ? html_parser_new() : NULL;
        if (!c)
                return NULL;
        c->sax->startElement = element_begins;
        htmlDocPtr d = htmlCtxtReadMemory(c, html.at, (int) html.len, NULL, "UTF-8",
                                          page ? OPTIONS : OPTIONS | HTML_PARSE_NOIMPLIED);
        if (c->errNo == XML_ERR_USER_STOP)
                d = document_free(d);
        htmlFreeParserCtxt(c);
        return d;
}

/* The next node in document order below `top`. */
static xmlNode *node_next(xmlNode *at, const xmlNode *top, bool into) {
        if (into && at->children)
                return at->children;
        while (at != top) {
                if (at->next)
                        return at->next;
                at = at->parent;
        }
        return NULL;
}

static bool named(const xmlNode *n, const char *name) {
        return n->type == XML_ELEMENT_NODE && strcasecmp((const char *) n->name, name) == 0;
}

static bool inline_element(const xmlNode *n) {
        static const char *const names[] = { "a",    "b",   "i",   "u",    "em",    "strong",
                                             "span", "sub", "sup", "font", "small", "mark" };
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                if (named(n, names[i]))
                        return true;
        return false;
}

int html_text(Arena *a, Str html, Str *ret) {
        if (!memchr(html.at ? html.at : "", '<', html.len) && !memchr(html.at ? html.at : "", '&', html.len)) {
                *ret = html;
                return 0;
        }
        _cleanup_(document_freep) xmlDoc *doc = document(html, false);
        xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
        _cleanup_text_ Text t = TEXT_INIT(LIMIT_FIELD_BYTES);
        if (!doc)
                return -EINVAL;
        /* without implied <html> the root may have siblings: begin at the document's first child */
        for (xmlNode *n = root ? doc->children : NULL; n;) {
                bool skip = named(n, "script") || named(n, "style");
                if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE)
                        text_add(&t, str_of((const char *) n->content));
                else if (n->type == XML_ELEMENT_NODE && !inline_element(n))
                        text_addc(&t, ' ');
                n = node_next(n, (const xmlNode *) doc, !skip);
                if (n == (xmlNode *) doc)
                        break;
        }
        if (t.failed)
                return t.failed == -ENOMEM ? -ENOMEM : -EINVAL;
        return arena_str(a, str_trim(text_str(&t)), ret);
}

bool html_looks_so(Str body) {
        Str s = str_trim(body);
        if (s.len >= 3 && memcmp(s.at, "\xef\xbb\xbf", 3) == 0)
                s = str_trim((Str) { s.at + 3, s.len - 3 });
        return s.len > 0 && s.at[0] == '<';
}

static bool attribute_is(xmlNode *n, const char *name, const char *value) {
        xmlChar *seen = xmlGetProp(n, (const xmlChar *) name);
        bool same = seen && strcasecmp((const char *) seen, value) == 0;
        xmlFree(seen);
        return same;
}

bool html_login_page(Str html) {
        if (!html_looks_so(html))
                return false;
        _cleanup_(document_freep) xmlDoc *doc = document(html, true);
        for (xmlNode *n = doc ? doc->children : NULL; n && n != (xmlNode *) doc;
             n = node_next(n, (const xmlNode *) doc, true))
                if (named(n, "input") && attribute_is(n, "type", "password"))
                        return true;
        return false;
}

static int attribute_take(Arena *a, xmlNode *n, const char *name, Str *ret) {
        xmlChar *seen = xmlGetProp(n, (const xmlChar *) name);
        char *copy = arena_copy(a, str_of(seen ? (const char *) seen : ""));
        xmlFree(seen);
        if (!copy)
                return -ENOMEM;
        *ret = str_of(copy);
        return 0;
}

static bool has_name(xmlNode *n, const char *name) {
        return (named(n, "input") || named(n, "textarea") || named(n, "button")) && attribute_is(n, "name", name);
}

static xmlNode *input_of(xmlNode *form, const char *name) {
        for (xmlNode *n = form; n; n = node_next(n, form, true))
                if (has_name(n, name))
                        return n;
        return NULL;
}

static const char *missing_of(xmlNode *form, PlanNames has, const HtmlWant *wants, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (wants[i].kind == HTML_INPUT && !input_of(form, wants[i].name))
                        return wants[i].name;
        for (size_t i = 0; i < has.n; i++)
                if (!input_of(form, has.at[i]))
                        return has.at[i];
        return NULL;
}

static bool is_meta(xmlNode *n, const char *name) {
        return named(n, "meta") && (attribute_is(n, "name", name) || attribute_is(n, "property", name));
}

/* What one element says about a want that is still open. */
static int element_take(Arena *a, xmlNode *n, bool form, HtmlWant *w) {
        if (w->value.at)
                return 0;
        if (w->kind == HTML_META && is_meta(n, w->name))
                return attribute_take(a, n, "content", &w->value);
        if (w->kind == HTML_INPUT && !form && has_name(n, w->name))
                return attribute_take(a, n, "value", &w->value);
        return 0;
}

static int form_take(Arena *a, xmlNode *form, HtmlWant *wants, size_t n) {
        int r = 0;
        for (size_t i = 0; i < n && r == 0; i++)
                if (wants[i].kind == HTML_ACTION)
                        r = attribute_take(a, form, "action", &wants[i].value);
                else if (wants[i].kind == HTML_INPUT)
                        r = attribute_take(a, input_of(form, wants[i].name), "value", &wants[i].value);
        return r;
}

int html_take(Arena *a, Str html, PlanNames form_has, HtmlWant *wants, size_t n, const char **ret_missing) {
        _cleanup_(document_freep) xmlDoc *doc = document(html, true);
        bool form = form_has.n > 0, taken = false;
        const char *missing = "form";
        int r = 0;
        for (size_t i = 0; i < n; i++) {
                wants[i].value = STR_NULL;
                form |= wants[i].kind == HTML_ACTION;
        }
        for (xmlNode *at = doc ? doc->children : NULL; at && at != (xmlNode *) doc && r == 0;
             at = node_next(at, (const xmlNode *) doc, true)) {
                for (size_t i = 0; i < n && r == 0; i++)
                        r = element_take(a, at, form, &wants[i]);
                if (form && !taken && r == 0 && named(at, "form")) {
                        missing = missing_of(at, form_has, wants, n);
                        taken = !missing;
                        r = taken ? form_take(a, at, wants, n) : 0;
                }
        }
        *ret_missing = missing;
        return r < 0 ? r : form && !taken ? HTML_E_NO_FORM : 0;
}
