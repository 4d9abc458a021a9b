/* SPDX-License-Identifier: MIT */
/* What a listing says of records that are not as expected, whatever the source they come from. */
#pragma once

#include "connectors/decode/rows-left.h"
#include "connectors/record/contract.h"
#include "connectors/source.h"
#include "state/model/listing.h"

#define LISTING_FINDINGS_MAX 20 /* of drift, told of one listing */

/* Counts it, and keeps the first as the listing's fault. */
void note_quarantine(ListingEnd *end, const Partition *p, const Quarantine *q);

/* Notes each field of a record that could not be read. `row`: where it stands in a table; 0: in none. */
void note_invalid(const SourceSink *sink, const Partition *p, const StreamPlan *stream, const RecordSide *side,
                  Str file, int row);

/* Notes rows that were taken for no records, and keeps them as the end's detail where that is free. */
void note_left_out(ListingEnd *end, const SourceSink *sink, const Partition *p, const RowsLeft *left);

/* Judges a listing that was read whole by what the stream's records were so far: tells what changed, and fills in what
 * stops it and what is to be kept (it lies in `learnt`). Without memory nothing is said and nothing learnt. */
void note_drift(ListingEnd *end, const Partition *p, const Contract *c, const ContractListing *listing,
                const SourceSink *sink, Text *learnt);
