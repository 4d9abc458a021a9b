/* SPDX-License-Identifier: MIT */
/* The straightforward program that nq57d is measured against: it downloads every page of both systems (curl multi,
 * eight connections), parses each whole with json-c, upserts the records into one table a system (SQLite, WAL, one
 * transaction a system, a row is written only when a column differs) and compares the tables by SQL. It keeps no base
 * values, no history and no proof of completeness, logs in nowhere, and shares no code with the product.
 *
 * floor CENTRAL-URL PORTAL-URL DATABASE PORTAL-ACCOUNT...
 * Prints: central N portal N differences N only_central N only_portal N */
#include <curl/curl.h>
#include <json-c/json.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS = 8, PAGE = 200, URL_MAX = 512 };

typedef enum Shape { TEXT, DATE, MOMENT, DUE, DECIMAL, WORK, REVIEW, WHOLE, UNIT } Shape;

typedef struct Column {
        const char *name, *task, *indicator, *portal; /* NULL: that system has none; "a.b": inside an object */
        Shape shape;
        bool compared;
} Column;

/* The key columns come first. */
enum { KEY_COLUMNS = 4 };
static const Column columns[] = {
        { "unit", "donVi.ma", "donVi.ma", "unit", UNIT, false },
        { "kind", NULL, NULL, NULL, TEXT, false },
        { "code", "maNhiemVu", "maChiTieu", "code", TEXT, false },
        { "period", NULL, "ky", "period", TEXT, false },
        { "title", "tenNhiemVu", "tenChiTieu", "title", TEXT, true },
        { "grp", "nhom", "nhom", "group", TEXT, true },
        { "level", "cap", NULL, "level", TEXT, true },
        { "bloc", "khoi", NULL, "bloc", TEXT, true },
        { "basis", "canCu", NULL, "basis", TEXT, true },
        { "parent", "nhiemVuCha", NULL, "parent", TEXT, true },
        { "cycle", "chuKy", NULL, "cycle", TEXT, true },
        { "cooperating", "donViPhoiHop", NULL, "cooperating", WHOLE, true },
        { "leader", "lanhDao", NULL, "leader", TEXT, true },
        { "assigned_on", "ngayGiao", NULL, "assigned_on", DATE, true },
        { "due", "hanHoanThanh", NULL, "deadline", DUE, true },
        { "product", "sanPham", NULL, "product", TEXT, true },
        { "progress", "tienDo", NULL, "progress", DECIMAL, true },
        { "work", "trangThai", NULL, "status", WORK, true },
        { "result", "ketQua", NULL, "result", TEXT, true },
        { "difficulty", "khoKhan", NULL, "difficulty", TEXT, true },
        { "completed_on", "ngayHoanThanh", NULL, "completed_on", DATE, true },
        { "uom", NULL, "donViTinh", "uom", TEXT, true },
        { "direction", NULL, "chieu", "direction", TEXT, true },
        { "target", NULL, "mucTieu", "target", TEXT, true },
        { "actual", NULL, "thucHien", "actual", DECIMAL, true },
        { "not_applicable", NULL, "khongPhatSinh", "not_applicable", TEXT, true },
        { "evidence_required", NULL, "canMinhChung", "evidence_required", TEXT, true },
        { "max_score", NULL, NULL, "max_score", DECIMAL, false },
        { "self_score", NULL, NULL, "self_score", DECIMAL, false },
        { "verified_score", NULL, NULL, "verified_score", DECIMAL, false },
        { "official_score", NULL, NULL, "official_score", DECIMAL, false },
        { "evidence", "minhChung", "minhChung", "evidence", WHOLE, false },
        { "review", "tinhTrangDuyet", "tinhTrangDuyet", "review", REVIEW, false },
        { "return_reason", "lyDoTraLai", "lyDoTraLai", "returned.reason", TEXT, false },
        { "returned_on", "ngayTraLai", "ngayTraLai", "returned.at", DATE, false },
        { "returned_by", "nguoiTraLai", "nguoiTraLai", "returned.by", TEXT, false },
        { "updated_at", "capNhatLuc", "capNhatLuc", "updated_at", MOMENT, false },
        { "updated_by", "nguoiCapNhat", "nguoiCapNhat", "updated_by", TEXT, false },
        { "url", "lienKet", "lienKet", "url", TEXT, false },
};
enum { N_COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static const char *const words[][2] = {
        { "Chưa thực hiện", "NOT_STARTED" }, { "Đang thực hiện", "IN_PROGRESS" }, { "Hoàn thành", "DONE" },
        { "Hoàn thành quá hạn", "DONE_LATE" }, { "Tạm dừng", "SUSPENDED" }, { "Đã hủy", "CANCELLED" },
        { "Chưa gửi", "DRAFT" }, { "Chờ duyệt", "SUBMITTED" }, { "Trả lại", "RETURNED" }, { "Đã duyệt", "APPROVED" },
        { "Đã khóa", "LOCKED" }, { "Thường xuyên", "regular" },
};

typedef struct Listing {
        bool central, task;
        const char *base, *path;
        struct curl_slist *headers;
        long total, next; /* records said to be there (-1: first page not read); first record of the next page */
} Listing;

typedef struct Slot {
        CURL *easy;
        Listing *listing;
        char *body;
        size_t length, room;
} Slot;

typedef struct Source {
        bool central;
        sqlite3 *db;
        sqlite3_stmt *upsert;
        struct json_tokener *tokener;
        long records;
} Source;

static _Noreturn void die(const char *what, const char *why) {
        fprintf(stderr, "floor: %s: %s\n", what, why);
        exit(1);
}

static void sql(sqlite3 *db, const char *text) {
        char *why = NULL;
        if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
                die(text, why);
}

/* A member; of a member that is an object, what stands after the dot. NULL: absent or null. */
static struct json_object *pick(struct json_object *record, const char *path) {
        struct json_object *value = NULL;
        const char *dot = path ? strchr(path, '.') : NULL;
        if (dot) {
                char name[16];
                snprintf(name, sizeof(name), "%.*s", (int) (dot - path), path);
                json_object_object_get_ex(record, name, &record);
                path = dot + 1;
        }
        if (path)
                json_object_object_get_ex(record, path, &value);
        return value;
}

static const char *member_name(const Column *column, bool central, bool task) {
        return !central ? column->portal : task ? column->task : column->indicator;
}

static const char *code_word(const char *text) {
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
                if (strcmp(words[i][0], text) == 0)
                        return words[i][1];
        return text;
}

/* dd/MM/yyyy[ HH:mm] -> yyyy-MM-dd[THH:mm:00+07:00]; other texts stay. */
static int iso(const char *text, char *out, size_t size) {
        size_t n = strlen(text);
        if (n < 10 || text[2] != '/' || text[5] != '/')
                return snprintf(out, size, "%s", text);
        int length = snprintf(out, size, "%.4s-%.2s-%.2s", text + 6, text + 3, text);
        if (n >= 16)
                length += snprintf(out + length, size - (size_t) length, "T%.5s:00+07:00", text + 11);
        return length;
}

static void bind_central(sqlite3_stmt *s, int at, Shape shape, const char *text) {
        char out[128];
        if (shape == WORK || shape == REVIEW || (shape == DUE && text[0] == 'T')) {
                sqlite3_bind_text(s, at, code_word(text), -1, SQLITE_STATIC);
        } else if (shape == DATE || shape == MOMENT || shape == DUE) {
                sqlite3_bind_text(s, at, out, iso(text, out, sizeof(out)), SQLITE_TRANSIENT);
        } else if (shape == DECIMAL) {
                int n = snprintf(out, sizeof(out), "%s", text);
                char *comma = strchr(out, ',');
                if (comma)
                        *comma = '.';
                sqlite3_bind_text(s, at, out, n, SQLITE_TRANSIENT);
        } else {
                sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
        }
}

static void bind_member(Source *source, int at, const Column *column, struct json_object *value) {
        if (!value)
                sqlite3_bind_null(source->upsert, at);
        else if (column->shape == WHOLE)
                sqlite3_bind_text(source->upsert, at, json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN), -1,
                                  SQLITE_STATIC);
        else if (source->central)
                bind_central(source->upsert, at, column->shape, json_object_get_string(value));
        else
                sqlite3_bind_text(source->upsert, at, json_object_get_string(value), -1, SQLITE_STATIC);
}

static void store_record(Source *source, bool task, struct json_object *record) {
        for (int i = 0; i < N_COLUMNS; i++)
                bind_member(source, i + 1, &columns[i],
                            pick(record, member_name(&columns[i], source->central, task)));
        sqlite3_bind_text(source->upsert, 2, task ? "task" : "indicator", -1, SQLITE_STATIC);
        if (task)
                sqlite3_bind_text(source->upsert, 4, "", 0, SQLITE_STATIC);
        if (sqlite3_step(source->upsert) != SQLITE_DONE)
                die("upsert", sqlite3_errmsg(source->db));
        sqlite3_reset(source->upsert);
        source->records++;
}

static void store_page(Source *source, Slot *slot) {
        json_tokener_reset(source->tokener);
        struct json_object *page = json_tokener_parse_ex(source->tokener, slot->body, (int) slot->length);
        if (!page)
                die("page", json_tokener_error_desc(json_tokener_get_error(source->tokener)));
        struct json_object *total = pick(page, source->central ? "data.total" : "meta.count");
        struct json_object *items = pick(page, source->central ? "data.items" : "data");
        if (!total || !items)
                die("page", "not of the expected shape");
        slot->listing->total = json_object_get_int64(total);
        for (size_t i = 0; i < json_object_array_length(items); i++)
                store_record(source, slot->listing->task, json_object_array_get_idx(items, i));
        json_object_put(page);
}

static size_t take_bytes(char *data, size_t size, size_t count, void *user) {
        Slot *slot = user;
        size_t n = size * count;
        if (slot->length + n > slot->room) {
                slot->room = (slot->length + n) * 2;
                slot->body = realloc(slot->body, slot->room);
                if (!slot->body)
                        die("page", "out of memory");
        }
        memcpy(slot->body + slot->length, data, n);
        slot->length += n;
        return n;
}

/* Gives the slot its next page; false when nothing is left to ask for now. */
static bool start_page(CURLM *multi, Slot *slot, Listing *listings, size_t n) {
        for (size_t i = 0; i < n; i++) {
                Listing *l = &listings[i];
                if (l->total < 0 ? l->next > 0 : l->next >= l->total)
                        continue;
                char url[URL_MAX];
                if (l->central)
                        snprintf(url, sizeof(url), "%s%s?page=%ld&size=%d", l->base, l->path, l->next / PAGE + 1, PAGE);
                else
                        snprintf(url, sizeof(url), "%s%s?offset=%ld&limit=%d", l->base, l->path, l->next, PAGE);
                l->next += PAGE;
                slot->listing = l;
                slot->length = 0;
                curl_easy_setopt(slot->easy, CURLOPT_URL, url);
                curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, l->headers);
                curl_multi_add_handle(multi, slot->easy);
                return true;
        }
        return false;
}

static void finish_page(CURLM *multi, CURLMsg *message, Source *source) {
        Slot *slot = NULL;
        long status = 0;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
        curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
        if (message->data.result != CURLE_OK || status != 200)
                die(slot->listing->path, message->data.result ? curl_easy_strerror(message->data.result) : "not 200");
        curl_multi_remove_handle(multi, slot->easy);
        store_page(source, slot);
        slot->listing = NULL;
}

static void download(Source *source, Listing *listings, size_t n) {
        CURLM *multi = curl_multi_init();
        Slot slots[CONNECTIONS] = { 0 };
        for (size_t i = 0; i < CONNECTIONS; i++) {
                slots[i].easy = curl_easy_init();
                curl_easy_setopt(slots[i].easy, CURLOPT_PRIVATE, &slots[i]);
                curl_easy_setopt(slots[i].easy, CURLOPT_WRITEFUNCTION, take_bytes);
                curl_easy_setopt(slots[i].easy, CURLOPT_WRITEDATA, &slots[i]);
        }
        for (;;) {
                int running = 0, left = 0, busy = 0;
                for (size_t i = 0; i < CONNECTIONS; i++)
                        busy += slots[i].listing || start_page(multi, &slots[i], listings, n);
                if (!busy)
                        break;
                curl_multi_perform(multi, &running);
                CURLMsg *message = curl_multi_info_read(multi, &left);
                if (!message)
                        curl_multi_poll(multi, NULL, 0, 1000, NULL);
                for (; message; message = curl_multi_info_read(multi, &left))
                        finish_page(multi, message, source);
        }
        for (size_t i = 0; i < CONNECTIONS; i++) {
                curl_easy_cleanup(slots[i].easy);
                free(slots[i].body);
        }
        curl_multi_cleanup(multi);
}

static void append(char *text, size_t size, const char *a, const char *b, const char *c) {
        size_t n = strlen(text);
        snprintf(text + n, size - n, "%s%s%s", a, b, c);
}

static void make_table(sqlite3 *db, const char *table) {
        char text[4096] = "CREATE TABLE IF NOT EXISTS ";
        append(text, sizeof(text), table, "(", "");
        for (int i = 0; i < N_COLUMNS; i++)
                append(text, sizeof(text), columns[i].name, " TEXT,", "");
        append(text, sizeof(text), "PRIMARY KEY (unit, kind, code, period)) WITHOUT ROWID", "", "");
        sql(db, text);
}

static sqlite3_stmt *prepare_upsert(sqlite3 *db, const char *table) {
        char text[8192] = "INSERT INTO ";
        append(text, sizeof(text), table, " VALUES (?", "");
        for (int i = 1; i < N_COLUMNS; i++)
                append(text, sizeof(text), ",?", "", "");
        append(text, sizeof(text), ") ON CONFLICT DO UPDATE SET ", "", "");
        for (int i = KEY_COLUMNS; i < N_COLUMNS; i++) {
                append(text, sizeof(text), i > KEY_COLUMNS ? "," : "", columns[i].name, "=excluded.");
                append(text, sizeof(text), columns[i].name, "", "");
        }
        for (int i = KEY_COLUMNS; i < N_COLUMNS; i++) {
                append(text, sizeof(text), i > KEY_COLUMNS ? " OR " : " WHERE ", columns[i].name, " IS NOT excluded.");
                append(text, sizeof(text), columns[i].name, "", "");
        }
        sqlite3_stmt *statement = NULL;
        if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) != SQLITE_OK)
                die(text, sqlite3_errmsg(db));
        return statement;
}

static long sync_source(sqlite3 *db, bool central, Listing *listings, size_t n) {
        const char *table = central ? "central" : "portal";
        make_table(db, table);
        Source source = { .central = central, .db = db, .upsert = prepare_upsert(db, table),
                          .tokener = json_tokener_new() };
        sql(db, "BEGIN IMMEDIATE");
        download(&source, listings, n);
        sql(db, "COMMIT");
        sqlite3_finalize(source.upsert);
        json_tokener_free(source.tokener);
        return source.records;
}

static long long number(sqlite3 *db, const char *text) {
        sqlite3_stmt *statement = NULL;
        if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) != SQLITE_OK || sqlite3_step(statement) != SQLITE_ROW)
                die(text, sqlite3_errmsg(db));
        long long value = sqlite3_column_int64(statement, 0);
        sqlite3_finalize(statement);
        return value;
}

static void compare(sqlite3 *db) {
        char text[4096] = "SELECT COALESCE(SUM(0";
        for (int i = 0; i < N_COLUMNS; i++)
                if (columns[i].compared) {
                        append(text, sizeof(text), "+(c.", columns[i].name, " IS NOT p.");
                        append(text, sizeof(text), columns[i].name, ")", "");
                }
        append(text, sizeof(text), "),0) FROM central c JOIN portal p USING (unit, kind, code, period)", "", "");
        printf(" differences %lld", number(db, text));
        printf(" only_central %lld", number(db, "SELECT COUNT(*) FROM central c LEFT JOIN portal p"
                                                " USING (unit, kind, code, period) WHERE p.code IS NULL"));
        printf(" only_portal %lld\n", number(db, "SELECT COUNT(*) FROM portal p LEFT JOIN central c"
                                                 " USING (unit, kind, code, period) WHERE c.code IS NULL"));
}

static long sync_central(sqlite3 *db, const char *base) {
        struct curl_slist *headers = curl_slist_append(NULL, "Authorization: Bearer bench");
        Listing listings[] = {
                { .central = true, .task = true, .base = base, .path = "/api/nhiem-vu", .headers = headers,
                  .total = -1 },
                { .central = true, .base = base, .path = "/api/chi-tieu", .headers = headers,
                  .total = -1 },
        };
        long records = sync_source(db, true, listings, 2);
        curl_slist_free_all(headers);
        return records;
}

static long sync_portal(sqlite3 *db, const char *base, char **accounts, size_t n) {
        Listing *listings = calloc(2 * n, sizeof(*listings));
        if (!listings)
                die("accounts", "out of memory");
        for (size_t i = 0; i < n; i++) {
                char cookie[128];
                snprintf(cookie, sizeof(cookie), "Cookie: nq57_session=%s", accounts[i]);
                struct curl_slist *headers = curl_slist_append(NULL, cookie);
                listings[2 * i] = (Listing) { .task = true, .base = base, .path = "/api/v1/tasks", .headers = headers,
                                              .total = -1 };
                listings[2 * i + 1] = (Listing) { .base = base, .path = "/api/v1/criteria",
                                                  .headers = headers, .total = -1 };
        }
        long records = sync_source(db, false, listings, 2 * n);
        for (size_t i = 0; i < n; i++)
                curl_slist_free_all(listings[2 * i].headers);
        free(listings);
        return records;
}

int main(int argc, char **argv) {
        if (argc < 5)
                die("usage", "floor CENTRAL-URL PORTAL-URL DATABASE PORTAL-ACCOUNT...");
        curl_global_init(CURL_GLOBAL_DEFAULT);
        sqlite3 *db = NULL;
        if (sqlite3_open(argv[3], &db) != SQLITE_OK)
                die(argv[3], sqlite3_errmsg(db));
        sql(db, "PRAGMA journal_mode=WAL");
        long central = sync_central(db, argv[1]);
        long portal = sync_portal(db, argv[2], argv + 4, (size_t) argc - 4);
        printf("central %ld portal %ld", central, portal);
        compare(db);
        sqlite3_close(db);
        curl_global_cleanup();
        return 0;
}
