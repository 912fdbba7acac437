#include "abi.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/crypto.h"
#include "fk/json.h"
#include "known_answers.h"
#include "wycheproof.h"

#include "fk/banned.h"

/* known-answers.wasm: libsodium's own tests in this build of it, and the vectors of Wycheproof against it, so that Node
 * and browsers hold it to what is published. Never shipped. */

int32_t fk_known_answers_start(void);
uint8_t *fk_known_answers_name(void);
int32_t fk_known_answers_run(void);
const char *fk_known_answers_output(void);
uint32_t fk_known_answers_output_size(void);
uint8_t *fk_wycheproof_alloc(uint32_t size_bytes);
int32_t fk_wycheproof_run(uint8_t *text, uint32_t size_bytes);
uint32_t fk_wycheproof_test_count(void);
uint32_t fk_wycheproof_wrong_count(void);
uint32_t fk_wycheproof_first_wrong_id(void);

enum { NAME_SIZE_MAX = 64 };

static char name[NAME_SIZE_MAX];
static wycheproof_result wycheproof;

FK_WASM_EXPORT("fk_known_answers_start") int32_t fk_known_answers_start(void)
{
    fk_codec_start(&fk_allocator_libc);
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

/* Where the text of a file of vectors is written, for fk_wycheproof_run(), which releases it. */
FK_WASM_EXPORT("fk_wycheproof_alloc") uint8_t *fk_wycheproof_alloc(uint32_t size_bytes)
{
    uint8_t *text = fk_allocate(&fk_allocator_libc, size_bytes);
    FK_ASSERT(text != NULL);
    return text;
}

FK_WASM_EXPORT("fk_wycheproof_run") int32_t fk_wycheproof_run(uint8_t *text, uint32_t size_bytes)
{
    int32_t code = wycheproof_run(fk_bytes_of(text, size_bytes), &wycheproof).code;
    fk_release(&fk_allocator_libc, text, size_bytes);
    return code;
}

/* What the last run counted. */
FK_WASM_EXPORT("fk_wycheproof_test_count") uint32_t fk_wycheproof_test_count(void)
{
    return (uint32_t)wycheproof.test_count;
}

FK_WASM_EXPORT("fk_wycheproof_wrong_count") uint32_t fk_wycheproof_wrong_count(void)
{
    return (uint32_t)wycheproof.wrong_count;
}

FK_WASM_EXPORT("fk_wycheproof_first_wrong_id") uint32_t fk_wycheproof_first_wrong_id(void)
{
    return (uint32_t)wycheproof.first_wrong_id;
}
