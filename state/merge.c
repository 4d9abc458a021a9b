/* SPDX-License-Identifier: MIT */
#include "state/merge.h"

const char *const merge_outcomes[] = {
        [MERGED_NONE] = "none",           [MERGED_KEEP] = "keep",           [MERGED_AGREED] = "agreed",
        [MERGED_TOOK] = "took",           [MERGED_DIVERGENCE] = "divergence", [MERGED_AUTHORITY] = "authority",
        [MERGED_CONFLICT] = "conflict",   [MERGED_SETTLED] = "settled",     NULL,
};

static const Value no_value = { .state = VALUE_ABSENT };

void merge_policy_default(MergePolicy *p) {
        for (size_t i = 0; i < FIELD_COUNT; i++)
                p->merge[i] = field_table[i].merge;
}

static const Value *said(const Value *v) {
        return v && value_opinion(v) ? v : &no_value;
}

static bool may_write(FieldMerge merge, Side side) {
        return !(merge == MERGE_CENTRAL && side == SIDE_PORTAL) && !(merge == MERGE_PORTAL && side == SIDE_CENTRAL);
}

/* Who decides when both moved apart; SIDE_COUNT: nobody. */
static Side authority(FieldMerge merge) {
        switch (merge) {
        case MERGE_CENTRAL:
        case MERGE_CENTRAL_FIRST:
                return SIDE_CENTRAL;
        case MERGE_PORTAL:
        case MERGE_PORTAL_FIRST:
                return SIDE_PORTAL;
        case MERGE_EITHER:
        case MERGE_PER_SIDE:
                break;
        }
        return SIDE_COUNT;
}

static MergeOf of_side(Side side) {
        return side == SIDE_CENTRAL ? OF_CENTRAL : OF_PORTAL;
}

/* Settled for exactly what both sides say now; silence is part of the pair. */
static bool is_settled(const MergeInput *in) {
        if (!in->settled || in->settled->state == VALUE_ABSENT)
                return false;
        for (int s = 0; s < SIDE_COUNT; s++)
                if (!value_eq(said(in->settled_for[s]), said(in->side[s])))
                        return false;
        return true;
}

static MergeResult merge_one_moved(FieldMerge merge, Side moved, const Value *base, const Value *other, bool differs) {
        MergeResult r = { .outcome = MERGED_TOOK, .of = of_side(moved), .differs = differs };

        if (may_write(merge, moved))
                return r;
        r.outcome = MERGED_DIVERGENCE;
        if (value_opinion(other))
                r.of = of_side(moved == SIDE_CENTRAL ? SIDE_PORTAL : SIDE_CENTRAL);
        else
                r.of = value_opinion(base) ? OF_BASE : OF_NOBODY;
        return r;
}

static MergeResult merge_both_moved(FieldMerge merge, const MergeInput *in, const Value *base) {
        Side a = authority(merge);

        if (a != SIDE_COUNT && in->fresh[a])
                return (MergeResult) { .outcome = MERGED_AUTHORITY, .of = of_side(a), .differs = true };
        return (MergeResult) { .outcome = MERGED_CONFLICT,
                               .of = value_opinion(base) ? OF_BASE : OF_NOBODY,
                               .differs = true };
}

/* A per-side field is never compared: that of the first side that has one is as good as any to show. */
static MergeResult merge_apart(const Value *central, const Value *portal) {
        if (value_opinion(central))
                return (MergeResult) { .outcome = MERGED_KEEP, .of = OF_CENTRAL };
        if (value_opinion(portal))
                return (MergeResult) { .outcome = MERGED_KEEP, .of = OF_PORTAL };
        return (MergeResult) { .outcome = MERGED_NONE };
}

MergeResult merge_field(const MergePolicy *policy, const MergeInput *in) {
        FieldMerge merge = policy->merge[in->field];
        const Value *base = said(in->base), *central = said(in->side[SIDE_CENTRAL]),
                    *portal = said(in->side[SIDE_PORTAL]);
        bool central_says = value_opinion(central), portal_says = value_opinion(portal), central_moved, portal_moved,
             differs;

        if (merge == MERGE_PER_SIDE)
                return merge_apart(central, portal);
        if (central_says && portal_says && value_eq(central, portal)) {
                if (value_eq(base, central))
                        return (MergeResult) { .outcome = MERGED_KEEP, .of = OF_BASE };
                return (MergeResult) { .outcome = MERGED_AGREED, .of = OF_CENTRAL, .advances = true };
        }
        differs = central_says && portal_says;
        if (is_settled(in))
                return (MergeResult) { .outcome = MERGED_SETTLED, .of = OF_SETTLED, .differs = differs };
        central_moved = central_says && !value_eq(central, base);
        portal_moved = portal_says && !value_eq(portal, base);
        if (central_moved && portal_moved)
                return merge_both_moved(merge, in, base);
        if (central_moved)
                return merge_one_moved(merge, SIDE_CENTRAL, base, portal, differs);
        if (portal_moved)
                return merge_one_moved(merge, SIDE_PORTAL, base, central, differs);
        if (value_opinion(base))
                return (MergeResult) { .outcome = MERGED_KEEP, .of = OF_BASE };
        return (MergeResult) { .outcome = MERGED_NONE };
}

const char *merge_words(MergeResult r, bool vi) {
        static const char *const words[][2] = {
                [MERGED_NONE] = { "neither system says anything", "chưa hệ thống nào có số liệu" },
                [MERGED_KEEP] = { "nothing moved since both last agreed",
                                  "không đổi từ lần hai hệ thống khớp nhau gần nhất" },
                [MERGED_AGREED] = { "both systems say the same", "hai hệ thống khớp nhau" },
                [MERGED_TOOK] = { "the side that moved may write this field, so its value holds",
                                  "bên vừa thay đổi được quyền ghi trường này nên lấy giá trị của bên đó" },
                [MERGED_DIVERGENCE] = { "the side that moved may not write this field, so its value is kept aside",
                                        "bên vừa thay đổi không được quyền ghi trường này nên giá trị của bên đó chỉ "
                                        "được ghi nhận" },
                [MERGED_AUTHORITY] = { "both moved apart; the authority for this field is fresh, so its value holds",
                                       "hai bên thay đổi khác nhau; lấy giá trị của bên có thẩm quyền, số liệu còn "
                                       "mới" },
                [MERGED_CONFLICT] = { "both moved apart and nobody decides: the last agreed value holds until a person "
                                      "settles it",
                                      "hai bên thay đổi khác nhau, chưa có căn cứ chọn: giữ giá trị khớp gần nhất, chờ "
                                      "người quyết định" },
                [MERGED_SETTLED] = { "a person settled exactly this pair of values",
                                     "đã có người quyết định cho đúng cặp giá trị này" },
        };

        return words[r.outcome][vi ? 1 : 0];
}
