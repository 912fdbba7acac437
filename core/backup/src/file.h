/* file.h — what writer and reader of an export share. Private to core/backup. */
#ifndef FK_BACKUP_FILE_H
#define FK_BACKUP_FILE_H

#include "fk/backup.h"

void fk_backup_head_write(const fk_keyfile *keyfile, uint8_t head_out[FK_BACKUP_HEAD_SIZE_BYTES]);

/* What every chunk is bound to. */
void fk_backup_head_digest(const uint8_t head[FK_BACKUP_HEAD_SIZE_BYTES], uint8_t digest_out[FK_HASH_SIZE_BYTES]);

#endif
