/* identity_internal.h — shared by identity.c and identity_wrap.c.
 *
 * Two files, because the hub signs and verifies and must not link what opens: a program takes whole
 * object files from a library. */
#ifndef FK_IDENTITY_INTERNAL_H
#define FK_IDENTITY_INTERNAL_H

#include "fk/identity.h"

/* The public keys follow from the secret ones. */
void fk_identity_compute_public(fk_identity *identity);

#endif
