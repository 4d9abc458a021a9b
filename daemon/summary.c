/* SPDX-License-Identifier: MIT */
#include "daemon/summary.h"

struct SummaryLine {
        int priority;
        ReportId id;
        const char *key, *code, *topic, *source, *stream, *text, *more;
        const char *account[SUMMARY_ACCOUNTS];
        int accounts;
        int64_t count, kinds; /* kinds: others that are not kept, counted on the last line of their stream */
        unsigned char *seen;  /* bits by listing */
        SummaryLine *next;
};

static void line_report(const SummaryLine *l, const char *text) {
        report(l->priority, l->id,
               (ReportField[]) { { l->key, l->code },
                                 { "NQ57_SOURCE", l->source },
                                 { "NQ57_STREAM", l->stream },
                                 { "NQ57_ACCOUNT", l->account[0] },
                                 { 0 } },
               "%s", text);
}

static SummaryLine *line_of(const Summary *s, const SummaryNote *n, SummaryLine **ret_full) {
        int lines = 0;

        *ret_full = NULL;
        for (SummaryLine *l = s->first; l; l = l->next) {
                if (strcmp(l->source, n->partition->source) != 0 || strcmp(l->stream, n->partition->stream) != 0)
                        continue;
                if (strcmp(l->code, n->code) == 0 && strcmp(l->topic, n->topic) == 0)
                        return l;
                if (++lines == SUMMARY_LINES)
                        *ret_full = l;
        }
        return NULL;
}

static SummaryLine *line_new(Summary *s, const SummaryNote *n) {
        SummaryLine *l = arena_get(&s->arena, sizeof *l);
        size_t bytes = s->listings / 8 + 1;

        if (!l)
                return NULL;
        *l = (SummaryLine) { .priority = n->priority, .id = n->id, .key = n->key, .code = n->code, .more = n->more,
                             .topic = arena_copy(&s->arena, str_of(n->topic)),
                             .source = arena_copy(&s->arena, str_of(n->partition->source)),
                             .stream = arena_copy(&s->arena, str_of(n->partition->stream)),
                             .text = arena_copy(&s->arena, str_of(n->text)),
                             .seen = arena_get(&s->arena, bytes) };
        if (!l->topic || !l->source || !l->stream || !l->text || !l->seen)
                return NULL;
        memset(l->seen, 0, bytes);
        if (s->last)
                s->last->next = l;
        else
                s->first = l;
        s->last = l;
        return l;
}

static void line_account(Summary *s, SummaryLine *l, const SummaryNote *n) {
        unsigned char bit = (unsigned char) (1u << (n->listing % 8));

        if (l->seen[n->listing / 8] & bit)
                return;
        l->seen[n->listing / 8] |= bit;
        if (l->accounts < SUMMARY_ACCOUNTS)
                l->account[l->accounts] = arena_copy(&s->arena, str_of(n->partition->account));
        l->accounts++;
}

void summary_add(Summary *s, const SummaryNote *n) {
        SummaryLine *full, *l = line_of(s, n, &full);

        if (!l && full) {
                full->kinds++;
                return;
        }
        if (!l && !(l = line_new(s, n))) {
                report(n->priority, n->id, (ReportField[]) { { n->key, n->code }, { 0 } }, "%s/%s: %s",
                       n->partition->source, n->partition->stream, n->text);
                return;
        }
        if (n->priority < l->priority)
                l->priority = n->priority;
        l->count += n->count;
        line_account(s, l, n);
}

static void accounts_write(const SummaryLine *l, Text *t) {
        for (int i = 0; i < l->accounts && i < SUMMARY_ACCOUNTS; i++)
                (void) text_addf(t, "%s%s", i > 0 ? ", " : "", l->account[i] ? l->account[i] : "?");
        if (l->accounts > SUMMARY_ACCOUNTS)
                (void) text_add(t, STR(", ..."));
}

/* "theodoiq/tasks (acc): TEXT", and of several "; the first of 312, in 17 accounts (a, b, c, ...)". */
static void line_tell(const SummaryLine *l, bool vi) {
        _cleanup_text_ Text t = TEXT_INIT(4096);
        bool several = l->count > 1 || l->accounts > 1;

        (void) text_addf(&t, "%s/%s", l->source, l->stream);
        if (l->accounts == 1)
                (void) text_addf(&t, " (%s)", l->account[0] ? l->account[0] : "?");
        (void) text_addf(&t, ": %s", l->text);
        if (several)
                (void) text_addf(&t, vi ? "; đây là cái đầu trong %lld" : "; the first of %lld", (long long) l->count);
        if (l->accounts > 1) {
                (void) text_addf(&t, vi ? ", ở %d tài khoản (" : ", in %d accounts (", l->accounts);
                accounts_write(l, &t);
                (void) text_addc(&t, ')');
        }
        if (several && l->more)
                (void) text_addf(&t, vi ? "; tất cả: %s" : "; all of them: %s", l->more);
        line_report(l, t.at ? t.at : l->text);
        if (l->kinds > 0)
                report(l->priority, REPORT_NONE, NULL,
                       vi ? "%s/%s: còn %lld điều nữa thuộc các loại khác" : "%s/%s: and %lld more, of other kinds",
                       l->source, l->stream, (long long) l->kinds);
}

void summary_tell(Summary *s, bool vi) {
        for (const SummaryLine *l = s->first; l; l = l->next)
                line_tell(l, vi);
        summary_free(s);
}

void summary_free(Summary *s) {
        arena_free(&s->arena);
        *s = (Summary) { .listings = s->listings };
}
