/* SPDX-License-Identifier: MIT */
/* Builds mails from standard input for tests/flow/test_message.py, which judges them with another parser.
 * A mail is ten fields, each ended by NUL: from name, from address, to name, to address, reply name, reply address
 * ("" none), subject, Message-ID, date in µs, body. Answers "ok LENGTH" and the bytes, or "error CODE TEXT". */
#include <stdio.h>
#include <stdlib.h>

#include "connectors/mail/message.h"

#define FIELDS 10

static bool read_mail(char **field, size_t *room) {
        for (size_t i = 0; i < FIELDS; i++) {
                if (getdelim(&field[i], &room[i], '\0', stdin) <= 0)
                        return false;
        }
        return true;
}

static void build(char **f) {
        MailParts parts = { .from_name = f[0], .from_address = f[1], .to_name = f[2], .to_address = f[3],
                            .reply_name = f[4], .reply_address = f[5][0] ? f[5] : NULL, .subject = f[6],
                            .message_id = f[7], .body = f[9] };
        _cleanup_text_ Text mail = { 0 };
        Err e = { 0 };
        int r = text_to_int64(str_of(f[8]), &parts.date);

        if (r >= 0)
                r = message_build(&parts, &mail, &e);
        if (r < 0)
                printf("error %d %s\n", r, e.text);
        else {
                printf("ok %zu\n", mail.len);
                (void) fwrite(mail.at, 1, mail.len, stdout);
        }
}

int main(void) {
        char *field[FIELDS] = { 0 };
        size_t room[FIELDS] = { 0 };

        while (read_mail(field, room))
                build(field);
        for (size_t i = 0; i < FIELDS; i++)
                free(field[i]);
        return 0;
}
