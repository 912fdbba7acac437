/* sessions.h — two runs of the program, as two openings of the app would be: no page of theirs has the same nonce. */
#ifndef FK_SESSIONS_H
#define FK_SESSIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Before anything draws randomness in this process: the cipher keeps what it drew. *nonces_out counts those compared.
 * False: two pages have one nonce, or a child did not end well. */
bool sessions_draw_different_nonces(uint64_t *nonces_out);

#endif
