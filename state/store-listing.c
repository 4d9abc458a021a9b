/* SPDX-License-Identifier: MIT */
/* A listing under way: what is remembered of the partition, page for page. No lock is held between calls. */
#include <errno.h>
#include <xxhash.h>

#include "state/model/room.h"
#include "state/store-parts.h"

#define PAGE_FACTS_MAX 16384   /* longer ones are not kept: the page is asked for as if it were new */

static int partition_copy(Listing *l, const Partition *p) {
        l->partition = (Partition) {
                .source = arena_copy(&l->arena, str_of(p->source)),
                .side = p->side,
                .stream = arena_copy(&l->arena, str_of(p->stream)),
                .kind = p->kind,
                .account = arena_copy(&l->arena, str_of(p->account)),
                .unit = arena_copy(&l->arena, str_of(p->unit)),
        };
        return l->partition.source && l->partition.stream && l->partition.account && l->partition.unit ? 0 : -ENOMEM;
}

/* A field that changes hands is a change of the mapping too. */
static uint64_t digest_of(const ListingContext *c) {
        return XXH3_64bits_withSeed(c->policy->merge, sizeof c->policy->merge, c->digest);
}

int store_listing_begin(Store *s, const Partition *p, const ListingContext *c, Instant now, Listing **ret, Err *e) {
        _cleanup_(listing_freep) Listing *l = calloc(1, sizeof *l);
        bool digested = false;
        uint64_t digest = 0;
        int r;

        if (!l)
                return err_oom(e);
        l->store = s;
        l->context = *c;
        l->started = now;
        l->digest = digest_of(c);
        l->number = ++s->listings;
        l->buffer = TEXT_INIT(LISTING_BUFFER_MAX);
        l->scratch = TEXT_INIT(LISTING_BUFFER_MAX);
        if (partition_copy(l, p) < 0)
                return err_oom(e);
        r = partition_find(l, &digested, &digest, e);
        if (r < 0)
                return r;
        l->mapping_changed = digested && digest != l->digest;
        l->remembers = digested && digest == l->digest;
        if (!l->remembers)
                l->memory = (ListingMemory) { .swept = INSTANT_NONE, .contract = l->memory.contract,
                                              .distrust = l->memory.distrust };
        store_set_fresh(s, c->fresh);
        *ret = TAKE_PTR(l);
        return 0;
}

const ListingMemory *listing_memory(const Listing *l) {
        return &l->memory;
}

void listing_set_fresh(Listing *l, const bool fresh[static SIDE_COUNT]) {
        memcpy(l->context.fresh, fresh, sizeof l->context.fresh);
        store_set_fresh(l->store, fresh);
}

/* Few at a time: what one statement takes from a temporary table is held in memory until it ends. */
static int staged_forget(Listing *l, const char *sql, Err *e) {
        int gone = 1, r = 0;

        while (gone > 0 && r == 0)
                r = stmt_run(l->store, &gone, e, sql, "i", l->number);
        return r;
}

static int put_aside_forget(Listing *l, Err *e) {
        return staged_forget(l,
                             "DELETE FROM temp.put_aside WHERE listing = ?1 AND slot IN"
                             " (SELECT slot FROM temp.put_aside WHERE listing = ?1 LIMIT 64)",
                             e);
}

Listing *listing_free(Listing *l) {
        if (!l)
                return NULL;
        (void) put_aside_forget(l, NULL);
        (void) staged_forget(l,
                             "DELETE FROM temp.page_told WHERE listing = ?1 AND page IN"
                             " (SELECT page FROM temp.page_told WHERE listing = ?1 LIMIT 64)",
                             NULL);
        members_free(l);
        free(l->pages);
        bits_free(&l->seen);
        bits_free(&l->kept);
        bits_free(&l->shown);
        bits_free(&l->twice);
        bits_free(&l->brought);
        prints_free(&l->prints);
        spool_free(&l->spool);
        text_free(&l->buffer);
        text_free(&l->scratch);
        arena_free(&l->arena);
        free(l);
        return NULL;
}

static int page_push(Listing *l, int number, ListingPage **ret, Err *e) {
        if (ROOM_FOR_ONE(l->pages, l->n_pages, l->room_pages, 16) < 0)
                return err_oom(e);
        *ret = &l->pages[l->n_pages++];
        **ret = (ListingPage) { .number = number, .first = l->spans };
        return 0;
}

void listing_span_count(Listing *l, ListingPage *page, int n) {
        page->spans += n;
        l->spans += (size_t) n;
}

/* The digest in every page's hash; twice gives it back. */
static void hash_mix(const Listing *l, const uint64_t hash[static 2], uint64_t ret[static 2]) {
        ret[0] = hash[0] ^ l->digest;
        ret[1] = hash[1] ^ (l->digest << 32 | l->digest >> 32);
}

int listing_recall(Listing *l, int number, PageMemory *ret, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        static const char none[sizeof(uint64_t[2])];
        uint64_t mixed[2];
        bool brought = false;
        Str hash, facts, prints;
        int r;

        if (!l->remembers)
                return 1;
        r = stmt_ask(l->store, &q, e,
                     "SELECT hash, members, facts, prints FROM page WHERE partition = ? AND number = ?", "ii", l->id,
                     (int64_t) number);
        if (r <= 0)
                return r < 0 ? r : 1;
        hash = stmt_blob(q, 0);
        if (hash.len != sizeof mixed || memcmp(hash.at, none, sizeof mixed) == 0)
                return 1;
        r = page_brought(l, stmt_blob(q, 1), &brought, e);
        if (r < 0 || brought)
                return r < 0 ? r : 1;
        memcpy(mixed, hash.at, sizeof mixed);
        text_clear(&l->scratch);
        facts = stmt_str(q, 2);
        prints = stmt_blob(q, 3);
        if (text_add(&l->scratch, facts) < 0 || text_add(&l->scratch, prints) < 0)
                return err_oom(e);
        *ret = (PageMemory) { .facts = { l->scratch.at, facts.len },
                              .prints = { l->scratch.at + facts.len, prints.len } };
        hash_mix(l, mixed, ret->hash);
        return 0;
}

/* What is new of a page waits until it is applied: that it was read anew, and its facts, which thousands of pages would
 * hold in memory. */
static int page_told(Listing *l, ListingPage *page, Str facts, Err *e) {
        page->facts = true;
        return stmt_run(l->store, NULL, e,
                        "INSERT INTO temp.page_told VALUES (?1, ?2, ?3, ?4) ON CONFLICT (listing, page) DO UPDATE SET "
                        "anew = anew OR ?3, facts = ?4",
                        "iids", l->number, (int64_t) page->number, (int) !page->known,
                        facts.len > PAGE_FACTS_MAX ? STR("") : facts);
}

/* Rows moved while the listing was read, and it is read once more from its first page. What it brought before stays
 * brought; what stands where is what it says now. */
static int listing_anew(Listing *l, Err *e) {
        int r = stage_compare_all(l, e);

        for (size_t i = 0; i < l->n_pages; i++)
                l->pages[i].over = true;
        bits_free(&l->shown);
        l->duplicates = l->quarantined = 0;
        if (r == 0)
                r = put_aside_forget(l, e);
        return r;
}

int listing_page(Listing *l, int number, const PageMemory *told, bool *ret_known, int *ret_members, Err *e) {
        bool known = false, as_before = false;
        ListingPage *page = NULL;
        uint64_t mixed[2];
        int spans = 0, r;

        if (l->n_pages > 0 && number <= l->pages[l->n_pages - 1].number) {
                r = listing_anew(l, e);
                if (r < 0)
                        return r;
        }
        hash_mix(l, told->hash, mixed);
        r = page_known(l, number, mixed, told->facts, &known, &spans, &as_before, e);
        if (r == 0)
                r = page_push(l, number, &page, e);
        if (r < 0)
                return r;
        memcpy(page->hash, mixed, sizeof mixed);
        page->as_of = told->as_of;
        page->known = known;
        listing_span_count(l, page, spans);
        if (!known || !as_before)
                r = page_told(l, page, told->facts, e);
        if (r < 0)
                return r;
        *ret_known = known;
        *ret_members = spans;
        return 0;
}

/* The page the next record stands on; sources without pages have one. */
int listing_page_now(Listing *l, ListingPage **ret, Err *e) {
        int r;

        if (l->n_pages == 0) {
                r = page_push(l, 1, ret, e);
                return r < 0 ? r : page_told(l, *ret, STR(""), e);
        }
        *ret = &l->pages[l->n_pages - 1];
        return 0;
}

int listing_span(Listing *l, uint64_t print, bool *ret_known, Err *e) {
        ListingPage *page = NULL;
        int64_t record = 0;
        int r = listing_page_now(l, &page, e);

        if (r < 0)
                return r;
        *ret_known = false;
        if (print == 0 || !l->remembers)
                return 0;
        r = prints_find(l, page->number, print, &record, e);
        if (r != 0)
                return r < 0 ? r : 0;
        r = stage_member(l, page, record, print, false, e);
        if (r < 0)
                return r;
        listing_span_count(l, page, 1);
        l->same++;
        *ret_known = true;
        return 0;
}
