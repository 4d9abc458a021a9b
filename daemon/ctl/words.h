/* SPDX-License-Identifier: MIT */
/* What people read, in English and Vietnamese, from one table (words-heads.h, words-labels.h). JSON never passes
 * through here. */
#pragma once

#include "daemon/ctl/words-heads.h"
#include "daemon/ctl/words-labels.h"
#include "state/model/record.h"
#include "state/model/when.h"

typedef enum Word {
#define WORD_ENUM(id, en, vi) W_##id,
        WORD_HEADS(WORD_ENUM) WORD_LABELS(WORD_ENUM)
#undef WORD_ENUM
                WORD_COUNT
} Word;

const char *words_get(Word w, bool vi);

/* The word of a group (MESSAGE_FIRST + state): groups stand in the order of the enum they name. */
#define words_of(first, number, vi) words_get((Word) ((int) (first) + (int) (number)), vi)

/* The language asked for: "vi..." in `lang` when given, else the first of LC_ALL, LC_MESSAGES, LANG that is set. */
bool words_vi(const char *lang);

const char *words_side(Side side, bool vi);
const char *words_when(Instant t, bool vi, char buf[static WHEN_TEXT]); /* to the minute; "-" when not known */
const char *words_date(Date d, bool vi, char buf[static DATE_TEXT]);

/* A field's statement as people read it: states in words, what is no value said to be none. */
void words_value(FieldId field, const Value *v, bool vi, Text *t);
