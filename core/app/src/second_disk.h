/* second_disk.h — the second store of a vault directory: the same disk, its files moved by a fixed number. */
#ifndef FK_SECOND_DISK_H
#define FK_SECOND_DISK_H

#include "fk/port.h"

/* disk: borrowed for as long as the result is used. The result knows the files of a store only, by their first names
 * (FK_FILE_PAGES to FK_FILE_SUPERBLOCK_1). */
fk_disk fk_second_disk(const fk_disk *disk);

#endif
