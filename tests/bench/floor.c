/* SPDX-License-Identifier: MIT */
/* The straightforward program that nq57d is measured against. It downloads every page of both systems (curl multi,
 * eight connections), parses each whole with json-c, upserts the facts that can be compared into one table a system and
 * kind (SQLite, WAL, synchronous NORMAL, one transaction a system, a row is written only when a column differs), and
 * joins the tables by SQL. It keeps no base values, no history and no proof of completeness, logs in nowhere, and
 * shares no code with the product.
 *
 * It is written to be cheap, so that the bar is honest: one prepared statement a table, texts bound where json-c has
 * them, numbers as numbers, only the columns that both systems fill, the code first in the key because it decides most
 * comparisons, no mutexes.
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

enum { CONNECTIONS = 8, PAGE = 200, URL_MAX = 512, COLUMNS_MAX = 24 };

typedef enum Shape { TEXT, DATE, NUMBER, FLAG, WORK, UNIT } Shape;

typedef struct Column {
        const char *name, *central, *portal;
        Shape shape;
} Column;

/* A table's key comes first: that many columns. */
typedef struct Kind {
        const char *tables[2]; /* of the portal, of the central system */
        const char *key;
        int n_key, n_columns;
        Column columns[COLUMNS_MAX];
} Kind;

static const Kind task = {
        { "portal_task", "central_task" },
        "code, unit",
        2,
        18,
        {
                { "code", "maNhiemVu", "code", TEXT },
                { "unit", "donVi", "unit", UNIT },
                { "title", "tenNhiemVu", "title", TEXT },
                { "grp", "nhom", "group", TEXT },
                { "level", "cap", "level", TEXT },
                { "bloc", "khoi", "bloc", TEXT },
                { "basis", "canCu", "basis", TEXT },
                { "parent", "nhiemVuCha", "parent", TEXT },
                { "cycle", "chuKy", "cycle", TEXT },
                { "leader", "lanhDao", "leader", TEXT },
                { "assigned_on", "ngayGiao", "assigned_on", DATE },
                { "due", "hanHoanThanh", "deadline", DATE },
                { "product", "sanPham", "product", TEXT },
                { "progress", "tienDo", "progress", NUMBER },
                { "work", "trangThai", "status", WORK },
                { "result", "ketQua", "result", TEXT },
                { "difficulty", "khoKhan", "difficulty", TEXT },
                { "completed_on", "ngayHoanThanh", "completed_on", DATE },
        },
};

static const Kind indicator = {
        { "portal_indicator", "central_indicator" },
        "code, unit, period",
        3,
        11,
        {
                { "code", "maChiTieu", "code", TEXT },
                { "unit", "donVi", "unit", UNIT },
                { "period", "ky", "period", TEXT },
                { "title", "tenChiTieu", "title", TEXT },
                { "grp", "nhom", "group", TEXT },
                { "uom", "donViTinh", "uom", TEXT },
                { "direction", "chieu", "direction", TEXT },
                { "target", "mucTieu", "target", NUMBER },
                { "actual", "thucHien", "actual", NUMBER },
                { "not_applicable", "khongPhatSinh", "not_applicable", FLAG },
                { "evidence_required", "canMinhChung", "evidence_required", FLAG },
        },
};

static const char *const words[][2] = {
        { "Chưa thực hiện", "NOT_STARTED" }, { "Đang thực hiện", "IN_PROGRESS" }, { "Hoàn thành", "DONE" },
        { "Hoàn thành quá hạn", "DONE_LATE" }, { "Tạm dừng", "SUSPENDED" }, { "Đã hủy", "CANCELLED" },
};

typedef struct Listing {
        bool central;
        const Kind *kind;
        const char *base, *path;
        struct curl_slist *headers;
        sqlite3_stmt *upsert;
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

static struct json_object *member(struct json_object *object, const char *name) {
        struct json_object *value = NULL;
        json_object_object_get_ex(object, name, &value);
        return value;
}

static void bind_text(sqlite3_stmt *s, int at, struct json_object *value) {
        sqlite3_bind_text(s, at, json_object_get_string(value), json_object_get_string_len(value), SQLITE_STATIC);
}

static void bind_work(sqlite3_stmt *s, int at, struct json_object *value) {
        const char *text = json_object_get_string(value);
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
                if (strcmp(words[i][0], text) == 0)
                        text = words[i][1];
        sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
}

/* dd/MM/yyyy -> yyyy-MM-dd; a due that is words becomes the portal's. */
static void bind_vn_date(sqlite3_stmt *s, int at, struct json_object *value) {
        const char *text = json_object_get_string(value);
        if (json_object_get_string_len(value) != 10 || text[2] != '/' || text[5] != '/') {
                sqlite3_bind_text(s, at, "regular", 7, SQLITE_STATIC);
                return;
        }
        char iso[10] = { text[6], text[7], text[8], text[9], '-', text[3], text[4], '-', text[0], text[1] };
        sqlite3_bind_text(s, at, iso, sizeof(iso), SQLITE_TRANSIENT);
}

/* Whole and fraction, with a comma or a point between them. */
static void bind_number(sqlite3_stmt *s, int at, struct json_object *value) {
        double number = 0, place = 0;
        if (!json_object_is_type(value, json_type_string)) {
                sqlite3_bind_double(s, at, json_object_get_double(value));
                return;
        }
        for (const char *c = json_object_get_string(value); *c; c++)
                if (*c == ',' || *c == '.')
                        place = 1;
                else {
                        number = number * 10 + (*c - '0');
                        place *= 10;
                }
        sqlite3_bind_double(s, at, place > 1 ? number / place : number);
}

static void bind_member(sqlite3_stmt *s, int at, Shape shape, bool central, struct json_object *value) {
        if (shape == UNIT && central)
                value = member(value, "ma");
        if (!value)
                sqlite3_bind_null(s, at);
        else if (shape == NUMBER)
                bind_number(s, at, value);
        else if (shape == FLAG)
                sqlite3_bind_int(s, at, json_object_get_boolean(value));
        else if (shape == DATE && central)
                bind_vn_date(s, at, value);
        else if (shape == WORK && central)
                bind_work(s, at, value);
        else
                bind_text(s, at, value);
}

static void store_record(Source *source, const Listing *l, struct json_object *record) {
        const Column *columns = l->kind->columns;
        for (int i = 0; i < l->kind->n_columns; i++)
                bind_member(l->upsert, i + 1, columns[i].shape, l->central,
                            member(record, l->central ? columns[i].central : columns[i].portal));
        if (sqlite3_step(l->upsert) != SQLITE_DONE)
                die("upsert", sqlite3_errmsg(source->db));
        sqlite3_reset(l->upsert);
        source->records++;
}

static void store_page(Source *source, Slot *slot) {
        json_tokener_reset(source->tokener);
        struct json_object *page = json_tokener_parse_ex(source->tokener, slot->body, (int) slot->length);
        if (!page)
                die("page", json_tokener_error_desc(json_tokener_get_error(source->tokener)));
        struct json_object *data = member(page, "data");
        struct json_object *total = source->central ? member(data, "total") : member(member(page, "meta"), "count");
        struct json_object *items = source->central ? member(data, "items") : data;
        if (!total || !items)
                die("page", "not of the expected shape");
        slot->listing->total = json_object_get_int64(total);
        for (size_t i = 0; i < json_object_array_length(items); i++)
                store_record(source, slot->listing, json_object_array_get_idx(items, i));
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

static void make_table(sqlite3 *db, const Kind *kind, bool central) {
        char text[4096] = "CREATE TABLE IF NOT EXISTS ";
        append(text, sizeof(text), kind->tables[central], "(", "");
        for (int i = 0; i < kind->n_columns; i++)
                append(text, sizeof(text), kind->columns[i].name, i < kind->n_key ? " NOT NULL" : "", ",");
        append(text, sizeof(text), "PRIMARY KEY (", kind->key, ")) WITHOUT ROWID");
        sql(db, text);
}

static sqlite3_stmt *prepare_upsert(sqlite3 *db, const Kind *kind, bool central) {
        char text[8192] = "INSERT INTO ";
        make_table(db, kind, central);
        append(text, sizeof(text), kind->tables[central], " VALUES (?", "");
        for (int i = 1; i < kind->n_columns; i++)
                append(text, sizeof(text), ",?", "", "");
        append(text, sizeof(text), ") ON CONFLICT DO UPDATE SET ", "", "");
        for (int i = kind->n_key; i < kind->n_columns; i++) {
                const char *name = kind->columns[i].name;
                append(text, sizeof(text), i > kind->n_key ? "," : "", name, "=excluded.");
                append(text, sizeof(text), name, "", "");
        }
        for (int i = kind->n_key; i < kind->n_columns; i++) {
                const char *name = kind->columns[i].name;
                append(text, sizeof(text), i > kind->n_key ? " OR " : " WHERE ", name, " IS NOT excluded.");
                append(text, sizeof(text), name, "", "");
        }
        sqlite3_stmt *statement = NULL;
        if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) != SQLITE_OK)
                die(text, sqlite3_errmsg(db));
        return statement;
}

static long sync_source(sqlite3 *db, bool central, Listing *listings, size_t n) {
        Source source = { .central = central, .db = db, .tokener = json_tokener_new() };
        sqlite3_stmt *tasks = prepare_upsert(db, &task, central);
        sqlite3_stmt *indicators = prepare_upsert(db, &indicator, central);
        for (size_t i = 0; i < n; i++)
                listings[i].upsert = listings[i].kind == &task ? tasks : indicators;
        sql(db, "BEGIN IMMEDIATE");
        download(&source, listings, n);
        sql(db, "COMMIT");
        sqlite3_finalize(tasks);
        sqlite3_finalize(indicators);
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

static long long count_differences(sqlite3 *db, const Kind *kind) {
        char text[4096] = "SELECT COALESCE(SUM(0";
        for (int i = kind->n_key; i < kind->n_columns; i++) {
                append(text, sizeof(text), "+(c.", kind->columns[i].name, " IS NOT p.");
                append(text, sizeof(text), kind->columns[i].name, ")", "");
        }
        append(text, sizeof(text), "),0) FROM ", kind->tables[true], " c JOIN ");
        append(text, sizeof(text), kind->tables[false], " p USING (", kind->key);
        append(text, sizeof(text), ")", "", "");
        return number(db, text);
}

/* Records of one system that the other does not have. */
static long long count_lone(sqlite3 *db, const Kind *kind, bool central) {
        char text[512] = "SELECT COUNT(*) FROM ";
        append(text, sizeof(text), kind->tables[central], " LEFT JOIN ", kind->tables[!central]);
        append(text, sizeof(text), " other USING (", kind->key, ") WHERE other.code IS NULL");
        return number(db, text);
}

static void compare(sqlite3 *db) {
        printf(" differences %lld", count_differences(db, &task) + count_differences(db, &indicator));
        printf(" only_central %lld", count_lone(db, &task, true) + count_lone(db, &indicator, true));
        printf(" only_portal %lld\n", count_lone(db, &task, false) + count_lone(db, &indicator, false));
}

static long sync_central(sqlite3 *db, const char *base) {
        struct curl_slist *headers = curl_slist_append(NULL, "Authorization: Bearer bench");
        Listing listings[] = {
                { .central = true, .kind = &task, .base = base, .path = "/api/nhiem-vu", .headers = headers,
                  .total = -1 },
                { .central = true, .kind = &indicator, .base = base, .path = "/api/chi-tieu", .headers = headers,
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
                listings[2 * i] = (Listing) { .kind = &task, .base = base, .path = "/api/v1/tasks",
                                              .headers = headers, .total = -1 };
                listings[2 * i + 1] = (Listing) { .kind = &indicator, .base = base, .path = "/api/v1/criteria",
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
        if (sqlite3_open_v2(argv[3], &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL))
                die(argv[3], sqlite3_errmsg(db));
        sql(db, "PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
        long central = sync_central(db, argv[1]);
        long portal = sync_portal(db, argv[2], argv + 4, (size_t) argc - 4);
        printf("central %ld portal %ld", central, portal);
        compare(db);
        sqlite3_close(db);
        curl_global_cleanup();
        return 0;
}
