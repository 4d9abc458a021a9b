/* SPDX-License-Identifier: MIT */
#include "config/typed.h"

#include "connectors/http/loopback.h"

static bool host_char(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-';
}

static bool host_name(Str s) {
        if (s.len == 0 || s.len > 253 || s.at[0] == '.' || s.at[0] == '-' || s.at[s.len - 1] == '-')
                return false;
        for (size_t i = 0; i < s.len; i++)
                if (!host_char(s.at[i]) || (s.at[i] == '.' && i > 0 && s.at[i - 1] == '.'))
                        return false;
        return true;
}

static bool bracketed(Str s) {
        if (s.len < 4 || s.at[0] != '[' || s.at[s.len - 1] != ']')
                return false;
        for (size_t i = 1; i + 1 < s.len; i++)
                if (!strchr("0123456789abcdefABCDEF:.", s.at[i]))
                        return false;
        return true;
}

bool typed_host_port(Str s, Str *ret_host) {
        const char *close = s.len && s.at[0] == '[' ? memchr(s.at, ']', s.len) : NULL;
        size_t from = close ? (size_t) (close - s.at) : 0;
        const char *colon = s.len > from ? memchr(s.at + from, ':', s.len - from) : NULL;
        Str host = { s.at, colon ? (size_t) (colon - s.at) : s.len };
        int port;
        if (colon && text_to_int((Str) { colon + 1, s.len - host.len - 1 }, 1, 65535, &port) < 0)
                return false;
        *ret_host = host;
        return bracketed(host) || host_name(host);
}

/* Splits scheme://authority/path; a user in it is a secret's place. */
static KeyFault split_url(Str s, Str *ret_scheme, Str *ret_authority, Str *ret_path) {
        const char *sep = s.len ? memmem(s.at, s.len, "://", 3) : NULL;
        if (!sep)
                return KEY_SHAPE;
        *ret_scheme = (Str) { s.at, (size_t) (sep - s.at) };
        Str rest = { sep + 3, s.len - ret_scheme->len - 3 };
        size_t len = 0;
        while (len < rest.len && !strchr("/?#", rest.at[len]))
                len++;
        *ret_authority = (Str) { rest.at, len };
        *ret_path = (Str) { rest.at + len, rest.len - len };
        return memchr(rest.at, '@', len) ? KEY_SECRET : KEY_FINE;
}

static bool path_valid(Str path) {
        for (size_t i = 0; i < path.len; i++) {
                unsigned char c = (unsigned char) path.at[i];
                if (c <= ' ' || c >= 0x7f || strchr("?#\\\"<>", c))
                        return false;
        }
        return true;
}

KeyFault typed_url(Str s) {
        Str scheme, authority, path, host;
        KeyFault fault = split_url(s, &scheme, &authority, &path);
        if (fault != KEY_FINE)
                return fault;
        bool plain = str_eq(scheme, STR("http"));
        if ((!plain && !str_eq(scheme, STR("https"))) || !typed_host_port(authority, &host) || !path_valid(path))
                return KEY_SHAPE;
        return plain && !url_loopback(host) ? KEY_PLAIN_HTTP : KEY_FINE;
}

KeyFault typed_proxy(Str s) {
        Str scheme, authority, path, host;
        KeyFault fault = split_url(s, &scheme, &authority, &path);
        if (fault != KEY_FINE)
                return fault;
        bool known = str_eq(scheme, STR("http")) || str_eq(scheme, STR("https")) || str_eq(scheme, STR("socks5h"));
        return known && path.len == 0 && typed_host_port(authority, &host) ? KEY_FINE : KEY_SHAPE;
}

KeyFault typed_relay(Str s) {
        Str scheme, authority, path, host;
        KeyFault fault = split_url(s, &scheme, &authority, &path);
        if (fault != KEY_FINE)
                return fault;
        bool known = str_eq(scheme, STR("smtp")) || str_eq(scheme, STR("smtps"));
        return known && path.len == 0 && typed_host_port(authority, &host) ? KEY_FINE : KEY_SHAPE;
}
