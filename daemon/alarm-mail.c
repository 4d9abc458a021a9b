/* SPDX-License-Identifier: MIT */
#include "daemon/alarm-mail.h"

#include <stdio.h>

static const struct {
        ReportId id;
        bool named; /* the subject is a source or a listing, not only the kind once more */
        const char *what, *act;
} mail_table[ALARM_KIND_COUNT] = {
        [ALARM_BLIND] = { REPORT_LISTING, true, "Không đọc được dữ liệu",
                          "xem danh sách nào và vì sao. Hệ thống tạm ngừng thì chờ, nq57d tự đọc lại; nếu không, "
                          "sửa tài khoản hoặc tệp mô tả hệ thống, rồi: systemctl reload nq57d" },
        [ALARM_SESSION] = { REPORT_SESSION, true, "Không đăng nhập được",
                            "thử tài khoản đó trên trình duyệt, sửa mật khẩu trong tệp bí mật, rồi: "
                            "systemctl restart nq57d" },
        [ALARM_REFUSED] = { REPORT_REFUSED, true, "Danh sách bất thường, chờ người xác nhận",
                            "mở chính hệ thống đó ra xem, rồi chọn một trong hai lệnh trên" },
        [ALARM_STUCK] = { REPORT_UNDELIVERED, false, "Thư không gửi đi được",
                          "xem: nq57ctl outbox, và nhật ký của máy chủ thư" },
        [ALARM_CLOCK] = { REPORT_CLOCK, false, "Đồng hồ máy chủ không đáng tin, thư bị giữ",
                          "xem: timedatectl. Đồng hồ đúng lại thì thư tự đi tiếp" },
        [ALARM_PLAN] = { REPORT_NONE, false, "Không lập được kế hoạch nhắc việc, không ai được nhắc",
                         "xem: journalctl -u nq57d -p err. Nguyên nhân hết thì nq57d tự làm lại" },
        [ALARM_RELEASE] = { REPORT_NONE, false, "Lô thư lớn chờ cho phép gửi",
                            "xem: nq57ctl plan, nq57ctl outbox. Cho gửi: nq57ctl release" },
        [ALARM_CALENDAR] = { REPORT_CALENDAR, false, "Lịch nghỉ chưa đủ",
                             "đối chiếu thông báo nghỉ lễ, tết, sửa calendar-vn.yaml, rồi: systemctl reload nq57d" },
};

static void add_moment(Text *t, Instant at) {
        Civil c;

        when_civil(at, &c);
        text_addf(t, "%02d:%02d ngày %d/%d/%d", c.hour, c.minute, c.day, c.month, c.year);
}

static void write_line(Text *t, const Settings *settings, const AlarmMail *mail) {
        text_addf(t, "%s%s[NQ57] %s: %s", settings->letter.mark, settings->letter.mark[0] ? " " : "",
                  mail->over ? "Đã hết sự cố" : "SỰ CỐ", mail_table[mail->kind].what);
        if (mail_table[mail->kind].named)
                text_addf(t, " (%s)", mail->subject);
}

static void write_body(Text *t, const AlarmMail *mail) {
        ReportId id = mail_table[mail->kind].id;

        text_addf(t, "%s: %s", mail->over ? "Đã hết sự cố" : "Sự cố", mail_table[mail->kind].what);
        if (mail_table[mail->kind].named)
                text_addf(t, " (%s)", mail->subject);
        text_addf(t, ".\nTừ lúc: ");
        add_moment(t, mail->opened);
        if (mail->over) {
                text_addf(t, "; hết lúc: ");
                add_moment(t, mail->now);
                text_addf(t, ".\nKhông phải làm gì thêm.\n");
                return;
        }
        text_addf(t, ".\n%s%sCần làm: %s\n\nToàn cảnh: nq57ctl status\n", mail->detail, mail->detail[0] ? "\n" : "",
                  mail_table[mail->kind].act);
        if (report_ids[id])
                text_addf(t, "Nhật ký: journalctl -u nq57d MESSAGE_ID=%s\n", report_ids[id]);
}

int alarm_mail(Store *s, const Settings *settings, const AlarmMail *mail, Err *e) {
        for (size_t i = 0; i < settings->n_roles; i++) {
                const Seat *seat = &settings->roles[i];
                _cleanup_text_ Text key = TEXT_INIT(1024), line = TEXT_INIT(1024), body = TEXT_INIT(8192);
                int r;

                if (seat->kind != SEAT_OPS || !seat_holds(seat, when_date(mail->now)))
                        continue;
                text_addf(&key, "%s/%s/%lld/%s/%s", alarm_kinds[mail->kind], mail->subject, (long long) mail->opened,
                          mail->over ? "over" : "open", seat->person);
                write_line(&line, settings, mail);
                write_body(&body, mail);
                if (key.failed || line.failed || body.failed)
                        return err_oom(e);
                r = store_ops_message(s, key.at,
                                      &(MessageDraft) { .channel = "mail",
                                                        .kind = "ops",
                                                        .person = seat->person,
                                                        .name = seat->name,
                                                        .address = seat->address,
                                                        .subject = line.at,
                                                        .body = body.at,
                                                        .json = "{}" },
                                      settings->plan.mode, settings->mail.message_domain, mail->now, e);
                if (r < 0)
                        return r;
        }
        return 0;
}
