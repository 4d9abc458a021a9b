/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/words.h"

#include "state/model/due.h"

#include <stdio.h>

static const char *const words_table[WORD_COUNT][2] = {
#define WORD_ROW(id, en, vi) [W_##id] = { en, vi },
        WORD_HEADS(WORD_ROW) WORD_LABELS(WORD_ROW)
#undef WORD_ROW
};

const char *words_get(Word w, bool vi) {
        return words_table[w][vi];
}

bool words_vi(const char *lang) {
        static const char *const variables[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

        for (size_t i = 0; !lang && i < sizeof variables / sizeof *variables; i++) {
                const char *value = getenv(variables[i]);

                lang = value && value[0] ? value : NULL;
        }
        return lang && strncmp(lang, "vi", 2) == 0 && (lang[2] == '\0' || lang[2] == '_' || lang[2] == '.');
}

const char *words_side(Side side, bool vi) {
        return vi ? side_vn(side) : side_names[side];
}

const char *words_when(Instant t, bool vi, char buf[static WHEN_TEXT]) {
        Civil c;

        if (t == INSTANT_NONE)
                return "-";
        when_civil(t, &c);
        if (vi)
                snprintf(buf, WHEN_TEXT, "%02d:%02d %d/%d/%d", c.hour, c.minute, c.day, c.month, c.year);
        else
                snprintf(buf, WHEN_TEXT, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.minute);
        return buf;
}

const char *words_date(Date d, bool vi, char buf[static DATE_TEXT]) {
        if (d == DATE_NONE)
                return "-";
        return vi ? date_vn(d, buf) : date_iso(d, buf);
}

static bool value_due(const Value *v, bool vi, Text *t) {
        Due due;

        if (vi || due_parse(v->text, &due) < 0)
                return vi && due_vn(t, v->text, DATE_NONE) == 0;
        if (due.kind == DUE_RECURRING || due.kind == DUE_RELATIVE)
                return text_add(t, due.text) == 0;
        return false;
}

/* Codes and dates as the reader's language writes them; false: as it is. */
static bool value_translated(FieldId field, const Value *v, bool vi, Text *t) {
        char text[WHEN_TEXT];
        const char *label = NULL;
        Instant at;
        Date day;

        switch (field_table[field].type) {
        case TYPE_WORK_STATE:
                label = vi ? work_state_vn(v->text) : NULL;
                break;
        case TYPE_REVIEW_STATE:
                label = vi ? review_state_vn(v->text) : NULL;
                break;
        case TYPE_FLAG:
                label = vi ? (str_eq(v->text, STR("true")) ? "có" : "không") : NULL;
                break;
        case TYPE_INSTANT:
                label = when_parse_iso(v->text, &at) == 0 ? words_when(at, vi, text) : NULL;
                break;
        case TYPE_DATE:
                label = date_parse_iso(v->text, &day) == 0 ? words_date(day, vi, text) : NULL;
                break;
        case TYPE_DUE:
                return value_due(v, vi, t);
        default:
                break;
        }
        if (label)
                text_add(t, str_of(label));
        return label != NULL;
}

void words_value(FieldId field, const Value *v, bool vi, Text *t) {
        static const Word states[] = { [VALUE_ABSENT] = W_V_ABSENT,
                                       [VALUE_NULL] = W_V_NULL,
                                       [VALUE_EMPTY] = W_V_EMPTY,
                                       [VALUE_INVALID] = W_V_INVALID };

        if (v->state != VALUE_SET)
                text_add(t, str_of(words_get(states[v->state], vi)));
        else if (!value_translated(field, v, vi, t))
                text_add(t, v->text);
        if (v->state == VALUE_INVALID)
                text_addf(t, " " STR_FMT, STR_ARG(v->raw));
}
