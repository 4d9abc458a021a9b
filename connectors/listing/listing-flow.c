/* SPDX-License-Identifier: MIT */
/* How a listing goes on from page to page: the slices of a stream one after another, what of them is summed up, and
 * another reading from the start when rows moved meanwhile. */
#include "connectors/listing/listing-parts.h"

#include <errno.h>
#include <stdio.h>

#include "state/model/room.h"

#define REREADS_MAX 2

static void sum_fault(ListingSum *sum, Fault f, bool lossy, const char *detail) {
        sum->lossy |= lossy;
        if (sum->fault != FAULT_NONE || f == FAULT_NONE)
                return;
        sum->fault = f;
        snprintf(sum->detail, sizeof sum->detail, "%s", detail);
}

static void sum_doubt(ListingSum *sum, const Pager *p) {
        if (!sum->unproved[0])
                memcpy(sum->unproved, p->unproved, sizeof sum->unproved);
}

/* The pages of the slice that ended. What cannot be noted is all of them. */
static void slice_doubt(Listing *l) {
        if (!l->pager.unproved[0])
                return;
        if (ROOM_FOR_ONE(l->doubtful.at, l->doubtful.n, l->doubtful.room, 16) < 0)
                l->sum.doubt_all = true;
        else
                l->doubtful.at[l->doubtful.n++] = (PageSpan) { l->sum.pages + 1, l->sum.pages + l->pager.pages };
}

/* The pages of one slice, or of the stream, have ended. */
static void sum_add(ListingSum *sum, const Pager *p) {
        sum->pages += p->pages;
        sum->received += p->received;
        sum->unclaimed |= p->total < 0;
        sum->may_repeat |= p->moved && p->sequence == p->last_sequence;
        sum->claimed += p->total > 0 ? p->total : 0;
        if (sum->proof == PROOF_NONE || p->proof != PROOF_TOTAL)
                sum->proof = p->proof;
        sum->page_size = p->filled > 1 && p->fullest > sum->page_size ? p->fullest : sum->page_size;
        sum_fault(sum, p->fault, !pager_complete(p), p->detail);
        sum_doubt(sum, p);
}

void listing_missing(Listing *l, const char *what, const char *detail) {
        char text[300];
        l->sum.missing++;
        snprintf(text, sizeof text, "%s is missing: %.240s", what, detail);
        sum_fault(&l->sum, FAULT_HTTP_STATUS, true, text);
}

static bool has_slices(const Listing *l) {
        return l->stream->each.kind != EACH_NONE;
}

static void pager_anew(Listing *l, uint64_t sequence) {
        pager_done(&l->pager);
        pager_begin(&l->pager, &l->stream->paging);
        l->pager.last_sequence = sequence;
        l->pager.usual = l->asks_parents ? -1 : l->usual;
}

static void finish(Listing *l) {
        ListingSum *sum = &l->sum;
        l->finished = true;
        if (sum->received == 0 && sum->unclaimed && !sum->unproved[0] && !l->end.changes_only) {
                snprintf(sum->unproved, sizeof sum->unproved, "the list is empty, and no total tells that it is");
                sum->doubt_all = true;
        }
        if (sum->missing > 1) {
                size_t n = strlen(sum->detail);
                snprintf(sum->detail + n, sizeof sum->detail - n, " (%d in all)", sum->missing);
        }
        listing_stop(l, sum->fault, sum->fault == FAULT_COUNT_MISMATCH ? RETRY_NOW : RETRY_LATER, "%s", sum->detail);
}

/* Everything told so far is void. */
static void read_again(Listing *l) {
        Err e = { 0 };
        if (l->sink.again(l->sink.userdata, l->partition, &e) < 0) {
                l->broken = true;
                listing_stop(l, FAULT_CANCELLED, e.retry, "%.300s", e.text);
                return;
        }
        l->passes++;
        l->sum = l->parents;
        l->doubtful.n = 0;
        l->anonymous = false;
        l->end.quarantined = 0;
        l->left = (RowsLeft) { 0 };
        l->end.fault = FAULT_NONE;
        l->end.detail[0] = '\0';
        l->end.by_validators = false;
        if (has_slices(l)) {
                slices_rewind(&l->slices);
                pager_anew(l, slices_now(&l->slices)->sequence);
        } else {
                pager_again(&l->pager);
        }
        listing_go_on(l);
}

static void next_slice(Listing *l) {
        if (!slices_next(&l->slices)) {
                finish(l);
                return;
        }
        pager_anew(l, slices_now(&l->slices)->sequence);
        listing_go_on(l);
}

static void parents_ended(Listing *l) {
        const Pager *p = &l->pager;
        if (pager_wants_again(p) && p->passes < REREADS_MAX) {
                slices_forget(&l->slices);
                pager_again(&l->pager);
                listing_go_on(l);
                return;
        }
        sum_fault(&l->sum, p->fault, !pager_complete(p), p->detail);
        sum_doubt(&l->sum, p);
        l->sum.doubt_all = l->sum.unproved[0] != '\0';
        l->parents = l->sum;
        l->asks_parents = false;
        l->stream = profile_stream(l->source->o.profile, l->partition->stream);
        slices_rewind(&l->slices);
        if (!slices_now(&l->slices)) {
                l->sum.proof = p->proof;
                l->sum.unclaimed = p->total < 0;
                finish(l);
                return;
        }
        pager_anew(l, 0);
        listing_go_on(l);
}

/* Pages were taken for what they had been, and the same listing then found out that this system's word for it is not to
 * be believed. */
static bool believed_in_vain(const Listing *l) {
        return l->end.distrust && l->end.by_validators;
}

void listing_page_ended(Listing *l, bool last) {
        listing_answered(l);
        if (!last) {
                listing_go_on(l);
                return;
        }
        if (l->asks_parents) {
                parents_ended(l);
                return;
        }
        if (has_slices(l))
                slices_now(&l->slices)->sequence = l->pager.sequence;
        if ((pager_wants_again(&l->pager) || believed_in_vain(l)) && l->passes < REREADS_MAX && l->sink.again) {
                read_again(l);
                return;
        }
        if (has_slices(l))
                slice_doubt(l);
        sum_add(&l->sum, &l->pager);
        if (believed_in_vain(l))
                sum_fault(&l->sum, FAULT_NOT_MODIFIED, true,
                          "pages were only said to be as before, by a system that is not to be believed");
        if (has_slices(l))
                next_slice(l);
        else
                finish(l);
}

void listing_slice_missing(Listing *l, bool allowed, const char *detail) {
        const Slice *s = slices_now(&l->slices);
        char what[120];
        snprintf(what, sizeof what, "what belongs to `%.80s`", s->value.at);
        l->sum.pages += l->pager.pages;
        l->sum.received += l->pager.received;
        l->sum.unclaimed = true;
        listing_answered(l);
        if (allowed)
                l->sum.proof = l->sum.proof == PROOF_NONE ? PROOF_LAST_FLAG : l->sum.proof;
        else
                listing_missing(l, what, detail);
        next_slice(l);
}

bool listing_flow_begin(Listing *l) {
        if (!has_slices(l))
                return true;
        int r = slices_begin(&l->slices, &l->stream->each, l->source->env.units, l->partition,
                             when_date(clock_wall(l->source->env.clock)));
        if (r < 0) {
                listing_stop(l, FAULT_TOO_LARGE, RETRY_LATER, "%s: no room for its slices", l->stream->path);
                return false;
        }
        if (l->stream->each.kind == EACH_VALUE) {
                l->asks_parents = true;
                l->stream = l->stream->each.parents;
                pager_anew(l, 0);
                return true;
        }
        slices_rewind(&l->slices);
        if (slices_now(&l->slices))
                return true;
        l->sum.proof = PROOF_EMPTY_PAGE;
        finish(l);
        return false;
}

/* The values of a parent's page, each asked for once. */
int listing_take_parents(Listing *l, int first) {
        const SplitPage *p = &l->source->split;
        const EachPlan *each = &profile_stream(l->source->o.profile, l->partition->stream)->each;
        _cleanup_text_ Text value = TEXT_INIT(SLICE_VALUE_MAX);
        for (size_t i = (size_t) first; i < p->n_spans; i++) {
                if (record_text(&each->value, p->spans[i].bytes, &value) < 0)
                        return -ENOMEM;
                if (value.len == 0) {
                        listing_missing(l, "a value", each->value.text);
                        continue;
                }
                int r = slices_add(&l->slices, text_str(&value));
                if (r < 0)
                        return r;
        }
        return 0;
}
