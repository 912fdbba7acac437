/* crash_vfs.h — files for SQLite in memory, with the bad habits of real disks: the hub's counterpart of memory_disk.h.
 *
 * What was written and not synced is seen by reads, but at a power cut each of its 512-byte sectors survives or not by
 * the seed's choice. State of the process: SQLite knows its file systems globally. */
#ifndef FK_CRASH_VFS_H
#define FK_CRASH_VFS_H

#include <stdbool.h>
#include <stdint.h>

/* Make it SQLite's default from here on, empty. */
void crash_vfs_begin(uint64_t seed);
/* Release the files; SQLite's own file system is the default again. No connection is open. */
void crash_vfs_end(void);

/* The power goes during write, sync or truncate number k from now, counted from 0: it and everything after it fails,
 * until crash_vfs_restart(). */
void crash_vfs_crash_at(uint64_t k);
/* The same with a disk that is full: only writes that make a file longer fail. */
void crash_vfs_fill_at(uint64_t k);
/* Did that happen? */
bool crash_vfs_is_down(void);
/* After the connection is closed. A power cut decides what was not synced; a full disk has room again. */
void crash_vfs_restart(void);
/* Writes, syncs and truncates so far. */
uint64_t crash_vfs_count(void);

#endif
