#include "fk/secrets.h"

#include <string.h>

#include "fk/banned.h"

enum {
    AT_PASSPHRASE = 4,
    AT_PRF = AT_PASSPHRASE + FK_KDF_KEY_SIZE_BYTES,
    AT_RECOVERY = AT_PRF + FK_PRF_SIZE_BYTES,
    KNOWN_BITS = FK_SECRETS_PASSPHRASE | FK_SECRETS_PRF | FK_SECRETS_RECOVERY | FK_SECRETS_CHOSEN,
};

/* One part and whether it stands as it should: there, or zeros. */
static bool take(fk_bytes raw, uint32_t present, uint32_t bit, size_t offset, size_t size_bytes, fk_bytes *part_out)
{
    static const uint8_t zeros[FK_KDF_KEY_SIZE_BYTES];
    if ((present & bit) != 0) {
        *part_out = fk_bytes_of(raw.data + offset, size_bytes);
        return true;
    }
    return fk_equal_constant_time(raw.data + offset, zeros, size_bytes);
}

fk_status fk_secrets_read(fk_bytes raw, fk_slot_secrets *secrets_out, bool *is_chosen_out)
{
    *secrets_out = (fk_slot_secrets){ .prf = { NULL, 0 } };
    fk_slot_secrets read = *secrets_out;
    if (is_chosen_out != NULL) {
        *is_chosen_out = false;
    }
    if (raw.size_bytes != FK_SECRETS_SIZE_BYTES) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    uint32_t present = fk_get_u32(raw.data);
    bool is_chosen = (present & FK_SECRETS_CHOSEN) != 0;
    bool is_whole =
        (present & ~(uint32_t)KNOWN_BITS) == 0 && (!is_chosen || (present & FK_SECRETS_PASSPHRASE) != 0) &&
        take(raw, present, FK_SECRETS_PASSPHRASE, AT_PASSPHRASE, FK_KDF_KEY_SIZE_BYTES, &read.passphrase_key) &&
        take(raw, present, FK_SECRETS_PRF, AT_PRF, FK_PRF_SIZE_BYTES, &read.prf) &&
        take(raw, present, FK_SECRETS_RECOVERY, AT_RECOVERY, FK_RECOVERY_KEY_SIZE_BYTES, &read.recovery_key);
    if (!is_whole) {
        return fk_status_of(FK_ERR_INVALID_INPUT);
    }
    *secrets_out = read;
    if (is_chosen_out != NULL) {
        *is_chosen_out = is_chosen;
    }
    return fk_ok();
}

void fk_secrets_write(const fk_slot_secrets *secrets, bool is_chosen, uint8_t raw_out[FK_SECRETS_SIZE_BYTES])
{
    const struct {
        fk_bytes part;
        size_t size_bytes;
        uint32_t bit;
        size_t offset;
    } parts[] = {
        { secrets->passphrase_key, FK_KDF_KEY_SIZE_BYTES, FK_SECRETS_PASSPHRASE, AT_PASSPHRASE },
        { secrets->prf, FK_PRF_SIZE_BYTES, FK_SECRETS_PRF, AT_PRF },
        { secrets->recovery_key, FK_RECOVERY_KEY_SIZE_BYTES, FK_SECRETS_RECOVERY, AT_RECOVERY },
    };
    uint32_t present = is_chosen ? FK_SECRETS_CHOSEN : 0;
    memset(raw_out, 0, FK_SECRETS_SIZE_BYTES);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].part.size_bytes == parts[i].size_bytes) {
            memcpy(raw_out + parts[i].offset, parts[i].part.data, parts[i].size_bytes);
            present |= parts[i].bit;
        }
    }
    fk_put_u32(raw_out, present);
}

fk_status fk_secrets_type(const fk_slot_secrets *secrets, fk_slot_type *type_out)
{
    static const fk_slot_type types[8] = {
        [FK_SECRETS_PASSPHRASE] = FK_SLOT_PASSPHRASE,
        [FK_SECRETS_PRF] = FK_SLOT_PRF,
        [FK_SECRETS_PASSPHRASE | FK_SECRETS_PRF] = FK_SLOT_BOTH,
        [FK_SECRETS_RECOVERY] = FK_SLOT_RECOVERY,
    };
    unsigned present = (secrets->passphrase_key.size_bytes > 0 ? FK_SECRETS_PASSPHRASE : 0U) |
                       (secrets->prf.size_bytes > 0 ? FK_SECRETS_PRF : 0U) |
                       (secrets->recovery_key.size_bytes > 0 ? FK_SECRETS_RECOVERY : 0U);
    *type_out = types[present];
    return fk_status_of(*type_out == 0 ? FK_ERR_INVALID_INPUT : FK_OK);
}
