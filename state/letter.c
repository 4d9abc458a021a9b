/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "state/letter-parts.h"

#define PARAGRAPH_MAX (256 * 1024)
#define MARK_COLUMNS 70

/* The units of the mail's own reminders; claims are sorted by unit. */
typedef struct LetterUnits {
        LetterUnit *at;
        size_t n;
} LetterUnits;

static void letter_units_done(LetterUnits *u) {
        for (size_t i = 0; i < u->n; i++)
                letter_unit_free(&u->at[i]);
        free(u->at);
}

static int letter_units_gather(const LetterInput *in, LetterUnits *ret) {
        const NewMessage *m = in->message;

        ret->at = calloc(m->n_claims + 1, sizeof(*ret->at));
        if (!ret->at)
                return -ENOMEM;
        for (size_t i = 0, n; i < m->n_claims; i += n) {
                bool own = claim_own(&m->claims[i]);
                int r;

                for (n = 1; i + n < m->n_claims && m->claims[i + n].unit == m->claims[i].unit; n++)
                        own |= claim_own(&m->claims[i + n]);
                if (!own)
                        continue;
                r = letter_unit_gather(in, &m->claims[i], n, &ret->at[ret->n]);
                if (r < 0)
                        return r;
                ret->n++;
        }
        return 0;
}

static void write_top(Letter *l) {
        const LetterOptions *o = l->in->options;

        if (o->mark && *o->mark) {
                letter_outside(l, str_of(o->mark), MARK_COLUMNS);
                letter_end(l);
                letter_gap(l);
        }
        if (o->redirect_from && *o->redirect_from) {
                letter_add(l, "Thư chuyển hướng để kiểm tra. Người nhận thật: ");
                letter_outside(l, str_of(o->redirect_from), 200);
                letter_add(l, ". Người đó không nhận được thư này.");
                letter_end(l);
                letter_gap(l);
        }
}

static void write_addressee(Letter *l, const LetterUnits *u) {
        letter_add(l, "Kính gửi: đ/c ");
        letter_outside(l, str_of(l->in->message->to->name), 60);
        if (u->n == 1) {
                letter_add(l, ", ");
                letter_unit_formal(l, u->at[0].unit);
        }
        letter_end(l);
}

/* What is outstanding for one deadline, over the units of the mail. */
static int own_outstanding(const Letter *l, int occurrence) {
        const NewMessage *m = l->in->message;
        int sum = 0;

        for (size_t i = 0; i < m->n_claims; i++) {
                bool repeated = i > 0 && claim_own(&m->claims[i - 1]) && m->claims[i - 1].unit == m->claims[i].unit &&
                                m->claims[i - 1].occurrence == m->claims[i].occurrence;

                if (claim_own(&m->claims[i]) && m->claims[i].occurrence == occurrence && !repeated)
                        sum += m->claims[i].obligation->counts.outstanding;
        }
        return sum;
}

static const NewClaim *own_claim(const Letter *l, int occurrence) {
        const NewMessage *m = l->in->message;

        for (size_t i = 0; i < m->n_claims; i++)
                if (claim_own(&m->claims[i]) && m->claims[i].occurrence == occurrence)
                        return &m->claims[i];
        return NULL;
}

/* Whether the mail asks for data of this deadline's window. */
static bool own_asks_window(const Letter *l, int occurrence) {
        const NewMessage *m = l->in->message;

        for (size_t i = 0; i < m->n_claims; i++)
                if (claim_own(&m->claims[i]) && m->claims[i].occurrence == occurrence &&
                    m->claims[i].obligation->counts.by_reason[REASON_NOT_UPDATED] > 0)
                        return true;
        return false;
}

/* "- Trước 25/6 (hết thứ Tư 24/6): 11 việc, còn 3 ngày làm việc nữa; kỳ từ 25/5" */
static void write_deadline_of_several(Letter *l, int occurrence) {
        const Occurrence *o = &l->in->plan->occurrences[occurrence];

        letter_add(l, "- ");
        letter_deadline_short(l, o);
        letter_capital(l, 2);
        letter_addf(l, ": %d việc, ", own_outstanding(l, occurrence));
        letter_left(l, o, false);
        if (own_asks_window(l, occurrence)) {
                letter_add(l, "; kỳ từ ");
                letter_day(l, when_date(o->window_from));
        }
        letter_end(l);
}

static void write_deadlines(Letter *l, const LetterUnits *u) {
        size_t n = 0;
        int total = 0, sum = 0;

        for (size_t i = 0; i < l->in->plan->n_occurrences; i++) {
                n += own_claim(l, (int) i) != NULL;
                sum += own_outstanding(l, (int) i);
        }
        for (size_t i = 0; i < u->n; i++)
                total += u->at[i].total;
        l->several = n > 1;
        if (n > 1) {
                letter_addf(l, "Còn %d việc cho %zu hạn%s:", total, n,
                            sum > total ? " (mỗi việc ghi một lần, ở hạn sớm nhất)" : "");
                letter_end(l);
        }
        for (size_t i = 0; i < l->in->plan->n_occurrences; i++) {
                const Occurrence *o = &l->in->plan->occurrences[i];

                if (!own_claim(l, (int) i))
                        continue;
                if (n > 1) {
                        write_deadline_of_several(l, (int) i);
                        continue;
                }
                letter_addf(l, "Còn %d việc phải xong ", total);
                letter_deadline(l, o);
                letter_add(l, ".");
                letter_end(l);
                letter_left(l, o, true);
                letter_capital(l, 0);
                letter_add(l, ".");
                letter_end(l);
        }
}

/* The next stage day after today, as long as the chase is open on it. */
static Stage stage_next(const Letter *l, const Occurrence *o, Date *ret_day) {
        for (Stage s = STAGE_T5; s <= STAGE_WEEK4; s++) {
                Date d = stage_day(o, l->in->plan->calendar, s);

                if (d <= l->today)
                        continue;
                *ret_day = d;
                return o->next_first == DATE_NONE || d < o->next_first ? s : STAGE_NONE;
        }
        return STAGE_NONE;
}

/* Late is who is not done when the day ends, not who is not done on the morning of the next mail. */
static void write_late(Letter *l, const Occurrence *o, Date day) {
        const char *id = o->rule->coordinator;
        const Unit *above = id ? unit_by_id(l->in->plan->units, str_of(id)) : NULL;

        letter_add(l, "nếu hết ");
        letter_day(l, o->strict);
        letter_add(l, " còn việc, đơn vị bị ghi là chậm, báo lãnh đạo tỉnh");
        if (above) {
                letter_add(l, "; sáng ");
                letter_day(l, day);
                letter_add(l, " gửi thêm ");
                letter_outside(l, str_of(above->name), 80);
        }
        letter_add(l, ".");
}

static void write_reminder(Letter *l, const LetterUnits *u, Stage s, Date day) {
        letter_add(l, "nếu sáng ");
        letter_day(l, day);
        if (s != STAGE_T1) {
                letter_add(l, " còn việc, nhắc lại.");
                return;
        }
        letter_add(l, " còn việc, gửi thêm lãnh đạo ");
        if (u->n == 1 && !l->several)
                letter_unit_formal(l, u->at[0].unit);
        else
                letter_add(l, "đơn vị");
        letter_add(l, ".");
}

static void write_next(Letter *l, const LetterUnits *u) {
        for (size_t i = 0; i < l->in->plan->n_occurrences; i++) {
                const Occurrence *o = &l->in->plan->occurrences[i];
                Date d = DATE_NONE;
                Stage s;

                if (!own_claim(l, (int) i))
                        continue;
                s = stage_next(l, o, &d);
                if (l->several) {
                        letter_add(l, "Hạn trước ");
                        letter_day(l, o->before);
                        letter_add(l, ": ");
                }
                if (s == STAGE_NONE)
                        letter_add(l, "đây là thư nhắc cuối của kỳ này.");
                else if (s == STAGE_PLUS1)
                        write_late(l, o, d);
                else
                        write_reminder(l, u, s, d);
                if (!l->several)
                        letter_capital(l, 0);
                letter_end(l);
        }
}

static void write_seat(Letter *l, SeatKind seat, const Unit *u) {
        if (seat == SEAT_HEAD || seat == SEAT_ACTING_HEAD) {
                letter_add(l, seat == SEAT_HEAD ? "lãnh đạo " : "người đang phụ trách ");
                letter_unit_formal(l, u);
        } else {
                letter_addf(l, "%s của ", seat_kind_vn(seat));
                letter_unit(l, u);
        }
}

/* "Đ/c nhận thư vì là đầu mối của xã M’Drắk, ..." : once for each seat. */
static void write_why_you(Letter *l) {
        const NewMessage *m = l->in->message;
        bool first = true, coordinator = false, page = l->in->n_pages > 0;

        for (size_t i = 0; i < m->n_claims; i++) {
                const NewClaim *c = &m->claims[i];
                bool same = false;

                coordinator |= c->seat == SEAT_COORDINATOR;
                if (c->unit < 0 || c->seat == SEAT_COORDINATOR)
                        continue;
                for (size_t k = 0; k < i; k++)
                        same |= m->claims[k].unit == c->unit && m->claims[k].seat == c->seat;
                if (same)
                        continue;
                letter_add(l, first ? "Đ/c nhận thư vì là " : ", ");
                write_seat(l, c->seat, &l->in->plan->units->units[c->unit]);
                first = false;
        }
        if (coordinator) {
                letter_addf(l, "%sngười theo dõi chung", first ? "Đ/c nhận thư vì là " : ", ");
                first = false;
        }
        if (page)
                letter_addf(l, "%s%s", first ? "Đ/c nhận thư vì là " : ", ", seat_kind_vn(SEAT_LEADERSHIP));
        letter_add(l, ".");
        letter_end(l);
}

static bool carried(const Letter *l, int occurrence) {
        const NewMessage *m = l->in->message;

        for (size_t i = 0; i < m->n_claims; i++)
                if (m->claims[i].occurrence == occurrence)
                        return true;
        return false;
}

static Str basis_of(const Letter *l, int occurrence) {
        return str_of(l->in->plan->occurrences[occurrence].rule->basis);
}

/* The titles of the deadlines from `first` on that rest on the same letter as it. */
static void write_titles(Letter *l, int first) {
        Str basis = basis_of(l, first);
        bool any = false;

        for (int i = first; i < (int) l->in->plan->n_occurrences; i++) {
                const char *title = l->in->plan->occurrences[i].rule->title;

                if (!title || !*title || !carried(l, i) || !str_eq(basis_of(l, i), basis))
                        continue;
                letter_add(l, any ? "; " : basis.len ? " (" : "");
                letter_outside(l, str_of(title), 160);
                any = true;
        }
        letter_add(l, any && basis.len ? ")" : "");
}

/* The letters that the deadlines rest on, each once, with the deadlines' titles. */
static void write_basis(Letter *l) {
        bool any = false;

        for (int i = 0; i < (int) l->in->plan->n_occurrences; i++) {
                const char *title = l->in->plan->occurrences[i].rule->title;
                bool said = !carried(l, i) || (basis_of(l, i).len == 0 && (!title || !*title));

                for (int k = 0; k < i && !said; k++)
                        said = carried(l, k) && str_eq(basis_of(l, k), basis_of(l, i));
                if (said)
                        continue;
                letter_add(l, any ? "; " : "Căn cứ: ");
                letter_outside(l, basis_of(l, i), 160);
                write_titles(l, i);
                any = true;
        }
        if (!any)
                return;
        letter_add(l, ".");
        letter_end(l);
}

static void write_foot(Letter *l, const LetterUnits *u) {
        letter_gap(l);
        write_next(l, u);
        letter_contact(l, l->in->n_pages > 0 && u->n == 0 ? "Giải trình từng số: trả lời thư này" :
                                                               "Hỏi, báo sai, đổi người nhận: trả lời thư này");
        write_why_you(l);
        write_basis(l);
        if (l->in->options->province && *l->in->options->province) {
                letter_add(l, "Thư tự động của hệ thống nhắc việc Nghị quyết 57, tỉnh ");
                letter_outside(l, str_of(l->in->options->province), 40);
                letter_add(l, ".");
                letter_end(l);
        }
}

static void write_body(Letter *l, const LetterUnits *u) {
        write_top(l);
        write_addressee(l, u);
        for (size_t i = 0; i < l->in->n_pages; i++)
                letter_write_page(l, &l->in->pages[i]);
        if (u->n > 0) {
                if (l->in->n_pages > 0)
                        letter_gap(l);
                write_deadlines(l, u);
        }
        for (size_t i = 0; i < u->n; i++)
                letter_write_unit(l, &u->at[i], u->n == 1);
        letter_write_done(l);
        for (size_t i = 0; i < l->in->plan->n_occurrences; i++)
                letter_write_list(l, (int) i);
        write_foot(l, u);
}

static int letter_failed(const Letter *l, const Text *subject) {
        if (l->failed)
                return l->failed;
        return l->body.failed ? l->body.failed : subject->failed;
}

int letter_write(const LetterInput *in, Text *ret_subject, Text *ret_body, Err *e) {
        _cleanup_(letter_units_done) LetterUnits units = {0};
        Letter l = {.in = in, .today = when_date(in->plan->now), .body = TEXT_INIT(ret_body->max),
                    .line = TEXT_INIT(PARAGRAPH_MAX)};
        _cleanup_text_ Text subject = TEXT_INIT(ret_subject->max);
        int r = letter_units_gather(in, &units);

        if (r == 0) {
                letter_write_subject(&l, units.at, units.n, &subject);
                write_body(&l, &units);
                r = letter_failed(&l, &subject);
        }
        if (r == 0) {
                text_free(ret_body);
                text_free(ret_subject);
                *ret_body = l.body;
                *ret_subject = subject;
                l.body = subject = TEXT_INIT(0);
        }
        text_free(&l.body);
        text_free(&l.line);
        if (r == -ENOMEM)
                return err_oom(e);
        return r < 0 ? err_set(e, r, RETRY_NEVER, "the letter is longer than %zu bytes", ret_body->max) : 0;
}
