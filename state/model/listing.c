/* SPDX-License-Identifier: MIT */
#include "state/model/listing.h"

const char *const fault_names[FAULT_COUNT] = {
        [FAULT_NONE] = "none",
        [FAULT_LOGIN_PAGE] = "login-page",
        [FAULT_EMPTY_BODY] = "empty-body",
        [FAULT_TRUNCATED_BODY] = "truncated-body",
        [FAULT_SELECTOR_MISSING] = "selector-missing",
        [FAULT_PAGE_REPEATS] = "page-repeats",
        [FAULT_PAGE_SIZE_LOWERED] = "page-size-lowered",
        [FAULT_WORD_UNKNOWN] = "word-unknown",
        [FAULT_UNIT_UNMAPPED] = "unit-unmapped",
        [FAULT_FIELD_INVALID] = "field-invalid",
        [FAULT_RECORD_INVALID] = "record-invalid",
        [FAULT_COUNT_MISMATCH] = "count-mismatch",
        [FAULT_NOT_JSON] = "not-json",
        [FAULT_TOO_LARGE] = "too-large",
        [FAULT_HTTP_STATUS] = "http-status",
        [FAULT_RATE_LIMITED] = "rate-limited",
        [FAULT_NETWORK] = "network",
        [FAULT_TLS] = "tls",
        [FAULT_LOGIN_REFUSED] = "login-refused",
        [FAULT_LOGIN_BUDGET] = "login-budget",
        [FAULT_SESSION_LOST] = "session-lost",
        [FAULT_NO_SECRET] = "no-secret",
        [FAULT_SESSION_OVER] = "session-over",
        [FAULT_SESSION_CONTESTED] = "session-contested",
        [FAULT_REDIRECT] = "redirect",
        [FAULT_CANCELLED] = "cancelled",
        [FAULT_NOT_MODIFIED] = "not-modified",
        [FAULT_TABLE] = "table-unreadable",
        [FAULT_ENCODING] = "encoding",
        [FAULT_FILE_NONE] = "file-none",
        [FAULT_FILE_REFUSED] = "file-refused",
        [FAULT_FILE_LOCKED] = "file-locked",
        [FAULT_FILE_OLDER] = "file-older",
        [FAULT_QUIET] = "quiet-hours",
};

const char *fault_vn(Fault f) {
        static const char *const labels[FAULT_COUNT] = {
                [FAULT_NONE] = "không có lỗi",
                [FAULT_LOGIN_PAGE] = "hệ thống trả về trang đăng nhập",
                [FAULT_EMPTY_BODY] = "hệ thống trả về trang rỗng",
                [FAULT_TRUNCATED_BODY] = "dữ liệu bị cắt giữa chừng",
                [FAULT_SELECTOR_MISSING] = "không thấy mục cần đọc trên trang",
                [FAULT_PAGE_REPEATS] = "một trang lặp lại",
                [FAULT_PAGE_SIZE_LOWERED] = "hệ thống tự giảm số dòng mỗi trang",
                [FAULT_WORD_UNKNOWN] = "từ chưa có trong bảng từ",
                [FAULT_UNIT_UNMAPPED] = "đơn vị chưa được khai báo",
                [FAULT_FIELD_INVALID] = "một ô không đọc được",
                [FAULT_RECORD_INVALID] = "một bản ghi không đọc được",
                [FAULT_COUNT_MISMATCH] = "số bản ghi không khớp với tổng số",
                [FAULT_NOT_JSON] = "dữ liệu không phải JSON",
                [FAULT_TOO_LARGE] = "dữ liệu vượt quá giới hạn",
                [FAULT_HTTP_STATUS] = "hệ thống báo lỗi",
                [FAULT_RATE_LIMITED] = "hệ thống yêu cầu đọc chậm lại",
                [FAULT_NETWORK] = "không kết nối được",
                [FAULT_TLS] = "chứng chỉ bảo mật không hợp lệ",
                [FAULT_LOGIN_REFUSED] = "sai tài khoản hoặc mật khẩu",
                [FAULT_LOGIN_BUDGET] = "đã hết số lần đăng nhập cho phép",
                [FAULT_SESSION_LOST] = "phiên đăng nhập bị ngắt",
                [FAULT_NO_SECRET] = "chưa có mật khẩu của tài khoản",
                [FAULT_SESSION_OVER] = "phiên đăng nhập được giao đã hết hạn",
                [FAULT_SESSION_CONTESTED] = "có người dùng chung tài khoản, phiên liên tục bị ngắt",
                [FAULT_REDIRECT] = "bị chuyển sang địa chỉ không được phép",
                [FAULT_CANCELLED] = "đã dừng theo yêu cầu",
                [FAULT_NOT_MODIFIED] = "hệ thống báo không đổi cho trang chưa được hỏi",
                [FAULT_TABLE] = "bảng không đọc được",
                [FAULT_ENCODING] = "tệp không đúng bảng mã",
                [FAULT_FILE_NONE] = "chưa có tệp nào để đọc",
                [FAULT_FILE_REFUSED] = "tệp không được phép đọc",
                [FAULT_FILE_LOCKED] = "tệp đang mở, đang chép hoặc có mật khẩu",
                [FAULT_FILE_OLDER] = "tệp cũ hơn số liệu đã đọc",
                [FAULT_QUIET] = "đang trong giờ không được hỏi hệ thống",
        };
        return labels[f];
}

const char *const completeness_names[] = { "complete", "partial", "failed", NULL };
const char *const proof_names[] = {
        "", "total", "empty-page", "last-flag", "short-page", "one-page", "whole-file", NULL
};
