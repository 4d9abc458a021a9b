/* SPDX-License-Identifier: MIT */
/* One record, checked and told member by member. */
#include "connectors/decode/split-scan.h"

typedef struct Members {
        Scan scan;
        SplitNames *names;
        ScanObject object;
        uint64_t seen;   /* of the names, one bit each */
        unsigned before; /* 1 + the name told last; 0 at the beginning */
} Members;

SplitNames split_names(const Str *names, const Str *written, size_t n) {
        SplitNames s = { .names = names, .written = written, .n = n };
        for (size_t i = 0; i <= n; i++)
                s.after[i] = (uint8_t) (i < n ? i : 0);
        return s;
}

static void name_seen(Members *m, unsigned name) {
        if (m->seen >> name & 1)
                scan_problem(&m->scan, SCAN_TWICE);
        m->seen |= UINT64_C(1) << name;
        m->before = name + 1;
}

/* Systems write their members in one order, and each the same way: most keys are told by comparing the bytes with the
 * key that stood here in the record before, instead of being scanned and looked up. */
static bool key_as_before(Members *m, SplitMember *ret) {
        const SplitNames *names = m->names;
        if (!names || names->n == 0)
                return false;
        unsigned name = names->after[m->before];
        Str written = names->written[name];
        Scan *s = &m->scan;
        if ((size_t) (s->end - s->at) < written.len || memcmp(s->at, written.at, written.len) != 0)
                return false;
        s->at += written.len;
        scan_blanks(s);
        name_seen(m, name);
        ret->key = names->names[name];
        ret->name = (int) name;
        return true;
}

static int name_find(const SplitNames *names, Str key) {
        for (size_t i = 0; names && i < names->n; i++)
                if (str_eq(names->names[i], key))
                        return (int) i;
        return -1;
}

static int key_pass(Members *m, SplitMember *ret) {
        if (key_as_before(m, ret))
                return 0;
        int r = scan_key(&m->scan, &m->object, &ret->key);
        ret->name = r == 0 ? name_find(m->names, ret->key) : -1;
        if (ret->name >= 0) {
                m->names->after[m->before] = (uint8_t) ret->name;
                name_seen(m, (unsigned) ret->name);
        }
        return r;
}

#define PLACE_TEXT 16

/* "#1", "#2", ...: written from its end. */
static void place_name(Members *m, int place, char text[static PLACE_TEXT], SplitMember *ret) {
        char *end = text + PLACE_TEXT, *at = end;
        for (unsigned left = (unsigned) place + 1; left > 0; left /= 10)
                *--at = (char) ('0' + left % 10);
        *--at = '#';
        ret->key = (Str) { at, (size_t) (end - at) };
        ret->name = name_find(m->names, ret->key);
}

static int members_scan(Members *m, SplitTell tell, void *userdata) {
        Scan *scan = &m->scan;
        bool list = *scan->at == '[';
        char close = list ? ']' : '}', place[PLACE_TEXT];
        scan->at++;
        scan->depth++;
        scan_blanks(scan);
        scan_object_enter(scan, &m->object);
        for (int i = 0; scan->at >= scan->end || *scan->at != close || i > 0; i++) {
                SplitMember member;
                int r = 0;
                if (list)
                        place_name(m, i, place, &member);
                else
                        r = key_pass(m, &member);
                const char *begin = scan->at;
                if (r == 0)
                        r = scan_value(scan);
                if (r != 0)
                        return r;
                member.value = (Str) { begin, (size_t) (scan->at - begin) };
                member.plain = *begin == '"' && !scan->escapes;
                tell(userdata, &member);
                scan_blanks(scan);
                if (scan->at < scan->end && *scan->at == close)
                        break;
                if (scan->at >= scan->end || *scan->at != ',')
                        return scan_fail(scan, list ? "expected , or ] in a list" : "expected , or } in an object");
                scan->at++;
                scan_blanks(scan);
        }
        scan->at++;
        return 0;
}

bool split_members(SplitSpan *span, SplitNames *names, SplitTell tell, void *userdata) {
        Members m;
        if (span->bytes.len == 0 || (span->bytes.at[0] != '{' && span->bytes.at[0] != '[')) {
                split_record(span);
                return false;
        }
        m.names = names;
        m.seen = m.before = 0;
        scan_begin(&m.scan, span->bytes);
        int r = members_scan(&m, tell, userdata);
        if (r == 0)
                r = scan_end(&m.scan);
        span->problem = r == 0 ? m.scan.problem : m.scan.why ? m.scan.why : "cut off";
        return true;
}
