/* SPDX-License-Identifier: MIT */
/* nq57ctl probe from inside: what it may use of the site's sessions, and how a report is told. Private to probe*.c. */
#pragma once

#include "connectors/setup/source-probe.h"
#include "daemon/ctl/ctl.h"

/* Exit statuses of their own, one a class of failure; the others are those of ctl.h. */
enum {
        PROBE_NETWORK = 10, /* not reached, or it answered nothing but 5xx or 429 */
        PROBE_TLS = 11,
        PROBE_LOGIN = 12,   /* refused, no password, no login left in this hour */
        PROBE_SHAPE = 13,   /* it answers, but not as the profile says */
        PROBE_ASIDE_ANY = 14, /* all is read, but records had to be put aside */
        PROBE_NOTHING = 15, /* all is read, but a field found nothing in any record seen */
};

/* The site's vault, used with care: the login budget is the daemon's own and every attempt is counted in it. A session
 * that is there is used. While the daemon runs it is never renewed or replaced, since a token that changes hands is
 * worth nothing to the one who had it before. */
typedef struct ProbeVault {
        Store *store;     /* NULL: there is no vault yet */
        bool daemon;      /* it runs */
        bool reused;      /* a session was there */
        int logins;       /* made without a vault: one and no more */
        int counted;      /* of this call's logins, in the vault */
        Vault vault;
} ProbeVault;

int probe_vault_open(const Ctl *c, ProbeVault *ret, Err *e);
void probe_vault_close(ProbeVault *v);

int probe_status(const ProbeReport *r);
void probe_show(const Ctl *c, const ProbeReport *r, const ProbeVault *v);
int probe_json(const Ctl *c, const char *source, const ProbeReport *r, const ProbeVault *v);

/* Lines of YAML that may mend what was seen: `put` once a line, in the language asked for. */
typedef void ProbeAdvice(void *userdata, const char *yaml, const char *reason);
void probe_advise(const ProbeStream *s, bool vi, ProbeAdvice *put, void *userdata);
