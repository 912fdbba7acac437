/* vfs.h — the files of one vault as an atomic, tamper-evident page store under SQLite.
 *
 * SQLite3 Multiple Ciphers encrypts and authenticates single pages; this makes a transaction whole
 * or nothing and notices records that are lost, old, forged or rotten (docs/adr/0003-store-and-encryption.md).
 *
 *   pages           page n at (n - 1) * page size: 4096 bytes, 8192 in a store of format 1 (vfs_format.h)
 *   log 0, log 1    a root, then from 512 on one record per transaction (vfs_record.h), then room: zeros
 *   superblock 0, 1 a root that names the log that holds (vfs_root.h)
 *
 * A transaction is one record, one write, one flush; then it is acknowledged. A checkpoint moves
 * the records' pages to the page file, starts the other log and names it in the other superblock.
 *
 * Use: fk_vfs_create() or fk_vfs_open(), sqlite3_open_v2(fk_vfs_name(vfs), &db, flags, NULL), work,
 * sqlite3_close(), fk_vfs_close(). One connection per store, several stores per process, one thread.
 * fk_crypto_start() comes first.
 *
 * SQLite settings this needs, in this order after the key: page_size, journal_mode=MEMORY,
 * locking_mode=EXCLUSIVE, cache_spill=OFF, synchronous=FULL, temp_store=MEMORY; auto_vacuum=INCREMENTAL
 * last, and for a new database only, because it writes at each call. A write outside a batch
 * (cache_spill on, synchronous off) gets SQLITE_IOERR.
 *
 * What SQLite reports: SQLITE_FULL and SQLITE_NOMEM leave the store usable, the transaction is
 * gone. After any SQLITE_IOERR, or SQLITE_CORRUPT or SQLITE_NOTADB (the cipher turns a failed read
 * into these), ask fk_vfs_failure(): if it is not FK_OK, close the connection and the store, have
 * the host open the files again, and open the store again; that recovers it. */
#ifndef FK_VFS_H
#define FK_VFS_H

#include "fk/crypto.h"

enum {
    FK_VFS_CHECKPOINT_AT_BYTES = 4 * 1024 * 1024,
    FK_VFS_LOG_SIZE_BYTES_MAX = 32 * 1024 * 1024,
    FK_VFS_TRANSACTION_SIZE_BYTES_MAX = 12 * 1024 * 1024, /* of its pages */
    FK_VFS_CHECKPOINT_WRITE_SIZE_BYTES_MAX = 1024 * 1024,
    FK_VFS_ROOM_SIZE_BYTES_MAX = 4 * 1024 * 1024,
};

typedef struct fk_vfs fk_vfs;

typedef struct fk_vfs_config {
    const fk_allocator *allocator; /* borrowed until fk_vfs_close() */
    const fk_disk *disk;           /* borrowed until fk_vfs_close() */
    fk_id store_id;                /* the vault id */
    const fk_key *mac_key;         /* fk_vault_keys.store_mac; copied */
    const fk_key *page_key;        /* fk_vault_keys.page, the one SQLite is given; copied */
    bool is_read_only;             /* open what is consistent, whatever the damage, and change nothing on disk */
} fk_vfs_config;

/* What is damaged, when opening answers FK_ERR_DAMAGED. */
typedef enum fk_vfs_damage {
    FK_VFS_DAMAGE_NONE = 0,
    FK_VFS_DAMAGE_SUPERBLOCKS = 1,     /* neither can be read */
    FK_VFS_DAMAGE_LOG_HEADER = 2,      /* the log the superblock names does not begin as it should */
    FK_VFS_DAMAGE_LOG_RECORD = 3,      /* a bad record before a good one: saved work is missing */
    FK_VFS_DAMAGE_LOST_SUPERBLOCK = 4, /* a newer log holds saved work but no superblock names it */
} fk_vfs_damage;

/* What opening found and did. Valid whatever the status. */
typedef struct fk_vfs_report {
    fk_vfs_damage damage;
    uint64_t damaged_at_sequence; /* LOG_RECORD: the number of the first transaction that is missing */
    uint64_t seen_sequence;       /* the highest number any whole record bears: those above `sequence` are missing */
    bool torn_tail;               /* an unfinished last transaction was dropped: tell the person */
    bool unfinished_checkpoint;   /* one was interrupted; nothing is lost */
    bool rewrite_pending;         /* no room to rewrite what was recovered: readable, commits get FULL */
    uint64_t recovered_count;     /* transactions read back from the log */
    uint64_t sequence;            /* of the last transaction */
} fk_vfs_report;

/* Make an empty store: log header, then superblock, each flushed. The files must be empty.
 *
 * vfs_out   on FK_OK owned by the caller, release with fk_vfs_close(); else NULL.
 *
 * FK_ERR_EXISTS, FK_ERR_FULL, FK_ERR_IO, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_vfs_create(const fk_vfs_config *config, fk_vfs **vfs_out);

/* Open and recover. What was found in the log is rewritten by a checkpoint before this returns, so
 * nothing is shown that a power cut could still take back; when there is no room for that the store
 * opens all the same (rewrite_pending). On every error nothing on disk was changed, except FK_ERR_IO.
 *
 * With is_read_only nothing is rewritten, every transaction is refused (SQLITE_READONLY), and damage of the logs does
 * not keep the store shut: it shows the last state of which every transaction is there, and the report says what is
 * damaged. Without a superblock nothing can be told apart from older pages, so that stays FK_ERR_DAMAGED.
 *
 * report_out may not be NULL.
 *
 * FK_ERR_NOT_FOUND (no store in these files), FK_ERR_DAMAGED (see report), FK_ERR_NEWER_VERSION,
 * FK_ERR_AUTH (the superblocks are of this store but not of these keys; when the key came out of a
 * key file of this vault that is damage too), FK_ERR_IO, FK_ERR_NO_MEMORY. */
FK_MUST_USE fk_status fk_vfs_open(const fk_vfs_config *config, fk_vfs **vfs_out, fk_vfs_report *report_out);

/* Wipe and release. The SQLite connection must be closed first (asserted). Writes nothing: what
 * was acknowledged is on disk. NULL is allowed. */
void fk_vfs_close(fk_vfs *vfs);

/* The file name for sqlite3_open_v2(), with vfs NULL. Borrowed until fk_vfs_close(). */
const char *fk_vfs_name(const fk_vfs *vfs);

/* What PRAGMA page_size must say. */
uint32_t fk_vfs_page_size_bytes(const fk_vfs *vfs);

/* FK_OK while the store works; FK_ERR_IO when it must be opened again. */
FK_MUST_USE fk_status fk_vfs_failure(const fk_vfs *vfs);

/* Move the log into the page file. Not inside a transaction's commit; open readers are no problem.
 * FK_ERR_FULL, FK_ERR_NO_MEMORY: nothing lost, try later. FK_ERR_IO: see fk_vfs_failure(). */
FK_MUST_USE fk_status fk_vfs_checkpoint(fk_vfs *vfs);

/* Take room on the disk for the transactions of the next size_bytes (at most FK_VFS_ROOM_SIZE_BYTES_MAX), so that they
 * cannot come out FULL: zeros behind the last record, flushed. Twice as much is taken when there is less, so that not
 * every call writes. A checkpoint takes what is left of it along (docs/adr/0013).
 * FK_ERR_FULL, FK_ERR_NO_MEMORY: there is no room, nothing lost. FK_ERR_READ_ONLY. FK_ERR_IO: see fk_vfs_failure(). */
FK_MUST_USE fk_status fk_vfs_reserve(fk_vfs *vfs, uint32_t size_bytes);

typedef struct fk_vfs_statistics {
    uint64_t page_count;      /* of the database */
    uint64_t page_file_bytes; /* page_count in bytes */
    uint64_t log_bytes;       /* in use */
    uint64_t room_bytes;      /* taken ahead of use */
    uint64_t sequence;        /* of the last acknowledged transaction */
    uint64_t commit_count;    /* since the store was opened, as the rest */
    uint64_t checkpoint_count;
    uint64_t refused_write_count; /* writes outside a batch */
    uint64_t flush_count;
    uint64_t damaged_read_count; /* reads of a page that is not the one the last checkpoint wrote */
    uint64_t damaged_page;       /* number of the last of them, from 1; 0: none */
} fk_vfs_statistics;

void fk_vfs_statistics_get(const fk_vfs *vfs, fk_vfs_statistics *statistics_out);

#endif
