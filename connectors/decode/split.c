/* SPDX-License-Identifier: MIT */
#include "connectors/decode/split.h"

#include <errno.h>

#include "connectors/decode/split-scan.h"
#include "state/model/room.h"

typedef struct Splitter {
        Scan scan;
        SplitPage *page;
        const Select *list;
        json_tokener *tokener; /* of members that a filter judges */
        size_t reached;        /* lists, and empty places that [*] goes through */
        bool lists, lost;      /* one was cut; a member of [*] held none */
} Splitter;

static int span_add(SplitPage *p, SplitSpan span) {
        if (ROOM_FOR_ONE(p->spans, p->n_spans, p->room, 256) < 0)
                return -ENOMEM;
        p->spans[p->n_spans++] = span;
        return 0;
}

static int gap_add(SplitPage *p, Str gap) {
        if (ROOM_FOR_ONE(p->gaps, p->n_gaps, p->gaps_room, 16) < 0)
                return -ENOMEM;
        p->gaps[p->n_gaps++] = gap;
        return 0;
}

static int record_scan(Splitter *s) {
        Scan *scan = &s->scan;
        const char *begin = scan->at;
        int r = scan_skip(scan);
        if (r != 0)
                return r;
        Str bytes = { begin, (size_t) (scan->at - begin) };
        if (bytes.len > LIMIT_RECORD_BYTES || s->page->n_spans == LIMIT_PAGE_RECORDS) {
                scan->why = bytes.len > LIMIT_RECORD_BYTES ? "a record is too large" : "too many records on one page";
                return SPLIT_E_TOO_MANY;
        }
        return span_add(s->page, (SplitSpan) { .bytes = bytes });
}

static int list_scan(Splitter *s) {
        Scan *scan = &s->scan;
        SplitPage *page = s->page;
        size_t first = page->n_spans;
        scan->at++;
        if (!s->lists)
                page->head = (Str) { scan->begin, (size_t) (scan->at - scan->begin) };
        else if (gap_add(page, (Str) { page->tail.at, (size_t) (scan->at - page->tail.at) }) < 0)
                return -ENOMEM;
        s->lists = true;
        s->reached++;
        scan_blanks(scan);
        while (scan->at >= scan->end || *scan->at != ']' || page->n_spans > first) {
                int r = record_scan(s);
                if (r != 0)
                        return r;
                scan_blanks(scan);
                if (scan->at < scan->end && *scan->at == ']')
                        break;
                if (scan->at >= scan->end || *scan->at != ',')
                        return scan_fail(scan, "expected , or ] after a record");
                scan->at++;
                scan_blanks(scan);
        }
        page->tail = (Str) { scan->at, (size_t) (scan->end - scan->at) };
        scan->at++;
        return 0;
}

static int path_scan(Splitter *s, int step);

/* A member behind [*]: it must lead to a list. */
static int path_each(Splitter *s, int step) {
        size_t before = s->reached;
        int r = path_scan(s, step + 1);
        s->lost |= s->reached == before;
        return r;
}

/* Checked and passed over first, then read by json-c for the filter alone, and gone into when it passes. */
static int path_filter(Splitter *s, int step) {
        Scan *scan = &s->scan;
        const char *begin = scan->at;
        int r = scan_value(scan);
        if (r != 0)
                return r;
        if (!s->tokener && !(s->tokener = json_tokener_new_ex(LIMIT_JSON_DEPTH + 1)))
                return -ENOMEM;
        json_tokener_reset(s->tokener);
        json_object *child = json_tokener_parse_ex(s->tokener, begin, (int) (scan->at - begin));
        bool passes = child && select_passes(s->list->steps[step].filter, child);
        json_object_put(child);
        if (!passes)
                return 0;
        scan->at = begin;
        return path_scan(s, step + 1);
}

/* One child of an object (`key`) or array (`index`, key at NULL). */
static int path_child(Splitter *s, int step, Str key, int index) {
        const SelectStep *wanted = &s->list->steps[step];
        switch (wanted->kind) {
        case SELECT_ALL:
                return path_each(s, step);
        case SELECT_FILTER:
                return path_filter(s, step);
        case SELECT_NAME:
                if (key.at && str_eq(key, wanted->name) && (!s->lists || s->list->many))
                        return path_scan(s, step + 1);
                break;
        case SELECT_INDEX:
                if (!key.at && index == wanted->index)
                        return path_scan(s, step + 1);
        }
        return wanted->deep ? path_scan(s, step) : scan_value(&s->scan);
}

static int path_object(Splitter *s, int step) {
        Scan *scan = &s->scan;
        ScanObject object;
        scan->at++;
        scan_blanks(scan);
        scan_object_enter(scan, &object);
        for (bool first = true; scan->at >= scan->end || *scan->at != '}' || !first; first = false) {
                Str key;
                int r = scan_key(scan, &object, &key);
                if (r == 0)
                        r = path_child(s, step, key, 0);
                if (r != 0)
                        return r;
                scan_blanks(scan);
                if (scan->at < scan->end && *scan->at == '}')
                        break;
                if (scan->at >= scan->end || *scan->at != ',')
                        return scan_fail(scan, "expected , or } in an object");
                scan->at++;
                scan_blanks(scan);
        }
        scan->at++;
        scan_object_leave(scan, &object);
        return 0;
}

static int path_array(Splitter *s, int step) {
        Scan *scan = &s->scan;
        scan->at++;
        scan_blanks(scan);
        s->reached += s->list->steps[step].kind == SELECT_ALL && scan->at < scan->end && *scan->at == ']';
        for (int i = 0; scan->at >= scan->end || *scan->at != ']' || i > 0; i++) {
                int r = path_child(s, step, STR_NULL, i);
                if (r != 0)
                        return r;
                scan_blanks(scan);
                if (scan->at < scan->end && *scan->at == ']')
                        break;
                if (scan->at >= scan->end || *scan->at != ',')
                        return scan_fail(scan, "expected , or ] in a list");
                scan->at++;
                scan_blanks(scan);
        }
        scan->at++;
        return 0;
}

/* Down the list's path; whatever lies beside it is checked and left in the skeleton. */
static int path_scan(Splitter *s, int step) {
        Scan *scan = &s->scan;
        if (scan->at >= scan->end)
                return SPLIT_E_TRUNCATED;
        bool here = step == s->list->n_steps, object = *scan->at == '{', array = *scan->at == '[';
        if ((here && !array) || (!object && !array) || scan->depth == LIMIT_JSON_DEPTH) /* which then says so */
                return scan_value(scan);
        scan->depth++;
        int r = here ? list_scan(s) : object ? path_object(s, step) : path_array(s, step);
        scan->depth--;
        return r;
}

static bool only_blanks(Scan *scan) {
        if (scan->end - scan->at >= 3 && memcmp(scan->at, "\xef\xbb\xbf", 3) == 0)
                scan->at += 3;
        scan_blanks(scan);
        return scan->at == scan->end;
}

int split_page(SplitPage *p, const Select *list, Str page) {
        Splitter s;
        s.page = p;
        s.list = list;
        s.tokener = NULL;
        s.reached = 0;
        s.lists = s.lost = false;
        p->n_spans = p->n_gaps = 0;
        p->head = p->tail = STR_NULL;
        p->why = NULL;
        p->at = 0;
        scan_begin(&s.scan, page);
        if (page.len == 0 || only_blanks(&s.scan))
                return SPLIT_E_EMPTY;
        s.scan.begin = s.scan.at;
        int r = path_scan(&s, 0);
        if (s.tokener)
                json_tokener_free(s.tokener);
        if (r == 0)
                r = scan_end(&s.scan);
        if (r == 0 && s.scan.problem) {
                s.scan.why = s.scan.problem;
                r = SPLIT_E_NOT_JSON;
        }
        if (r == 0 && (s.reached == 0 || s.lost))
                r = SPLIT_E_NO_LIST;
        if (r == 0 && !s.lists)
                p->head = page;
        p->at = (size_t) (s.scan.at - page.at);
        p->why = s.scan.why;
        return r;
}

void split_free(SplitPage *s) {
        free(s->spans);
        free(s->gaps);
        *s = (SplitPage) { 0 };
}

void split_skeleton(const SplitPage *s, Text *ret) {
        text_add(ret, s->head);
        for (size_t i = 0; i < s->n_gaps; i++)
                text_add(ret, s->gaps[i]);
        text_add(ret, s->tail);
}

bool split_follows(const Select *list) {
        for (int i = 0; i < list->n_steps; i++)
                if (list->steps[i].index < 0 || (list->steps[i].deep && list->steps[i].kind != SELECT_NAME))
                        return false;
        return true;
}

void split_record(SplitSpan *span) {
        const char *problem = NULL, *why = NULL;
        size_t at;
        int r = split_check(span->bytes, &problem, &at, &why);
        span->problem = r == 0 ? problem : why ? why : "cut off";
}

int split_check(Str document, const char **ret_problem, size_t *ret_at, const char **ret_why) {
        Scan scan;
        scan_begin(&scan, document);
        int r = document.len == 0 || only_blanks(&scan) ? SPLIT_E_EMPTY : scan_value(&scan);
        if (r == 0)
                r = scan_end(&scan);
        *ret_at = (size_t) (scan.at - document.at);
        if (r == 0)
                *ret_problem = scan.problem;
        else
                *ret_why = scan.why;
        return r;
}
