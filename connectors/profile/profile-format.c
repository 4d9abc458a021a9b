/* SPDX-License-Identifier: MIT */
#include "connectors/profile/profile-format.h"

#include "connectors/record/dates.h"

#define NAMES(...) ((const char *const[]) { __VA_ARGS__, NULL })

const char *const profile_hiddens[] = { "read", "skip", NULL };
const char *const profile_codelesses[] = { "quarantine", "skip", NULL };
const char *const profile_column_numbers[] = { "auto", "yes", "no", NULL };
const char *const profile_delimiters[] = { "auto", "comma", "semicolon", "tab", NULL };

static const char *const by_file[] = { "whole", "as-of", NULL };
static const char *const by_table[] = { "encoding", "header-row", "rows-without-code", "totals", "columns",
                                        "column-numbers", "count-after", NULL };
static const char *const by_body[] = { "list", "ok", "ok-value", "total", "cursor", "next", "more", NULL };

static void all_useless(ProfileReader *r, const Tree *t, const char *const *keys, const char *because) {
        for (; *keys; keys++)
                profile_useless(r, t, *keys, because);
}

/* Files may be of any format, whatever the system's own answers are. */
static void check_keys(ProfileReader *r, const Tree *t, const FormatKeys *k, bool requests) {
        bool table = k->kind == FORMAT_CSV || k->kind == FORMAT_HTML_TABLE || k->kind == FORMAT_XLSX;
        if (!k->files)
                all_useless(r, t, by_file, "no `files`");
        if (!requests || k->files)
                return;
        if (!table)
                all_useless(r, t, by_table, format_names[k->kind]);
        if (k->kind != FORMAT_CSV)
                profile_useless(r, t, "delimiter", format_names[k->kind]);
        if (k->kind != FORMAT_HTML_TABLE)
                all_useless(r, t, NAMES("table", "links"), format_names[k->kind]);
        if (k->kind != FORMAT_XLSX)
                all_useless(r, t, NAMES("sheet", "hidden"), format_names[k->kind]);
        else
                profile_useless(r, t, "inside", format_names[k->kind]);
}

static bool cell_name(const char *s) {
        const char *at = s;
        while (*at >= 'A' && *at <= 'Z')
                at++;
        if (at == s || at - s > 2 || *at < '1' || *at > '9')
                return false;
        while (*at >= '0' && *at <= '9')
                at++;
        return *at == '\0' && strlen(s) <= 9;
}

static bool as_of_read(const char *text, FormatPlan *p) {
        static const char *const kinds[] = { [AS_OF_NAME] = "name ", [AS_OF_CELL] = "cell ",
                                             [AS_OF_COLUMN] = "column " };
        p->as_of = AS_OF_MTIME;
        if (!text || strcmp(text, "mtime") == 0)
                return true;
        for (int i = AS_OF_NAME; i <= AS_OF_COLUMN; i++) {
                size_t n = strlen(kinds[i]);
                if (strncmp(text, kinds[i], n) != 0)
                        continue;
                p->as_of = i;
                p->as_of_what = text + n;
                return i == AS_OF_NAME   ? moment_format_valid(text + n)
                       : i == AS_OF_CELL ? cell_name(text + n)
                                         : text[n] != '\0';
        }
        return false;
}

static bool reads_iso(const PlanNames *dates) {
        for (size_t i = 0; i < dates->n; i++)
                if (strcmp(dates->at[i], "iso") == 0)
                        return true;
        return dates->n == 0;
}

void profile_format_dates(ProfileReader *r, FieldPlan *fields, size_t n) {
        for (size_t i = 0; i < n; i++) {
                PlanNames *dates = &fields[i].dates;
                const char **more = reads_iso(dates) ? NULL : profile_alloc(r, dates->n + 1, sizeof *more);
                if (!more)
                        continue;
                memcpy(more, dates->at, dates->n * sizeof *more);
                more[dates->n] = "iso";
                *dates = (PlanNames) { more, dates->n + 1 };
        }
}

static void columns_fill(ProfileReader *r, const PlanPairs *pairs, FormatPlan *p) {
        FormatColumn *columns = profile_alloc(r, pairs->n, sizeof *columns);
        for (size_t i = 0; columns && i < pairs->n; i++)
                columns[p->n_columns++] = (FormatColumn) { pairs->at[i].name, pairs->at[i].value };
        p->columns = columns;
}

static void check_requests(ProfileReader *r, const Tree *t, const FormatKeys *k) {
        profile_need(r, t, k->kind == FORMAT_JSON ? NAMES("path", "paging", "list") : NAMES("path", "paging"));
        if (k->kind != FORMAT_JSON)
                all_useless(r, t, by_body, format_names[k->kind]);
}

void profile_format_compile(ProfileReader *r, const Tree *t, const FormatKeys *k, StreamPlan *s) {
        FormatPlan *p = &s->format;
        bool requests = tree_get(t, "path") || !k->files;
        *p = (FormatPlan) {
                .kind = k->kind, .encoding = k->encoding, .delimiter = k->delimiter, .header_row = k->header_row,
                .sheet = k->sheet, .table = k->table, .hidden_skip = k->hidden == 1, .codeless_skip = k->codeless == 1,
                .column_numbers = k->column_numbers,
                .links = k->links, .totals = k->totals.at, .n_totals = k->totals.n, .count_after = k->count_after,
                .files = k->files, .whole = k->whole, .wanted = s->slots, .n_wanted = s->n_slots, .code = s->code.slot,
        };
        columns_fill(r, &k->columns, p);
        check_keys(r, t, k, requests);
        if (requests)
                check_requests(r, t, k);
        if (!as_of_read(k->as_of, p))
                profile_complain(r, &(Complaint) { PROFILE_AS_OF, SEVERITY_ERROR, tree_get(t, "as-of")->origin, "as-of",
                                                   { k->as_of, NULL, NULL }, NULL });
}
