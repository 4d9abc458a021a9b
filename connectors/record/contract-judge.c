/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <xxhash.h>

#include "connectors/record/contract-parts.h"

#define LEARNT 20        /* records from which on a member's habits are known */
#define SAMPLE 20        /* parsed records that a share is judged by; fewer when they are the whole listing */
#define SAMPLE_WHOLE 3
#define ALWAYS 95        /* percent: a member that is there */
#define SELDOM 5         /* percent: a member that is empty now and then */
#define RECORDS_MAX 200000 /* remembered; beyond it the older half is forgotten */

static const char *const kinds_en[JSON_KINDS] = { "a text", "a number", "true or false", "an object", "a list",
                                                  "null" };
static const char *const kinds_vi[JSON_KINDS] = { "văn bản", "số", "đúng/sai", "đối tượng", "danh sách", "null" };

typedef struct Judge {
        const Contract *c;
        const ContractListing *l;
        void (*tell)(void *userdata, const ContractFinding *f);
        void *userdata;
        uint64_t mark;
        int failed;
} Judge;

bool contract_sample(const Contract *c, const ContractListing *l) {
        bool whole = !l->changes_only && c->records == l->received;
        return c->records >= SAMPLE || (whole && c->records >= SAMPLE_WHOLE);
}

static void tell(Judge *j, const char *code, int policy, Str what, const char *en, const char *vi) {
        if (policy == DRIFT_IGNORE)
                return;
        if (policy == DRIFT_STOP) {
                uint64_t h = XXH3_64bits_withSeed(code, strlen(code), j->mark);
                j->mark = XXH3_64bits_withSeed(what.at, what.len, h) | 1;
        }
        j->tell(j->userdata, &(ContractFinding) { code, policy == DRIFT_STOP, what, en, vi });
}

#define TELL(j, code, policy, what, en_format, vi_format, ...)                                                         \
        do {                                                                                                           \
                _cleanup_text_ Text en_ = TEXT_INIT(600), vi_ = TEXT_INIT(600);                                        \
                text_addf(&en_, en_format, __VA_ARGS__);                                                               \
                text_addf(&vi_, vi_format, __VA_ARGS__);                                                               \
                if (en_.failed == -ENOMEM || vi_.failed == -ENOMEM)                                                    \
                        (j)->failed = -ENOMEM;                                                                         \
                else                                                                                                   \
                        tell(j, code, policy, what, en_.at ? en_.at : "", vi_.at ? vi_.at : "");                       \
        } while (0)

static bool critical_field(FieldId id) {
        return id == FIELD_LEAD || id == FIELD_WORK || id == FIELD_REVIEW || id == FIELD_DUE;
}

static bool reads(const Contract *c, const SlotSelect *s, size_t member) {
        if (!s->select.text)
                return false;
        if (member < c->stream->n_slots)
                return s->slot == (int) member;
        return c->inside && contract_reads(&s->select, c->members[member].name);
}

/* Whether identity, unit or status is read from that member, or from what lies in it. */
static bool critical(const Contract *c, size_t member) {
        const StreamPlan *s = c->stream;
        if (reads(c, &s->code, member) || reads(c, &s->period, member))
                return true;
        for (size_t i = 0; i < s->n_fields; i++)
                for (size_t k = 0; critical_field(s->fields[i].id) && k < s->fields[i].n_from; k++)
                        if (reads(c, &s->fields[i].from[k], member))
                                return true;
        return false;
}

static int policy_of(const Judge *j, size_t member, int policy) {
        return policy == DRIFT_WARN && critical(j->c, member) ? j->c->stream->drift.on_critical : policy;
}

/* What the member lies in, NULL where that is the record. */
static const ContractMember *holder_of(const Contract *c, const ContractMember *m) {
        const char *dot = c->inside ? memrchr(m->name.at, '.', m->name.len) : NULL;
        for (size_t i = 0; dot && i < c->n_members; i++)
                if (str_eq(c->members[i].name, (Str) { m->name.at, (size_t) (dot - m->name.at) }))
                        return &c->members[i];
        return NULL;
}

/* The kind of most of what was seen. */
static JsonKind kind_most(const ContractCount *k) {
        int most = 0;
        for (int i = 1; i < JSON_NULL; i++)
                if (k->kind[i] > k->kind[most])
                        most = i;
        return (JsonKind) most;
}

static void judge_retyped(Judge *j, size_t i) {
        const ContractMember *m = &j->c->members[i];
        uint32_t other = 0, values = 0;
        ContractCount fresh = { 0 };
        for (int k = 0; k < JSON_NULL; k++) {
                values += m->known.kind[k];
                if (m->known.kind[k] == 0)
                        other += fresh.kind[k] = m->now.kind[k];
        }
        if (j->l->untyped || other == 0 || values < LEARNT)
                return;
        int policy = policy_of(j, i, j->c->stream->drift.on_retyped);
        bool many = contract_sample(j->c, j->l) && other * 2ull >= (uint64_t) j->c->records;
        if (policy == DRIFT_STOP && !many)
                policy = DRIFT_WARN;
        JsonKind was = kind_most(&m->known), is = kind_most(&fresh);
        TELL(j, "drift-retyped", policy, m->name, "`%.*s` was %.0s%s, %.0sand is %s in %" PRIu32 " of %" PRIi64
             " records: %.*s",
             "`%.*s` trước là %s, %.0snay là %s%.0s ở %" PRIu32 "/%" PRIi64 " bản ghi: %.*s", (int) m->name.len,
             m->name.at, kinds_vi[was], kinds_en[was], kinds_vi[is], kinds_en[is], other, j->c->records,
             (int) m->sample.len, m->sample.at ? m->sample.at : "");
}

/* Where it said something almost always, it says nothing in half of the records. */
static bool suddenly_empty(const Contract *c, const ContractListing *l, const ContractMember *m,
                           uint64_t ret_empty[2]) {
        uint64_t was = contract_seen(&m->known), is = contract_seen(&m->now);
        uint64_t known = (uint64_t) c->known_records, records = (uint64_t) c->records;
        ret_empty[0] = m->known.kind[JSON_NULL] + m->known.empty + (known > was ? known - was : 0);
        ret_empty[1] = m->now.kind[JSON_NULL] + m->now.empty + (records > is ? records - is : 0);
        return contract_sample(c, l) && was > 0 && ret_empty[0] * 100 <= known * SELDOM && ret_empty[1] * 2 >= records;
}

static void judge_member(Judge *j, size_t i) {
        const Contract *c = j->c;
        const DriftPlan *d = &c->stream->drift;
        const ContractMember *m = &c->members[i];
        uint64_t was = contract_seen(&m->known), is = contract_seen(&m->now);
        uint64_t known = (uint64_t) c->known_records, records = (uint64_t) c->records;
        bool sample = contract_sample(c, j->l);
        const ContractMember *in = holder_of(c, m); /* what is told of it is not told of all that lies in it */
        if (was == 0) {
                if (is > 0 && !c->overflow && !(in && in->known.kind[JSON_OBJECT] == 0))
                        TELL(j, "drift-new", d->on_new, m->name,
                             "`%.*s` is new, in %" PRIu64 " of %" PRIu64 " records: %.*s",
                             "`%.*s` là trường mới, có ở %" PRIu64 "/%" PRIu64 " bản ghi: %.*s", (int) m->name.len,
                             m->name.at, is, records, (int) m->sample.len, m->sample.at ? m->sample.at : "");
                return;
        }
        if (is == 0) {
                if (sample && was * 100 >= known * ALWAYS && !(in && in->now.kind[JSON_OBJECT] == 0))
                        TELL(j, "drift-missing", policy_of(j, i, d->on_missing), m->name,
                             "`%.*s` was always there and is in none of %" PRIu64 " records",
                             "`%.*s` trước luôn có, nay không có ở bản ghi nào trong %" PRIu64 "", (int) m->name.len,
                             m->name.at, records);
                return;
        }
        judge_retyped(j, i);
        uint64_t empty[2];
        if ((!in || !suddenly_empty(c, j->l, in, empty)) && suddenly_empty(c, j->l, m, empty))
                TELL(j, "drift-empty", policy_of(j, i, d->on_empty), m->name,
                     "`%.*s` is empty or missing in %" PRIu64 " of %" PRIu64 " records; before in %" PRIu64
                     " of %" PRIu64,
                     "`%.*s` trống hoặc thiếu ở %" PRIu64 "/%" PRIu64 " bản ghi; trước đây %" PRIu64 "/%" PRIu64,
                     (int) m->name.len, m->name.at, empty[1], records, empty[0], known);
}

static void judge_word(Judge *j, const ContractWord *w) {
        const DriftPlan *d = &j->c->stream->drift;
        if (w->known || w->now == 0)
                return;
        int policy = d->on_word;
        bool many = contract_sample(j->c, j->l) && w->now * 2ull >= (uint64_t) j->c->records;
        if (policy == DRIFT_WARN && critical_field(w->field) && many)
                policy = d->on_critical;
        TELL(j, "drift-word", policy, w->word, "`%.*s` is a new word of %s%.0s, in %" PRIu32 " of %" PRIi64 " records",
             "`%.*s` là từ mới của %.0s%s, ở %" PRIu32 "/%" PRIi64 " bản ghi", (int) w->word.len,
             w->word.at ? w->word.at : "", field_table[w->field].key, field_table[w->field].vi, w->now, j->c->records);
}

static void judge_counts(Judge *j) {
        const Contract *c = j->c;
        const DriftPlan *d = &c->stream->drift;
        int64_t apart = j->l->received > c->known_count ? j->l->received - c->known_count
                                                        : c->known_count - j->l->received;
        if (d->count_band > 0 && c->known_count >= LEARNT && apart * 100 > c->known_count * d->count_band)
                TELL(j, "drift-count", DRIFT_WARN, STR("count"), "%" PRIi64 " records; the last listing had %" PRIi64,
                     "%" PRIi64 " bản ghi; lần trước có %" PRIi64, j->l->received, c->known_count);
        if (c->known_page > 0 && j->l->page_size > 0 && j->l->page_size != c->known_page)
                TELL(j, "drift-page-size", DRIFT_WARN, STR("page"), "a page holds %d records; before %" PRIi64,
                     "một trang có %d bản ghi; trước đây %" PRIi64, j->l->page_size, c->known_page);
}

int contract_judge(const Contract *c, const ContractListing *l, void (*tell_one)(void *, const ContractFinding *),
                   void *userdata, uint64_t *ret_mark) {
        Judge j = { .c = c, .l = l, .tell = tell_one, .userdata = userdata };
        if (c->known_records >= LEARNT && c->records > 0) {
                for (size_t i = 0; i < c->n_members; i++)
                        judge_member(&j, i);
                for (size_t i = 0; i < c->n_words; i++)
                        judge_word(&j, &c->words[i]);
        }
        if (!l->changes_only)
                judge_counts(&j);
        *ret_mark = j.mark;
        return j.failed;
}

/* What is known after this listing. A member that is gone or suddenly empty was told: from here on this is its habit.
 */
static ContractCount learn(const Contract *c, const ContractListing *l, const ContractMember *m, bool halve) {
        ContractCount k = m->known;
        uint64_t was = contract_seen(&m->known), is = contract_seen(&m->now);
        bool gone = contract_sample(c, l) && is == 0 && was * 100 >= (uint64_t) c->known_records * ALWAYS;
        uint64_t empty[2];
        if (gone || suddenly_empty(c, l, m, empty))
                k = (ContractCount) { 0 };
        for (int i = 0; i < JSON_KINDS; i++)
                k.kind[i] = (halve ? (k.kind[i] + 1) / 2 : k.kind[i]) + m->now.kind[i];
        k.empty = (halve ? (k.empty + 1) / 2 : k.empty) + m->now.empty;
        return k;
}

void contract_encode(const Contract *c, const ContractListing *l, Text *ret) {
        bool whole = !l->changes_only, halve = c->known_records + c->records > RECORDS_MAX || c->records == l->received;
        int64_t count = whole ? l->received : c->known_count;
        int64_t page = whole && l->page_size > 0 ? l->page_size : c->known_page;
        if (c->records == 0 && count == c->known_count && page == c->known_page)
                return;
        text_addf(ret, "1 %" PRIu64 " %" PRIi64 " %" PRIi64 " %" PRIi64 "\n", c->digest,
                  (halve ? (c->known_records + 1) / 2 : c->known_records) + c->records, count, page);
        for (size_t i = 0; i < c->n_members; i++) {
                ContractCount k = learn(c, l, &c->members[i], halve);
                if (contract_seen(&k) == 0 || memchr(c->members[i].name.at, '\n', c->members[i].name.len))
                        continue; /* a selector's own name may hold anything */
                for (int n = 0; n < JSON_KINDS; n++)
                        text_addf(ret, "%" PRIu32 " ", k.kind[n]);
                text_addf(ret, "%" PRIu32 " " STR_FMT "\n", k.empty, STR_ARG(c->members[i].name));
        }
        for (size_t i = 0; i < c->n_words; i++)
                text_addf(ret, "w %" PRIu32 " %s\n", c->words[i].hash, field_table[c->words[i].field].key);
}
