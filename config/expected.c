/* SPDX-License-Identifier: MIT */
/* What a value looks like, in words, for messages and for the reference page. */
#include "config/schema.h"

typedef struct Words {
        const char *en, *vi;
} Words;

static const Words type_words[KEY_TYPES] = {
        [KEY_TEXT] = { "text", "chữ" },
        [KEY_WORD] = { "a word of a-z, 0-9 and -, at most 32", "từ gồm a-z, 0-9 và -, tối đa 32" },
        [KEY_CODE] = { "a code without blanks, at most 64 bytes", "mã không có dấu cách, tối đa 64 byte" },
        [KEY_ACCOUNT] = { "an account name without blanks", "tên tài khoản không có dấu cách" },
        [KEY_INT] = { "a whole number", "số nguyên" },
        [KEY_DURATION] = { "a time such as `30 minutes`, `12 hours`", "khoảng thời gian, ví dụ `30 minutes`, `12 "
                                                                      "hours`" },
        [KEY_WORKDAYS] = { "for example `2 working days`", "ví dụ `2 working days`" },
        [KEY_CHOICE] = { "one of", "một trong" },
        [KEY_CHOICES] = { "one or more, with commas, of", "một hay nhiều, cách nhau dấu phẩy, trong" },
        [KEY_FLAG] = { "yes or no", "yes (có) hoặc no (chưa)" },
        [KEY_LIST] = { "texts with commas between", "các mục cách nhau dấu phẩy" },
        [KEY_URL] = { "an address such as https://host.example.vn", "địa chỉ, ví dụ https://host.example.vn" },
        [KEY_RELAY] = { "smtp://host:port or smtps://host:port", "smtp://host:port hoặc smtps://host:port" },
        [KEY_HOST] = { "a host name", "tên máy" },
        [KEY_PATH] = { "a path that begins with /", "đường dẫn bắt đầu bằng /" },
        [KEY_PERSON] = { "`Name <address>`", "`Họ và tên <địa chỉ thư>`" },
        [KEY_SEAT] = { "`Name <address> [from D/M/YYYY] [until D/M/YYYY] [phone ...]` or `vacant [since D/M/YYYY]`",
                       "`Họ và tên <địa chỉ thư> [from N/T/NNNN] [until N/T/NNNN] [phone ...]` hoặc `vacant [since "
                       "N/T/NNNN]`" },
        [KEY_ACCESS] = { "an account name, `supervised`, `parent` or `none (reason)`", "tên tài khoản, `supervised`, "
                                                                                       "`parent` hoặc `none (lý do)`" },
        [KEY_LINKED] = { "a code without blanks, or `none`", "mã không có dấu cách, hoặc `none`" },
        [KEY_DATE] = { "a date such as 20/6/2026", "ngày, ví dụ 20/6/2026" },
        [KEY_TIME] = { "a time of day such as 07:30", "giờ trong ngày, ví dụ 07:30" },
        [KEY_PINS] = { "`sha256//` and 44 characters of base64, several with commas between",
                       "`sha256//` và 44 ký tự base64; nhiều thì cách nhau dấu phẩy" },
        [KEY_PROXY] = { "http://host:port, https://host:port or socks5h://host:port",
                        "http://host:port, https://host:port hoặc socks5h://host:port" },
        [KEY_HOURS] = { "times such as `22:00-05:00, 12:00-13:00`, at most 8, with an hour of the day left",
                        "các khoảng giờ, ví dụ `22:00-05:00, 12:00-13:00`, tối đa 8, còn chừa ít nhất một giờ" },
        [KEY_BEFORE] = { "`20 monthly` or a date such as 27/6/2026", "`20 monthly` (hằng tháng) hoặc một ngày như "
                                                                     "27/6/2026" },
        [KEY_FINISH] = { "`same day` or `3 working days earlier`", "`same day` (cùng ngày) hoặc `3 working days "
                                                                   "earlier`" },
};

static void add_unit(Text *t, int64_t n, const char *en, const char *vi) {
        text_addf(t, "%lld %s%s", (long long) n, vi ? vi : en, vi ? "" : PLURAL(n));
}

static void add_seconds(Text *t, int64_t s, bool vi) {
        if (s % 86400 == 0)
                add_unit(t, s / 86400, "day", vi ? "ngày" : NULL);
        else if (s % 3600 == 0)
                add_unit(t, s / 3600, "hour", vi ? "giờ" : NULL);
        else if (s % 60 == 0)
                add_unit(t, s / 60, "minute", vi ? "phút" : NULL);
        else
                add_unit(t, s, "second", vi ? "giây" : NULL);
}

static void add_range(const Key *k, bool vi, Text *t) {
        text_add(t, vi ? STR(", từ ") : STR(", from "));
        if (k->type == KEY_DURATION)
                add_seconds(t, k->min, vi);
        else
                text_addf(t, "%lld", (long long) k->min);
        text_add(t, vi ? STR(" đến ") : STR(" to "));
        if (k->type == KEY_DURATION)
                add_seconds(t, k->max, vi);
        else
                text_addf(t, "%lld", (long long) k->max);
        if (k->type == KEY_TEXT)
                text_add(t, STR(" byte"));
        if (k->type == KEY_BEFORE)
                text_add(t, vi ? STR(" nếu hằng tháng") : STR(" when monthly"));
}

void key_expected(const Key *k, bool vi, Text *t) {
        text_add(t, str_of(vi ? type_words[k->type].vi : type_words[k->type].en));
        for (size_t i = 0; k->choices && k->choices[i]; i++)
                text_addf(t, "%s `%s`", i ? "," : "", k->choices[i]);
        bool ranged = k->type == KEY_INT || k->type == KEY_DURATION || k->type == KEY_WORKDAYS ||
                      k->type == KEY_FINISH || k->type == KEY_BEFORE || k->type == KEY_TEXT;
        if (ranged && k->max != 0)
                add_range(k, vi, t);
}

const char schema_secret_place_en[] = "the secrets folder (ID.secrets, one line `account<TAB>password`, mode 0600) or "
                                      "a systemd credential";
const char schema_secret_place_vi[] = "thư mục mật khẩu (MÃ.secrets, mỗi dòng `tài khoản<TAB>mật khẩu`, quyền 0600) "
                                      "hoặc credential của systemd";

bool schema_names_secret(const char *key) {
        static const char *const words[] = { "password", "passwd",   "passphrase", "pass",      "pwd",      "secret",
                                             "token",    "api-key",  "apikey",     "mật khẩu",  "mật-khẩu", "mat-khau",
                                             "matkhau",  "mat_khau", "mk",         "credential" };
        Str whole = str_of(key);
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
                size_t len = strlen(words[i]);
                const char *at = whole.len >= len ? strcasestr(key, words[i]) : NULL;
                bool begins = at && (at == key || at[-1] == '-' || at[-1] == '_' || at[-1] == ' ');
                bool ends = at &&
                            (at[len] == '\0' || at[len] == '-' || at[len] == '_' || at[len] == ' ' || at[len] == 's');
                if (begins && ends)
                        return true;
        }
        return false;
}
