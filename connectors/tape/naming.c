/* SPDX-License-Identifier: MIT */
#include "connectors/tape/naming.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static bool ascii(Str s) {
        for (size_t i = 0; i < s.len; i++)
                if ((unsigned char) s.at[i] >= 0x80)
                        return false;
        return true;
}

void name_fold(Str name, char *ret, size_t size) {
        _cleanup_arena_ Arena a = { .max = 16384 };
        Str loose = name;
        size_t n = 0;
        ret[0] = '\0';
        if (name.len > 1000 || (!ascii(name) && text_fold_loose(&a, name, &loose) < 0))
                return;
        for (size_t i = 0; i < loose.len; i++) {
                char c = loose.at[i] >= 'A' && loose.at[i] <= 'Z' ? (char) (loose.at[i] + 32) : loose.at[i];
                if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char) c >= 0x80) {
                        if (n + 1 >= size) {
                                ret[0] = '\0';
                                return;
                        }
                        ret[n++] = c;
                }
        }
        ret[n] = '\0';
}

/* i and y count as one: kỳ and kì are the same word, and text_fold_loose says so for some. */
static bool same_name(Str a, Str b) {
        for (size_t i = 0; i < a.len && a.len == b.len; i++)
                if ((a.at[i] == 'y' ? 'i' : a.at[i]) != (b.at[i] == 'y' ? 'i' : b.at[i]))
                        return false;
        return a.len == b.len;
}

int name_place(const char *names, const char *folded) {
        Str rest = str_of(names), one;
        for (int at = 0; str_split(&rest, ' ', &one); at++)
                if (same_name(one, str_of(folded)))
                        return at;
        return -1;
}

bool name_listed(const char *names, const char *folded) {
        return name_place(names, folded) >= 0;
}

NameLogin name_login(Str name) {
        char folded[80];
        name_fold(name, folded, sizeof folded);
        if (name_listed("password pass passwd pwd matkhau mk secret clientsecret userpassword txtpassword txtmatkhau "
                        "loginpassword inputpassword pword passphrase",
                        folded))
                return LOGIN_SECRET;
        if (name_listed("username user usr taikhoan tentaikhoan tendangnhap tk email login loginname account "
                        "accountname clientid userid txtusername txttaikhoan uname dangnhap identifier",
                        folded))
                return LOGIN_ACCOUNT;
        return LOGIN_OTHER;
}

bool name_secret(Str name) {
        static const char *const parts[] = { "token",    "secret",  "password", "passwd", "matkhau", "apikey",
                                             "session",  "cookie",  "jwt",      "csrf",   "xsrf",    "authoriz",
                                             "signature", "credential", "otp", "pincode", "viewstate" };
        char folded[200];
        name_fold(name, folded, sizeof folded);
        for (size_t i = 0; i < COUNT(parts); i++)
                if (strstr(folded, parts[i]))
                        return true;
        return name_listed("key sid codeverifier ticket auth pwd pass mk pin", folded);
}

bool value_secret(Str value) {
        int digits = 0, letters = 0, upper = 0, other = 0;
        if (value.len < 16)
                return false;
        for (size_t i = 0; i < value.len; i++) {
                char c = value.at[i];
                digits += c >= '0' && c <= '9';
                upper += c >= 'A' && c <= 'Z';
                letters += c >= 'a' && c <= 'z';
                if ((unsigned char) c <= ' ' || (unsigned char) c >= 0x7f)
                        return false;
                other += c == '/' || c == ':' || c == '@';
        }
        if (other > 2 && value.len < 60) /* an address or an instant */
                return false;
        return digits >= 2 && letters + upper >= 4;
}
