/* SPDX-License-Identifier: MIT */
/* What a browser's recording says of a system, as far as a profile can say it: its login, its list calls, their paging.
 * No value of the recording is kept but words of small vocabularies, fixed parameters and names. Pure. */
#pragma once

#include "connectors/setup/guess.h"
#include "connectors/setup/har.h"

#define DRAFT_STREAMS 8
#define DRAFT_NOTES 40
#define DRAFT_OUT 64

typedef enum DraftKind {
        DRAFT_NONE,
        DRAFT_BASIC,
        DRAFT_BEARER,
        DRAFT_KEY_HEADER,
        DRAFT_KEY_QUERY,
        DRAFT_JSON_LOGIN,
        DRAFT_HTML_FORM,
        DRAFT_STEPS, /* one step: a login that is neither a form for people nor JSON for a token */
        DRAFT_KINDS
} DraftKind;

typedef struct DraftSession {
        DraftKind kind;
        const char *login_path;      /* where it is posted, or where the form stands */
        HarPairs login_fields;      /* values as templates: <account>, <secret>, or fixed */
        HarNames hidden;            /* inputs of the form's page */
        const char *token, *refresh, *expires; /* selectors in the answer to a login */
        const char *header, *value;  /* how the token or key is sent: "Bearer <token>" */
        const char *refresh_path, *refresh_field;
        bool guessed;                /* which field is the password is told by what followed, not by its name */
        bool login_json;             /* DRAFT_STEPS: posted as JSON, else as a form */
        const char *proof_path, *proof_text, *proof; /* a text, or a selector; NULL */
        const char *csrf_header, *csrf_from, *csrf_path; /* a token against forgery that the calls carry; NULL: none */
} DraftSession;

typedef struct DraftStream {
        const char *path, *method;
        RecordKind kind;
        int calls;                   /* of the recording */
        Look look;                   /* of the fullest answer */
        const LookList *list;        /* over all its pages */
        int page_records;            /* of the fullest answer */
        const char *paging;          /* "page", "offset", "cursor", "link", "next", "none" */
        bool paging_seen;            /* it moved in the recording; else told by its name alone */
        const char *page_parameter;  /* of page, offset, cursor */
        int first_page;
        const char *size_parameter;
        int64_t size;
        const char *total, *cursor, *more, *next; /* selectors */
        const char *total_header;    /* X-Total-Count and its like; NULL */
        HarPairs query;             /* fixed */
        const char *json, *form;     /* the body of a POST as a template; NULL: none */
        HarPairs headers;           /* of these calls, that may matter */
        int details;                 /* rows that were asked for by themselves; 0: none, and members begin at the row */
        const char *detail_path;     /* a template; else members begin with $.row and $.detail */
        const char *detail_query, *detail_member; /* the parameter that names the row (NULL: the path does), by what */
        const char *detail_record, *detail_ok;    /* selectors in its answer; "$" all of it; NULL: none */
} DraftStream;

/* `decide`: a person has to, before the profile can be used; else good to know. */
typedef struct DraftNote {
        bool decide;
        const char *en, *vi;
} DraftNote;

typedef struct Draft {
        const char *origin;          /* the system's address: for nq57d.yaml, not for the profile */
        DraftSession session;
        DraftStream stream[DRAFT_STREAMS];
        int n_streams;
        DraftNote note[DRAFT_NOTES];
        int n_notes;
        Str out[DRAFT_OUT];          /* what was typed at logins, tokens: only to keep them out of all the rest */
        int n_out;
        bool out_lost;               /* there were more: no value is taken over */
        Arena arena;
} Draft;

/* 0; DRAFT_E_NOTHING when no list was found, with notes that say what to record. `log` must outlive the draft. */
enum { DRAFT_E_NOTHING = 1 };
int draft_make(const HarLog *log, Draft *ret);
void draft_free(Draft *d);
