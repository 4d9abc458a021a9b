/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <xxhash.h>

#include "connectors/record/contract-parts.h"

#define SAMPLE_MAX 60
#define HEAD "1"

uint64_t contract_seen(const ContractCount *k) {
        uint64_t n = 0;
        for (int i = 0; i < JSON_KINDS; i++)
                n += k->kind[i];
        return n;
}

static inline JsonKind kind_of(Str value) {
        switch (value.at[0]) {
        case '"':
                return JSON_TEXT;
        case '{':
                return JSON_OBJECT;
        case '[':
                return JSON_LIST;
        case 't':
        case 'f':
                return JSON_FLAG;
        case 'n':
                return JSON_NULL;
        default:
                return JSON_NUMBER;
        }
}

/* A kind that is new in this listing; its first value is the sample, when the kind is new at all. Without memory there
 * is no sample. */
static void kind_first(Contract *c, ContractMember *m, JsonKind kind, Str value) {
        Str sample = str_cut(value, SAMPLE_MAX);
        if (m->known.kind[kind] == 0 && utf8_valid(sample))
                (void) arena_str(&c->arena, sample, &m->sample);
}

static inline void count(Contract *c, ContractMember *m, Str value) {
        JsonKind kind = kind_of(value);
        m->now.empty += value.len == 2 && (kind == JSON_TEXT || kind == JSON_LIST);
        if (m->now.kind[kind]++ == 0)
                kind_first(c, m, kind, value);
}

void contract_member(Contract *c, size_t slot, Str value) {
        count(c, &c->members[slot], value);
        if (c->inside && *value.at == '{')
                contract_inside(c, c->members[slot].name, value);
}

static ContractMember *member_add(Contract *c, Str name) {
        Str kept;
        if (name.len > CONTRACT_NAME_MAX || !utf8_valid(name) || (name.len && memchr(name.at, '\n', name.len)))
                return NULL; /* no name that could be kept or told */
        if (c->n_members == c->stream->n_slots + CONTRACT_OTHERS || arena_str(&c->arena, name, &kept) < 0) {
                c->overflow = true;
                return NULL;
        }
        ContractMember *m = &c->members[c->n_members++];
        *m = (ContractMember) { .name = kept };
        return m;
}

static ContractMember *other_find(Contract *c, Str name) {
        size_t slots = c->stream->n_slots, n = c->n_members - slots;
        for (size_t i = 0; i < n; i++) { /* systems write their members in one order */
                size_t at = c->expected + i < n ? c->expected + i : c->expected + i - n;
                if (str_eq(c->members[slots + at].name, name)) {
                        c->expected = at + 1 == n ? 0 : at + 1;
                        return &c->members[slots + at];
                }
        }
        return NULL;
}

static ContractMember *other_get(Contract *c, Str name) {
        ContractMember *m = other_find(c, name);
        return m ? m : member_add(c, name);
}

void contract_path(Contract *c, Str path, Str value) {
        ContractMember *m = other_get(c, path);
        if (m)
                count(c, m, value);
}

void contract_other(Contract *c, Str name, Str value) {
        contract_path(c, name, value);
        if (c->inside && *value.at == '{')
                contract_inside(c, name, value);
}

void contract_word(Contract *c, FieldId field, Str word) {
        uint32_t hash = (uint32_t) XXH3_64bits(word.at, word.len);
        ContractWord *w = NULL;
        for (size_t i = 0; i < c->n_words && !w; i++)
                if (c->words[i].field == field && c->words[i].hash == hash)
                        w = &c->words[i];
        if (!w && c->n_words < CONTRACT_WORDS) {
                w = &c->words[c->n_words++];
                *w = (ContractWord) { .field = field, .hash = hash };
                (void) arena_str(&c->arena, (Str) { word.at, word.len > 100 ? 0 : word.len }, &w->word);
        }
        if (w)
                w->now++;
}

/* The next number of a line. */
static bool number(Str *line, uint64_t max, uint64_t *ret) {
        Str part;
        return str_split(line, ' ', &part) && text_to_uint64(part, ret) == 0 && *ret <= max;
}

static bool decode_word(Contract *c, Str line) {
        uint64_t hash;
        FieldId id;
        if (!number(&line, UINT32_MAX, &hash) || field_find(line, &id) < 0 || c->n_words == CONTRACT_WORDS)
                return false;
        c->words[c->n_words++] = (ContractWord) { .field = id, .hash = (uint32_t) hash, .known = true };
        return true;
}

static bool decode_member(Contract *c, Str line) {
        ContractCount k;
        uint64_t n;
        for (int i = 0; i <= JSON_KINDS; i++) {
                if (!number(&line, UINT32_MAX / 4, &n))
                        return false;
                *(i < JSON_KINDS ? &k.kind[i] : &k.empty) = (uint32_t) n;
        }
        ContractMember *m = NULL;
        for (size_t i = 0; i < c->stream->n_slots && !m; i++)
                if (str_eq(c->members[i].name, line))
                        m = &c->members[i];
        if (!m)
                m = other_get(c, line);
        if (m)
                m->known = k;
        return m != NULL;
}

static bool decode(Contract *c, Str kept) {
        Str line, part, rest = kept;
        uint64_t digest, records, n, page;
        if (!str_split(&rest, '\n', &line) || !str_split(&line, ' ', &part) || !str_eq(part, STR(HEAD)) ||
            !number(&line, UINT64_MAX, &digest) || digest != c->digest || !number(&line, UINT32_MAX, &records) ||
            !number(&line, UINT32_MAX, &n) || !number(&line, INT32_MAX, &page))
                return false;
        c->known_records = (int64_t) records;
        c->known_count = (int64_t) n;
        c->known_page = (int64_t) page;
        while (str_split(&rest, '\n', &line)) {
                if (line.len == 0)
                        continue;
                bool word = str_starts(line, STR("w "));
                if (!(word ? decode_word(c, (Str) { line.at + 2, line.len - 2 }) : decode_member(c, line)))
                        return false;
        }
        return true;
}

static void path_keep(Contract *c, const SlotSelect *s) {
        if (s->select.text && contract_path_of(c, &s->select))
                (void) other_get(c, text_str(&c->path));
}

/* What the profile reads inside a detail has its place, however much else stands there. */
static void paths_keep(Contract *c) {
        const StreamPlan *s = c->stream;
        path_keep(c, &s->code);
        path_keep(c, &s->period);
        for (size_t i = 0; i < s->n_fields; i++)
                for (size_t k = 0; k < s->fields[i].n_from; k++)
                        path_keep(c, &s->fields[i].from[k]);
}

static void forget(Contract *c) {
        c->n_members = c->stream->n_slots;
        for (size_t i = 0; i < c->n_members; i++)
                c->members[i] = (ContractMember) { .name = c->stream->slots[i] };
        c->n_words = c->expected = 0;
        c->known_records = c->known_count = c->known_page = 0;
        c->overflow = false;
        if (c->inside)
                paths_keep(c);
}

int contract_new(const StreamPlan *stream, uint64_t digest, Str kept, Contract **ret) {
        _cleanup_(contract_freep) Contract *c = calloc(1, sizeof *c);
        if (!c || !(c->members = calloc(stream->n_slots + CONTRACT_OTHERS, sizeof *c->members)))
                return -ENOMEM;
        c->stream = stream;
        c->inside = stream->details.request.path != NULL;
        c->path = TEXT_INIT(CONTRACT_NAME_MAX + 1);
        c->digest = digest;
        c->arena.max = CONTRACT_TEXT * 4;
        forget(c);
        if (kept.len > CONTRACT_TEXT || (kept.len > 0 && !decode(c, kept)))
                forget(c);
        *ret = TAKE_PTR(c);
        return 0;
}

Contract *contract_free(Contract *c) {
        if (!c)
                return NULL;
        arena_free(&c->arena);
        text_free(&c->path);
        free(c->members);
        free(c);
        return NULL;
}
