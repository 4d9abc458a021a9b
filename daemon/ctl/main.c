/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/options.h"
#include "daemon/ctl/verbs.h"
#include "daemon/paths.h"
#include "nq57-build.h"

#include <stdio.h>

static int verb_unknown(const char *name) {
        const char *names[64], *near;
        size_t n = 0;

        for (const Verb *v = verb_table; v->name && n < 64; v++)
                names[n++] = v->name;
        near = text_nearest(str_of(name), names, n);
        ctl_say("no verb `%s`%s%s%s (nq57ctl help)", name, near ? "; did you mean `" : "", near ? near : "",
                near ? "`?" : "");
        return CTL_USAGE;
}

static int run(const Verb *v, const CtlArgs *args) {
        Ctl c;
        int status = ctl_open(&c, args, v->needs);

        if (status == 0)
                status = v->run(&c);
        ctl_close(&c);
        return status;
}

int main(int argc, char **argv) {
        CtlArgs args = { .config_dir = paths_config() };
        const char *name = NULL;
        const Verb *v;
        int status = options_read(argc, argv, &args, &name);

        if (status != 0)
                return status;
        if (paths_profiles() < 0)
                return CTL_TROUBLE;
        if (args.version) {
                puts("nq57ctl " NQ57_VERSION);
                return CTL_OK;
        }
        if (!name) {
                verb_help(args.help ? stdout : stderr, words_vi(args.lang));
                return args.help ? CTL_OK : CTL_USAGE;
        }
        v = verb_find(name);
        if (!v)
                return verb_unknown(name);
        if (args.help) {
                verb_help_one(v, words_vi(args.lang), stdout);
                return CTL_OK;
        }
        status = verb_check(v, &args);
        return status != 0 ? status : run(v, &args);
}
