/* operation.h — one operation inside the body of a segment (docs/adr/0009). */
#ifndef FK_WIRE_OPERATION_H
#define FK_WIRE_OPERATION_H

#include "fk/wire.h"

/* Within the bounds of fk_wire_operation? */
bool fk_operation_is_valid(const fk_wire_operation *operation);
/* How many bytes a valid operation takes. */
size_t fk_operation_size(const fk_wire_operation *operation);
/* Lay out a valid operation; target holds fk_operation_size(). */
void fk_operation_write(const fk_wire_operation *operation, uint8_t *target);
/* Take the operation that rest begins with. false when it is cut or not valid; then nothing is to be read on. */
bool fk_operation_take(fk_bytes *rest, fk_wire_operation *operation_out);

#endif
