#include "fk/keyfile.h"

#include <string.h>

#include "fk/assert.h"
#include "fk/contexts.h"
#include "fk/planted.h"

#include "fk/banned.h"

static const uint8_t MAGIC[8] = { 'F', 'K', 'K', 'E', 'Y', 'S', '\r', '\n' };

enum { ALGORITHM_ARGON2ID_V13 = 1 };

/* Offsets of the header. */
enum {
    AT_VERSION = 8,
    AT_SLOT_COUNT = 12,
    AT_VAULT_ID = 16,
    AT_SALT = 32,
    AT_MEMORY_KIB = 48,
    AT_PASSES = 52,
    AT_PARALLELISM = 56,
    AT_ALGORITHM = 60,
    AT_ZEROS = 64,
    AT_DIGEST = 96,
};

/* Offsets of a slot, and of its plain text. */
enum {
    SLOT_AT_SEALED = FK_AEAD_NONCE_SIZE_BYTES,
    PLAIN_SIZE_BYTES = 184,
    SLOT_AT_COMMITMENT = SLOT_AT_SEALED + PLAIN_SIZE_BYTES + FK_AEAD_TAG_SIZE_BYTES,
    PLAIN_AT_TYPE = 0,
    PLAIN_AT_MADE_ON = 4,
    PLAIN_AT_MASTER = 12,
    ASSOCIATED_SIZE_BYTES = FK_KEYFILE_HEADER_SIZE_BYTES + 1,
    SECRET_SIZE_BYTES_MAX = FK_KDF_KEY_SIZE_BYTES + FK_PRF_SIZE_BYTES,
    SECRET_KIND_COUNT = 4,
};

_Static_assert(AT_DIGEST + FK_HASH_SIZE_BYTES == FK_KEYFILE_HEADER_SIZE_BYTES, "the digest ends the header");
_Static_assert(SLOT_AT_COMMITMENT + FK_HASH_SIZE_BYTES == FK_KEYFILE_SLOT_SIZE_BYTES, "the commitment ends a slot");

/* The key material of one slot type, or what stands in for it. */
typedef struct slot_secret {
    uint8_t bytes[SECRET_SIZE_BYTES_MAX];
    size_t size_bytes;
    bool is_present;
} slot_secret;

static size_t slot_offset_bytes(uint32_t slot_index)
{
    FK_ASSERT(slot_index < FK_KEYFILE_SLOT_COUNT);
    return FK_KEYFILE_HEADER_SIZE_BYTES + (size_t)slot_index * FK_KEYFILE_SLOT_SIZE_BYTES;
}

/* --- header --------------------------------------------------------------------------------- */

fk_status fk_keyfile_make(const fk_id *vault_id, const uint8_t salt[FK_KDF_SALT_SIZE_BYTES], uint32_t memory_kib,
                          uint32_t passes, fk_keyfile *keyfile_out)
{
    FK_TRY(fk_kdf_check_parameters(memory_kib, passes));
    *keyfile_out = (fk_keyfile){ .vault_id = *vault_id, .memory_kib = memory_kib, .passes = passes };
    memcpy(keyfile_out->salt, salt, FK_KDF_SALT_SIZE_BYTES);
    uint8_t *header = keyfile_out->bytes;
    memcpy(header, MAGIC, sizeof MAGIC);
    fk_put_u32(header + AT_VERSION, FK_KEYFILE_VERSION);
    fk_put_u32(header + AT_SLOT_COUNT, FK_KEYFILE_SLOT_COUNT);
    memcpy(header + AT_VAULT_ID, vault_id->bytes, FK_ID_SIZE_BYTES);
    memcpy(header + AT_SALT, salt, FK_KDF_SALT_SIZE_BYTES);
    fk_put_u32(header + AT_MEMORY_KIB, memory_kib);
    fk_put_u32(header + AT_PASSES, passes);
    fk_put_u32(header + AT_PARALLELISM, FK_KDF_PARALLELISM);
    fk_put_u32(header + AT_ALGORITHM, ALGORITHM_ARGON2ID_V13);
    fk_hash_of(fk_bytes_of(header, AT_DIGEST), header + AT_DIGEST);
    for (uint32_t i = 0; i < FK_KEYFILE_SLOT_COUNT; i++) {
        fk_keyfile_retire_slot(keyfile_out, i);
    }
    return fk_ok();
}

/* Everything of the header that has one right value in version 1. */
static bool header_is_version_1(const uint8_t *header)
{
    static const uint8_t zeros[AT_DIGEST - AT_ZEROS];
    return (fk_get_u32(header + AT_SLOT_COUNT) == FK_KEYFILE_SLOT_COUNT || FK_PLANTED(KEYFILE_SLOT_BOUND)) &&
           fk_get_u32(header + AT_PARALLELISM) == FK_KDF_PARALLELISM &&
           fk_get_u32(header + AT_ALGORITHM) == ALGORITHM_ARGON2ID_V13 &&
           memcmp(header + AT_ZEROS, zeros, sizeof zeros) == 0;
}

static fk_status parse_header(const uint8_t *header, fk_keyfile *keyfile_out)
{
    uint8_t digest[FK_HASH_SIZE_BYTES];
    fk_hash_of(fk_bytes_of(header, AT_DIGEST), digest);
    if (memcmp(header, MAGIC, sizeof MAGIC) != 0 || memcmp(digest, header + AT_DIGEST, sizeof digest) != 0) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    if (fk_get_u32(header + AT_VERSION) != FK_KEYFILE_VERSION) {
        return fk_status_of(FK_ERR_NEWER_VERSION);
    }
    if (!header_is_version_1(header)) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    uint32_t memory_kib = fk_get_u32(header + AT_MEMORY_KIB);
    uint32_t passes = fk_get_u32(header + AT_PASSES);
    FK_TRY(fk_kdf_check_parameters(memory_kib, passes));
    keyfile_out->memory_kib = memory_kib;
    keyfile_out->passes = passes;
    memcpy(keyfile_out->vault_id.bytes, header + AT_VAULT_ID, FK_ID_SIZE_BYTES);
    memcpy(keyfile_out->salt, header + AT_SALT, FK_KDF_SALT_SIZE_BYTES);
    return fk_ok();
}

fk_status fk_keyfile_parse(fk_bytes file, fk_keyfile *keyfile_out)
{
    *keyfile_out = (fk_keyfile){ .memory_kib = 0 };
    if (file.size_bytes < FK_KEYFILE_HEADER_SIZE_BYTES) {
        return fk_status_of(FK_ERR_DAMAGED);
    }
    FK_TRY(parse_header(file.data, keyfile_out));
    size_t slots_size_bytes = (size_t)fk_get_u32(file.data + AT_SLOT_COUNT) * FK_KEYFILE_SLOT_SIZE_BYTES;
    if (file.size_bytes - FK_KEYFILE_HEADER_SIZE_BYTES != slots_size_bytes && !FK_PLANTED(KEYFILE_SLOT_BOUND)) {
        *keyfile_out = (fk_keyfile){ .memory_kib = 0 };
        return fk_status_of(FK_ERR_DAMAGED);
    }
    memcpy(keyfile_out->bytes, file.data, FK_KEYFILE_HEADER_SIZE_BYTES + slots_size_bytes);
    return fk_ok();
}

/* --- slots ---------------------------------------------------------------------------------- */

static void add_secret(slot_secret *secret, fk_bytes bytes, size_t size_bytes)
{
    if (bytes.size_bytes != size_bytes) {
        /* Not at hand: random bytes take its place, so the same work is done. */
        secret->is_present = false;
        fk_random_bytes(secret->bytes + secret->size_bytes, size_bytes);
    } else {
        memcpy(secret->bytes + secret->size_bytes, bytes.data, size_bytes);
    }
    secret->size_bytes += size_bytes;
}

/* The kinds of secrets, in the order in which they are tried, each named by the plain type it opens. Passphrase and
 * passkey come first: should a distress phrase have the same words, the passkey decides. */
static const fk_slot_type SECRET_KINDS[SECRET_KIND_COUNT] = { FK_SLOT_BOTH, FK_SLOT_PASSPHRASE, FK_SLOT_PRF,
                                                              FK_SLOT_RECOVERY };

static fk_slot_type kind_of_type(fk_slot_type type)
{
    return type == FK_SLOT_DISTRESS ? FK_SLOT_PASSPHRASE : type;
}

static slot_secret secret_of_kind(fk_slot_type kind, const fk_slot_secrets *secrets)
{
    slot_secret secret = { .is_present = true };
    if (kind == FK_SLOT_PASSPHRASE || kind == FK_SLOT_BOTH) {
        add_secret(&secret, secrets->passphrase_key, FK_KDF_KEY_SIZE_BYTES);
    }
    if (kind == FK_SLOT_PRF || kind == FK_SLOT_BOTH) {
        add_secret(&secret, secrets->prf, FK_PRF_SIZE_BYTES);
    }
    if (kind == FK_SLOT_RECOVERY) {
        add_secret(&secret, secrets->recovery_key, FK_RECOVERY_KEY_SIZE_BYTES);
    }
    return secret;
}

/* BLAKE2b-256(key, label || vault || slot): KEK from a secret, commitment from the KEK. */
static void slot_mac(fk_bytes key, const char *label, const fk_keyfile *keyfile, uint32_t slot_index,
                     uint8_t mac_out[FK_HASH_SIZE_BYTES])
{
    uint8_t index_byte = (uint8_t)slot_index;
    fk_hash hash;
    fk_mac_init(&hash, key);
    fk_hash_update(&hash, fk_bytes_text(label));
    fk_hash_update(&hash, fk_bytes_of(keyfile->vault_id.bytes, FK_ID_SIZE_BYTES));
    fk_hash_update(&hash, fk_bytes_of(&index_byte, 1));
    fk_hash_final(&hash, mac_out);
}

static void slot_keys(const slot_secret *secret, const fk_keyfile *keyfile, uint32_t slot_index, fk_key *kek_out,
                      uint8_t commitment_out[FK_HASH_SIZE_BYTES])
{
    slot_mac(fk_bytes_of(secret->bytes, secret->size_bytes), FK_CONTEXT_KEK, keyfile, slot_index, kek_out->bytes);
    slot_mac(fk_bytes_of(kek_out->bytes, FK_KEY_SIZE_BYTES), FK_CONTEXT_SLOT, keyfile, slot_index, commitment_out);
}

static fk_bytes slot_associated(const fk_keyfile *keyfile, uint32_t slot_index, uint8_t target[ASSOCIATED_SIZE_BYTES])
{
    memcpy(target, keyfile->bytes, FK_KEYFILE_HEADER_SIZE_BYTES);
    target[FK_KEYFILE_HEADER_SIZE_BYTES] = (uint8_t)slot_index;
    return fk_bytes_of(target, ASSOCIATED_SIZE_BYTES);
}

fk_status fk_keyfile_fill_slot(fk_keyfile *keyfile, uint32_t slot_index, fk_slot_type type,
                               const fk_slot_secrets *secrets, const fk_key *master, uint64_t made_on_ms)
{
    uint8_t *slot = keyfile->bytes + slot_offset_bytes(slot_index);
    slot_secret secret = secret_of_kind(kind_of_type(type), secrets);
    if (!secret.is_present || secret.size_bytes == 0) {
        fk_wipe(&secret, sizeof secret);
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    fk_key kek;
    uint8_t associated[ASSOCIATED_SIZE_BYTES];
    uint8_t plain[PLAIN_SIZE_BYTES] = { 0 };
    fk_put_u32(plain + PLAIN_AT_TYPE, type);
    fk_put_u64(plain + PLAIN_AT_MADE_ON, made_on_ms);
    memcpy(plain + PLAIN_AT_MASTER, master->bytes, FK_KEY_SIZE_BYTES);
    slot_keys(&secret, keyfile, slot_index, &kek, slot + SLOT_AT_COMMITMENT);
    fk_random_bytes(slot, FK_AEAD_NONCE_SIZE_BYTES);
    fk_aead_seal(&kek, slot, slot_associated(keyfile, slot_index, associated), fk_bytes_of(plain, sizeof plain),
                 slot + SLOT_AT_SEALED);
    fk_wipe(plain, sizeof plain);
    fk_key_wipe(&kek);
    fk_wipe(&secret, sizeof secret);
    return fk_ok();
}

void fk_keyfile_retire_slot(fk_keyfile *keyfile, uint32_t slot_index)
{
    fk_random_bytes(keyfile->bytes + slot_offset_bytes(slot_index), FK_KEYFILE_SLOT_SIZE_BYTES);
}

/* --- opening -------------------------------------------------------------------------------- */

/* One trial. The seal is always opened and the commitment always compared, whatever the other says. */
static bool try_slot(const fk_keyfile *keyfile, uint32_t slot_index, const slot_secret *secret,
                     uint8_t plain_out[PLAIN_SIZE_BYTES])
{
    const uint8_t *slot = keyfile->bytes + slot_offset_bytes(slot_index);
    fk_key kek;
    uint8_t commitment[FK_HASH_SIZE_BYTES];
    uint8_t associated[ASSOCIATED_SIZE_BYTES];
    slot_keys(secret, keyfile, slot_index, &kek, commitment);
    fk_bytes sealed = fk_bytes_of(slot + SLOT_AT_SEALED, PLAIN_SIZE_BYTES + FK_AEAD_TAG_SIZE_BYTES);
    bool is_sealed =
        fk_is_ok(fk_aead_open(&kek, slot, slot_associated(keyfile, slot_index, associated), sealed, plain_out));
    bool is_committed = fk_equal_constant_time(commitment, slot + SLOT_AT_COMMITMENT, sizeof commitment);
    fk_key_wipe(&kek);
    return (int)is_sealed & (int)is_committed & (int)secret->is_present;
}

static bool slot_type_is_known(uint32_t type)
{
    return (type >= FK_SLOT_PASSPHRASE && type <= FK_SLOT_RECOVERY) || type == FK_SLOT_DISTRESS;
}

/* What an opened slot says. A slot whose sealed type asks for another kind of secret was never written. */
static fk_status read_plain(const uint8_t plain[PLAIN_SIZE_BYTES], fk_slot_type kind, uint32_t slot_index,
                            fk_keyfile_opened *opened_out)
{
    uint32_t type = fk_get_u32(plain + PLAIN_AT_TYPE);
    if (!slot_type_is_known(type)) {
        return fk_status_of(FK_ERR_NEWER_VERSION);
    }
    if (kind_of_type((fk_slot_type)type) != kind) {
        return fk_status_of(FK_ERR_AUTH);
    }
    opened_out->type = (fk_slot_type)type;
    opened_out->slot_index = slot_index;
    opened_out->made_on_ms = fk_get_u64(plain + PLAIN_AT_MADE_ON);
    memcpy(opened_out->master.bytes, plain + PLAIN_AT_MASTER, FK_KEY_SIZE_BYTES);
    return fk_ok();
}

fk_status fk_keyfile_open(const fk_keyfile *keyfile, const fk_slot_secrets *secrets, fk_keyfile_opened *opened_out)
{
    *opened_out = (fk_keyfile_opened){ .slot_index = 0 };
    fk_status status = fk_status_of(FK_ERR_AUTH);
    uint8_t plain[PLAIN_SIZE_BYTES];
    for (size_t k = 0; k < SECRET_KIND_COUNT; k++) {
        slot_secret secret = secret_of_kind(SECRET_KINDS[k], secrets);
        for (uint32_t i = 0; i < FK_KEYFILE_SLOT_COUNT; i++) {
            if (try_slot(keyfile, i, &secret, plain) && !fk_is_ok(status)) {
                status = read_plain(plain, SECRET_KINDS[k], i, opened_out);
            }
        }
        fk_wipe(&secret, sizeof secret);
    }
    fk_wipe(plain, sizeof plain);
    return status;
}

bool fk_keyfile_is_taken(const fk_keyfile *keyfile, fk_slot_type type, const fk_slot_secrets *secrets)
{
    uint8_t plain[PLAIN_SIZE_BYTES];
    slot_secret secret = secret_of_kind(kind_of_type(type), secrets);
    bool is_taken = false;
    for (uint32_t i = 0; i < FK_KEYFILE_SLOT_COUNT; i++) {
        is_taken = try_slot(keyfile, i, &secret, plain) || is_taken;
    }
    fk_wipe(&secret, sizeof secret);
    fk_wipe(plain, sizeof plain);
    return is_taken;
}

bool fk_keyfile_slot_holds(const fk_keyfile *keyfile, uint32_t slot_index, fk_slot_type type,
                           const fk_slot_secrets *secrets, const fk_key *master)
{
    uint8_t plain[PLAIN_SIZE_BYTES];
    slot_secret secret = secret_of_kind(kind_of_type(type), secrets);
    bool holds = try_slot(keyfile, slot_index, &secret, plain) && fk_get_u32(plain + PLAIN_AT_TYPE) == type &&
                 fk_equal_constant_time(plain + PLAIN_AT_MASTER, master->bytes, FK_KEY_SIZE_BYTES);
    fk_wipe(&secret, sizeof secret);
    fk_wipe(plain, sizeof plain);
    return holds;
}

fk_bytes fk_keyfile_slot_bytes(const fk_keyfile *keyfile, uint32_t slot_index)
{
    return fk_bytes_of(keyfile->bytes + slot_offset_bytes(slot_index), FK_KEYFILE_SLOT_SIZE_BYTES);
}

void fk_keyfile_put_slot(fk_keyfile *keyfile, uint32_t slot_index, const uint8_t slot[FK_KEYFILE_SLOT_SIZE_BYTES])
{
    memcpy(keyfile->bytes + slot_offset_bytes(slot_index), slot, FK_KEYFILE_SLOT_SIZE_BYTES);
}

void fk_keyfile_prf_input(const fk_keyfile *keyfile, uint8_t input_out[FK_HASH_SIZE_BYTES])
{
    fk_hash hash;
    fk_hash_init(&hash, FK_HASH_SIZE_BYTES);
    fk_hash_update(&hash, fk_bytes_text(FK_CONTEXT_PRF));
    fk_hash_update(&hash, fk_bytes_of(keyfile->vault_id.bytes, FK_ID_SIZE_BYTES));
    fk_hash_update(&hash, fk_bytes_of(keyfile->salt, sizeof keyfile->salt));
    fk_hash_final(&hash, input_out);
}
