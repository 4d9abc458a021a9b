/* SPDX-License-Identifier: MIT */
/* Units (sở, ban, ngành, xã, phường, bộ phận): a forest with codes per code space, accounts per source and seats. */
#pragma once

#include "state/model/person.h"
#include "state/model/record.h"

typedef enum UnitKind {
        UNIT_PROVINCE, UNIT_DEPARTMENT, UNIT_COMMUNE, UNIT_WARD, UNIT_SPECIAL_ZONE, UNIT_SUB, UNIT_KIND_COUNT,
} UnitKind;
/* province department commune ward special-zone sub-unit, NULL */
extern const char *const unit_kinds[UNIT_KIND_COUNT + 1];
const char *unit_kind_vn(UnitKind kind);

typedef enum AccountMode {
        ACCOUNT_OWN,        /* `account` names it */
        ACCOUNT_SUPERVISED, /* read through the source's supervising account */
        ACCOUNT_PARENT,     /* the parent unit's account shows it too */
        ACCOUNT_NONE,       /* no access: the unit is unknown on that source; `reason` says why */
} AccountMode;

typedef struct UnitAccess {
        AccountMode mode;
        const char *account; /* ACCOUNT_OWN */
        const char *reason;  /* ACCOUNT_NONE; NULL: nothing was said of the source (a province) */
        const char *code;    /* the unit's code in that system; equals the id unless configured */
} UnitAccess;

/* A further code: of another space ("code-edoc"), or an earlier one of a system ("code-central", "code-portal"): a unit
 * that others were merged into has theirs. */
typedef struct UnitCode {
        const char *space, *code;
} UnitCode;

typedef struct Unit {
        const char *id;      /* the key in accounts.yaml: H15.07, 24412, 24412.kt; never changes */
        const char *name;    /* NFC */
        UnitKind kind;
        int parent;          /* index in the table, -1: a root */
        UnitAccess access[SIDE_COUNT];
        const UnitCode *codes; /* in the table's arena */
        size_t n_codes;
        Seat *seats;
        size_t n_seats;
} Unit;

/* Immutable once built; sorted by id. Owned by the settings generation that loaded it. The table, `units` and each
 * `seats` come from malloc (unit_table_free frees them), every text from the arena. */
typedef struct UnitTable {
        Unit *units;
        size_t n_units;
        struct UnitIndex *index; /* private: lookups by id, by code per side, by folded name */
        Arena arena;             /* holds every text */
} UnitTable;

/* After filling units: sorts (parents follow), gives a unit without a code its id as code, gives seats without a
 * `person` theirs, and indexes. -EINVAL, -EEXIST, -ELOOP with Err; -ENOMEM. */
int unit_table_index(UnitTable *t, Err *e);
UnitTable *unit_table_free(UnitTable *t);
DEFINE_CLEANUP(UnitTable, unit_table_free)

const Unit *unit_by_id(const UnitTable *t, Str id);           /* NULL: none */
/* By the unit's own code on that side, else by a further one. */
const Unit *unit_by_code(const UnitTable *t, Side side, Str code);
const Unit *unit_by_space(const UnitTable *t, const char *space, Str code);
bool unit_space_known(const UnitTable *t, const char *space); /* a unit has a code in it */
/* Exact NFC name first, then text_fold; NULL when none or more than one match. */
const Unit *unit_by_name(const UnitTable *t, Str name);
/* By id, name or any code; only ever a suggestion for a person; may be NULL. */
const Unit *unit_near(const UnitTable *t, Str text);
/* Through whose account a unit is read on a side: its own access, or of one above where it says `parent`. */
const Unit *unit_reader(const UnitTable *t, const Unit *u, Side side);
/* The unit itself, or for a sub-unit the nearest ancestor that is none: whose obligation a record is. */
const Unit *unit_owner(const UnitTable *t, const Unit *u);
