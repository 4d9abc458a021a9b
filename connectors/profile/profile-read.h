/* SPDX-License-Identifier: MIT */
/* Reads maps of a profile's tree by tables of keys into plain structs: one place for types, limits, unknown keys and
 * the words of errors. Private to profile*.c. */
#pragma once

#include "connectors/profile/profile-plan.h"

typedef enum ProfileMessage {
        PROFILE_KEY_UNKNOWN,   /* 1: where */
        PROFILE_KEY_MISSING,   /* 1: key */
        PROFILE_WANTS_MAP, PROFILE_WANTS_LIST, PROFILE_WANTS_TEXT,
        PROFILE_NOT_ONE_OF,    /* 1: seen, 2: the list */
        PROFILE_NOT_NUMBER,    /* 1: seen, 2: lowest, 3: highest */
        PROFILE_SELECTOR,      /* 1: seen, 2: byte, 3: why */
        PROFILE_SELECTOR_PATH, /* 1: seen; the splitter cannot follow it */
        PROFILE_SELECTOR_ROOT, /* 1: seen; of a record, and it names none of its members */
        PROFILE_SELECTOR_ONE,  /* 1: seen; ends in [*] where one value is wanted */
        PROFILE_PATH,          /* 1: seen */
        PROFILE_NAME,          /* 1: seen */
        PROFILE_HEADER,        /* 1: seen */
        PROFILE_PLACEHOLDER,   /* 1: seen, 2: those allowed */
        PROFILE_TEMPLATE_FORMAT, /* 1: seen */
        PROFILE_TEMPLATE_USELESS, /* 1: name */
        PROFILE_TEMPLATE_UNCLOSED, /* 1: name */
        PROFILE_JSON,          /* 1: seen, 2: why */
        PROFILE_JSON_BARE,     /* 1: name */
        PROFILE_HOST,          /* 1: seen */
        PROFILE_SIZE,          /* 1: seen, 2: least, 3: most */
        PROFILE_ZONE,          /* 1: seen */
        PROFILE_DATE_FORMAT,   /* 1: seen */
        PROFILE_KEY_USELESS,   /* 1: key, 2: because of */
        PROFILE_KEY_NEEDS,     /* 1: what is there, 2: the keys it needs */
        PROFILE_AS_OF,         /* 1: seen */
        PROFILE_PAGING_UNTOLD, /* 1: the key, 2: the name, that tell the system which page is wanted */
        PROFILE_EACH,          /* 1: seen */
        PROFILE_EACH_MONTH,    /* 1: seen */
        PROFILE_EACH_ORDER,    /* 1: to, 2: from */
        PROFILE_NO_STREAMS,
        PROFILE_TOTAL_IN_LIST, /* 1: selector, 2: list */
        PROFILE_FIELD_KIND,    /* 1: field, 2: kind */
        PROFILE_FIELD_SOURCE,  /* nothing, or more than one of from, constant, account-unit */
        PROFILE_FIELD_TWICE,   /* 1: field */
        PROFILE_CODE_UNIT,     /* codes-per-unit without lead */
        PROFILE_WORDS_UNKNOWN, /* 1: vocabulary */
        PROFILE_WORDS_UNUSED,  /* 1: vocabulary */
        PROFILE_WORD_MEANING,  /* 1: seen, 2: the field, 3: what it takes */
        PROFILE_WORD_TWICE,    /* 1: word */
        PROFILE_WORDS_WANTED,  /* 1: field */
        PROFILE_TOO_MANY,      /* 1: highest */
        PROFILE_ONE_OF,        /* 1: the keys of which exactly one is wanted */
        PROFILE_STEP_TARGET,   /* 1: seen */
        PROFILE_TAKE,          /* 1: seen */
        PROFILE_TAKE_NAME,     /* 1: seen */
        PROFILE_NO_TOKEN,      /* 1: the name that no step takes */
        PROFILE_NO_PROOF,
        PROFILE_SPAN,          /* 1: seen */
        PROFILE_MESSAGE_COUNT
} ProfileMessage;

/* A map in which a choice could not be read (meant NULL), or a key was misspelt: what follows from that alone is not
 * complained of beside it. */
typedef struct ProfileMisread {
        const Tree *map;
        const char *meant;
} ProfileMisread;
#define PROFILE_MISREAD_MAX 64

typedef struct ProfileReader {
        FindingSink *sink;
        Arena *arena;
        Text path;  /* of the key being read: "streams.tasks.list" */
        const char **config; /* names of values from nq57d.yaml that templates use; in the arena */
        size_t n_config;
        bool token_in_body, token_used; /* the session goes in bodies of requests; one of them says <token> */
        ProfileMisread misread[PROFILE_MISREAD_MAX];
        size_t n_misread;
        int errors;
        int failed; /* 0 or -ENOMEM */
} ProfileReader;

typedef struct Complaint {
        ProfileMessage message;
        Severity severity;
        Origin origin;
        const char *key;     /* added to the path; NULL: none */
        const char *arg[4]; /* the fourth: what the third is in Vietnamese; NULL: the same */
        const char *nearest;
} Complaint;
void profile_complain(ProfileReader *r, const Complaint *c);
bool profile_misread(const ProfileReader *r, const Tree *map); /* a choice of this map could not be read */
/* That a key means nothing beside `because`, where it is given. */
void profile_useless(ProfileReader *r, const Tree *t, const char *key, const char *because);

typedef enum KeyType {
        KEY_TEXT,    /* const char * */
        KEY_PATH,    /* const char *: begins with one '/' */
        KEY_TARGET,  /* const char *: such a path, with or without a query */
        KEY_NAME,    /* const char *: a query parameter or form field */
        KEY_HEADER,  /* const char *: a header's name */
        KEY_FLAG,    /* bool: yes, no */
        KEY_INT,     /* int: low..high */
        KEY_CHOICE,  /* int: index in choices */
        KEY_SELECT,  /* Select */
        KEY_SELECTS, /* PlanSelects: a list of selectors, or one */
        KEY_PAIRS,   /* PlanPairs: a map of texts */
        KEY_NAMES,   /* PlanNames: a list of texts, or one text */
        KEY_TREE,    /* const Tree *: read by the caller */
        KEY_ZONE,    /* int64_t: µs east */
        KEY_STATUSES, /* PlanStatuses: one, or a list */
} KeyType;

typedef struct KeySpec {
        const char *key;
        KeyType type;
        size_t offset;
        bool required;
        int low, high;
        const char *const *choices; /* NULL-ended */
} KeySpec;

/* Reads every key of `map` into `out`, by `specs`; complains of the unknown, the missing and the wrong, and goes on. */
void profile_read(ProfileReader *r, const Tree *map, const KeySpec *specs, size_t n, void *out);

/* Only keys `applies` lists are useful under this choice: complains of the others. */
void profile_only(ProfileReader *r, const Tree *map, const KeySpec *specs, size_t n, const char *const *applies,
                  const char *because);
void profile_need(ProfileReader *r, const Tree *map, const char *const *keys);

size_t profile_enter(ProfileReader *r, const char *key); /* a path length for profile_leave */
void profile_leave(ProfileReader *r, size_t length);
void *profile_alloc(ProfileReader *r, size_t n, size_t size); /* zeroed; NULL marks the reader failed */
/* A name as the key of a JSON object, with its colon: how records mostly write it. In the arena. */
Str profile_key_written(ProfileReader *r, Str name);
