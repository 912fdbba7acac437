/* assert_code.h — compare a status with a code by name; after cmocka.h. A macro, so that a failure shows its line. */
#ifndef FK_ASSERT_CODE_H
#define FK_ASSERT_CODE_H

#include "fk/status.h"

#define assert_code(status, wanted) assert_string_equal(fk_code_name((status).code), fk_code_name((uint8_t)(wanted)))

#endif
