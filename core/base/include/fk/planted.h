/* fk/planted.h — deliberate faults, one build each, that the test suites must catch.
 *
 * A suite that never saw a fault proves little. `if (FK_PLANTED(NAME))` marks the place where a
 * build with -DFK_PLANTED_FAULT=FK_FAULT_NAME goes wrong on purpose. In every other build the
 * condition is the constant 0 and the compiler drops the branch. */
#ifndef FK_PLANTED_H
#define FK_PLANTED_H

enum {
    FK_FAULT_NONE = 0,
    FK_FAULT_JSON_STRING_BOUND = 1,     /* codec: reads one byte past an unfinished escape */
    FK_FAULT_RECORD_VALUE_BOUND = 2,    /* app: does not bound a text value before copying it */
    FK_FAULT_KEYFILE_SLOT_BOUND = 3,    /* crypto: trusts the slot count of the file */
    FK_FAULT_LOG_LENGTH_BOUND = 4,      /* vfs: trusts the page count of a log record */
    FK_FAULT_SUPERBLOCK_BOUND = 5,      /* vfs: trusts the tag-table length of a superblock */
    FK_FAULT_EVALUATION_BOUND = 6,      /* app: does not bound the perpetrators of an evaluation */
    FK_FAULT_FLUSH_LEFT_OUT = 7,        /* vfs: commit without flush */
    FK_FAULT_TORN_TAIL_ACCEPTED = 8,    /* vfs: a record with a wrong MAC is replayed */
    FK_FAULT_OLD_GENERATION = 9,        /* vfs: records of another generation are replayed */
    FK_FAULT_SUPERBLOCK_FIRST = 10,     /* vfs: superblock written before the pages are flushed */
    FK_FAULT_OLD_PAGE_ACCEPTED = 11,    /* vfs: the tag of a stored page is not compared */
    FK_FAULT_REQUEST_TEXT_BOUND = 12,   /* codec: does not bound a text of a request */
    FK_FAULT_COMMIT_BEFORE_FLUSH = 13,  /* vfs: a commit is acknowledged, and flushed with the next */
    FK_FAULT_ROOM_NOT_TAKEN = 14,       /* vfs: room is promised and not taken */
    FK_FAULT_NONCE_REPEATED = 15,       /* crypto: the random source gives the same bytes again */
    FK_FAULT_SEGMENT_BODY_BOUND = 20,   /* wire: trusts the body size of a segment */
    FK_FAULT_ROSTER_PAYLOAD_BOUND = 21, /* wire: trusts the payload size of a roster entry */
    FK_FAULT_GRANT_SIZE_BOUND = 22,     /* wire: does not look how long a grant is */
    FK_FAULT_FRONTIER_COUNT_BOUND = 23, /* wire: trusts the entry count of a frontier */
    FK_FAULT_FRAME_COUNT_BOUND = 24,    /* wire: does not hold the count of a frame against its size */
    FK_FAULT_SEGMENT_VALUE_BOUND = 25,  /* wire: trusts the value size of an operation */
    FK_FAULT_OVER_IGNORED = 26,         /* store: a write replaces nothing of other devices */
    FK_FAULT_FRONTIER_IGNORED = 27,     /* store: a link counts although its author never saw what it names */
    FK_FAULT_EARLY_LINK_LOST = 28,      /* store: a link that comes before what it names is forgotten */
    FK_FAULT_TRANSFER_SIZE_BOUND = 29,  /* store: trusts the size of a column of a row that travels */
    FK_FAULT_LIST_NOT_READ = 32,        /* store: a change of what the row of a case reads only raises its time */
    FK_FAULT_PAGE_TAG_TRUSTED = 33,     /* vfs: a record is replayed whatever its pages are under their tags */
    FK_FAULT_TORN_SUPERBLOCK_LEFT = 34, /* vfs: part of a superblock stays where the next one is written */
    FK_FAULT_SUPERBLOCK_DOUBTFUL = 35,  /* vfs: a superblock that may never have been flushed stays so until a commit */
    FK_FAULT_SHORT_RECORD_LEFT = 36,    /* vfs: that a short record was cut off is not flushed */
    FK_FAULT_BACKUP_HEAD_BOUND = 50,    /* backup: trusts the size of the key file in an export */
    FK_FAULT_SLOT_LABEL_BOUND = 64,     /* crypto: trusts the label size of a list of slots */
    FK_FAULT_ATTEMPTS_SIZE = 65,        /* crypto: does not look how long the file of tries is */
    FK_FAULT_ESCROW_NAME_BOUND = 67,    /* crypto: trusts the size of the name in an escrow slot */
    FK_FAULT_SHARE_LINE_BOUND = 68,     /* shares: reads a line past the end of a sheet */
    FK_FAULT_RECOVERY_BOUND = 66,       /* roster: does not bound the signs of a typed recovery key */
    FK_FAULT_CLOCK_DECIDES = 30,        /* merge: the newest write is taken for the only one */
    FK_FAULT_CLOCK_AHEAD_WINS = 31,     /* merge: a clock a year ahead counts as newest */
    FK_FAULT_CLOCK_FOLLOWED = 70,       /* store: another device's clock is taken over however far ahead it is */
    FK_FAULT_CONFLICT_HIDDEN = 71,      /* app: conflicts on some types of records are not listed */

    FK_FAULT_ACK_BEFORE_FLUSH = 40,        /* hub: answers before what it answers for is on the disk */
    FK_FAULT_DUPLICATE_APPLIED_TWICE = 41, /* hub: a segment it has is taken in once more */
    FK_FAULT_SENT_BEFORE_ANSWER = 43,      /* sync: calls a segment sent when it only asked */
    FK_FAULT_FORK_UNREPORTED = 72,         /* sync: a fork stops what it must and is told to nobody */
    FK_FAULT_TAIL_UNTOLD = 73,             /* sync: what the hub keeps back of a colleague's work is told to nobody */
    FK_FAULT_HUB_CHAIN_PREV = 42,          /* hub: does not look what a segment follows */
    FK_FAULT_REFUSAL_ENDS_RUN = 44,        /* sync: a request the hub refuses ends the run */
};

#ifndef FK_PLANTED_FAULT
#define FK_PLANTED_FAULT FK_FAULT_NONE
#endif

#define FK_PLANTED(name) (FK_PLANTED_FAULT == FK_FAULT_##name)

#endif
