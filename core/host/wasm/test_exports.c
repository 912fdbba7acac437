#include "abi.h"

#include "fk/assert.h"
#include "fk/crypto.h"
#include "fk/identity.h"
#include "fk/json.h"

#include "fk/banned.h"

/* core-test.wasm: parts of the core that the border does not show, for tests/wasm. Never shipped. */

/* SQLite's cipher draws here; standard headers hide the prototype in strict C17. */
int getentropy(void *target, size_t size_bytes);

uint8_t *fk_test_alloc(uint32_t size_bytes);
void fk_test_free(uint8_t *block, uint32_t size_bytes);
int32_t fk_test_json_check(const uint8_t *text, uint32_t size_bytes);
int32_t fk_test_json_rewrite(const uint8_t *text, uint32_t size_bytes, uint8_t *target, uint32_t target_size_bytes);
int32_t fk_test_crypto_start(void);
void fk_test_random_bytes(uint8_t *target, uint32_t size_bytes);
void fk_test_getentropy(uint8_t *target, uint32_t size_bytes);
void fk_test_hash(const uint8_t *bytes, uint32_t size_bytes, uint8_t *digest_out);
void fk_test_aead_seal(const uint8_t *key_and_nonce, const uint8_t *associated, uint32_t associated_size_bytes,
                       const uint8_t *plain, uint32_t plain_size_bytes, uint8_t *sealed_out);
int32_t fk_test_aead_open(const uint8_t *key_and_nonce, const uint8_t *associated, uint32_t associated_size_bytes,
                          const uint8_t *sealed, uint32_t sealed_size_bytes, uint8_t *plain_out);
int32_t fk_test_sign_and_verify(const uint8_t *content, uint32_t size_bytes);
void fk_test_vault_keys(const uint8_t *master, uint8_t *keys_out);
uint32_t fk_test_use_stack(uint32_t depth);
void fk_test_panic(void);
double fk_test_now_ms(void);
int32_t fk_test_write(int32_t file, const uint8_t *source, uint32_t size_bytes, double offset_bytes);

FK_WASM_EXPORT("fk_test_alloc") uint8_t *fk_test_alloc(uint32_t size_bytes)
{
    return fk_allocate(&fk_allocator_libc, size_bytes);
}

FK_WASM_EXPORT("fk_test_free") void fk_test_free(uint8_t *block, uint32_t size_bytes)
{
    fk_release(&fk_allocator_libc, block, size_bytes);
}

FK_WASM_EXPORT("fk_test_json_check") int32_t fk_test_json_check(const uint8_t *text, uint32_t size_bytes)
{
    fk_codec_start(&fk_allocator_libc);
    return fk_json_check(&fk_allocator_libc, fk_bytes_of(text, size_bytes), NULL).code;
}

/* Read, write canonically into target; the size of that, or minus the code of a failure. */
FK_WASM_EXPORT("fk_test_json_rewrite")
int32_t fk_test_json_rewrite(const uint8_t *text, uint32_t size_bytes, uint8_t *target, uint32_t target_size_bytes)
{
    fk_codec_start(&fk_allocator_libc);
    fk_json_doc *doc = NULL;
    fk_bytes source = fk_bytes_of(text, size_bytes);
    fk_status status = fk_json_parse(&fk_allocator_libc, source, &fk_json_limits_form, &doc, NULL);
    if (!fk_is_ok(status)) {
        return -(int32_t)status.code;
    }
    fk_buffer buffer;
    fk_buffer_init(&buffer, &fk_allocator_libc, target_size_bytes);
    fk_json_writer writer;
    fk_json_writer_init(&writer, &buffer);
    fk_json_write_value(&writer, fk_json_root(doc));
    status = fk_json_finish(&writer);
    int32_t answer = fk_is_ok(status) ? (int32_t)buffer.size_bytes : -(int32_t)status.code;
    for (size_t i = 0; i < buffer.size_bytes; i++) {
        target[i] = buffer.data[i];
    }
    fk_buffer_free(&buffer);
    fk_json_doc_free(doc);
    return answer;
}

FK_WASM_EXPORT("fk_test_crypto_start") int32_t fk_test_crypto_start(void)
{
    return fk_crypto_start(&fk_wasm_random).code;
}

FK_WASM_EXPORT("fk_test_random_bytes") void fk_test_random_bytes(uint8_t *target, uint32_t size_bytes)
{
    fk_random_bytes(target, size_bytes);
}

FK_WASM_EXPORT("fk_test_getentropy") void fk_test_getentropy(uint8_t *target, uint32_t size_bytes)
{
    FK_ASSERT(getentropy(target, size_bytes) == 0);
}

FK_WASM_EXPORT("fk_test_hash") void fk_test_hash(const uint8_t *bytes, uint32_t size_bytes, uint8_t *digest_out)
{
    fk_hash_of(fk_bytes_of(bytes, size_bytes), digest_out);
}

FK_WASM_EXPORT("fk_test_aead_seal")
void fk_test_aead_seal(const uint8_t *key_and_nonce, const uint8_t *associated, uint32_t associated_size_bytes,
                       const uint8_t *plain, uint32_t plain_size_bytes, uint8_t *sealed_out)
{
    fk_aead_seal((const fk_key *)key_and_nonce, key_and_nonce + FK_KEY_SIZE_BYTES,
                 fk_bytes_of(associated, associated_size_bytes), fk_bytes_of(plain, plain_size_bytes), sealed_out);
}

FK_WASM_EXPORT("fk_test_aead_open")
int32_t fk_test_aead_open(const uint8_t *key_and_nonce, const uint8_t *associated, uint32_t associated_size_bytes,
                          const uint8_t *sealed, uint32_t sealed_size_bytes, uint8_t *plain_out)
{
    return fk_aead_open((const fk_key *)key_and_nonce, key_and_nonce + FK_KEY_SIZE_BYTES,
                        fk_bytes_of(associated, associated_size_bytes), fk_bytes_of(sealed, sealed_size_bytes),
                        plain_out)
        .code;
}

/* 0 when a signature verifies, and a changed content, purpose and agency each do not. */
FK_WASM_EXPORT("fk_test_sign_and_verify")
int32_t fk_test_sign_and_verify(const uint8_t *content, uint32_t size_bytes)
{
    fk_identity identity;
    fk_identity_generate(&identity);
    fk_id agency = fk_random_id();
    fk_id other = fk_random_id();
    fk_bytes whole = fk_bytes_of(content, size_bytes);
    uint8_t signature[FK_SIGNATURE_SIZE_BYTES];
    fk_sign(&identity, FK_PURPOSE_SEGMENT, &agency, whole, signature);
    const uint8_t *public_key = identity.signing_public;
    bool is_good =
        fk_is_ok(fk_verify(public_key, FK_PURPOSE_SEGMENT, &agency, whole, signature)) &&
        !fk_is_ok(fk_verify(public_key, FK_PURPOSE_ROSTER, &agency, whole, signature)) &&
        !fk_is_ok(fk_verify(public_key, FK_PURPOSE_SEGMENT, &other, whole, signature)) &&
        !fk_is_ok(fk_verify(public_key, FK_PURPOSE_SEGMENT, &agency, fk_bytes_of(content, size_bytes - 1), signature));
    fk_identity_wipe(&identity);
    return is_good ? 0 : 1;
}

/* What is derived from a master key: sizeof(fk_vault_keys) bytes, one 32-byte key behind the other. */
FK_WASM_EXPORT("fk_test_vault_keys") void fk_test_vault_keys(const uint8_t *master, uint8_t *keys_out)
{
    fk_vault_keys_derive((const fk_key *)master, (fk_vault_keys *)keys_out);
}

/* About 1 KiB of stack for each level; not a tail call. */
FK_WASM_EXPORT("fk_test_use_stack") uint32_t fk_test_use_stack(uint32_t depth)
{
    volatile uint8_t frame[1024];
    frame[depth % sizeof frame] = (uint8_t)depth;
    uint32_t below = depth == 0 ? 0 : fk_test_use_stack(depth - 1);
    return below + frame[depth % sizeof frame];
}

FK_WASM_EXPORT("fk_test_panic") void fk_test_panic(void)
{
    bool is_broken = true;
    FK_ASSERT(!is_broken);
}

FK_WASM_EXPORT("fk_test_now_ms") double fk_test_now_ms(void)
{
    return (double)fk_wasm_clock.now_ms(fk_wasm_clock.ctx);
}

/* What the port makes of JavaScript's answer. */
FK_WASM_EXPORT("fk_test_write")
int32_t fk_test_write(int32_t file, const uint8_t *source, uint32_t size_bytes, double offset_bytes)
{
    return (int32_t)fk_wasm_disk.write(fk_wasm_disk.ctx, (fk_vault_file)file, source, size_bytes,
                                       (uint64_t)offset_bytes);
}
