/* posix_system.h — clock and random bytes of the operating system. */
#ifndef FK_POSIX_SYSTEM_H
#define FK_POSIX_SYSTEM_H

#include "fk/port.h"

fk_clock fk_posix_clock(void);
/* getrandom(); panics when it fails. */
fk_random fk_posix_random(void);

#endif
