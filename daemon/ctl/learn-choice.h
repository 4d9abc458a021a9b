/* SPDX-License-Identifier: MIT */
/* Which member of a drafted stream becomes which field, and which words wait for a meaning. Private to learn*.c. */
#pragma once

#include "connectors/setup/draft.h"

typedef struct Chosen {
        const LookMember *member;
        Guess guess;
} Chosen;

typedef struct Choice {
        Chosen code, period, field[FIELD_COUNT];
} Choice;

typedef struct WordList {
        const char *word[LOOK_WORDS * 2];
        int count[LOOK_WORDS * 2];
        int n, known;
} WordList;

void choice_make(const DraftStream *s, Choice *ret);
bool choice_has(const Choice *c, const LookMember *m);

/* Whether the field is read by a vocabulary here: states, flags that are no JSON flags, deadlines in unknown words. */
bool choice_words(FieldType type, const LookMember *m);

/* Those of a field over all streams (`choices`: one each): the words of a table have one meaning. */
void choice_gather(const Draft *d, const Choice *choices, FieldId f, WordList *ret);
