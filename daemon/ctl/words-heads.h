/* SPDX-License-Identifier: MIT */
/* Column heads, and values that are none: id, English, Vietnamese. */
#pragma once

#define WORD_HEADS(W)                                                                                                  \
        W(NONE, "", "")                                                                                                \
        W(YES, "yes", "có")                                                                                            \
        W(V_ABSENT, "-", "-")                                                                                          \
        W(V_NULL, "(null)", "(null)")                                                                                  \
        W(V_EMPTY, "(empty)", "(trống)")                                                                               \
        W(V_INVALID, "(unreadable)", "(không đọc được)")                                                               \
        W(BOTH, "both", "cả hai")                                                                                      \
        W(RAW, "WRITTEN", "GHI LÀ")                                                                                    \
        W(H_PLACE, "PLACE", "VỊ TRÍ")                                                                                  \
        W(H_KEY, "KEY", "KHÓA")                                                                                        \
        W(H_ID, "ID", "SỐ")                                                                                            \
        W(H_CODE, "CODE", "MÃ")                                                                                        \
        W(H_NAME, "NAME", "TÊN")                                                                                       \
        W(H_KIND, "KIND", "LOẠI")                                                                                      \
        W(H_UNIT, "UNIT", "ĐƠN VỊ")                                                                                    \
        W(H_TITLE, "TITLE", "TÊN VIỆC")                                                                                \
        W(H_PROGRESS, "PROGRESS", "TIẾN ĐỘ")                                                                           \
        W(H_ACTUAL, "ACTUAL", "THỰC HIỆN")                                                                             \
        W(H_WORK, "WORK", "TRẠNG THÁI")                                                                                \
        W(H_REVIEW, "REVIEW", "DUYỆT")                                                                                 \
        W(H_DUE, "DUE", "HẠN")                                                                                         \
        W(H_UPDATED, "UPDATED", "CẬP NHẬT")                                                                            \
        W(H_ON, "ON", "CÓ TRÊN")                                                                                       \
        W(H_MISSING, "MISSING SINCE", "VẮNG TỪ")                                                                       \
        W(H_DIFFERS, "DIFFERS", "KHÁC NHAU")                                                                           \
        W(H_REASON, "OUTSTANDING", "CÒN VƯỚNG")                                                                        \
        W(H_SIDE, "SYSTEM", "HỆ THỐNG")                                                                                \
        W(H_FIELD, "FIELD", "TRƯỜNG")                                                                                  \
        W(H_LABEL, "LABEL", "NHÃN")                                                                                    \
        W(H_VALUE, "VALUE", "GIÁ TRỊ")                                                                                 \
        W(H_HOLDS, "HOLDS", "GIÁ TRỊ DÙNG")                                                                            \
        W(H_CENTRAL, "CENTRAL", "TRUNG ƯƠNG")                                                                          \
        W(H_PORTAL, "PORTAL", "CỔNG TỈNH")                                                                             \
        W(H_OUTCOME, "OUTCOME", "KẾT QUẢ")                                                                             \
        W(H_SINCE, "SINCE", "TỪ LÚC")                                                                                  \
        W(H_SOURCE, "SOURCE", "NGUỒN")                                                                                 \
        W(H_STREAM, "LIST", "DANH SÁCH")                                                                               \
        W(H_ACCOUNT, "ACCOUNT", "TÀI KHOẢN")                                                                           \
        W(H_RUN, "RUN", "LƯỢT ĐỌC")                                                                                    \
        W(H_FETCHED, "READ AT", "ĐỌC LÚC")                                                                             \
        W(H_BEFORE, "BEFORE", "TRƯỚC")                                                                                 \
        W(H_AFTER, "AFTER", "SAU")                                                                                     \
        W(H_AT, "AT", "LÚC")                                                                                           \
        W(H_DEADLINE, "DEADLINE", "HẠN CHUNG")                                                                         \
        W(H_STRICT, "LAST DAY", "NGÀY CUỐI")                                                                           \
        W(H_STATE, "STATE", "TÌNH TRẠNG")                                                                              \
        W(H_VERDICT, "VERDICT", "CHỐT")                                                                                \
        W(H_STAGE, "STAGE", "MỐC")                                                                                     \
        W(H_RECORDS, "RECORDS", "BẢN GHI")                                                                             \
        W(H_OUTSTANDING, "LEFT", "CÒN")                                                                                \
        W(H_WAITING, "WAITING", "CHỜ DUYỆT")                                                                           \
        W(H_UNREADABLE, "UNREADABLE", "KHÔNG ĐỌC ĐƯỢC")                                                                \
        W(H_SEAT, "SEAT", "VAI TRÒ")                                                                                   \
        W(H_PERSON, "PERSON", "NGƯỜI")                                                                                 \
        W(H_PERSON_ID, "PERSON ID", "MÃ NGƯỜI")                                                                        \
        W(H_ADDRESS, "ADDRESS", "ĐỊA CHỈ")                                                                             \
        W(H_FROM, "FROM", "TỪ NGÀY")                                                                                   \
        W(H_UNTIL, "UNTIL", "ĐẾN NGÀY")                                                                                \
        W(H_TODAY, "TODAY", "HÔM NAY")                                                                                 \
        W(H_DAY, "DAY", "NGÀY")                                                                                        \
        W(H_MAIL, "MAIL", "THƯ")                                                                                       \
        W(H_WHY, "WHY", "VÌ SAO")                                                                                      \
        W(H_SUBJECT, "SUBJECT", "TIÊU ĐỀ")                                                                             \
        W(H_STAGES, "STAGES", "CÁC MỐC")                                                                               \
        W(H_UNITS, "UNITS", "SỐ ĐƠN VỊ")                                                                               \
        W(H_TRIES, "TRIES", "LẦN GỬI")                                                                                 \
        W(H_NEXT, "NEXT TRY", "GỬI LẠI LÚC")                                                                           \
        W(H_FAULT, "FAULT", "LỖI")                                                                                     \
        W(H_NEAREST, "NEAREST", "GẦN NHẤT")                                                                            \
        W(H_DETAIL, "DETAIL", "CHI TIẾT")                                                                              \
        W(H_COMPLETE, "COMPLETE", "ĐỦ")                                                                                \
        W(H_PARTIAL, "PARTIAL", "CHƯA ĐỦ")                                                                             \
        W(H_FAILED, "FAILED", "HỎNG")                                                                                  \
        W(H_LAST, "LAST COMPLETE", "LẦN ĐỦ CUỐI")                                                                      \
        W(H_BLIND, "BLIND", "KHÔNG THẤY")                                                                              \
        W(H_GUARD, "ACCEPT OR REJECT", "CHẤP NHẬN HOẶC BỎ")                                                            \
        W(H_DONE, "DONE", "XONG")                                                                                      \
        W(H_BEHIND, "BEHIND", "CÒN VIỆC")                                                                              \
        W(H_UNKNOWN, "UNKNOWN", "CHƯA RÕ")                                                                             \
        W(H_DAYS, "WORKING DAYS", "NGÀY LÀM VIỆC")                                                                     \
        W(H_COUNT, "COUNT", "SỐ LƯỢNG")                                                                                \
        W(H_EPISODE, "SINCE", "TỪ LÚC")
