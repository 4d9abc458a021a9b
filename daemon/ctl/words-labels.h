/* SPDX-License-Identifier: MIT */
/* Labels of cards, titles, and the names of codes: id, English, Vietnamese. Where an enum is named, the order is
 * the enum's. */
#pragma once

#define WORD_LABELS(W)                                                                                                 \
        W(L_DAEMON, "Daemon", "Dịch vụ")                                                                               \
        W(L_RUNNING, "running", "đang chạy")                                                                           \
        W(L_DOWN, "not running", "không chạy")                                                                         \
        W(L_TICK, "State of", "Trạng thái lúc")                                                                        \
        W(L_MODE, "Mail mode", "Chế độ thư")                                                                           \
        W(L_CONFIG, "Configuration", "Cấu hình")                                                                       \
        W(L_CONFIG_OK, "fine", "đúng")                                                                                 \
        W(L_CONFIG_BAD, "WRONG (nq57d --check)", "SAI (nq57d --check)")                                                \
        W(L_VERDICT, "Judgement", "Kết luận")                                                                          \
        W(L_WELL, "well", "bình thường")                                                                               \
        W(L_TROUBLE, "TROUBLE", "CÓ SỰ CỐ")                                                                            \
        W(L_STATE_DIR, "State directory", "Thư mục trạng thái")                                                        \
        W(L_KEY, "Key", "Khóa")                                                                                        \
        W(L_ID, "Id", "Mã")                                                                                            \
        W(L_KIND, "Kind", "Loại")                                                                                      \
        W(L_CODE, "Code", "Mã")                                                                                        \
        W(L_PERIOD, "Period", "Kỳ")                                                                                    \
        W(L_UNIT, "Unit", "Đơn vị")                                                                                    \
        W(L_UNIT_NAME, "Unit's name", "Tên đơn vị")                                                                    \
        W(L_NAME, "Name", "Tên")                                                                                       \
        W(L_PARENT, "Belongs to", "Thuộc")                                                                             \
        W(L_QUARANTINED, "In quarantine", "Đang cách ly")                                                              \
        W(L_TIMELINESS, "Timeliness", "Thời hạn")                                                                      \
        W(L_CLAIMS_OTHERWISE, "Claims otherwise", "Hệ thống ghi khác")                                                 \
        W(L_CENTRAL, "Central", "Trung ương")                                                                          \
        W(L_PORTAL, "Portal", "Cổng tỉnh")                                                                             \
        W(L_FIELD, "Field", "Trường")                                                                                  \
        W(L_LABEL, "Label", "Nhãn")                                                                                    \
        W(L_VALUE, "Value that holds", "Giá trị dùng")                                                                 \
        W(L_FROM, "Taken from", "Lấy từ")                                                                              \
        W(L_RULE, "Rule", "Quy tắc")                                                                                   \
        W(L_POLICY, "Who may write it", "Bên được ghi")                                                                \
        W(L_BASE, "Last agreed", "Lần khớp gần nhất")                                                                  \
        W(L_LOSER, "Value that does not hold", "Giá trị không dùng")                                                   \
        W(L_OUTCOME, "Outcome", "Kết quả")                                                                             \
        W(L_SINCE, "Apart since", "Khác nhau từ")                                                                      \
        W(L_SETTLED, "Settled by a person as", "Người đã quyết định")                                                  \
        W(L_SETTLED_BY, "Settled by", "Người quyết định")                                                              \
        W(L_SETTLED_AT, "Settled at", "Quyết định lúc")                                                                \
        W(T_SOURCES, "Sources", "Nguồn dữ liệu")                                                                       \
        W(T_PARTITIONS, "Listings in trouble", "Danh sách đọc chưa được")                                              \
        W(T_REFUSALS, "Refused listings: a person decides", "Danh sách bị từ chối: cần người quyết định")              \
        W(T_INVALID, "Fields that could not be read", "Trường không đọc được")                                         \
        W(T_QUARANTINE, "Records put aside", "Bản ghi để riêng")                                                       \
        W(T_DEADLINES, "Deadlines", "Hạn chung")                                                                       \
        W(T_OUTBOX, "Mails", "Thư")                                                                                    \
        W(T_EPISODES, "Open alarms", "Sự cố đang mở")                                                                  \
        W(T_TASKS, "Tasks", "Nhiệm vụ")                                                                                \
        W(T_INDICATORS, "Indicators", "Chỉ tiêu")                                                                      \
        W(T_UNITS, "Units", "Đơn vị")                                                                                  \
        W(T_RECORD, "Record", "Bản ghi")                                                                               \
        W(T_FIELDS, "Fields", "Các trường")                                                                            \
        W(T_SIDES, "What each system says", "Từng hệ thống ghi")                                                       \
        W(T_HISTORY, "Earlier values", "Các giá trị trước")                                                            \
        W(T_OBLIGATIONS, "Obligations", "Nghĩa vụ theo hạn")                                                           \
        W(T_SEATS, "Seats", "Đầu mối, lãnh đạo")                                                                       \
        W(T_OUTSTANDING, "Outstanding records", "Việc còn lại")                                                        \
        W(T_CLAIMS, "Mails that were planned or sent", "Thư đã lập hoặc đã gửi")                                       \
        W(T_NOW, "Mails that the next planning would make", "Thư sẽ lập ở lần tới")                                    \
        W(T_HELD, "No mail now, and why", "Chưa có thư, và vì sao")                                                    \
        W(T_DIFFERENCES, "Differences", "Các chỗ khác nhau")                                                           \
        W(T_PLAN, "Mails of that day", "Thư của ngày này")                                                             \
        W(T_COUNTS, "Going live would send today", "Nếu gửi thật, hôm nay sẽ gửi")                                     \
        W(MESSAGE_FIRST, "waiting", "chờ gửi")                                                                         \
        W(MESSAGE_HELD, "held for release", "chờ cho phép")                                                            \
        W(MESSAGE_SENDING, "being sent", "đang gửi")                                                                   \
        W(MESSAGE_SENT, "sent", "đã gửi")                                                                              \
        W(MESSAGE_TEMPORARY, "to be tried again", "sẽ gửi lại")                                                        \
        W(MESSAGE_UNKNOWN, "outcome unknown", "chưa rõ đã đến")                                                        \
        W(MESSAGE_PERMANENT, "refused", "bị từ chối")                                                                  \
        W(MESSAGE_SUPERSEDED, "replaced", "đã thay")                                                                   \
        W(MESSAGE_CANCELLED, "not needed any more", "không cần nữa")                                                   \
        W(MESSAGE_PREVIEW, "preview, never sent", "xem thử, không gửi")                                                \
        W(OBLIGATION_FIRST, "done", "xong")                                                                            \
        W(OBLIGATION_BEHIND, "behind", "còn việc")                                                                     \
        W(OBLIGATION_UNKNOWN, "unknown", "chưa xác định")                                                              \
        W(VERDICT_FIRST, "-", "-")                                                                                     \
        W(VERDICT_ON_TIME, "on time", "đúng hạn")                                                                      \
        W(VERDICT_LATE, "late", "chậm")                                                                                \
        W(VERDICT_UNKNOWN, "unknown", "chưa xác định")                                                                 \
        W(COMPLETENESS_FIRST, "complete", "đủ")                                                                        \
        W(COMPLETENESS_PARTIAL, "partial", "chưa đủ")                                                                  \
        W(COMPLETENESS_FAILED, "failed", "hỏng")                                                                       \
        W(MERGED_FIRST, "nothing", "chưa có")                                                                          \
        W(MERGED_KEEP, "unchanged", "không đổi")                                                                       \
        W(MERGED_AGREED, "agreed", "khớp")                                                                             \
        W(MERGED_TOOK, "taken", "lấy bên đổi")                                                                         \
        W(MERGED_DIVERGENCE, "divergence", "lệch")                                                                     \
        W(MERGED_AUTHORITY, "authority", "theo thẩm quyền")                                                            \
        W(MERGED_CONFLICT, "CONFLICT", "XUNG ĐỘT")                                                                     \
        W(MERGED_SETTLED, "settled", "đã quyết định")                                                                  \
        W(OF_FIRST, "nobody", "không bên nào")                                                                         \
        W(OF_BASE, "last agreed", "lần khớp")                                                                          \
        W(OF_CENTRAL, "central", "Trung ương")                                                                         \
        W(OF_PORTAL, "portal", "Cổng tỉnh")                                                                            \
        W(OF_SETTLED, "a person", "người quyết định")                                                                  \
        W(POLICY_FIRST, "either system", "cả hai hệ thống")                                                            \
        W(POLICY_CENTRAL, "the central system only", "chỉ hệ thống Trung ương")                                        \
        W(POLICY_PORTAL, "the portal only", "chỉ Cổng tỉnh")                                                           \
        W(POLICY_CENTRAL_FIRST, "both; apart, the central system wins", "cả hai; khác nhau thì theo Trung ương")       \
        W(POLICY_PORTAL_FIRST, "both; apart, the portal wins", "cả hai; khác nhau thì theo Cổng tỉnh")                 \
        W(POLICY_PER_SIDE, "each system has its own: never compared", "mỗi hệ thống một giá trị riêng, không so sánh") \
        W(HELD_FIRST, "too close to the last mail: one a day, two working days apart",                                 \
          "sát thư trước: mỗi ngày một thư, cách hai ngày làm việc")                                                   \
        W(HELD_NOT_YET, "outside of the sending time: goes on the next working morning",                               \
          "ngoài giờ gửi thư, để sáng ngày làm việc tới")                                                              \
        W(HELD_LATE, "became due after today's letters were made: the next morning",                                   \
          "phát sinh sau khi đã lập thư hôm nay, để sáng mai")                                                         \
        W(HELD_FROM_T1, "this seat joins at T-1, the last working day but one", "lãnh đạo được nhắc từ T-1")           \
        W(HELD_FROM_PLUS1, "this seat joins at +1, when the deadline is over", "người theo dõi chung được nhắc từ +1") \
        W(HELD_CLAIMED, "already told at this stage", "đã nhắc ở mốc này")                                             \
        W(HELD_DONE, "nothing outstanding, and was not reminded before",                                               \
          "không còn việc, trước đó cũng không phải nhắc")                                                             \
        W(HELD_UNKNOWN, "state unknown, nothing certain to remind of",                                                 \
          "chưa xác định, chưa có việc chắc chắn để nhắc")                                                             \
        W(HELD_VACANT, "nobody holds the seat", "ghế trống")                                                           \
        W(HELD_NO_STAGE, "no stage today", "hôm nay không có mốc nhắc")
