/* SPDX-License-Identifier: MIT */
/* A kept contract that the store gave back spoilt, up to the first NUL, and a record behind it, alone and as a row with
 * its detail: decoded or taken for none; what is written again is decoded again, and says the same. */
#include "connectors/decode/split.h"
#include "connectors/record/contract.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void member(void *userdata, const SplitMember *m) {
        Contract *c = userdata;
        if (str_eq(m->key, STR("s")))
                contract_member(c, 0, m->value);
        else
                contract_other(c, m->key, m->value);
}

static void tell(void *userdata, const ContractFinding *f) {
        if (!f->en[0] || !f->vi[0])
                abort();
        ++*(int *) userdata;
}

static void listing(const StreamPlan *stream, Str kept, Str rest) {
        const ContractListing l = { .received = 40, .page_size = 20 };
        Contract *c, *again;
        if (contract_new(stream, 1, kept, &c) < 0)
                abort();
        for (int i = 0; i < 30; i++) {
                SplitSpan span = { .bytes = rest };
                c->records++;
                split_members(&span, NULL, member, c);
        }
        contract_word(c, FIELD_WORK, rest);
        int told = 0;
        uint64_t mark;
        if (contract_judge(c, &l, tell, &told, &mark) < 0 || (mark && !told))
                abort();
        _cleanup_text_ Text first = TEXT_INIT(CONTRACT_TEXT * 4), second = TEXT_INIT(CONTRACT_TEXT * 4);
        contract_encode(c, &l, &first);
        if (!first.failed && first.len > 0 && first.len < CONTRACT_TEXT) {
                if (contract_new(stream, 1, text_str(&first), &again) < 0)
                        abort();
                again->records = 0;
                const ContractListing other = { .received = 41 };
                contract_encode(again, &other, &second);
                if (again->known_records < 30 || second.len == 0)
                        abort();
                contract_free(again);
        }
        contract_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const Str slots[] = { { "s", 1 } };
        static const SelectStep steps[] = { { .name = { "s", 1 } }, { .name = { "w", 1 } } };
        static FieldPlan field = { .id = FIELD_WORK };
        static SlotSelect from = { .slot = 0, .select = { .text = "$.s.w", .steps = steps, .n_steps = 2 } };
        field.from = &from;
        field.n_from = 1;
        StreamPlan stream = { .slots = slots, .n_slots = 1, .fields = &field, .n_fields = 1, .code.slot = 0,
                              .drift = { .on_critical = DRIFT_STOP, .count_band = 10 } };
        Str rest = { (const char *) data, size }, kept = STR_NULL;
        str_split(&rest, '\0', &kept);
        listing(&stream, kept, rest);
        stream.details.request.path = "/d";
        listing(&stream, kept, rest);
        return 0;
}
