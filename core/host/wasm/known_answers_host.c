#include "abi.h"

#include <string.h>

#include "fk/crypto.h"
#include "known_answers.h"

#include "fk/banned.h"

/* known-answers.wasm: libsodium's own tests in this build of it, so that Node and browsers hold it to its known
 * answers. Never shipped. */

int32_t fk_known_answers_start(void);
uint8_t *fk_known_answers_name(void);
int32_t fk_known_answers_run(void);
const char *fk_known_answers_output(void);
uint32_t fk_known_answers_output_size(void);

enum { NAME_SIZE_MAX = 64 };

static char name[NAME_SIZE_MAX];

FK_WASM_EXPORT("fk_known_answers_start") int32_t fk_known_answers_start(void)
{
    return fk_crypto_start(&fk_wasm_random).code;
}

/* Where the name of the test to run is written, with its NUL. */
FK_WASM_EXPORT("fk_known_answers_name") uint8_t *fk_known_answers_name(void)
{
    return (uint8_t *)name;
}

FK_WASM_EXPORT("fk_known_answers_run") int32_t fk_known_answers_run(void)
{
    name[NAME_SIZE_MAX - 1] = '\0';
    return known_answers_run(name);
}

FK_WASM_EXPORT("fk_known_answers_output") const char *fk_known_answers_output(void)
{
    return known_answers_output();
}

FK_WASM_EXPORT("fk_known_answers_output_size") uint32_t fk_known_answers_output_size(void)
{
    return (uint32_t)strlen(known_answers_output());
}
