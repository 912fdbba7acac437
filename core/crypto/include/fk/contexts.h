/* fk/contexts.h — every label that keeps one use of a key apart from another, in one place.
 *
 * A label is part of what is hashed, authenticated or signed, so bytes made for one purpose mean
 * nothing for another. A label never changes its meaning; a new format gets a new one. crypto_test
 * fails when two are equal, when one is the beginning of another, or when a KDF label is not
 * exactly 8 bytes. */
#ifndef FK_CONTEXTS_H
#define FK_CONTEXTS_H

/* Labels of hashes, MACs and associated data: X(name, text). */
#define FK_CONTEXT_LIST(X)                \
    X(KEK, "fk/kek/v1")                   \
    X(SLOT, "fk/slot/v1")                 \
    X(PRF, "fk/prf/v1")                   \
    X(LOG, "fk/log/v1")                   \
    X(SUPERBLOCK, "fk/super/v1")          \
    X(PAGE_KEY, "fk/page-key/v1")         \
    X(IDENTITY, "fk/identity/v1")         \
    X(AGENCY, "fk/agency/v1")             \
    X(RECOVERY_KEY, "fk/recovery-key/v1") \
    X(EPOCH, "fk/epoch/v1")               \
    X(EPOCH_LINK, "fk/epoch-link/v1")     \
    X(NAME, "fk/name/v1")                 \
    X(ENROL_ID, "fk/enrol-id/v1")         \
    X(ENROL_KEY, "fk/enrol-key/v1")       \
    X(FOUNDING_KEY, "fk/founding-key/v1") \
    X(FINGERPRINT, "fk/fingerprint/v1")   \
    X(HUB_TOKEN, "fk/hub-token/v1")       \
    X(HUB_LOG, "fk/hub-log/v1")           \
    X(HUB_MAC, "fk/hub-mac/v1")

/* Purposes of signatures: X(name, value, text). */
#define FK_PURPOSE_LIST(X)                     \
    X(SEGMENT, 1, "fk/segment/v1")             \
    X(ROSTER, 2, "fk/roster/v1")               \
    X(GRANT, 3, "fk/grant/v1")                 \
    X(FRONTIER, 4, "fk/frontier/v1")           \
    X(STOP_NOTICE, 5, "fk/stop-notice/v1")     \
    X(HUB_CHALLENGE, 6, "fk/hub-challenge/v1") \
    X(AUTH, 7, "fk/auth/v1")                   \
    X(ENROL, 8, "fk/enrol/v1")

/* Keys derived from the master key by crypto_kdf: X(name, subkey number, 8-byte context). */
#define FK_KDF_LIST(X)              \
    X(PAGE, 1, "fk-page1")          \
    X(STORE_MAC, 2, "fk-smac1")     \
    X(IDENTITY_WRAP, 3, "fk-idwr1") \
    X(EXPORT, 4, "fk-expo1")

#define FK_CONTEXT_TEXT(name, text) static const char FK_CONTEXT_##name[] __attribute__((unused)) = text;
FK_CONTEXT_LIST(FK_CONTEXT_TEXT)
#undef FK_CONTEXT_TEXT

typedef enum fk_purpose {
#define FK_PURPOSE_ENUM(name, value, text) FK_PURPOSE_##name = (value),
    FK_PURPOSE_LIST(FK_PURPOSE_ENUM)
#undef FK_PURPOSE_ENUM
} fk_purpose;

#endif
