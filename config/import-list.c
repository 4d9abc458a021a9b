/* SPDX-License-Identifier: MIT */
#include "config/import-list.h"

#include <errno.h>
#include <stdio.h>

#include "config/schema.h"
#include "config/typed.h"
#include "state/model/room.h"

#define ROWS_MAX 20000

typedef struct ColumnName {
        ImportColumn column;
        const char *name;
} ColumnName;

/* Compared without diacritics and case. */
static const ColumnName column_names[] = {
        { COLUMN_CODE, "code" },
        { COLUMN_CODE, "mã" },
        { COLUMN_CODE, "mã đơn vị" },
        { COLUMN_CODE, "mã định danh" },
        { COLUMN_NAME, "name" },
        { COLUMN_NAME, "tên" },
        { COLUMN_NAME, "tên đơn vị" },
        { COLUMN_NAME, "đơn vị" },
        { COLUMN_NAME, "unit" },
        { COLUMN_NAME, "unit name" },
        { COLUMN_NAME, "cơ quan, đơn vị" },
        { COLUMN_KIND, "kind" },
        { COLUMN_KIND, "loại" },
        { COLUMN_KIND, "loại đơn vị" },
        { COLUMN_PARENT, "parent" },
        { COLUMN_PARENT, "trực thuộc" },
        { COLUMN_PARENT, "mã cấp trên" },
        { COLUMN_PARENT, "đơn vị cấp trên" },
        { COLUMN_CENTRAL, "central" },
        { COLUMN_CENTRAL, "trung ương" },
        { COLUMN_CENTRAL, "tài khoản trung ương" },
        { COLUMN_CENTRAL, "tk trung ương" },
        { COLUMN_CENTRAL, "central account" },
        { COLUMN_PORTAL, "portal" },
        { COLUMN_PORTAL, "cổng tỉnh" },
        { COLUMN_PORTAL, "tài khoản cổng tỉnh" },
        { COLUMN_PORTAL, "tài khoản cổng" },
        { COLUMN_PORTAL, "tk cổng tỉnh" },
        { COLUMN_PORTAL, "portal account" },
        { COLUMN_CENTRAL_CODE, "central-code" },
        { COLUMN_CENTRAL_CODE, "mã trung ương" },
        { COLUMN_PORTAL_CODE, "portal-code" },
        { COLUMN_PORTAL_CODE, "mã cổng tỉnh" },
        { COLUMN_PORTAL_CODE, "mã cổng" },
        { COLUMN_FOCAL, "focal" },
        { COLUMN_FOCAL, "đầu mối" },
        { COLUMN_FOCAL, "họ tên đầu mối" },
        { COLUMN_FOCAL_EMAIL, "focal-email" },
        { COLUMN_FOCAL_EMAIL, "email đầu mối" },
        { COLUMN_FOCAL_EMAIL, "thư điện tử đầu mối" },
        { COLUMN_HEAD, "head" },
        { COLUMN_HEAD, "lãnh đạo" },
        { COLUMN_HEAD, "người đứng đầu" },
        { COLUMN_HEAD_EMAIL, "head-email" },
        { COLUMN_HEAD_EMAIL, "email lãnh đạo" },
        { COLUMN_HEAD_EMAIL, "email người đứng đầu" },
        { COLUMN_SECRET, "mật khẩu" },
        { COLUMN_SECRET, "password" },
        { COLUMN_SECRET, "mk" },
        { COLUMN_SECRET, "pass" },
        { COLUMN_IGNORED, "stt" },
        { COLUMN_IGNORED, "tt" },
        { COLUMN_IGNORED, "ghi chú" },
        { COLUMN_IGNORED, "note" },
        /* COLUMN_COUNT: the side is not in the name */
        { COLUMN_COUNT, "tài khoản" },
        { COLUMN_COUNT, "account" },
        { COLUMN_COUNT, "tên đăng nhập" },
        { COLUMN_COUNT, "username" },
};

typedef struct ColumnUse {
        ImportColumn column;
        const char *en, *vi;
} ColumnUse;

/* What a list may tell; the first name of each column stands for it. */
static const ColumnUse column_uses[] = {
        { COLUMN_CODE, "the unit's code, its key in accounts.yaml; a new unit needs it",
          "mã đơn vị, là khóa trong accounts.yaml; đơn vị mới phải có" },
        { COLUMN_NAME, "its name: finds a unit without a code, names a new one",
          "tên đơn vị: để tìm khi không có mã, và để đặt cho đơn vị mới" },
        { COLUMN_KIND, "of a new unit: a kind such as `department`, `commune`, `xã`; empty: by its name",
          "của đơn vị mới: loại, như `department`, `xã`; để trống thì đoán theo tên" },
        { COLUMN_PARENT, "of a new sub-unit: the code of the unit above", "của bộ phận mới: mã đơn vị cấp trên" },
        { COLUMN_CENTRAL, "how it is read there: an account, `supervised`, `parent`, `none (reason)`; empty: as it is",
          "đọc trên hệ thống Trung ương bằng: tài khoản, `supervised`, `parent`, `none (lý do)`; để trống thì giữ "
          "nguyên" },
        { COLUMN_PORTAL, "the same of the portal", "như trên, của Cổng tỉnh" },
        { COLUMN_CENTRAL_CODE, "its code there, where it differs", "mã trên hệ thống Trung ương, nếu khác" },
        { COLUMN_PORTAL_CODE, "its code there, where it differs", "mã trên Cổng tỉnh, nếu khác" },
        { COLUMN_FOCAL, "the focal person: `Name <address>`, as accounts.yaml has it; or the name alone",
          "đầu mối: `Họ tên <địa chỉ>` như trong accounts.yaml; hoặc chỉ họ tên" },
        { COLUMN_FOCAL_EMAIL, "the address, where `focal` holds the name alone",
          "địa chỉ thư, khi `focal` chỉ có họ tên" },
        { COLUMN_HEAD, "the head, as `focal`", "người đứng đầu, ghi như `focal`" },
        { COLUMN_HEAD_EMAIL, "the address, where `head` holds the name alone",
          "địa chỉ thư, khi `head` chỉ có họ tên" },
        { COLUMN_COUNT, "an account on the system, where nq57d.yaml has one alone; else not used",
          "tài khoản, khi nq57d.yaml chỉ khai báo một hệ thống; nếu không thì không dùng" },
        { COLUMN_SECRET, "is never read on: passwords belong in the secret files",
          "không bao giờ dùng: mật khẩu để trong tệp mật" },
        { COLUMN_IGNORED, "may be there, and is left alone", "có cũng được, không dùng đến" },
};

void import_list_reference(Text *t) {
        text_add(t, STR("| Column | Also called | Meaning |\n|---|---|---|\n"));
        for (size_t i = 0; i < sizeof column_uses / sizeof *column_uses; i++) {
                int n = 0;
                for (size_t k = 0; k < sizeof column_names / sizeof *column_names; k++) {
                        if (column_names[k].column != column_uses[i].column)
                                continue;
                        text_add(t, n == 0 ? STR("| `") : n == 1 ? STR(" | `") : STR(", `"));
                        text_addf(t, "%s`", column_names[k].name);
                        n++;
                }
                text_addf(t, "%s | %s<br>%s |\n", n == 1 ? " |" : "", column_uses[i].en, column_uses[i].vi);
        }
}

typedef struct Reader {
        const UnitTable *units;
        const ImportOptions *options;
        Notices *notices;
        ImportList *list;
        ImportColumn columns[CSV_CELLS];
        int place[COLUMN_COUNT]; /* cell number from 1; 0: no such column */
        size_t n_columns;
} Reader;

const char *import_column_key(ImportColumn c) {
        static const char *const keys[COLUMN_COUNT] = {
                [COLUMN_CENTRAL] = "central",
                [COLUMN_PORTAL] = "portal",
                [COLUMN_CENTRAL_CODE] = "central-code",
                [COLUMN_PORTAL_CODE] = "portal-code",
                [COLUMN_FOCAL] = "focal",
                [COLUMN_HEAD] = "head",
        };
        return keys[c];
}

/* `column` 0: the list has none of that name, and the row stands for it. */
static void put(Reader *r, NoticeId id, int row, int column, Str seen, const char *en, const char *vi,
                const char *nearest) {
        _cleanup_free_ char *text = seen.len ? str_dup(seen) : NULL;
        notice_put(r->notices, &(Notice) { .id = id,
                                           .at = { r->options->csv_name, row, column > 0 ? column : 1 },
                                           .seen = text,
                                           .en = en,
                                           .vi = vi,
                                           .nearest = nearest });
}

static int column_find(Arena *a, Str header, ImportColumn *ret) {
        Str loose, name;
        int r = text_fold_loose(a, header, &loose);
        for (size_t i = 0; i < sizeof column_names / sizeof *column_names && r == 0; i++) {
                r = text_fold_loose(a, str_of(column_names[i].name), &name);
                if (r == 0 && str_eq(loose, name)) {
                        *ret = column_names[i].column;
                        return 0;
                }
        }
        return r < 0 ? r : -ENOENT;
}

/* A name that is near to what was typed, diacritics aside; only ever a suggestion. */
static const char *column_near(Arena *a, Str header) {
        const char *loose[sizeof column_names / sizeof *column_names];
        const char *near = NULL;
        size_t n = 0;
        Str folded, name;
        if (text_fold_loose(a, header, &folded) < 0)
                return NULL;
        for (; n < sizeof loose / sizeof *loose; n++)
                if (text_fold_loose(a, str_of(column_names[n].name), &name) < 0 || !(loose[n] = arena_copy(a, name)))
                        return NULL;
        near = text_nearest(folded, loose, n);
        for (size_t i = 0; i < n; i++)
                if (loose[i] == near)
                        return column_names[i].name;
        return NULL;
}

static int read_header(Reader *r, const Str *cells, size_t n) {
        _cleanup_arena_ Arena scratch = { 0 };
        r->n_columns = n;
        for (size_t i = 0; i < n; i++) {
                ImportColumn c = COLUMN_IGNORED;
                int found = cells[i].len ? column_find(&scratch, cells[i], &c) : 0;
                if (found == -ENOMEM)
                        return found;
                bool nowhere = c == COLUMN_COUNT && r->options->side == SIDE_COUNT;
                if (c == COLUMN_COUNT)
                        c = nowhere                              ? COLUMN_IGNORED
                            : r->options->side == SIDE_CENTRAL ? COLUMN_CENTRAL
                                                               : COLUMN_PORTAL;
                bool twice = c != COLUMN_IGNORED && r->place[c] > 0;
                if (found < 0 || twice || nowhere)
                        put(r, NOTICE_CSV_COLUMN, 1, (int) i + 1, cells[i], NULL, NULL,
                            found < 0 ? column_near(&scratch, cells[i]) : NULL);
                if (c == COLUMN_SECRET)
                        put(r, NOTICE_CSV_SECRETS, 1, (int) i + 1, cells[i], schema_secret_place_en,
                            schema_secret_place_vi, NULL);
                r->columns[i] = twice ? COLUMN_IGNORED : c;
                if (!twice)
                        r->place[c] = (int) i + 1;
        }
        memcpy(r->list->place, r->place, sizeof r->list->place);
        bool unit = r->place[COLUMN_CODE] || r->place[COLUMN_NAME],
             account = r->place[COLUMN_CENTRAL] || r->place[COLUMN_PORTAL];
        if (!unit || !account)
                put(r, NOTICE_CSV_HEADER, 1, 1, STR_NULL, "code (or name), and central or portal",
                    "mã (hoặc tên), và tài khoản trung ương hoặc tài khoản cổng tỉnh", NULL);
        return 0;
}

/* "2,4412E+04", "24412.0": what a spreadsheet makes of a code. */
static bool sheet_number(Str s) {
        size_t digits = 0, marks = 0, others = 0;
        for (size_t i = 0; i < s.len; i++) {
                if (s.at[i] >= '0' && s.at[i] <= '9')
                        digits++;
                else if (strchr("eE+", s.at[i]))
                        marks++;
                else
                        others += s.at[i] != '.' && s.at[i] != ',';
        }
        bool zero = s.len > 2 && s.at[s.len - 1] == '0' && (s.at[s.len - 2] == '.' || s.at[s.len - 2] == ',');
        return others == 0 && digits > 0 && ((marks > 0 && memchr(s.at, '+', s.len)) || (zero && marks == 0));
}

static int kind_guess(Arena *a, Str name, UnitKind *ret) {
        static const struct {
                const char *word;
                UnitKind kind;
        } words[] = { { "xã", UNIT_COMMUNE }, { "phường", UNIT_WARD }, { "đặc khu", UNIT_SPECIAL_ZONE } };
        Str folded, word;
        int r = text_fold(a, name, &folded);
        *ret = UNIT_DEPARTMENT;
        for (size_t i = 0; i < sizeof words / sizeof *words && r == 0; i++) {
                r = text_fold(a, str_of(words[i].word), &word);
                if (r == 0 && str_starts(folded, word) && folded.len > word.len && folded.at[word.len] == ' ') {
                        *ret = words[i].kind;
                        break;
                }
        }
        return r;
}

/* 0, -ENOENT when the word is no kind, -ENOMEM. */
static int kind_read(Arena *a, Str typed, UnitKind *ret) {
        Str folded, label;
        int r = text_fold(a, typed, &folded);
        for (int k = 0; k < UNIT_KIND_COUNT && r == 0; k++) {
                r = text_fold(a, str_of(unit_kind_vn((UnitKind) k)), &label);
                if (r == 0 && (str_eq(typed, str_of(unit_kinds[k])) || str_eq(folded, label))) {
                        *ret = (UnitKind) k;
                        return 0;
                }
        }
        return r < 0 ? r : -ENOENT;
}

static int take_kind(Reader *r, ImportRow *row) {
        Str typed = row->cell[COLUMN_KIND];
        Arena *a = &r->list->arena;
        int failed = typed.len > 0 ? kind_read(a, typed, &row->kind)
                                   : kind_guess(a, row->cell[COLUMN_NAME], &row->kind);
        if (failed == -ENOENT)
                put(r, NOTICE_ROW_INVALID, row->row, r->place[COLUMN_KIND], typed,
                    "a kind of unit such as department, commune, ward",
                    "loại đơn vị, ví dụ: sở, ban, ngành; xã; phường; đặc khu; bộ phận",
                    text_nearest(typed, unit_kinds, UNIT_KIND_COUNT));
        if (typed.len == 0 && row->cell[COLUMN_PARENT].len > 0)
                row->kind = UNIT_SUB;
        return failed == -ENOENT ? 0 : failed;
}

static void check_access(Reader *r, const ImportRow *row, ImportColumn c) {
        KeyValue v;
        const char *nearest = NULL;
        if (row->cell[c].len == 0 || typed_access(row->cell[c], &v, &nearest) == KEY_FINE)
                return;
        put(r, NOTICE_ROW_INVALID, row->row, r->place[c], row->cell[c],
            "an account name, `supervised`, `parent` or `none (reason)`",
            "tên tài khoản, `supervised`, `parent` hoặc `none (lý do)`", nearest);
}

/* The cell of a person becomes what stands behind the key: `Name <address>` with what a seat may say besides, as typed,
 * or put together from the two cells. Of a unit that is there what cannot be used is only compared (import.c). */
static int take_person(Reader *r, ImportRow *row, ImportColumn name, ImportColumn email) {
        Str whole = row->cell[name], address = row->cell[email], seen;
        _cleanup_text_ Text person = TEXT_INIT(1000);
        KeyValue v = { .date = DATE_NONE, .until = DATE_NONE };
        if (whole.len == 0 && address.len == 0)
                return 0;
        if (address.len > 0) {
                text_addf(&person, STR_FMT " <" STR_FMT ">", STR_ARG(whole), STR_ARG(address));
                if (person.failed == -ENOMEM || arena_str(&r->list->arena, text_str(&person), &whole) < 0)
                        return -ENOMEM;
        }
        row->cell[name] = whole;
        if ((person.failed || typed_seat(whole, &v, &seen) != KEY_FINE) && !row->unit)
                put(r, NOTICE_ROW_INVALID, row->row, r->place[address.len > 0 ? email : name], whole,
                    "`Name <address>`, or a name with its address in a column such as focal-email",
                    "`Họ tên <địa chỉ thư>`, hoặc họ tên và địa chỉ ở một cột như `email đầu mối`", NULL);
        return 0;
}

static const ImportRow *row_of(const ImportList *l, const Unit *unit, Str code) {
        for (size_t i = 0; i < l->n; i++)
                if (unit ? l->rows[i].unit == unit : !l->rows[i].unit && str_eq(l->rows[i].cell[COLUMN_CODE], code))
                        return &l->rows[i];
        return NULL;
}

/* Which unit the row means; false when it is nobody's or somebody's a second time. */
static bool resolve(Reader *r, ImportRow *row) {
        Str code = row->cell[COLUMN_CODE], name = row->cell[COLUMN_NAME];
        row->unit = code.len > 0 ? unit_by_id(r->units, code) : unit_by_name(r->units, name);
        bool makes_one = code.len > 0 && name.len > 0;
        if (!row->unit && !makes_one) {
                Str shown = code.len > 0 ? code : name;
                const Unit *near = unit_near(r->units, shown);
                put(r, NOTICE_ROW_UNIT_UNKNOWN, row->row, r->place[code.len > 0 ? COLUMN_CODE : COLUMN_NAME], shown,
                    NULL, NULL, near ? code.len > 0 ? near->id : near->name : NULL);
                return false;
        }
        const ImportRow *first = row_of(r->list, row->unit, code);
        if (first) {
                char number[16];
                (void) snprintf(number, sizeof number, "%d", first->row);
                put(r, NOTICE_ROW_UNIT_TWICE, row->row, r->place[code.len > 0 ? COLUMN_CODE : COLUMN_NAME],
                    row->unit ? str_of(row->unit->id) : code, number, NULL, NULL);
                return false;
        }
        if (row->unit && name.len > 0 && !str_eq(name, str_of(row->unit->name)) &&
            unit_by_name(r->units, name) != row->unit)
                put(r, NOTICE_ROW_NAME_DIFFERS, row->row, r->place[COLUMN_NAME], name, row->unit->name, NULL, NULL);
        return true;
}

static int check_new(Reader *r, ImportRow *row) {
        if (!typed_code(row->cell[COLUMN_CODE], 64))
                put(r, NOTICE_ROW_INVALID, row->row, r->place[COLUMN_CODE], row->cell[COLUMN_CODE],
                    "a code without blanks", "mã không có dấu cách", NULL);
        int failed = take_kind(r, row);
        Str parent = row->cell[COLUMN_PARENT];
        bool known = unit_by_id(r->units, parent) || row_of(r->list, NULL, parent);
        if (parent.len > 0 ? !known : row->kind == UNIT_SUB)
                put(r, NOTICE_ROW_INVALID, row->row, r->place[COLUMN_PARENT], parent,
                    "the code of a unit that stands in accounts.yaml or above in the list",
                    "mã một đơn vị đã có trong accounts.yaml hoặc ở dòng trên", NULL);
        return failed;
}

static int add_row(Reader *r, const ImportRow *row) {
        ImportList *l = r->list;
        if (ROOM_FOR_ONE(l->rows, l->n, l->room, 256) < 0)
                return -ENOMEM;
        l->rows[l->n++] = *row;
        return 0;
}

static int take_row(Reader *r, const Str *cells, size_t n, int number) {
        ImportRow row = { .row = number };
        char seen[16], want[16];
        (void) snprintf(seen, sizeof seen, "%zu", n);
        (void) snprintf(want, sizeof want, "%zu", r->n_columns);
        if (n != r->n_columns) {
                put(r, NOTICE_CSV_FIELDS, number, 1, str_of(seen), want, NULL, NULL);
                return 0;
        }
        for (size_t i = 0; i < n; i++)
                if (r->columns[i] < COLUMN_SECRET)
                        row.cell[r->columns[i]] = cells[i];
        if (sheet_number(row.cell[COLUMN_CODE])) {
                put(r, NOTICE_CSV_SHEET_NUMBER, number, r->place[COLUMN_CODE], row.cell[COLUMN_CODE], NULL, NULL, NULL);
                return 0;
        }
        if (!resolve(r, &row))
                return 0;
        check_access(r, &row, COLUMN_CENTRAL);
        check_access(r, &row, COLUMN_PORTAL);
        for (ImportColumn c = COLUMN_CENTRAL_CODE; c <= COLUMN_PORTAL_CODE; c++)
                if (row.cell[c].len > 0 && !typed_code(row.cell[c], 64))
                        put(r, NOTICE_ROW_INVALID, number, r->place[c], row.cell[c], "a code without blanks",
                            "mã không có dấu cách", NULL);
        int failed = row.unit ? 0 : check_new(r, &row);
        if (failed == 0)
                failed = take_person(r, &row, COLUMN_FOCAL, COLUMN_FOCAL_EMAIL);
        if (failed == 0)
                failed = take_person(r, &row, COLUMN_HEAD, COLUMN_HEAD_EMAIL);
        return failed < 0 ? failed : add_row(r, &row);
}

static int read_rows(Reader *r, Csv *csv) {
        Str cells[CSV_CELLS];
        size_t n = 0;
        int got = csv_row(csv, &r->list->arena, cells, &n);
        if (got == CSV_E_END) {
                put(r, NOTICE_FILE_EMPTY, 1, 1, STR_NULL, NULL, NULL, NULL);
                return 0;
        }
        if (got == 0 && (got = read_header(r, cells, n)) == 0 && r->notices->errors > 0)
                return 0; /* without its columns no row can be judged */
        while (got == 0 && (got = csv_row(csv, &r->list->arena, cells, &n)) == 0) {
                if (csv->row > ROWS_MAX) {
                        put(r, NOTICE_TOO_MUCH, csv->row, 1, STR_NULL, "20,000 rows", "20.000 dòng", NULL);
                        return 0;
                }
                got = take_row(r, cells, n, csv->row);
        }
        if (got == CSV_E_QUOTE)
                put(r, NOTICE_CSV_QUOTE, csv->row, 1, STR_NULL, NULL, NULL, NULL);
        else if (got == CSV_E_MANY)
                put(r, NOTICE_TOO_MUCH, csv->row, 1, STR_NULL, "64 columns", "64 cột", NULL);
        else if (got == -EILSEQ)
                put(r, NOTICE_UTF8, csv->row, 1, STR_NULL, NULL, NULL, NULL);
        return got == -ENOMEM ? got : 0;
}

int import_list_read(Str csv, const UnitTable *units, const ImportOptions *o, Notices *n, ImportList *ret, Err *e) {
        Reader r = { .units = units, .options = o, .notices = n, .list = ret };
        if (csv.len > CSV_BYTES) {
                put(&r, NOTICE_FILE_SIZE, 1, 1, STR_NULL, "4 MiB", NULL, NULL);
                return 0;
        }
        Csv rows;
        csv_begin(csv, &rows);
        return read_rows(&r, &rows) < 0 ? err_oom(e) : 0;
}

void import_list_free(ImportList *l) {
        free(l->rows);
        arena_free(&l->arena);
        *l = (ImportList) { 0 };
}
