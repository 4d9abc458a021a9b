/* SPDX-License-Identifier: MIT */
/* Values by their type: what an administrator typed, read strictly. */
#include "config/typed.h"

#include <errno.h>

#include "connectors/http/quiet.h"
#include "connectors/mail/message.h"

static bool blank_inside(Str s) {
        return memchr(s.at ? s.at : "", ' ', s.len) != NULL;
}

static bool all_of(Str s, const char *allowed) {
        for (size_t i = 0; i < s.len; i++)
                if (!strchr(allowed, s.at[i]))
                        return false;
        return s.len > 0;
}

bool typed_word(Str s) {
        return s.len > 0 && s.len <= 32 && s.at[0] != '-' && all_of(s, "abcdefghijklmnopqrstuvwxyz0123456789-");
}

bool typed_code(Str s, size_t max) {
        return s.len > 0 && s.len <= max && !blank_inside(s);
}

/* Cuts the first blank-separated word off. */
static Str word_take(Str *rest) {
        Str word = STR_NULL;
        *rest = str_trim(*rest);
        if (str_split(rest, ' ', &word))
                *rest = str_trim(*rest);
        return word;
}

static bool one_of(Str word, const char *const *words) {
        for (; *words; words++)
                if (str_eq(word, str_of(*words)))
                        return true;
        return false;
}

KeyFault typed_date(Str s, Date *ret) {
        if (date_parse_vn(s, ret) == 0)
                return KEY_FINE;
        Str rest = s, day = STR_NULL, month = STR_NULL;
        bool parts = str_split(&rest, '/', &day) && str_split(&rest, '/', &month);
        bool digits = parts && all_of(day, "0123456789") && all_of(month, "0123456789") && all_of(rest, "0123456789");
        return digits && day.len <= 2 && month.len <= 2 && rest.len == 4 ? KEY_NO_SUCH_DAY : KEY_SHAPE;
}

KeyFault typed_duration(Str s, int64_t *ret) {
        static const char *const seconds[] = { "second", "seconds", "giây", NULL },
                                 *const minutes[] = { "minute", "minutes", "phút", NULL },
                                 *const hours[] = { "hour", "hours", "giờ", NULL },
                                 *const days[] = { "day", "days", "ngày", NULL };
        int64_t n;
        Str number = word_take(&s);
        int64_t unit = one_of(s, seconds)   ? 1
                       : one_of(s, minutes) ? 60
                       : one_of(s, hours)   ? 3600
                       : one_of(s, days)    ? 86400
                                            : 0;
        if (unit == 0 || number.len > 9 || text_to_int64(number, &n) < 0 || n < 0)
                return KEY_SHAPE;
        *ret = n * unit;
        return KEY_FINE;
}

/* "3 working days" or, with a tail, "3 working days earlier". */
KeyFault typed_workdays(Str s, const char *tail, int64_t *ret) {
        int n;
        Str number = word_take(&s), working = word_take(&s), days = word_take(&s), last = word_take(&s);
        bool shape = str_eq(working, STR("working")) && (str_eq(days, STR("days")) || str_eq(days, STR("day"))) &&
                     str_eq(last, str_of(tail)) && s.len == 0;
        if (!shape || text_to_int(number, 0, 1000, &n) < 0)
                return KEY_SHAPE;
        *ret = n;
        return KEY_FINE;
}

KeyFault typed_finish(Str s, int64_t *ret) {
        *ret = 0;
        return str_eq(s, STR("same day")) ? KEY_FINE : typed_workdays(s, "earlier", ret);
}

KeyFault typed_before(Str s, KeyValue *ret) {
        int day;
        Str rest = s, number = word_take(&rest);
        if (str_eq(rest, STR("monthly")) || str_eq(rest, STR("hằng tháng"))) {
                if (text_to_int(number, 0, 99, &day) < 0)
                        return KEY_SHAPE;
                ret->number = day;
                return KEY_FINE;
        }
        return typed_date(s, &ret->date);
}

KeyFault typed_time(Str s, int64_t *ret) {
        int hour, minute;
        Str rest = s, first = STR_NULL;
        if (!str_split(&rest, ':', &first) || first.len > 2 || rest.len != 2 || text_to_int(first, 0, 99, &hour) < 0 ||
            text_to_int(rest, 0, 99, &minute) < 0)
                return KEY_SHAPE;
        *ret = hour * 60 + minute;
        return hour > 23 || minute > 59 ? KEY_RANGE : KEY_FINE;
}

/* A SHA-256 in base64: 43 characters and one `=`. */
KeyFault typed_pins(Str s, Str *ret_seen) {
        static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        Str part;
        for (*ret_seen = s; str_split(&s, ',', &part);) {
                *ret_seen = part = str_trim(part);
                if (!str_starts(part, STR("sha256//")) || part.len != 8 + 44 || part.at[51] != '=' ||
                    !all_of((Str) { part.at + 8, 43 }, letters))
                        return KEY_SHAPE;
        }
        return KEY_FINE;
}

KeyFault typed_hours(Str s, Str *ret_seen) {
        QuietHours q;
        Str wrong = s;
        int r = quiet_parse(s, &q, &wrong);
        *ret_seen = r == -EINVAL ? wrong : s;
        return r == 0 ? KEY_FINE : r == -EINVAL ? KEY_SHAPE : KEY_RANGE;
}

KeyFault typed_flag(Str s, int64_t *ret) {
        static const char *const yes[] = { "yes", "có", NULL }, *const no[] = { "no", "chưa", "không", NULL };
        *ret = one_of(s, yes);
        return *ret || one_of(s, no) ? KEY_FINE : KEY_SHAPE;
}

KeyFault typed_person(Str s, KeyValue *ret, Str *ret_rest, Str *ret_seen) {
        const char *open = s.len ? memchr(s.at, '<', s.len) : NULL;
        const char *close = open ? memchr(open, '>', s.len - (size_t) (open - s.at)) : NULL;
        if (!close)
                return KEY_SHAPE;
        Str name = str_trim((Str) { s.at, (size_t) (open - s.at) });
        Str address = { open + 1, (size_t) (close - open - 1) };
        *ret_rest = str_trim((Str) { close + 1, s.len - (size_t) (close + 1 - s.at) });
        if (name.len == 0 || name.len > 150 || memchr(name.at, '@', name.len))
                return KEY_SHAPE;
        if (!address_valid(address)) {
                *ret_seen = address;
                return KEY_BAD_ADDRESS;
        }
        ret->text = name;
        ret->address = address;
        return KEY_FINE;
}

static KeyFault seat_date(Str *rest, Date *ret, Str *ret_seen) {
        Str word = word_take(rest);
        KeyFault fault = typed_date(word, ret);
        if (fault != KEY_FINE)
                *ret_seen = word;
        return fault;
}

static KeyFault seat_tail(Str rest, KeyValue *ret, Str *ret_seen) {
        KeyFault fault = KEY_FINE;
        while (rest.len > 0 && fault == KEY_FINE) {
                Str before = rest, word = word_take(&rest);
                if (str_eq(word, STR("from")) && ret->date == DATE_NONE)
                        fault = seat_date(&rest, &ret->date, ret_seen);
                else if (str_eq(word, STR("until")) && ret->until == DATE_NONE)
                        fault = seat_date(&rest, &ret->until, ret_seen);
                else if (str_eq(word, STR("phone")) && rest.len > 0 && all_of(rest, "+0123456789 .()-")) {
                        ret->phone = rest;
                        rest = STR_NULL;
                } else {
                        *ret_seen = before;
                        fault = KEY_SHAPE;
                }
        }
        return fault;
}

KeyFault typed_seat(Str s, KeyValue *ret, Str *ret_seen) {
        Str rest = s, word = word_take(&rest);
        if (str_eq(word, STR("vacant"))) {
                ret->vacant = true;
                if (rest.len == 0)
                        return KEY_FINE;
                if (!str_eq(word_take(&rest), STR("since")))
                        return KEY_SHAPE;
                KeyFault fault = seat_date(&rest, &ret->date, ret_seen);
                return fault != KEY_FINE ? fault : rest.len > 0 ? KEY_SHAPE : KEY_FINE;
        }
        KeyFault fault = typed_person(s, ret, &rest, ret_seen);
        return fault == KEY_FINE ? seat_tail(rest, ret, ret_seen) : fault;
}

KeyFault typed_access(Str s, KeyValue *ret, const char **ret_nearest) {
        static const char *const words[] = { "supervised", "parent", "none" };
        ret->number = str_eq(s, STR("supervised")) ? ACCOUNT_SUPERVISED
                      : str_eq(s, STR("parent"))   ? ACCOUNT_PARENT
                                                   : ACCOUNT_OWN;
        if (ret->number != ACCOUNT_OWN)
                return KEY_FINE;
        if (str_eq(s, STR("none")) || str_starts(s, STR("none "))) {
                Str reason = str_trim((Str) { s.at + 4, s.len - 4 });
                if (reason.len < 3 || reason.at[0] != '(' || reason.at[reason.len - 1] != ')')
                        return KEY_NO_REASON;
                ret->number = ACCOUNT_NONE;
                ret->text = str_trim((Str) { reason.at + 1, reason.len - 2 });
                return ret->text.len > 0 ? KEY_FINE : KEY_NO_REASON;
        }
        if (memchr(s.at, ':', s.len))
                return KEY_SECRET;
        if (!typed_code(s, 128))
                return KEY_SHAPE;
        *ret_nearest = text_nearest(s, words, 3);
        ret->text = s;
        return *ret_nearest ? KEY_MISSPELT : KEY_FINE;
}
