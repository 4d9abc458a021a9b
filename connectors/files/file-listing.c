/* SPDX-License-Identifier: MIT */
#include "connectors/files/file-parts.h"

#include <errno.h>
#include <stdio.h>
#include <xxhash.h>

#include "connectors/files/file-date.h"
#include "connectors/files/file-decode.h"
#include "connectors/limits.h"
#include "connectors/listing/listing-note.h"
#include "connectors/record/normalise.h"

#define FUTURE (24 * US_HOUR) /* a date later than this is a mistake; taken, it would lock out every file to come */

FileListing *file_listing_free(FileListing *l) {
        for (size_t i = 0; i < l->n_files; i++)
                free(l->files[i].name);
        free(l->files);
        text_free(&l->known);
        text_free(&l->bytes);
        text_free(&l->cursor);
        text_free(&l->learnt);
        contract_free(l->contract);
        rows_free(&l->rows);
        hash_set_free(&l->newer);
        hash_set_free(&l->here);
        free(l);
        return NULL;
}

void file_listing_stop(FileListing *l, Fault f, const char *detail) {
        l->end.fault = f;
        l->end.completeness = LISTING_FAILED;
        l->end.retry = RETRY_LATER;
        snprintf(l->end.detail, sizeof l->end.detail, "%.390s", detail);
        l->state = FILE_ENDED;
}

static void broken(FileListing *l, const Err *e) {
        l->broken = true;
        file_listing_stop(l, FAULT_CANCELLED, e->text);
}

static void out_of_memory(FileListing *l) {
        Err e = { 0 };
        (void) err_oom(&e);
        broken(l, &e);
}

/* What a person should know of one file; the first is the listing's fault and told with its end. */
static void note(FileListing *l, const char *name, Fault f, const char *detail) {
        _cleanup_text_ Text en = TEXT_INIT(1000), vi = TEXT_INIT(1000);
        Str short_name = str_cut(str_of(name), 100);
        text_addf(&en, STR_FMT ": %s", STR_ARG(short_name), detail);
        text_addf(&vi, STR_FMT ": %s: %s", STR_ARG(short_name), fault_vn(f), detail);
        if (l->end.fault == FAULT_NONE) {
                l->end.fault = f;
                snprintf(l->end.detail, sizeof l->end.detail, "%.390s", en.at ? en.at : detail);
        } else if (l->sink.note) {
                l->sink.note(l->sink.userdata, l->partition,
                             &(ListingNote) { .severity = SEVERITY_WARNING, .code = fault_names[f], .topic = "file",
                                              .count = 1, .en = en.at ? en.at : detail, .vi = vi.at ? vi.at : detail });
        }
}

/* ---- what was read before ---- */

static bool known(const FileListing *l, const char *digest) {
        return l->known.len > 0 && memmem(l->known.at, l->known.len, digest, FILE_DIGEST);
}

static void known_add(FileListing *l, const char *digest) {
        if (known(l, digest))
                return;
        text_addf(&l->known, " %s", digest);
        l->known_grew = true;
}

static bool hexadecimal(Str s) {
        for (size_t i = 0; i < s.len; i++)
                if (!((s.at[i] >= '0' && s.at[i] <= '9') || (s.at[i] >= 'a' && s.at[i] <= 'f')))
                        return false;
        return s.len == FILE_DIGEST;
}

/* "1 AS-OF DIGEST DIGEST ...", the newest at the end. Anything else is no memory. */
static void memory_read(FileListing *l, Str cursor) {
        Str version, as_of, digest;
        l->last = INSTANT_NONE;
        if (!str_split(&cursor, ' ', &version) || !str_eq(version, STR("1")) || !str_split(&cursor, ' ', &as_of) ||
            text_to_int64(as_of, &l->last) < 0) {
                l->last = INSTANT_NONE;
                return;
        }
        while (str_split(&cursor, ' ', &digest))
                if (hexadecimal(digest))
                        text_addf(&l->known, " " STR_FMT, STR_ARG(digest));
}

static Str memory_write(FileListing *l, Instant as_of) {
        size_t most = (size_t) FILE_KNOWN_MAX * (FILE_DIGEST + 1);
        Str kept = text_str(&l->known);
        if (kept.len > most)
                kept = (Str) { kept.at + kept.len - most, most };
        text_addf(&l->cursor, "1 %lld" STR_FMT, (long long) as_of, STR_ARG(kept));
        return text_str(&l->cursor);
}

/* ---- the folder ---- */

static void begin(FileListing *l) {
        ListingMemory memory = { .cursor = STR_NULL };
        Err e = { 0 };
        l->state = FILE_SCAN;
        if (l->sink.begin(l->sink.userdata, l->partition, &memory, &e) < 0)
                broken(l, &e);
        else if (contract_new(l->stream, profile_digest(l->source->o.profile), memory.contract, &l->contract) < 0)
                out_of_memory(l);
        else
                memory_read(l, memory.cursor);
}

/* When the last of the stream's files will have settled. */
static uint64_t settled_at(const FileListing *l) {
        const FileSource *s = l->source;
        uint64_t at = 0, settle = (uint64_t) s->o.settle_seconds * US_SECOND;
        for (size_t i = 0; i < s->folder.n; i++)
                if (file_feeds(l->stream, s->folder.at[i].name) && s->folder.at[i].since + settle > at)
                        at = s->folder.at[i].since + settle;
        return at;
}

static void scan(FileListing *l) {
        char detail[ROWS_DETAIL];
        FileSource *s = l->source;
        int r = folder_scan(&s->folder, file_now(s), detail);
        if (r < 0)
                out_of_memory(l);
        else if (r == FOLDER_E_UNREADABLE)
                file_listing_stop(l, FAULT_FILE_NONE, detail);
        if (r != 0)
                return;
        uint64_t at = settled_at(l);
        if (at > file_now(s) && l->waits++ < FILE_WAITS)
                l->due = at;
        else
                l->state = FILE_LOOK;
}

/* ---- one file: whether it is new, and of what moment ---- */

static int no_stream(const FileListing *l, const char *name) {
        const Profile *p = l->source->o.profile;
        int n = 0;
        for (size_t i = 0; i < p->n_streams; i++)
                n += file_feeds(&p->streams[i], name);
        return n;
}

static int file_add(FileListing *l, const FileEntry *e, Instant as_of) {
        NewFile *files = reallocarray(l->files, l->n_files + 1, sizeof *files);
        if (!files)
                return -ENOMEM;
        l->files = files;
        NewFile *f = &files[l->n_files];
        *f = (NewFile) { .name = str_dup(str_of(e->name)), .as_of = as_of, .mtime = e->mark.mtime / 1000 };
        memcpy(f->digest, e->digest, sizeof f->digest);
        if (!f->name)
                return -ENOMEM;
        l->n_files++;
        return 0;
}

/* Of a sound file: it is read, unless its data are older than what is known. Of files that tell of some units each the
 * store knows what is older: another unit's may have come before. */
static int date_judge(FileListing *l, const FileEntry *e, Rows *rows) {
        Instant now = clock_wall(l->source->env.clock), mtime = e->mark.mtime / 1000;
        Instant as_of = file_as_of(&l->stream->format, e->name, mtime, rows);
        char seen[WHEN_TEXT], last[WHEN_TEXT], detail[ROWS_DETAIL];
        if (rows->gave_up) {
                note(l, e->name, rows->fault, rows->detail);
                return 0;
        }
        if (as_of == INSTANT_NONE) {
                note(l, e->name, FAULT_FIELD_INVALID, "no date where `as-of` says that there is one");
                return 0;
        }
        if (as_of > now + FUTURE) {
                snprintf(detail, sizeof detail, "as of %s, which is still to come", when_utc(as_of, seen));
                note(l, e->name, FAULT_FIELD_INVALID, detail);
                return 0;
        }
        if (l->stream->format.whole && l->last != INSTANT_NONE && as_of < l->last) {
                snprintf(detail, sizeof detail, "as of %s; data as of %s were read already", when_utc(as_of, seen),
                         when_utc(l->last, last));
                note(l, e->name, FAULT_FILE_OLDER, detail);
                known_add(l, e->digest);
                return 0;
        }
        return file_add(l, e, as_of < now ? as_of : now);
}

static int bytes_look(FileListing *l, const FileEntry *e, Str bytes) {
        _cleanup_rows_ Rows rows = { 0 };
        int r = file_decode(l->stream, e->name, bytes, &rows);
        if (r == DECODE_REFUSED) {
                /* another stream takes files of that name: this one has the other's header */
                if (rows.fault != FAULT_SELECTOR_MISSING || no_stream(l, e->name) < 2)
                        note(l, e->name, rows.fault, rows.detail);
                return 0;
        }
        return r == 0 ? date_judge(l, e, &rows) : r;
}

static void look(FileListing *l) {
        FileSource *s = l->source;
        char detail[ROWS_DETAIL];
        Fault f = FAULT_NONE;
        while (l->at < s->folder.n && !file_feeds(l->stream, s->folder.at[l->at].name))
                l->at++;
        if (l->at == s->folder.n) {
                l->state = FILE_READ;
                return;
        }
        FileEntry *e = &s->folder.at[l->at++];
        _cleanup_text_ Text bytes = TEXT_INIT(LIMIT_FILE_BYTES + 1);
        if (e->digested && known(l, e->digest))
                return;
        if (e->since + (uint64_t) s->o.settle_seconds * US_SECOND > file_now(s)) {
                note(l, e->name, FAULT_FILE_LOCKED, "still being copied");
                return;
        }
        int r = folder_read(&s->folder, e, &bytes, &f, detail);
        if (r == FILE_E_REFUSED)
                note(l, e->name, f, detail);
        else if (r == 0 && !known(l, e->digest))
                r = bytes_look(l, e, text_str(&bytes));
        if (r < 0)
                out_of_memory(l);
}

/* ---- reading: the newest first, so that it speaks for a record that several have ---- */

static int newest_first(const void *a, const void *b) {
        const NewFile *x = a, *y = b;
        if (x->as_of != y->as_of)
                return x->as_of > y->as_of ? -1 : 1;
        if (x->mtime != y->mtime)
                return x->mtime > y->mtime ? -1 : 1;
        return strcmp(x->name, y->name);
}

static void choose(FileListing *l) {
        l->chosen = true;
        l->at = 0;
        if (l->n_files > 1)
                qsort(l->files, l->n_files, sizeof *l->files, newest_first);
        while (l->stream->format.whole && l->n_files > 1) { /* each lists everything: older ones say nothing more */
                NewFile *f = &l->files[--l->n_files];
                known_add(l, f->digest);
                free(f->name);
        }
        /* were the newest read first, the others would count as older and never be read */
        size_t over = l->n_files > FILES_MAX ? l->n_files - FILES_MAX : 0;
        for (size_t i = 0; i < over; i++)
                free(l->files[i].name);
        if (over > 0)
                memmove(l->files, l->files + over, FILES_MAX * sizeof *l->files);
        l->n_files -= over;
}

static void finish(FileListing *l) {
        ListingEnd *end = &l->end;
        bool read = l->n_files > 0;
        Instant as_of = l->last;
        l->state = FILE_ENDED;
        if (read && (as_of == INSTANT_NONE || l->files[0].as_of > as_of))
                as_of = l->files[0].as_of;
        if (as_of == INSTANT_NONE) {
                char detail[ROWS_DETAIL];
                snprintf(detail, sizeof detail, "no file `%.80s` to be read in %.150s", l->stream->format.files,
                         l->source->o.files);
                if (end->fault == FAULT_NONE)
                        file_listing_stop(l, FAULT_FILE_NONE, detail);
                end->completeness = LISTING_FAILED;
                end->retry = RETRY_LATER;
                return;
        }
        for (size_t i = l->n_files; i > 0; i--)
                known_add(l, l->files[i - 1].digest);
        if (l->known_grew)
                end->cursor = memory_write(l, as_of);
        if (l->known.failed || l->cursor.failed) {
                out_of_memory(l);
                return;
        }
        end->completeness = end->fault == FAULT_NONE ? LISTING_COMPLETE : LISTING_PARTIAL;
        end->whole = true;
        end->as_of = as_of;
        end->changes_only = !read || !l->stream->format.whole;
        end->members_complete = !end->changes_only && !l->anonymous;
        end->pages = l->pages;
        const ContractListing listing = { .received = end->received, .changes_only = end->changes_only,
                                          .untyped = true };
        if (read)
                note_drift(end, l->partition, l->contract, &listing, &l->sink, &l->learnt);
        note_left_out(end, &l->sink, l->partition, &l->left);
        end->proof = read && end->claimed >= 0 ? PROOF_TOTAL : read ? PROOF_WHOLE_FILE : PROOF_NONE;
}

static FileEntry *entry_named(Folder *f, const char *name) {
        for (size_t i = 0; i < f->n; i++)
                if (strcmp(f->at[i].name, name) == 0)
                        return &f->at[i];
        return NULL;
}

/* The same bytes as were looked at: what changed since is a new file, for the next time. */
static void open_next(FileListing *l) {
        const NewFile *f = &l->files[l->at];
        FileEntry *e = entry_named(&l->source->folder, f->name);
        char detail[ROWS_DETAIL] = "it was taken away while it was read";
        Fault fault = FAULT_FILE_LOCKED;
        text_free(&l->bytes);
        rows_free(&l->rows);
        l->bytes = TEXT_INIT(LIMIT_FILE_BYTES + 1);
        l->told = 0;
        int r = e ? folder_read(&l->source->folder, e, &l->bytes, &fault, detail) : FILE_E_REFUSED;
        if (r == 0 && strcmp(e->digest, f->digest) != 0) {
                snprintf(detail, sizeof detail, "it changed while it was read");
                r = FILE_E_REFUSED;
        }
        if (r == 0)
                r = file_decode(l->stream, f->name, text_str(&l->bytes), &l->rows);
        if (r < 0)
                out_of_memory(l);
        else if (r > 0)
                file_listing_stop(l, fault, detail);
        if (r != 0)
                return;
        l->end.received += (int64_t) l->rows.n;
        rows_left_add(&l->left, &l->rows.left);
        if (l->rows.claimed >= 0)
                l->end.claimed = (l->end.claimed < 0 ? 0 : l->end.claimed) + l->rows.claimed;
        l->state = FILE_TELL;
}

static void read_next(FileListing *l) {
        if (!l->chosen)
                choose(l);
        if (l->at < l->n_files)
                open_next(l);
        else
                finish(l);
}

/* ---- telling records ---- */

static uint64_t identity_hash(const Identity *id) {
        _cleanup_text_ Text t = TEXT_INIT(RECORD_KEY_MAX);
        return record_key(id, &t) == 0 && t.at ? XXH3_64bits(t.at, t.len) : 0;
}

/* Whether a newer file spoke of it. */
static int stated(FileListing *l, const Identity *id, bool *ret) {
        uint64_t hash = l->n_files > 1 ? identity_hash(id) : 0;
        *ret = hash != 0 && hash_set_has(&l->newer, hash);
        return hash == 0 || *ret ? 0 : hash_set_add(&l->here, hash);
}

static int put_aside(FileListing *l, Quarantine *q, int row, Err *e) {
        bool newer = false;
        q->file = str_of(l->files[l->at].name);
        q->row = row;
        if (q->identity_known && stated(l, &q->identity, &newer) < 0)
                return err_oom(e);
        if (newer)
                return 0;
        l->anonymous |= !q->identity_known;
        note_quarantine(&l->end, l->partition, q);
        return l->sink.quarantine(l->sink.userdata, l->partition, q, e);
}

static int record_tell(FileListing *l, Normaliser *n, size_t i, Err *e) {
        SplitSpan *span = &l->rows.spans[i];
        uint64_t print = span->problem || l->n_files > 1 ? 0 : XXH3_64bits(span->bytes.at, span->bytes.len);
        bool seen = false;
        RecordSide side;
        Quarantine q;
        int r = print && l->sink.span ? l->sink.span(l->sink.userdata, l->partition, print, &seen, e) : 0;
        if (r < 0 || seen)
                return r;
        r = normalise_record(n, span, &side, &q);
        if (r < 0)
                return err_oom(e);
        if (r == NORMALISE_QUARANTINED)
                return put_aside(l, &q, l->rows.numbers[i], e);
        if (stated(l, &side.identity, &seen) < 0)
                return err_oom(e);
        if (seen)
                return 0;
        if (n->n_invalid > 0)
                note_invalid(&l->sink, l->partition, l->stream, &side, str_of(l->files[l->at].name),
                             l->rows.numbers[i]);
        return l->sink.record(l->sink.userdata, l->partition, &side, print, e);
}

static int page_tell(FileListing *l, size_t end, Err *e) {
        XXH3_state_t *state = XXH3_createState();
        PageMemory page = { .facts = STR(""),
                            .as_of = l->stream->format.whole ? 0 : l->files[l->at].as_of };
        bool seen = false;
        int members = 0;
        if (!state)
                return err_oom(e);
        XXH3_128bits_reset(state);
        for (size_t i = l->told; i < end; i++)
                XXH3_128bits_update(state, l->rows.spans[i].bytes.at, l->rows.spans[i].bytes.len);
        XXH128_hash_t h = XXH3_128bits_digest(state);
        XXH3_freeState(state);
        page.hash[0] = h.high64;
        page.hash[1] = h.low64;
        int r = l->sink.page(l->sink.userdata, l->partition, ++l->pages, &page, &seen, &members, e);
        if (r < 0 || (seen && l->n_files == 1))
                return r;
        Normaliser n;
        r = normaliser_init(&n, l->stream, l->source->env.units, l->source->o.side, l->partition->unit);
        n.contract = l->contract;
        if (r < 0)
                r = err_oom(e);
        for (size_t i = l->told; i < end && r >= 0; i++)
                r = record_tell(l, &n, i, e);
        normaliser_done(&n);
        return r;
}

static void file_told(FileListing *l) {
        for (size_t i = 0; i < l->here.room; i++)
                if (l->here.at[i] && hash_set_add(&l->newer, l->here.at[i]) < 0)
                        out_of_memory(l);
        hash_set_clear(&l->here);
        l->at++;
        if (l->state != FILE_ENDED)
                l->state = FILE_READ;
}

static void tell(FileListing *l) {
        size_t end = l->told + FILE_PAGE < l->rows.n ? l->told + FILE_PAGE : l->rows.n;
        Err e = { 0 };
        if (page_tell(l, end, &e) < 0) {
                broken(l, &e);
                return;
        }
        l->told = end;
        if (end == l->rows.n)
                file_told(l);
}

void file_listing_step(FileListing *l) {
        switch (l->state) {
        case FILE_QUEUED:
                begin(l);
                return;
        case FILE_SCAN:
                scan(l);
                return;
        case FILE_LOOK:
                look(l);
                return;
        case FILE_READ:
                read_next(l);
                return;
        case FILE_TELL:
                tell(l);
                return;
        case FILE_ENDED:
                return;
        }
}
