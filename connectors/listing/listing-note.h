/* SPDX-License-Identifier: MIT */
/* What a listing says of records that are not as expected, whatever the source they come from. */
#pragma once

#include "connectors/record/contract.h"
#include "state/model/listing.h"

#define LISTING_FINDINGS_MAX 20 /* told of one listing */

/* Counts it, and keeps the first as the listing's fault. */
void note_quarantine(ListingEnd *end, const Partition *p, const Quarantine *q);

/* A finding for each field that could not be read, until *count of them were told. */
void note_invalid(FindingSink *sink, const Partition *p, const StreamPlan *stream, const RecordSide *side, int *count);

/* Judges a listing that was read whole by what the stream's records were so far: tells what changed, and fills in what
 * stops it and what is to be kept (it lies in `learnt`). Without memory nothing is said and nothing learnt. */
void note_drift(ListingEnd *end, const Partition *p, const Contract *c, const ContractListing *listing,
                FindingSink *news, Text *learnt);
