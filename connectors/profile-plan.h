/* SPDX-License-Identifier: MIT */
/* A compiled profile, as the parts of the engine read it. Immutable; everything lies in the profile's arena or is
 * borrowed from its tree. docs/PROFILES.md explains each key. Private to connectors/. */
#pragma once

#include "connectors/paging-plan.h"
#include "connectors/format.h"
#include "connectors/profile.h"
#include "connectors/request-plan.h"

typedef enum SessionKind {
        SESSION_KIND_NONE,
        SESSION_KIND_API_KEY,
        SESSION_KIND_JSON_LOGIN,
        SESSION_KIND_HTML_FORM
} SessionKind;

typedef struct SessionPlan {
        int kind;                    /* SessionKind */
        const char *header, *value;  /* how a token or key is sent */
        const char *login_path;      /* json-login: POST; html-form: where the form stands */
        PlanPairs login_fields;
        PlanNames hidden_fields;     /* html-form: inputs taken from the form */
        Select token, refresh_token, expires_in;
        const char *refresh_path;
        PlanPairs refresh_fields;
        int lifetime;                /* seconds, when the answer names none; 0: unknown */
        int leeway;                  /* seconds before the expiry at which a token counts as expired */
        const char *proof_path, *proof_text;
        const char *login_text;      /* what only a login page shows, besides a password input; NULL */
        int refused_status;          /* of a login: wrong password */
        int lost_status;             /* of any other request: log in again */
} SessionPlan;

/* One word of a vocabulary, and what it says about fields besides the one it was read for. */
typedef struct WordSet {
        FieldId field;
        Str text;
} WordSet;

typedef struct Word {
        Str word, folded;
        Str text;  /* canonical for the field itself; at NULL: null */
        const WordSet
                *also; /* a flag that any word of the table sets is here "false" where this word does not set it */
        size_t n_also;
} Word;

typedef enum UnknownPolicy { UNKNOWN_DEFAULT, UNKNOWN_QUARANTINE, UNKNOWN_INVALID, UNKNOWN_KEEP } UnknownPolicy;
typedef enum UnitBy { UNIT_BY_CODE, UNIT_BY_NAME, UNIT_BY_ID } UnitBy;
typedef enum DateOnly { DATE_ONLY_START, DATE_ONLY_END } DateOnly;

/* A selector whose first step, a member of the record, is looked up once per record for all fields: slots of
 * StreamPlan. */
typedef struct SlotSelect {
        Select select;
        int slot; /* -1: walks from the record itself */
} SlotSelect;

typedef struct EvidencePlan {
        Select name, number, date, url;
} EvidencePlan;

typedef struct FieldPlan {
        FieldId id;
        FieldType type;
        SlotSelect from;
        const char *constant;
        bool account_unit;      /* the unit of the account the listing is read with */
        bool required, html, percent;
        char mark, thousands;   /* decimals; thousands 0: none */
        int unknown;            /* UnknownPolicy, never DEFAULT once compiled */
        int unit_by;            /* UnitBy */
        int date_only;          /* DateOnly */
        int64_t zone;           /* µs east of UTC for formats without a zone */
        PlanNames dates;        /* formats, tried in order */
        const Word *words;
        size_t n_words;
        Select member;          /* lists of units: what of each member; steps 0: itself */
        EvidencePlan evidence;
        Origin origin;
} FieldPlan;

typedef struct StreamPlan {
        const char *name;
        RecordKind kind;
        const char *path;     /* of the request, as people know the stream by */
        RequestPlan request;
        Select list;
        Select ok;            /* a value inside a 200 that must read `ok_value` */
        const char *ok_value;
        PagingPlan paging;
        PlanNames keep;       /* headers of the answer that are read */
        SlotSelect code, period;
        bool codes_per_unit;
        const FieldPlan *fields;
        size_t n_fields;
        const Str *slots;     /* names of the record's members that any selector begins with */
        size_t n_slots;
        FormatPlan format;    /* also of files; its `files` alone: a stream without requests has no path */
        Origin origin;
} StreamPlan;

struct Profile {
        Arena arena;
        const char *id, *status, *title;
        PlanPairs headers;
        PlanNames allowed_hosts; /* besides the base URL's own */
        SessionPlan session;
        StreamPlan *streams;
        size_t n_streams;
        PlanNames config_names;  /* values it takes from nq57d.yaml */
        uint64_t digest;
};

const StreamPlan *profile_stream(const Profile *p, const char *name); /* NULL: none */
