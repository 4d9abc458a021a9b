/* SPDX-License-Identifier: MIT */
#include "connectors/listing/source-parts.h"

bool listing_over_records(Listing *l) {
        int most = l->source->o.profile->limits.records;
        if (l->sum.received + (l->asks_parents ? 0 : l->pager.received) <= most)
                return false;
        listing_stop(l, FAULT_TOO_LARGE, RETRY_RECONFIGURE, "%s: more than %d records, the limit of one listing",
                     l->stream->path, most);
        return true;
}

bool listing_over_requests(Listing *l) {
        const PlanLimits *most = &l->source->o.profile->limits;
        uint64_t seconds = (source_now(l->source) - l->started) / (uint64_t) US_SECOND;
        if (l->end.requests >= most->requests)
                listing_stop(l, FAULT_TOO_LARGE, RETRY_RECONFIGURE,
                             "%s: not read with %d requests, the limit of one listing", l->stream->path,
                             most->requests);
        else if (seconds > (uint64_t) most->seconds)
                listing_stop(l, FAULT_TOO_LARGE, RETRY_LATER, "%s: not read in %d seconds, the limit of one listing",
                             l->stream->path, most->seconds);
        else
                return false;
        return true;
}
