/* SPDX-License-Identifier: MIT */
/* Names and words as systems of this kind write them, Vietnamese and English, and what they may mean. A guess is for a
 * person to judge: it says what it rests on. Pure. */
#pragma once

#include "connectors/setup/look.h"
#include "state/model/fields.h"

typedef enum GuessRole { GUESS_NOTHING, GUESS_CODE, GUESS_PERIOD, GUESS_FIELD } GuessRole;

typedef struct Guess {
        GuessRole role;
        FieldId field;  /* of GUESS_FIELD */
        int points;     /* the more the surer: a name of its own before a general one, values that fit before others */
        bool unit_name; /* a unit's name, not its code */
        bool doubtful;  /* the name says so, the values do not */
} Guess;

/* What a member of a `kind` may be; role GUESS_NOTHING: nobody knows. */
Guess guess_member(const LookMember *m, RecordKind kind);

/* What a member of a list of evidence may be: "name", "number", "date", "url"; NULL: nothing. */
const char *guess_evidence(const LookMember *m);

/* KIND_INDICATOR when path or members speak of indicators, else KIND_TASK. */
RecordKind guess_kind(const char *path, const LookList *list);

/* What a word may mean for FIELD_WORK, FIELD_REVIEW or a flag, as a profile writes it ("done, claims_late true"); NULL:
 * nobody knows. */
const char *guess_word(FieldType type, const char *word);
