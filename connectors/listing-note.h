/* SPDX-License-Identifier: MIT */
/* What a listing says of records that are not as expected, whatever the source they come from. */
#pragma once

#include "connectors/profile-plan.h"
#include "state/model/listing.h"

#define LISTING_FINDINGS_MAX 20 /* told of one listing */

/* Counts it, and keeps the first as the listing's fault. */
void note_quarantine(ListingEnd *end, const Partition *p, const Quarantine *q);

/* A finding for each field that could not be read, until *count of them were told. */
void note_invalid(FindingSink *sink, const Partition *p, const StreamPlan *stream, const RecordSide *side, int *count);
