/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/learn-choice.h"

#include "state/model/due.h"

static void choose(Chosen *slot, const LookMember *m, Guess g) {
        if (!slot->member || g.points > slot->guess.points)
                *slot = (Chosen) { m, g };
}

void choice_make(const DraftStream *s, Choice *ret) {
        *ret = (Choice) { 0 };
        for (int i = 0; i < s->list->n_members; i++) {
                const LookMember *m = &s->list->members[i];
                Guess g = guess_member(m, s->kind);

                if (g.role == GUESS_CODE)
                        choose(&ret->code, m, g);
                else if (g.role == GUESS_PERIOD)
                        choose(&ret->period, m, g);
                else if (g.role == GUESS_FIELD && !(m->types & LOOK_OBJECT))
                        choose(&ret->field[g.field], m, g);
        }
}

bool choice_has(const Choice *c, const LookMember *m) {
        bool found = c->code.member == m || c->period.member == m;

        for (int i = 0; i < FIELD_COUNT && !found; i++)
                found = c->field[i].member == m;
        return found;
}

/* A deadline in words that due_read does not know by itself. */
static bool odd_due(const char *text) {
        _cleanup_arena_ Arena a = { .max = 65536 };
        Str read;

        return due_read(&a, str_of(text), &read) != 0;
}

/* The words to be explained: of a deadline only those that are neither date nor known. */
static int words_list(FieldType type, const LookMember *m, const char *word[LOOK_WORDS], int count[LOOK_WORDS]) {
        int n = 0;

        for (int i = 0; type == TYPE_DUE && i < m->n_odd; i++)
                if (odd_due(m->odd[i])) {
                        word[n] = m->odd[i];
                        count[n++] = 0;
                }
        for (int i = 0; type != TYPE_DUE && i < m->n_words; i++) {
                word[n] = m->word[i];
                count[n++] = m->word_count[i];
        }
        return n;
}

bool choice_words(FieldType type, const LookMember *m) {
        const char *word[LOOK_WORDS];
        int count[LOOK_WORDS];

        if (type == TYPE_DUE)
                return words_list(type, m, word, count) > 0;
        if (type == TYPE_FLAG)
                return (m->types & (LOOK_TEXT | LOOK_NUMBER)) != 0;
        return type == TYPE_WORK_STATE || type == TYPE_REVIEW_STATE;
}

/* Over all streams; the words of a table have one meaning. */
void choice_gather(const Draft *d, const Choice *choices, FieldId f, WordList *ret) {
        FieldType type = field_table[f].type;

        *ret = (WordList) { 0 };
        for (int i = 0; i < d->n_streams; i++) {
                const LookMember *m = choices[i].field[f].member;
                const char *word[LOOK_WORDS];
                int count[LOOK_WORDS], n = m && choice_words(type, m) ? words_list(type, m, word, count) : 0;

                for (int k = 0; k < n; k++) {
                        int at = 0;

                        while (at < ret->n && strcmp(ret->word[at], word[k]) != 0)
                                at++;
                        if (at == LOOK_WORDS * 2)
                                continue;
                        if (at == ret->n) {
                                ret->word[ret->n++] = word[k];
                                ret->known += guess_word(type, word[k]) != NULL;
                        }
                        ret->count[at] += count[k];
                }
        }
}
