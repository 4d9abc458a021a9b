/* SPDX-License-Identifier: MIT */
/* What is outstanding for one unit: gathered over the deadlines of a mail, and written item by item. */
#include <errno.h>

#include "state/letter-parts.h"
#include "state/model/due.h"

#define TITLE_COLUMNS 140
#define SHOWN_COLUMNS 60

static int item_key_order(const void *a, const void *b) {
        const LetterItem *x = a, *y = b;
        int r = str_cmp(x->item->key, y->item->key);

        if (r == 0 && x->occurrence->strict != y->occurrence->strict)
                return x->occurrence->strict < y->occurrence->strict ? -1 : 1;
        return r != 0 ? r : strcmp(x->occurrence->id, y->occurrence->id);
}

static int item_order(const void *a, const void *b) {
        const LetterItem *x = a, *y = b;

        if (x->item->why.reason != y->item->why.reason)
                return x->item->why.reason < y->item->why.reason ? -1 : 1;
        if (x->occurrence->strict != y->occurrence->strict)
                return x->occurrence->strict < y->occurrence->strict ? -1 : 1;
        return plan_item_cmp(x->item, y->item);
}

/* The first claim of each own deadline of the unit; another seat of the same person repeats it. */
static bool claim_first(const NewClaim *claims, size_t i) {
        if (!claim_own(&claims[i]))
                return false;
        for (size_t k = 0; k < i; k++)
                if (claim_own(&claims[k]) && claims[k].occurrence == claims[i].occurrence)
                        return false;
        return true;
}

static void unit_counts(LetterUnit *u) {
        size_t kept = 0;

        if (u->n_items > 0)
                qsort(u->items, u->n_items, sizeof(*u->items), item_key_order);
        for (size_t i = 0; i < u->n_items; i++)
                if (kept == 0 || !str_eq(u->items[i].item->key, u->items[kept - 1].item->key))
                        u->items[kept++] = u->items[i];
        u->n_items = kept;
        if (kept > 0)
                qsort(u->items, kept, sizeof(*u->items), item_order);
        if (u->n_occurrences > 1 || !u->cut)
                for (size_t i = 0; i < kept; i++)
                        u->by_reason[u->items[i].item->why.reason]++;
        if (u->total < (int) kept)
                u->total = (int) kept;
}

int letter_unit_gather(const LetterInput *in, const NewClaim *claims, size_t n, LetterUnit *ret) {
        LetterUnit u = {.unit = &in->plan->units->units[claims->unit], .place = claims->unit, .claims = claims,
                        .n_claims = n};
        size_t room = 0;

        for (size_t i = 0; i < n; i++)
                room += claim_first(claims, i) ? claims[i].obligation->n_items : 0;
        u.items = calloc(room + 1, sizeof(*u.items));
        if (!u.items)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                const PlanObligation *b = claims[i].obligation;

                if (!claim_first(claims, i))
                        continue;
                for (size_t k = 0; k < b->n_items; k++)
                        u.items[u.n_items++] = (LetterItem) {&b->items[k], &in->plan->occurrences[b->occurrence]};
                if (b->counts.outstanding > u.total) {
                        u.total = b->counts.outstanding;
                        if (b->counts.outstanding > (int) b->n_items)
                                memcpy(u.by_reason, b->counts.by_reason, sizeof(u.by_reason));
                }
                u.cut |= b->counts.outstanding > (int) b->n_items;
                u.unreadable |= b->unreadable;
                u.n_occurrences++;
        }
        if (u.n_occurrences > 1)
                memset(u.by_reason, 0, sizeof(u.by_reason));
        unit_counts(&u);
        *ret = u;
        return 0;
}

void letter_unit_free(LetterUnit *u) {
        free(u->items);
        u->items = NULL;
}

static const char *sides_vn(unsigned sides) {
        const unsigned both = 1u << SIDE_CENTRAL | 1u << SIDE_PORTAL;

        return (sides & both) == both ? "Cả hai" : side_vn(sides & (1u << SIDE_PORTAL) ? SIDE_PORTAL : SIDE_CENTRAL);
}

static void add_shown(Letter *l, const PlanItem *i, Side side) {
        if (i->updated[side] != DATE_NONE) {
                letter_add(l, "lần cuối ");
                letter_day(l, i->updated[side]);
        } else {
                letter_add(l, "chưa ghi ngày cập nhật");
        }
        if (i->shown[side].len == 0)
                return;
        letter_add(l, ": ");
        letter_outside(l, i->shown[side], SHOWN_COLUMNS);
}

/* "Lần cuối 18/6: 32%", per system when it holds on both. */
static void add_last(Letter *l, const PlanItem *i) {
        bool several = (i->why.sides & (i->why.sides - 1)) != 0, first = true;

        for (Side side = 0; side < SIDE_COUNT; side++) {
                if (!(i->why.sides & (1u << side)))
                        continue;
                if (!first)
                        letter_add(l, "; ");
                if (several)
                        letter_addf(l, "%s ", side_vn(side));
                add_shown(l, i, side);
                first = false;
        }
}

static void add_due(Letter *l, const PlanItem *i) {
        _cleanup_text_ Text due = TEXT_INIT(1024);

        if (i->due.len == 0 || due_vn(&due, i->due, l->today) < 0)
                return;
        letter_add(l, "hạn ");
        letter_outside(l, text_str(&due), SHOWN_COLUMNS);
        if (i->why.reason == REASON_OVERDUE && i->why.due != DATE_NONE)
                letter_addf(l, ", quá %d ngày", (int) (l->today - i->why.due));
        letter_add(l, "; ");
}

static void add_returned(Letter *l, const PlanItem *i) {
        letter_add(l, "trả lại");
        if (i->returned_on != DATE_NONE) {
                letter_add(l, " ");
                letter_day(l, i->returned_on);
        }
        if (i->return_reason.len == 0) {
                letter_add(l, ", không ghi lý do");
                return;
        }
        letter_add(l, ": “");
        letter_outside(l, i->return_reason, TITLE_COLUMNS);
        letter_add(l, "”");
}

/* "Tiến độ (%): Trung ương 96,5% (10/7), Cổng tỉnh 98% (15/7)" */
static void add_differs(Letter *l, const PlanItem *i) {
        if (i->why.field < FIELD_COUNT)
                letter_addf(l, "%s: ", field_table[i->why.field].vi);
        for (Side side = 0; side < SIDE_COUNT; side++) {
                letter_addf(l, "%s%s ", side ? ", " : "", side_vn(side));
                if (i->shown[side].len)
                        letter_outside(l, i->shown[side], SHOWN_COLUMNS);
                else
                        letter_add(l, "để trống");
                if (i->updated[side] == DATE_NONE)
                        continue;
                letter_add(l, " (");
                letter_day(l, i->updated[side]);
                letter_add(l, ")");
        }
}

static void add_score(Letter *l, const PlanItem *i) {
        Side side = i->why.sides & (1u << SIDE_PORTAL) ? SIDE_PORTAL : SIDE_CENTRAL;

        if (i->shown[side].len) {
                letter_add(l, "đã nhập: ");
                letter_outside(l, i->shown[side], SHOWN_COLUMNS);
                letter_add(l, "; ");
        }
        letter_add(l, "chưa có minh chứng nào");
}

static void add_fact(Letter *l, const PlanItem *i) {
        size_t from = l->line.len;

        switch (i->why.reason) {
        case REASON_OVERDUE:
                add_due(l, i);
                add_last(l, i);
                break;
        case REASON_RETURNED:
                add_returned(l, i);
                break;
        case REASON_NEVER_ENTERED:
                add_due(l, i);
                letter_add(l, "chưa nhập lần nào");
                break;
        case REASON_NOT_SUBMITTED:
        case REASON_NOT_UPDATED:
                add_last(l, i);
                break;
        case REASON_NO_EVIDENCE:
                add_score(l, i);
                break;
        case REASON_DIFFERS:
                add_differs(l, i);
                break;
        default:
                break;
        }
        letter_capital(l, from);
        letter_add(l, ".");
}

static void write_item(Letter *l, const LetterItem *x) {
        const PlanItem *i = x->item;

        letter_addf(l, "%d. [%s", ++l->number, sides_vn(i->why.sides));
        if (l->several) {
                letter_add(l, ", hết ");
                letter_day(l, x->occurrence->strict);
        }
        letter_add(l, "] ");
        letter_outside(l, i->code, SHOWN_COLUMNS);
        if (i->title.len) {
                letter_add(l, " ");
                letter_outside(l, i->title, TITLE_COLUMNS);
        }
        if (i->sub_unit.len) {
                letter_add(l, " (");
                letter_outside(l, i->sub_unit, SHOWN_COLUMNS);
                letter_add(l, ")");
        }
        letter_end(l);
        add_fact(l, i);
        letter_end(l);
}

static const char *const reason_heading[REASON_COUNT] = {
        [REASON_OVERDUE] = "QUÁ HẠN",
        [REASON_RETURNED] = "BỊ TRẢ LẠI",
        [REASON_NEVER_ENTERED] = "CHƯA NHẬP LẦN NÀO",
        [REASON_NOT_SUBMITTED] = "ĐÃ LƯU, CHƯA GỬI",
        [REASON_NOT_UPDATED] = "CHƯA CẬP NHẬT TRONG KỲ",
        [REASON_NO_EVIDENCE] = "THIẾU MINH CHỨNG",
        [REASON_DIFFERS] = "HAI HỆ THỐNG KHÁC NHAU",
};
static const char *const reason_need[REASON_COUNT] = {
        [REASON_OVERDUE] = "nhập kết quả, hoặc lý do chậm.",
        [REASON_RETURNED] = "bổ sung theo lý do trả lại, rồi gửi lại.",
        [REASON_NEVER_ENTERED] = "nhập số liệu lần đầu.",
        [REASON_NOT_SUBMITTED] = "mở lại, bấm gửi duyệt.",
        [REASON_NOT_UPDATED] = "nhập số liệu của kỳ này, kể cả khi không đổi.",
        [REASON_NO_EVIDENCE] = "đính kèm văn bản, số liệu minh chứng.",
        [REASON_DIFFERS] = "sửa ở hệ thống ghi sai.",
};

static void write_reason(Letter *l, const LetterUnit *u, Reason r, size_t first, size_t n) {
        letter_gap(l);
        letter_add(l, reason_heading[r]);
        if (r == REASON_NOT_UPDATED && u->n_occurrences == 1) {
                letter_add(l, ", TỪ ");
                letter_day(l, when_date(u->items[first].occurrence->window_from));
        }
        letter_addf(l, " (%d). Cần: %s", u->by_reason[r] > (int) n ? u->by_reason[r] : (int) n, reason_need[r]);
        letter_end(l);
        for (size_t i = first; i < first + n; i++)
                write_item(l, &u->items[i]);
}

static void write_items(Letter *l, const LetterUnit *u) {
        size_t max = l->in->plan->policy->items_max > 0 ? (size_t) l->in->plan->policy->items_max : u->n_items;
        size_t shown = u->n_items < max ? u->n_items : max;

        for (size_t i = 0, n; i < shown; i += n) {
                for (n = 1; i + n < shown && u->items[i + n].item->why.reason == u->items[i].item->why.reason;)
                        n++;
                write_reason(l, u, u->items[i].item->why.reason, i, n);
        }
        if ((size_t) u->total <= shown)
                return;
        letter_gap(l);
        letter_addf(l, "Còn%s %d việc nữa không kể ra ở đây", u->cut && u->n_occurrences > 1 ? " ít nhất" : "",
                    u->total - (int) shown);
        if (u->n_occurrences == 1) {
                letter_add(l, "; tất cả gồm: ");
                letter_reasons(l, u->by_reason);
        }
        letter_add(l, ". Xem đủ trên hệ thống.");
        letter_end(l);
}

/* "Trung ương: 4 việc. Cổng tỉnh: 2. Cả hai: 1." */
static void write_sides(Letter *l, const LetterUnit *u) {
        const unsigned both = 1u << SIDE_CENTRAL | 1u << SIDE_PORTAL;
        unsigned masks[] = {1u << SIDE_CENTRAL, 1u << SIDE_PORTAL, both};
        int n[] = {0, 0, 0};

        if (u->cut || u->n_items < 2)
                return;
        for (size_t i = 0; i < u->n_items; i++)
                for (size_t k = 0; k < 3; k++)
                        n[k] += (u->items[i].item->why.sides & both) == masks[k];
        for (size_t k = 0, before = 0; k < 3; k++) {
                if (n[k] == 0)
                        continue;
                letter_addf(l, "%s%s: %d%s.", before ? " " : "", sides_vn(masks[k]), n[k], before ? "" : " việc");
                before++;
        }
        letter_end(l);
}

/* What could not be judged, so that nobody takes silence for "done". */
static void write_unknown(Letter *l, const LetterUnit *u) {
        int quarantined = 0;

        for (Side side = 0; side < SIDE_COUNT; side++) {
                const UnitAccess *access = &u->unit->access[side];

                if (!(u->unreadable & (1u << side)))
                        continue;
                letter_addf(l, "%s: chưa xác định, ", side_vn(side));
                if (access->mode == ACCOUNT_NONE) {
                        letter_add(l, "đơn vị chưa có tài khoản");
                        if (access->reason && *access->reason) {
                                letter_add(l, " (");
                                letter_outside(l, str_of(access->reason), 100);
                                letter_add(l, ")");
                        }
                } else {
                        letter_add(l, "chưa đọc được hệ thống");
                }
                letter_add(l, "; việc ở đó không kể trong thư này.");
                letter_end(l);
        }
        for (size_t i = 0; i < u->n_claims; i++)
                if (claim_own(&u->claims[i]) && u->claims[i].obligation->counts.quarantined > quarantined)
                        quarantined = u->claims[i].obligation->counts.quarantined;
        if (quarantined > 0) {
                letter_addf(l, "%d mục có số liệu chưa đọc được, đang kiểm tra.", quarantined);
                letter_end(l);
        }
}

static const NewClaim *claim_latest(const LetterUnit *u) {
        const NewClaim *latest = NULL;

        for (size_t i = 0; i < u->n_claims; i++)
                if (claim_own(&u->claims[i]) && (!latest || u->claims[i].stage > latest->stage))
                        latest = &u->claims[i];
        return latest;
}

/* Who else is reminded of this unit today: everybody whose seat takes part in the furthest stage. */
static void write_others(Letter *l, const LetterUnit *u) {
        const PlanInput *plan = l->in->plan;
        const NewClaim *claim = claim_latest(u);
        _cleanup_seats_ SeatList seats = {0};
        Str me = seat_person(l->in->message->to);
        bool first = true, above = false;
        const char *coordinator = plan->occurrences[claim->occurrence].rule->coordinator;

        if (seat_list_fill(&seats, plan->units, u->place, coordinator, l->today) < 0) {
                l->failed = -ENOMEM;
                return;
        }
        for (size_t i = 0; i < seats.n; i++) {
                if (!stage_seat(claim->stage, seats.at[i].as) || str_eq(seat_person(seats.at[i].to), me))
                        continue;
                if (seats.at[i].as == SEAT_COORDINATOR && above)
                        continue;
                letter_add(l, first ? "Cùng được nhắc: " : ", ");
                first = false;
                if (seats.at[i].as == SEAT_COORDINATOR) {
                        above = true;
                        letter_outside(l, str_of(unit_by_id(plan->units, str_of(coordinator))->name), 80);
                        letter_add(l, " (theo dõi chung)");
                        continue;
                }
                letter_add(l, "đ/c ");
                letter_outside(l, str_of(seats.at[i].to->name), 60);
                letter_addf(l, " (%s)", seat_kind_vn(seats.at[i].as));
        }
        letter_add(l, first ? "Ngoài đ/c, chưa ai được nhắc việc này." : ".");
        letter_end(l);
}

void letter_write_unit(Letter *l, const LetterUnit *u, bool alone) {
        if (!alone) {
                letter_gap(l);
                letter_add(l, "--- ");
                letter_unit_formal(l, u->unit);
                letter_addf(l, ": còn %s%d việc ---", u->cut && u->n_occurrences > 1 ? "ít nhất " : "", u->total);
                letter_end(l);
        }
        write_sides(l, u);
        write_items(l, u);
        letter_gap(l);
        write_unknown(l, u);
        if (l->in->as_of)
                letter_read_at(l, &l->in->as_of[u->place], u->unit);
        write_others(l, u);
}
