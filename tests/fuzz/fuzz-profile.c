/* SPDX-License-Identifier: MIT */
/* Any bytes as a profile: refused with at least one finding that has a place and both languages, or compiled; what
 * compiles also reads a record, a page and a request. */
#include <errno.h>

#include "config/load.h"
#include "connectors/listing/pager.h"
#include "connectors/profile/profile-plan.h"
#include "connectors/record/normalise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char record[] = "{\"code\":\"A-1\",\"unit\":\"24412\",\"title\":\"x\",\"status\":\"Xong\",\"n\":1.5,"
                             "\"l\":[{\"a\":\"2026-01-05\"}],\"o\":{\"p\":null}}";

static void count(void *userdata, const Finding *f) {
        int *errors = userdata;
        if (!f->code || !f->en || !f->vi || !f->origin.file || f->origin.line < 1 || f->origin.column < 1)
                abort();
        if (!utf8_valid(str_of(f->en)) || !utf8_valid(str_of(f->vi)))
                abort();
        *errors += f->severity == SEVERITY_ERROR;
}

static void use_stream(const Profile *p, const StreamPlan *s) {
        UnitTable units = { 0 };
        Normaliser n;
        Pager pager;
        RecordSide side;
        Quarantine q;
        SplitSpan span = { .bytes = STR(record) };
        PageSeen seen = { .bytes_hash = 1, .first_hash = 2, .last_hash = 3, .received = 1, .total = -1 };
        _cleanup_text_ Text query = TEXT_INIT(65536);
        bool take;
        if (profile_stream(p, s->name) != s || s->n_fields == 0 ||
            normaliser_init(&n, s, &units, SIDE_CENTRAL, "") != 0)
                abort();
        split_record(&span);
        if (normalise_record(&n, &span, &side, &q) < 0)
                abort();
        normaliser_done(&n);
        pager_begin(&pager, &s->paging);
        if (pager_page(&pager, &seen, &take) < 0 || pager_query(&pager, &query) == -ENOMEM)
                abort();
        pager_done(&pager);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        int errors = 0;
        FindingSink sink = { .put = count, .userdata = &errors };
        Notices notices = { .sink = &sink };
        _cleanup_(document_freep) Document *document = NULL;
        _cleanup_(profile_freep) Profile *profile = NULL;
        Err e = { 0 };
        if (load_text((Str) { (const char *) data, size }, "p.yaml", LOAD_PROFILE, &notices, &document, &e) != 0)
                return 0;
        errors = 0; /* what the loader found does not keep the profile from being looked at */
        int r = profile_compile(document->root, &sink, &profile, &e);
        if (r < 0 || (r == 0) != (profile != NULL) || (r == 0) != (errors == 0))
                abort();
        for (size_t i = 0; profile && i < profile->n_streams; i++)
                use_stream(profile, &profile->streams[i]);
        return 0;
}
