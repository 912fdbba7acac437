/* shape_element.h — how many bytes one value of a field takes in its struct or array. */
#ifndef FK_SHAPE_ELEMENT_H
#define FK_SHAPE_ELEMENT_H

#include "fk/protocol_codec.h"

static inline size_t shape_element_size_bytes(const fk_shape_field *field)
{
    switch (field->kind) {
    case FK_SHAPE_BOOL:
        return sizeof(bool);
    case FK_SHAPE_U32:
    case FK_SHAPE_ENUM:
        return sizeof(uint32_t);
    case FK_SHAPE_TIME_MS:
    case FK_SHAPE_COUNTER:
        return sizeof(uint64_t);
    case FK_SHAPE_ID:
        return sizeof(fk_id);
    case FK_SHAPE_JSON_TREE:
        return sizeof(const fk_json *);
    case FK_SHAPE_OBJECT:
        return field->object->size_bytes;
    case FK_SHAPE_STRING:
    case FK_SHAPE_DATE:
    case FK_SHAPE_JSON_TEXT:
    default:
        return sizeof(fk_bytes);
    }
}

#endif
