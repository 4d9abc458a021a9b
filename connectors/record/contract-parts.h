/* SPDX-License-Identifier: MIT */
/* Private to contract*.c. */
#pragma once

#include "connectors/record/contract.h"

#define CONTRACT_NAME_MAX 200

/* One more of what stands at that path: a member's name, or names with dots between. */
void contract_path(Contract *c, Str path, Str value);

/* Everything inside an object, by its paths behind `name`: sound JSON, or part of a record that is put aside. */
void contract_inside(Contract *c, Str name, Str value);

/* The path that the plain names of a selector lead to, in c->path; false: fewer than two. */
bool contract_path_of(Contract *c, const Select *s);

/* Whether a selector reads what stands at the path, or what lies in it. */
bool contract_reads(const Select *s, Str path);
