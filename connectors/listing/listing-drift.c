/* SPDX-License-Identifier: MIT */
/* Whether a listing's records are still what the stream's were. */
#include <stdio.h>

#include "connectors/listing/listing-note.h"
#include "connectors/listing/listing-parts.h"

int listing_contract(Listing *l, Contract **ret) {
        int r = l->contract ? 0
                            : contract_new(profile_stream(l->source->o.profile, l->partition->stream),
                                           profile_digest(l->source->o.profile), l->memory.contract, &l->contract);
        *ret = l->contract;
        return r;
}

typedef struct Drift {
        ListingEnd *end;
        const Partition *partition;
        const SourceSink *sink;
        int told;
} Drift;

static void tell(void *userdata, const ContractFinding *f) {
        Drift *d = userdata;
        ListingEnd *end = d->end;
        _cleanup_text_ Text topic = TEXT_INIT(400);
        (void) text_add(&topic, str_cut(f->what, 200));
        if (f->stops) {
                const char *more = end->drift_en[0] ? "; " : "";
                size_t en = strlen(end->drift_en), vi = strlen(end->drift_vi);
                snprintf(end->drift_en + en, sizeof end->drift_en - en, "%s%s", more, f->en);
                snprintf(end->drift_vi + vi, sizeof end->drift_vi - vi, "%s%s", more, f->vi);
        }
        if (d->told++ < LISTING_FINDINGS_MAX && d->sink->note)
                d->sink->note(d->sink->userdata, d->partition,
                              &(ListingNote) { .severity = SEVERITY_WARNING, .code = f->code,
                                               .topic = topic.at ? topic.at : "", .count = 1, .en = f->en,
                                               .vi = f->vi });
}

void note_drift(ListingEnd *end, const Partition *p, const Contract *c, const ContractListing *listing,
                const SourceSink *sink, Text *learnt) {
        Drift d = { .end = end, .partition = p, .sink = sink };
        if (contract_judge(c, listing, tell, &d, &end->drift_mark) < 0)
                return;
        utf8_mend(end->drift_en);
        utf8_mend(end->drift_vi);
        *learnt = TEXT_INIT(CONTRACT_TEXT);
        contract_encode(c, listing, learnt);
        if (!learnt->failed && learnt->len > 0)
                end->contract = text_str(learnt);
}

/* Only a listing that was read whole says what is missing. */
void listing_judge(Listing *l) {
        ListingEnd *end = &l->end;
        Contract *c;
        if (!end->whole || listing_contract(l, &c) < 0)
                return;
        const ContractListing listing = { .received = end->received, .page_size = l->sum.page_size,
                                          .changes_only = end->changes_only };
        note_drift(end, l->partition, c, &listing, &l->sink, &l->learnt);
}
