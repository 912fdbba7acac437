#include "wycheproof.h"

#include <string.h>

#include <sodium.h>

#include "fk/crypto.h"
#include "fk/json.h"

#include "fk/banned.h"

enum { VALUE_SIZE_BYTES_MAX = 2048 };

typedef struct value {
    uint8_t bytes[VALUE_SIZE_BYTES_MAX + FK_AEAD_TAG_SIZE_BYTES];
    size_t size_bytes;
} value;

/* One test, and what the file says of it. */
typedef struct vector {
    const fk_json *group;
    const fk_json *test;
    bool is_valid;
    bool is_invalid;
} vector;

typedef bool is_right_function(const vector *of);

/* false when it is not hex or longer than any vector is. */
static bool hex_member(const fk_json *object, const char *name, value *value_out)
{
    fk_bytes hex = fk_json_string(fk_json_member_text(object, name));
    value_out->size_bytes = 0;
    return sodium_hex2bin(value_out->bytes, VALUE_SIZE_BYTES_MAX, (const char *)hex.data, hex.size_bytes, NULL,
                          &value_out->size_bytes, NULL) == 0 &&
           value_out->size_bytes * 2 == hex.size_bytes;
}

static fk_bytes view(const value *of)
{
    return fk_bytes_of(of->bytes, of->size_bytes);
}

static bool is_aead_right(const vector *of)
{
    value key_bytes;
    value nonce;
    value associated;
    value message;
    value sealed;
    value tag;
    if (!hex_member(of->test, "key", &key_bytes) || !hex_member(of->test, "iv", &nonce) ||
        !hex_member(of->test, "aad", &associated) || !hex_member(of->test, "msg", &message) ||
        !hex_member(of->test, "ct", &sealed) || !hex_member(of->test, "tag", &tag)) {
        return false;
    }
    if (key_bytes.size_bytes != FK_KEY_SIZE_BYTES || nonce.size_bytes != FK_AEAD_NONCE_SIZE_BYTES ||
        tag.size_bytes != FK_AEAD_TAG_SIZE_BYTES) {
        return of->is_invalid; /* sizes our types cannot even express */
    }
    fk_key key;
    uint8_t output[VALUE_SIZE_BYTES_MAX + FK_AEAD_TAG_SIZE_BYTES];
    memcpy(key.bytes, key_bytes.bytes, sizeof key.bytes);
    memcpy(sealed.bytes + sealed.size_bytes, tag.bytes, tag.size_bytes);
    sealed.size_bytes += tag.size_bytes;
    bool is_open = fk_is_ok(fk_aead_open(&key, nonce.bytes, view(&associated), view(&sealed), output));
    if (is_open != of->is_valid || !of->is_valid) {
        return is_open == of->is_valid;
    }
    bool is_same = message.size_bytes + FK_AEAD_TAG_SIZE_BYTES == sealed.size_bytes &&
                   memcmp(output, message.bytes, message.size_bytes) == 0;
    fk_aead_seal(&key, nonce.bytes, view(&associated), view(&message), output);
    return is_same && memcmp(output, sealed.bytes, sealed.size_bytes) == 0;
}

static bool is_signature_right(const vector *of)
{
    value public_key;
    value message;
    value signature;
    if (!hex_member(fk_json_member_text(of->group, "publicKey"), "pk", &public_key) ||
        !hex_member(of->test, "msg", &message) || !hex_member(of->test, "sig", &signature) ||
        public_key.size_bytes != crypto_sign_ed25519_PUBLICKEYBYTES) {
        return false;
    }
    bool is_accepted =
        signature.size_bytes == crypto_sign_ed25519_BYTES &&
        crypto_sign_ed25519_verify_detached(signature.bytes, message.bytes, message.size_bytes, public_key.bytes) == 0;
    return is_accepted == of->is_valid;
}

static bool is_exchange_right(const vector *of)
{
    value public_key;
    value secret_key;
    value shared;
    uint8_t output[crypto_scalarmult_BYTES] = { 0 };
    if (!hex_member(of->test, "public", &public_key) || !hex_member(of->test, "private", &secret_key) ||
        !hex_member(of->test, "shared", &shared) || public_key.size_bytes != crypto_scalarmult_BYTES ||
        secret_key.size_bytes != crypto_scalarmult_SCALARBYTES || shared.size_bytes != sizeof output) {
        return false;
    }
    bool is_done = crypto_scalarmult(output, secret_key.bytes, public_key.bytes) == 0;
    if (!is_done) {
        return !of->is_valid; /* "acceptable" inputs, such as low order points, may be refused */
    }
    return !of->is_invalid && memcmp(output, shared.bytes, sizeof output) == 0;
}

static void count(const fk_json *groups, is_right_function *is_right, wycheproof_result *result)
{
    for (const fk_json *group = fk_json_first(groups); group != NULL; group = fk_json_next(group)) {
        const fk_json *tests = fk_json_member_text(group, "tests");
        for (const fk_json *test = fk_json_first(tests); test != NULL; test = fk_json_next(test)) {
            fk_bytes says = fk_json_string(fk_json_member_text(test, "result"));
            vector of = { group, test, fk_bytes_equal_text(says, "valid"), fk_bytes_equal_text(says, "invalid") };
            bool is_known = of.is_valid || of.is_invalid || fk_bytes_equal_text(says, "acceptable");
            result->test_count++;
            if (is_known && is_right(&of)) {
                continue;
            }
            result->wrong_count++;
            int64_t id = -1; /* of a test that has none */
            if (result->first_wrong_id == 0) {
                (void)fk_is_ok(fk_json_to_int64(fk_json_member_text(test, "tcId"), 1, INT32_MAX, &id));
                result->first_wrong_id = id;
            }
        }
    }
}

fk_status wycheproof_run(fk_bytes text, wycheproof_result *result_out)
{
    static const struct {
        const char *algorithm;
        is_right_function *is_right;
    } kinds[] = {
        { "XCHACHA20-POLY1305", is_aead_right },
        { "EDDSA", is_signature_right },
        { "XDH", is_exchange_right },
    };
    *result_out = (wycheproof_result){ 0 };
    fk_json_doc *doc = NULL;
    FK_TRY(fk_json_parse(&fk_allocator_libc, text, &fk_json_limits_form, &doc, NULL));
    const fk_json *root = fk_json_root(doc);
    fk_bytes algorithm = fk_json_string(fk_json_member_text(root, "algorithm"));
    fk_status status = fk_status_of(FK_ERR_NOT_FOUND);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (fk_bytes_equal_text(algorithm, kinds[i].algorithm)) {
            count(fk_json_member_text(root, "testGroups"), kinds[i].is_right, result_out);
            status = fk_ok();
        }
    }
    fk_json_doc_free(doc);
    return status;
}
