/* operation_check.h — whether an operation of another device says something the schema allows. Private to core/app. */
#ifndef FK_APP_OPERATION_CHECK_H
#define FK_APP_OPERATION_CHECK_H

#include "fk/wire.h"

/* A fk_sync_checker; ctx is the fk_allocator. FK_ERR_NEWER_VERSION: a type or field this app does not know.
 * FK_ERR_FORBIDDEN: nobody with these roles writes records of this type (`writers` in schema.json). FK_ERR_INVALID_INPUT and what else fk_record_value_make() refuses, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_operation_check(void *ctx, uint32_t roles, const fk_wire_operation *operation);

#endif
