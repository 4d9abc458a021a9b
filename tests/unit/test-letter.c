/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "state/letter.h"
#include "tests/unit/plan-world.h"

static Instant morning(int year, int month, int day_of_month) {
        return when_at(day(year, month, day_of_month), 7, 30);
}

static const LetterOptions options = {.mark = "", .province = "Đắk Lắk", .contact_name = "Trần Thị B",
                                      .contact_unit = "Sở KH&CN", .contact_phone = "0262 555 0100"};

typedef struct Written {
        Text subject, body;
        Plan *plan;
} Written;

/* The letter to `name` that the plan makes; an empty one when there is none. */
static Written letter_to(World *w, const char *name, const LetterOptions *o, const LetterPage *pages, size_t n_pages) {
        Written got = {.subject = TEXT_INIT(4096), .body = TEXT_INIT(1 << 20)};
        LetterAsOf as_of[WORLD_UNITS];

        for (size_t i = 0; i < WORLD_UNITS; i++)
                as_of[i] = (LetterAsOf) {{when_at(when_date(w->in.now), 6, 40), when_at(when_date(w->in.now), 6, 45)},
                                         {true, true}};
        as_of[U_SCIENCE].read[SIDE_PORTAL] = as_of[U_SCIENCE].read[SIDE_CENTRAL] + 20 * US_SECOND;
        as_of[U_SMALL].read[SIDE_PORTAL] = when_at(when_date(w->in.now) - 1, 6, 45);
        assert_int_equal(plan_make(&w->in, &got.plan, NULL), 0);
        for (size_t i = 0; i < got.plan->n_messages; i++) {
                const LetterInput in = {&w->in, &got.plan->messages[i], o, as_of, pages, n_pages};

                if (strcmp(got.plan->messages[i].to->name, name) == 0)
                        assert_int_equal(letter_write(&in, &got.subject, &got.body, NULL), 0);
        }
        if (getenv("NQ57_SHOW_LETTERS"))
                printf("Subject: %s\n\n%s\n", got.subject.at, got.body.at);
        assert_true(got.subject.len > 0);
        return got;
}

static void written_free(Written *got) {
        text_free(&got->subject);
        text_free(&got->body);
        plan_free(got->plan);
}

static void assert_has(const Text *t, const char *part) {
        if (!strstr(t->at, part))
                fail_msg("\"%s\" is not in:\n%s", part, t->at);
}

static void assert_lacks(const Text *t, const char *part) {
        if (strstr(t->at, part))
                fail_msg("\"%s\" is in:\n%s", part, t->at);
}

/* What every mail keeps: no blank at either end of a line, none doubled, no empty lines in a row. */
static void assert_tidy(const Text *t) {
        Str rest = text_str(t), line;
        bool empty = false;

        assert_int_equal(t->at[t->len - 1], '\n');
        while (str_split(&rest, '\n', &line)) {
                assert_false(empty && line.len == 0);
                empty = line.len == 0;
                assert_true(line.len == 0 || (line.at[0] != ' ' && line.at[line.len - 1] != ' '));
                for (size_t i = 1; i < line.len; i++)
                        assert_false(line.at[i] == ' ' && line.at[i - 1] == ' ');
        }
}

/* A commune, three working days before the 25th, behind in every way. */
static World *world_showcase(void) {
        World *w = world_new(morning(2026, 7, 21), 2);
        PlanItem *i;

        assert_int_equal(w->n_occurrences, 1 + (w->n_occurrences > 1));
        w->obligations[0].tracked = true;
        i = world_item(w, 1, U_COMMUNE, REASON_OVERDUE, "NV-II-08");
        i->title = STR("Phê duyệt cấp độ an toàn hệ thống thông tin");
        i->due = STR("2026-06-30");
        i->why.due = day(2026, 6, 30);
        i->shown[SIDE_CENTRAL] = STR("60%");
        i->updated[SIDE_CENTRAL] = day(2026, 6, 18);
        i = world_item(w, 1, U_COMMUNE, REASON_RETURNED, "I.3");
        i->title = STR("Chế độ báo cáo định kỳ");
        i->kind = KIND_INDICATOR;
        i->why.sides = 1u << SIDE_PORTAL;
        i->returned_on = day(2026, 7, 17);
        i->return_reason = STR("thiếu số văn bản");
        i = world_item(w, 1, U_COMMUNE, REASON_NOT_UPDATED, "CT25");
        i->title = STR("Chữ ký số cá nhân");
        i->kind = KIND_INDICATOR;
        i->shown[SIDE_CENTRAL] = STR("32%");
        i->updated[SIDE_CENTRAL] = day(2026, 6, 18);
        i = world_item(w, 1, U_COMMUNE, REASON_NOT_UPDATED, "NV-VIII-03");
        i->title = STR("Bình dân học vụ số");
        i->sub_unit = STR("Phòng Văn hóa - Xã hội");
        i->shown[SIDE_CENTRAL] = STR("40%");
        i->updated[SIDE_CENTRAL] = day(2026, 6, 12);
        i = world_item(w, 1, U_COMMUNE, REASON_NO_EVIDENCE, "II.5.1");
        i->title = STR("Tuyên truyền trực tiếp");
        i->why.sides = 1u << SIDE_PORTAL;
        i->shown[SIDE_PORTAL] = STR("tự chấm 4/4 điểm");
        i = world_item(w, 1, U_COMMUNE, REASON_DIFFERS, "CT24");
        i->title = STR("Hồ sơ nộp trực tuyến");
        i->why.sides = BOTH_SIDES;
        i->why.field = FIELD_ACTUAL;
        i->shown[SIDE_CENTRAL] = STR("96,5%");
        i->shown[SIDE_PORTAL] = STR("98%");
        i->updated[SIDE_CENTRAL] = day(2026, 7, 10);
        i->updated[SIDE_PORTAL] = day(2026, 7, 15);
        return w;
}

/* The whole of it: a paragraph is a line, however long; the phone wraps. */
static const char showcase_text[] =
        "Kính gửi: đ/c H’Lan Niê, UBND xã M’Drắk\n"
        "Còn 6 việc phải xong trước ngày 25/7/2026, tức hết thứ Sáu 24/7.\n"
        "Sau hôm nay còn 3 ngày làm việc: 22, 23, 24/7.\n"
        "Trung ương: 3 việc. Cổng tỉnh: 2. Cả hai: 1.\n"
        "\n"
        "QUÁ HẠN (1). Cần: nhập kết quả, hoặc lý do chậm.\n"
        "1. [Trung ương] NV-II-08 Phê duyệt cấp độ an toàn hệ thống thông tin\n"
        "Hạn 30/6, quá 21 ngày; lần cuối 18/6: 60%.\n"
        "\n"
        "BỊ TRẢ LẠI (1). Cần: bổ sung theo lý do trả lại, rồi gửi lại.\n"
        "2. [Cổng tỉnh] I.3 Chế độ báo cáo định kỳ\n"
        "Trả lại 17/7: “thiếu số văn bản”.\n"
        "\n"
        "CHƯA CẬP NHẬT TRONG KỲ, TỪ 25/6 (2). Cần: nhập số liệu của kỳ này, kể cả khi không đổi.\n"
        "3. [Trung ương] NV-VIII-03 Bình dân học vụ số (Phòng Văn hóa - Xã hội)\n"
        "Lần cuối 12/6: 40%.\n"
        "4. [Trung ương] CT25 Chữ ký số cá nhân\n"
        "Lần cuối 18/6: 32%.\n"
        "\n"
        "THIẾU MINH CHỨNG (1). Cần: đính kèm văn bản, số liệu minh chứng.\n"
        "5. [Cổng tỉnh] II.5.1 Tuyên truyền trực tiếp\n"
        "Đã nhập: tự chấm 4/4 điểm; chưa có minh chứng nào.\n"
        "\n"
        "HAI HỆ THỐNG KHÁC NHAU (1). Cần: sửa ở hệ thống ghi sai.\n"
        "6. [Cả hai] CT24 Hồ sơ nộp trực tuyến\n"
        "Giá trị thực hiện: Trung ương 96,5% (10/7), Cổng tỉnh 98% (15/7).\n"
        "\n"
        "Số liệu đọc lúc: Trung ương 06:40, Cổng tỉnh 06:45. Việc nhập sau giờ đó, xin bỏ qua.\n"
        "Cùng được nhắc: đ/c Lê Thị K (đầu mối thứ hai).\n"
        "\n"
        "Nếu sáng 23/7 còn việc, gửi thêm lãnh đạo UBND xã M’Drắk.\n"
        "Hỏi, báo sai, đổi người nhận: trả lời thư này, hoặc đ/c Trần Thị B, Sở KH&CN, ĐT 0262 555 0100.\n"
        "Đ/c nhận thư vì là đầu mối của xã M’Drắk.\n"
        "Căn cứ: Công văn số 30-CV/BCĐ ngày 8/6/2026.\n"
        "Thư tự động của hệ thống nhắc việc Nghị quyết 57, tỉnh Đắk Lắk.\n";

static void test_reminder(void **state) {
        World *w = world_showcase();
        Written got = letter_to(w, "H’Lan Niê", &options, NULL, 0);

        assert_string_equal(got.subject.at, "[NQ57] Xã M’Drắk: còn 6 việc, hạn hết thứ Sáu 24/7");
        assert_string_equal(got.body.at, showcase_text);
        assert_tidy(&got.body);
        written_free(&got);
        world_free(w);
}

static void test_mark_and_redirect(void **state) {
        LetterOptions o = options;
        World *w = world_showcase();
        Written got;

        o.mark = "SỐ LIỆU GIẢ LẬP";
        o.redirect_from = "H’Lan Niê <g@mdrak.example.vn>";
        o.contact_name = o.contact_phone = NULL;
        got = letter_to(w, "H’Lan Niê", &o, NULL, 0);
        assert_true(str_starts(text_str(&got.subject), STR("[SỐ LIỆU GIẢ LẬP] [NQ57] Xã M’Drắk")));
        assert_true(str_starts(text_str(&got.body), STR("SỐ LIỆU GIẢ LẬP\n\n")));
        assert_has(&got.body, "Người nhận thật: H’Lan Niê <g@mdrak.example.vn>.");
        assert_has(&got.body, "Hỏi, báo sai, đổi người nhận: trả lời thư này.\n");
        assert_tidy(&got.body);
        written_free(&got);
        world_free(w);
}

/* T of the 20th, T-3 of the 25th, T-5 of 27/6; two units; a record of two deadlines once. */
static void test_several_deadlines_and_units(void **state) {
        World *w = world_new(morning(2026, 6, 19), 3);
        PlanItem *i;
        Written got;

        world_item(w, 0, U_COMMUNE, REASON_RETURNED, "NV-1");
        i = world_item(w, 1, U_COMMUNE, REASON_RETURNED, "NV-1");
        i->title = STR("không được hiện");
        world_item(w, 1, U_COMMUNE, REASON_NOT_UPDATED, "NV-2");
        world_item(w, 2, U_SMALL, REASON_NEVER_ENTERED, "I.1");
        got = letter_to(w, "H’Lan Niê", &options, NULL, 0);
        assert_string_equal(got.subject.at, "[NQ57] 2 đơn vị: còn 3 việc, hạn hết hôm nay, thứ Sáu 19/6, và 2 hạn sau");
        assert_tidy(&got.body);
        assert_has(&got.body, "Còn 3 việc cho 3 hạn (mỗi việc ghi một lần, ở hạn sớm nhất):\n"
                              "- Trước 20/6 (hết thứ Sáu 19/6): 1 việc, hôm nay là ngày cuối\n"
                              "- Trước 25/6 (hết thứ Tư 24/6): 2 việc, còn 3 ngày làm việc nữa; kỳ từ 25/5\n"
                              "- Trước 27/6 (hết thứ Sáu 26/6): 1 việc, còn 5 ngày làm việc nữa\n");
        assert_has(&got.body, "Hạn trước 25/6: nếu sáng 23/6 còn việc, gửi thêm lãnh đạo đơn vị.\n");
        assert_has(&got.body, "--- UBND xã M’Drắk: còn 2 việc ---\n");
        assert_has(&got.body, "--- UBND xã Ea Trang: còn 1 việc ---\n");
        assert_has(&got.body, "1. [Trung ương, hết 19/6] NV-1 Việc\n");
        assert_has(&got.body, "2. [Trung ương, hết 24/6] NV-2 Việc\n");
        assert_has(&got.body, "3. [Trung ương, hết 26/6] I.1 Việc\n");
        assert_lacks(&got.body, "không được hiện");
        assert_has(&got.body, "Cổng tỉnh 06:45 ngày 18/6.");
        assert_has(&got.body, "Ngoài đ/c, chưa ai được nhắc việc này.\n");
        assert_has(&got.body, "Đ/c nhận thư vì là đầu mối của xã M’Drắk, đầu mối của xã Ea Trang.\n");
        assert_has(&got.body, "bị ghi là chậm");
        written_free(&got);
        world_free(w);
}

/* One deadline is over, the other ends on a Saturday; the units' own end lies before the letter's. */
static void test_over_and_to_come(void **state) {
        World *w = world_new(morning(2026, 10, 23), 2);
        Written got;

        world_item(w, 0, U_SMALL, REASON_NOT_SUBMITTED, "A");
        world_item(w, 1, U_SMALL, REASON_NOT_SUBMITTED, "B");
        got = letter_to(w, "H’Lan Niê", &options, NULL, 0);
        assert_string_equal(got.subject.at, "[NQ57] Xã Ea Trang: còn 2 việc, có việc đã hết hạn 19/10, hạn tới hết thứ "
                                            "Bảy 24/10");
        assert_has(&got.body, "Còn 2 việc cho 2 hạn:\n- Trước 20/10 (hết thứ Hai 19/10): 1 việc, đã quá 4 ngày\n"
                              "- Trước 25/10 (hết thứ Bảy 24/10; ngày nghỉ, ngày làm việc cuối là thứ Sáu 23/10): "
                              "1 việc, hôm nay là ngày làm việc cuối\nTrung ương: 2 việc.\n");
        assert_has(&got.body, "ĐÃ LƯU, CHƯA GỬI (2). Cần: mở lại, bấm gửi duyệt.\n");
        assert_tidy(&got.body);
        written_free(&got);
        world_free(w);

        w = world_new(morning(2026, 7, 21), 1);
        w->rules[0].units_finish = 3;
        w->rules[0].day_of_month = 25;
        deadline_occurrence(&w->rules[0], &calendar_2026, day(2026, 7, 25), &w->occurrences[0]);
        world_item(w, 0, U_SMALL, REASON_NOT_SUBMITTED, "A");
        got = letter_to(w, "H’Lan Niê", &options, NULL, 0);
        assert_string_equal(got.subject.at, "[NQ57] Xã Ea Trang: còn 1 việc, hạn hết hôm nay, thứ Ba 21/7");
        assert_has(&got.body, "trước ngày 25/7/2026, tức hết thứ Ba 21/7 (đơn vị xong sớm hơn 3 ngày làm "
                              "việc).\nHôm nay là ngày cuối.\n");
        written_free(&got);
        world_free(w);
}

/* One minute for both systems, one item: neither is said twice. */
static void test_read_together(void **state) {
        World *w = world_new(morning(2026, 6, 19), 1);
        Written got;

        world_item(w, 0, U_SCIENCE, REASON_RETURNED, "A");
        got = letter_to(w, "Nguyễn Văn A", &options, NULL, 0);
        assert_has(&got.body, "\nSố liệu đọc lúc 06:40 (cả hai hệ thống). Việc nhập sau giờ đó, xin bỏ qua.\n");
        assert_has(&got.body, "Hôm nay là ngày cuối.\n\nBỊ TRẢ LẠI (1).");
        assert_has(&got.body, "\nNếu hết 19/6 còn việc, đơn vị bị ghi là chậm, báo lãnh đạo tỉnh; sáng 22/6 "
                              "gửi thêm Sở Khoa học và Công nghệ.\n");
        assert_tidy(&got.body);
        written_free(&got);
        world_free(w);
}

static void test_unknown_and_hostile(void **state) {
        World *w = world_new(morning(2026, 6, 19), 1);
        PlanItem *i = world_item(w, 0, U_WARD, REASON_RETURNED, "NV\r\nBcc: x");
        Written got;

        world_at(w, 0, U_WARD)->state = OBLIGATION_UNKNOWN;
        world_at(w, 0, U_WARD)->unreadable = 1u << SIDE_PORTAL;
        world_at(w, 0, U_WARD)->counts.quarantined = 2;
        i->title = STR("dòng một\ndòng hai \x1b[31m\xe2\x80\xaetrái\xe2\x80\xa8phải");
        i->return_reason = STR("abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789"
                               "abcdefghijklmnopqrstuvwxyz0123456789"
                               " abcdefghijklmnopqrstuvwxyz0123456789 abcdefghijklmnopqrstuvwxyz0123456789 "
                               "abcdefghijk");
        got = letter_to(w, "Võ Văn E", &options, NULL, 0);
        assert_has(&got.body, "1. [Trung ương] NV Bcc: x dòng một dòng hai [31m trái phải\n");
        assert_has(&got.body, "Cổng tỉnh: chưa xác định, đơn vị chưa có tài khoản (chưa cấp, đã "
                              "hỏi 12/6/2026); việc ở đó không kể trong thư này.\n");
        assert_has(&got.body, "2 mục có số liệu chưa đọc được, đang kiểm tra.\n");
        assert_has(&got.body, "Số liệu đọc lúc: Trung ương 06:40. Việc");
        assert_has(&got.body, "Đ/c nhận thư vì là người đang phụ trách UBND phường");
        assert_has(&got.body, "abcdefghijklmnopqrstuvwxyz0123…”.\n");
        assert_int_equal(memchr(got.body.at, '\x1b', got.body.len) == NULL, true);
        written_free(&got);
        world_free(w);
}

/* More is outstanding than a mail lists. */
static void test_cut(void **state) {
        World *w = world_new(morning(2026, 6, 19), 1);
        Written got;

        for (int i = 0; i < 6; i++)
                world_item(w, 0, U_SMALL, i < 2 ? REASON_OVERDUE : REASON_NOT_UPDATED,
                           (const char *[]) {"A", "B", "C", "D", "E", "F"}[i]);
        world_at(w, 0, U_SMALL)->counts.outstanding = 90;
        world_at(w, 0, U_SMALL)->counts.by_reason[REASON_NOT_UPDATED] = 88;
        w->policy.items_max = 5;
        got = letter_to(w, "H’Lan Niê", &options, NULL, 0);
        assert_string_equal(got.subject.at, "[NQ57] Xã Ea Trang: còn 90 việc, hạn hết hôm nay, thứ Sáu 19/6");
        assert_has(&got.body, "CHƯA CẬP NHẬT TRONG KỲ, TỪ 20/5 (88). Cần: ");
        assert_has(&got.body, "5. [Trung ương] E Việc\n");
        assert_lacks(&got.body, "\n6. ");
        assert_has(&got.body, "Còn 85 việc nữa không kể ra ở đây; tất cả gồm: quá hạn 2, chưa cập nhật trong kỳ 88.");
        assert_tidy(&got.body);
        written_free(&got);
        world_free(w);
}

static void test_done(void **state) {
        World *w = world_new(morning(2026, 6, 19), 1);
        Written got;

        w->claims[0] = (PlanClaim) {str_of(w->occurrences[0].id), STR("24500"),
                                    str_of(w->units->units[U_SMALL].seats[0].person), STAGE_T5, SEAT_FOCAL, true,
                                            false};
        w->in.n_claims = 1;
        got = letter_to(w, "H’Lan Niê", &options, NULL, 0);
        assert_string_equal(got.subject.at, "[NQ57] Xã Ea Trang: đã hoàn thành, hạn trước 20/6");
        assert_has(&got.body, "ĐÃ HOÀN THÀNH: UBND xã Ea Trang không còn việc nào cho hạn trước ngày");
        assert_has(&got.body, "Cảm ơn các đồng chí.");
        assert_lacks(&got.body, "Hoàn thành sau hạn");
        assert_lacks(&got.body, "nếu sáng");
        assert_tidy(&got.body);
        written_free(&got);
        w->in.now = morning(2026, 6, 24);
        got = letter_to(w, "H’Lan Niê", &options, NULL, 0);
        assert_has(&got.body, "Hoàn thành sau hạn: kết quả chốt kỳ giữ nguyên");
        written_free(&got);
        world_free(w);
}

static void test_coordinator(void **state) {
        World *w = world_new(morning(2026, 6, 22), 1);
        Written got;

        world_item(w, 0, U_SMALL, REASON_OVERDUE, "A");
        for (int i = 0; i < 3; i++)
                world_item(w, 0, U_COMMUNE, i ? REASON_NOT_UPDATED : REASON_RETURNED, i == 1 ? "B1" : i ? "B2" : "B");
        world_item(w, 0, U_OFFICE, REASON_DIFFERS, "C");
        world_at(w, 0, U_WARD)->state = OBLIGATION_UNKNOWN;
        got = letter_to(w, "Nguyễn Văn A", &options, NULL, 0);
        assert_string_equal(got.subject.at, "[NQ57] 3 đơn vị còn việc sau hạn trước 20/6");
        assert_has(&got.body, "CÒN VIỆC SAU HẠN TRƯỚC 20/6 (3 đơn vị), nhiều việc trước\n");
        assert_has(&got.body, "đã quá 3 ngày.");
        assert_has(&got.body, "Toàn bộ 6 đơn vị: xong 2, còn việc 3, chưa xác định 1.\n");
        assert_has(&got.body, "1. Xã M’Drắk: 3 việc (bị trả lại 1, chưa cập nhật trong kỳ 2)\nĐầu mối: đ/c "
                              "H’Lan Niê, ĐT 0262 555 0101\n");
        assert_has(&got.body, "2. Xã Ea Trang: 1 việc (quá hạn 1)\n");
        assert_has(&got.body, "3. Văn phòng UBND tỉnh: 1 việc (hai hệ thống khác nhau 1)\nChưa có đầu mối.\n");
        assert_has(&got.body, "Đ/c nhận thư vì là người theo dõi chung.\n");
        assert_tidy(&got.body);
        written_free(&got);
        got = letter_to(w, "H’Lan Niê", &options, NULL, 0);
        assert_has(&got.body, "thứ Sáu 19/6.\nĐã quá 3 ngày.\n");
        assert_string_equal(got.subject.at, "[NQ57] 2 đơn vị: còn 4 việc, đã hết hạn thứ Sáu 19/6");
        assert_has(&got.body, "Sở Khoa học và Công nghệ (theo dõi chung).");
        written_free(&got);
        world_free(w);
}

/* Told of two units that were behind, one of which is still; both deadlines of a third are done. */
static void test_coordinator_done(void **state) {
        World *w = world_new(morning(2026, 6, 24), 1);
        Str person = str_of(w->units->units[U_SCIENCE].seats[0].person);
        Written got;

        for (int i = 0; i < 2; i++)
                w->claims[i] = (PlanClaim) {str_of(w->occurrences[0].id), i ? STR("24500") : STR("24412"), person,
                                            STAGE_PLUS1, SEAT_COORDINATOR, true, false};
        w->in.n_claims = 2;
        got = letter_to(w, "Nguyễn Văn A", &options, NULL, 0);
        assert_string_equal(got.subject.at, "[NQ57] 2 đơn vị đã hoàn thành, hạn trước 20/6");
        assert_has(&got.body, "NAY ĐÃ HOÀN THÀNH, HẠN TRƯỚC 20/6\n- Xã M’Drắk\n- Xã Ea Trang\n");
        assert_tidy(&got.body);
        written_free(&got);
        world_item(w, 0, U_COMMUNE, REASON_OVERDUE, "A");
        w->claims[0].stage = STAGE_T; /* as if told before the end only */
        got = letter_to(w, "Nguyễn Văn A", &options, NULL, 0);
        assert_string_equal(got.subject.at, "[NQ57] 1 đơn vị còn việc sau hạn trước 20/6");
        assert_has(&got.body, "NAY ĐÃ HOÀN THÀNH, HẠN TRƯỚC 20/6\n- Xã Ea Trang\n");
        assert_has(&got.body, "1. Xã M’Drắk: 1 việc (quá hạn 1)\n");
        written_free(&got);
        world_free(w);
}

static void test_page(void **state) {
        World *w = world_new(morning(2026, 6, 22), 1);
        const PageUnit units[] = {
                {&w->units->units[U_COMMUNE], 31, true, false, VERDICT_LATE, 0},
                {&w->units->units[U_INTERIOR], 12, false, true, VERDICT_LATE, 0},
                {&w->units->units[U_WARD], 0, false, false, VERDICT_UNKNOWN, 1u << SIDE_PORTAL},
                {&w->units->units[U_OFFICE], 0, false, false, VERDICT_UNKNOWN, 1u << SIDE_PORTAL},
                {&w->units->units[U_SMALL], 0, false, false, VERDICT_UNKNOWN, 0}};
        const LetterPage page = {.occurrence = &w->occurrences[0], .departments = {1, 1, 1}, .communes = {0, 1, 2},
                                 .communes_before = {1, 2, 0}, .units = units, .n_units = 5,
                                 .by_reason = {[REASON_NOT_UPDATED] = 40, [REASON_RETURNED] = 3}, .waiting = 58,
                                 .as_of = when_at(day(2026, 6, 22), 6, 30)};
        Written got = letter_to(w, "Trần Văn L", &options, &page, 1);

        assert_string_equal(got.subject.at, "[NQ57] Kỳ trước 20/6: 1/6 đơn vị xong, 2 chậm, 3 chưa xác định");
        assert_has(&got.body, "Sở, ban, ngành (3): xong 1, chậm 1, chưa xác định 1.\nXã, phường (3): xong 0, "
                              "chậm 1, chưa xác định 2 (kỳ trước đó, 20/5: 1 / 2 / 0).\n");
        assert_has(&got.body, "Chậm hai kỳ liền: 1. Đã xong sau hạn, tính đến sáng nay: 1.\n");
        assert_has(&got.body, "Vì sao (43 việc lúc chốt): bị trả lại 3, chưa cập nhật trong kỳ 40.\nChờ cơ quan khác "
                              "duyệt (không tính chậm): 58.\n");
        assert_has(&got.body, "CHẬM HAI KỲ LIỀN (1)\n1. Xã M’Drắk: 31 việc\n");
        assert_has(&got.body, "CHẬM KỲ NÀY, nhiều việc trước (1)\n1. Sở Nội vụ: 12 việc, nay đã xong\n");
        assert_has(&got.body, "CHƯA XÁC ĐỊNH (3), không tính là chậm\n- 1 chưa có tài khoản: Phường Buôn Ma Thuột.\n"
                              "- 1 không đọc được do hệ thống: Văn phòng UBND tỉnh.\n");
        assert_has(&got.body, "Số liệu đọc lúc 06:30 ngày 22/6/2026.\n");
        assert_has(&got.body, "Giải trình từng số: trả lời thư này, hoặc đ/c Trần Thị B");
        assert_has(&got.body, "Đ/c nhận thư vì là lãnh đạo tỉnh.\n");
        assert_tidy(&got.body);
        written_free(&got);
        world_free(w);
}

/* A text that does not fit is an error, and touches nothing. */
static void test_too_long(void **state) {
        World *w = world_showcase();
        _cleanup_(plan_freep) Plan *p = NULL;
        _cleanup_text_ Text subject = TEXT_INIT(4096), body = TEXT_INIT(300);
        Err e = {0};

        assert_int_equal(plan_make(&w->in, &p, NULL), 0);
        assert_int_equal(letter_write(&(LetterInput) {&w->in, p->messages, &options, NULL, NULL, 0}, &subject, &body,
                                      &e), -7 /* E2BIG */);
        assert_int_equal(e.code, -7);
        assert_int_equal(subject.len + body.len, 0);
        world_free(w);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_reminder),
                cmocka_unit_test(test_mark_and_redirect),
                cmocka_unit_test(test_several_deadlines_and_units),
                cmocka_unit_test(test_over_and_to_come),
                cmocka_unit_test(test_read_together),
                cmocka_unit_test(test_unknown_and_hostile),
                cmocka_unit_test(test_cut),
                cmocka_unit_test(test_done),
                cmocka_unit_test(test_coordinator),
                cmocka_unit_test(test_coordinator_done),
                cmocka_unit_test(test_page),
                cmocka_unit_test(test_too_long),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
