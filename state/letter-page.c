/* SPDX-License-Identifier: MIT */
/* Leadership's page: one screen of a phone, then the lists. */
#include "state/letter-parts.h"

static int counts_all(const PageCounts *c) {
        return c->done + c->late + c->unknown;
}

static void write_counts(Letter *l, const char *who, const PageCounts *now, const PageCounts *before, Date previous) {
        if (counts_all(now) == 0)
                return;
        letter_addf(l, "%s (%d): xong %d, chậm %d, chưa xác định %d", who, counts_all(now), now->done, now->late,
                    now->unknown);
        if (counts_all(before) > 0) {
                letter_add(l, " (kỳ trước đó");
                if (previous != DATE_NONE) {
                        letter_add(l, ", ");
                        letter_day(l, previous);
                }
                letter_addf(l, ": %d / %d / %d)", before->done, before->late, before->unknown);
        }
        letter_add(l, ".");
        letter_end(l);
}

static void write_late(Letter *l, const LetterPage *p, bool twice, const char *heading) {
        int n = 0, number = 0;

        for (size_t i = 0; i < p->n_units; i++)
                n += p->units[i].verdict == VERDICT_LATE && p->units[i].late_before == twice;
        if (n == 0)
                return;
        letter_gap(l);
        letter_addf(l, "%s (%d)", heading, n);
        letter_end(l);
        for (size_t i = 0; i < p->n_units; i++) {
                const PageUnit *u = &p->units[i];

                if (u->verdict != VERDICT_LATE || u->late_before != twice)
                        continue;
                letter_addf(l, "%d. ", ++number);
                letter_outside(l, str_of(u->unit->name), 80);
                letter_addf(l, ": %d việc%s", u->outstanding, u->finished_since ? ", nay đã xong" : "");
                letter_end(l);
        }
}

typedef enum UnknownWhy { UNKNOWN_NO_ACCOUNT, UNKNOWN_BLIND, UNKNOWN_NO_DATA, UNKNOWN_COUNT } UnknownWhy;

/* Nobody has given the unit an account; we could not read what it has; or what was read says nothing of it. */
static UnknownWhy unknown_why(const PageUnit *u) {
        if (u->unreadable == 0)
                return UNKNOWN_NO_DATA;
        for (Side side = 0; side < SIDE_COUNT; side++)
                if (u->unreadable & (1u << side) && u->unit->access[side].mode != ACCOUNT_NONE)
                        return UNKNOWN_BLIND;
        return UNKNOWN_NO_ACCOUNT;
}

static void write_unknown(Letter *l, const LetterPage *p) {
        static const char *const words[UNKNOWN_COUNT] = {
                "chưa có tài khoản", "không đọc được do hệ thống", "chưa có số liệu, hoặc số liệu đang kiểm tra"};
        int n[UNKNOWN_COUNT] = {0}, all = 0;

        for (size_t i = 0; i < p->n_units; i++)
                if (p->units[i].verdict == VERDICT_UNKNOWN) {
                        n[unknown_why(&p->units[i])]++;
                        all++;
                }
        if (all == 0)
                return;
        letter_gap(l);
        letter_addf(l, "CHƯA XÁC ĐỊNH (%d), không tính là chậm", all);
        letter_end(l);
        for (UnknownWhy why = 0; why < UNKNOWN_COUNT; why++) {
                bool first = true;

                if (n[why] == 0)
                        continue;
                letter_addf(l, "- %d %s: ", n[why], words[why]);
                for (size_t i = 0; i < p->n_units; i++) {
                        if (p->units[i].verdict != VERDICT_UNKNOWN || unknown_why(&p->units[i]) != why)
                                continue;
                        letter_add(l, first ? "" : "; ");
                        letter_outside(l, str_of(p->units[i].unit->name), 80);
                        first = false;
                }
                letter_add(l, ".");
                letter_end(l);
        }
}

static void write_why(Letter *l, const LetterPage *p) {
        int n = 0;

        for (Reason r = REASON_OVERDUE; r < REASON_COUNT; r++)
                n += p->by_reason[r];
        if (n > 0) {
                letter_addf(l, "Vì sao (%d việc lúc chốt): ", n);
                letter_reasons(l, p->by_reason);
                letter_add(l, ".");
                letter_end(l);
        }
        if (p->waiting > 0) {
                letter_addf(l, "Chờ cơ quan khác duyệt (không tính chậm): %d.", p->waiting);
                letter_end(l);
        }
}

static void write_since(Letter *l, const LetterPage *p) {
        int late = 0, twice = 0, since = 0;

        for (size_t i = 0; i < p->n_units; i++) {
                late += p->units[i].verdict == VERDICT_LATE;
                twice += p->units[i].verdict == VERDICT_LATE && p->units[i].late_before;
                since += p->units[i].verdict == VERDICT_LATE && p->units[i].finished_since;
        }
        if (late == 0)
                return;
        letter_addf(l, "Chậm hai kỳ liền: %d. Đã xong sau hạn, tính đến sáng nay: %d.", twice, since);
        letter_end(l);
}

static void write_explained(Letter *l, const LetterPage *p) {
        Civil c;

        letter_gap(l);
        letter_add(l, "“Chậm” = còn việc của chính đơn vị lúc chốt; đây không phải điểm xếp hạng.");
        letter_end(l);
        if (p->as_of == INSTANT_NONE)
                return;
        when_civil(p->as_of, &c);
        letter_addf(l, "Số liệu đọc lúc %02d:%02d ngày %d/%d/%d.", c.hour, c.minute, c.day, c.month, c.year);
        letter_end(l);
}

void letter_write_page(Letter *l, const LetterPage *p) {
        PageCounts all = {p->departments.done + p->communes.done, p->departments.late + p->communes.late,
                          p->departments.unknown + p->communes.unknown};
        Date previous = deadline_shift(p->occurrence->rule, p->occurrence->before, -1);

        letter_gap(l);
        letter_add(l, "KỲ TRƯỚC ");
        letter_day(l, p->occurrence->before);
        letter_add(l, ", chốt 24 giờ ");
        letter_weekday(l, p->occurrence->strict);
        letter_end(l);
        letter_addf(l, "%d/%d đơn vị xong, %d chậm, %d chưa xác định.", all.done, counts_all(&all), all.late,
                    all.unknown);
        letter_end(l);
        write_counts(l, "Sở, ban, ngành", &p->departments, &p->departments_before, previous);
        write_counts(l, "Xã, phường", &p->communes, &p->communes_before, previous);
        write_since(l, p);
        write_why(l, p);
        write_late(l, p, true, "CHẬM HAI KỲ LIỀN");
        write_late(l, p, false, "CHẬM KỲ NÀY, nhiều việc trước");
        write_unknown(l, p);
        write_explained(l, p);
}
