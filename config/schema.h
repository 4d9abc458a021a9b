/* SPDX-License-Identifier: MIT */
/* The table of keys of the four YAML files: path, type, range, unit, default, help in two languages. Loading,
 * --print-config and docs/CONFIGURATION.md all walk it. Adding a key is one line in keys.c and one where it is used. */
#pragma once

#include "config/notice.h"
#include "state/model/tree.h"
#include "state/model/when.h"

typedef enum ConfigFile { CONFIG_MAIN, CONFIG_ACCOUNTS, CONFIG_LINKS, CONFIG_CALENDAR, CONFIG_FILES } ConfigFile;
extern const char *const config_files[CONFIG_FILES]; /* "nq57d.yaml" "accounts.yaml" "links.yaml" "calendar-vn.yaml" */

typedef enum KeyType {
        KEY_TEXT,    /* one line, min..max bytes */
        KEY_WORD,    /* a-z 0-9 and -, for ids that we choose */
        KEY_CODE,    /* a code of theirs: no blanks, at most 64 bytes */
        KEY_ACCOUNT, /* an account name: no blanks, at most 128 bytes */
        KEY_INT,
        KEY_DURATION /* s */,
        KEY_WORKDAYS,
        KEY_CHOICE,
        KEY_CHOICES /* comma list; number: mask */,
        KEY_FLAG,
        KEY_LIST /* comma list of texts */,
        KEY_URL,
        KEY_RELAY,
        KEY_HOST,
        KEY_PATH,
        KEY_PERSON, /* Name <address> */
        KEY_SEAT,   /* Name <address> [from D/M/YYYY] [until D/M/YYYY] [phone ...], or vacant [since D/M/YYYY] */
        KEY_ACCESS, /* account | supervised | parent | none (reason) */
        KEY_LINKED, /* a code, or none */
        KEY_DATE,
        KEY_TIME /* minutes */,
        KEY_PINS,   /* sha256//BASE64, sha256//BASE64 */
        KEY_PROXY,  /* http, https or socks5h URL of host and port only */
        KEY_HOURS,  /* 22:00-05:00, 12:00-13:00 */
        KEY_BEFORE, /* 20 monthly | 27/6/2026 */
        KEY_FINISH, /* same day | 3 working days earlier */
        KEY_TYPES
} KeyType;

typedef struct Key {
        ConfigFile file;
        const char *path; /* "sources.*.url"; `*` is a name the file gives, also the end of one; `-N` a number 2 to 9 */
        KeyType type;
        int64_t min, max;     /* of numbers, in the unit of KeyValue; of texts in bytes; 0, 0: the type's own */
        const char *fallback; /* the default as one would type it; NULL: none */
        bool required;
        const char *const *choices;
        const char *en, *vi;
} Key;

typedef struct KeySection {
        ConfigFile file;
        const char *path; /* "sources", "sources.*" */
        bool required;
        KeyType names; /* shape of the names at `*` */
        const char *en, *vi;
} KeySection;

extern const Key key_table[];
extern const size_t key_count;
extern const KeySection key_sections[];
extern const size_t key_section_count;

/* A value read by its type. Texts are slices of what was typed. */
typedef struct KeyValue {
        bool given;        /* it stands in the file and is valid; else this is the default */
        Origin at;         /* of the value, when given */
        const char *whole; /* as typed; NULL: neither given nor a default */
        /* Number, seconds, minutes, index of a choice, mask, 1 for yes, AccountMode, day of the month of `before`. */
        int64_t number;
        Str text, address, phone; /* name and address of a person; reason of none */
        Date date, until;         /* a seat's from and until; DATE_NONE: not said */
        bool vacant;
} KeyValue;

typedef enum KeyFault {
        KEY_FINE,
        KEY_SHAPE,
        KEY_RANGE,
        KEY_NO_SUCH_DAY,
        KEY_BAD_ADDRESS,
        KEY_SECRET,
        KEY_PLAIN_HTTP,
        KEY_NO_REASON,
        KEY_MISSPELT,
} KeyFault;

/* Pure. `ret_seen` is the part of the text that is meant by the fault, `ret_nearest` a valid word near it or NULL. */
KeyFault key_read(const Key *k, Str text, KeyValue *ret, Str *ret_seen, const char **ret_nearest);

/* What a value of this key looks like, in words. */
void key_expected(const Key *k, bool vi, Text *t);

const Key *key_find(ConfigFile file, const char *const *parts, size_t n_parts);

/* Puts a finding for every unknown, missing, misplaced or invalid key of a document. 0, -ENOMEM. */
int schema_check(ConfigFile file, const Tree *root, Notices *n);

/* The value of the key with that pattern in `map` (the innermost map; may be NULL), or its default. Invalid values,
 * which schema_check has put, read as the default. */
KeyValue schema_value(ConfigFile file, const Tree *map, const char *pattern);

/* The word for a place where secrets belong, for messages. */
extern const char schema_secret_place_en[], schema_secret_place_vi[];

/* Keys that promise a secret behind them: password, mat-khau, token ... */
bool schema_names_secret(const char *key);
