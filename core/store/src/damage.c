/* damage.c — what of a vault is missing or cannot be read, by reading all of it. */
#include "store_internal.h"

#include "fk/banned.h"

enum { RECORDS_EACH = 100 };

/* What damage means for the person is said by the web; this tells support where it is. */
const char *fk_store_damage_name(fk_vfs_damage damage)
{
    static const char *const names[] = {
        [FK_VFS_DAMAGE_NONE] = "",
        [FK_VFS_DAMAGE_SUPERBLOCKS] = "superblocks",
        [FK_VFS_DAMAGE_LOG_HEADER] = "log-header",
        [FK_VFS_DAMAGE_LOG_RECORD] = "log-record",
        [FK_VFS_DAMAGE_LOST_SUPERBLOCK] = "lost-superblock",
    };
    return names[damage];
}

static fk_status read_field(void *ctx, const fk_field_write *field)
{
    (void)ctx;
    (void)field;
    return fk_ok();
}

static fk_status read_head(void *ctx, fk_bytes field, const fk_head *head)
{
    (void)ctx;
    (void)field;
    (void)head;
    return fk_ok();
}

static fk_status read_contested(void *ctx, const fk_contested_row *row)
{
    (void)ctx;
    (void)row;
    return fk_ok();
}

typedef struct record_walk {
    fk_store *store;
    fk_id last;
    uint32_t count;
} record_walk;

static fk_status read_record(void *ctx, const fk_record_row *row)
{
    record_walk *walk = ctx;
    walk->last = row->record;
    walk->count++;
    fk_progress progress;
    FK_TRY(fk_store_heads(walk->store, &row->case_id, &row->record, NULL, read_head, NULL));
    return fk_store_record_progress(walk->store, &row->record, &progress);
}

static fk_status read_draft(void *ctx, const fk_draft_row *row)
{
    return fk_store_draft_fields(ctx, &row->record, read_field, NULL);
}

/* What showing the case reads. */
static fk_status read_case(fk_store *store, const fk_id *case_id)
{
    fk_progress progress;
    FK_TRY(fk_store_case_progress(store, case_id, &progress));
    FK_TRY(fk_store_contested(store, case_id, read_contested, NULL));
    record_walk walk = { .store = store };
    do {
        fk_id after = walk.last;
        bool is_first = walk.count == 0;
        walk.count = 0;
        FK_TRY(fk_store_records(store, case_id, is_first ? NULL : &after, RECORDS_EACH, read_record, &walk));
    } while (walk.count == RECORDS_EACH);
    return fk_store_drafts(store, case_id, RECORDS_EACH, read_draft, store);
}

static fk_status read_listed_case(fk_store *store, const fk_id *case_id, fk_store_damage *damage)
{
    damage->case_count++;
    fk_status status = read_case(store, case_id);
    if (status.code != FK_ERR_DAMAGED) {
        return status;
    }
    if (damage->unreadable_count < FK_STORE_UNREADABLE_COUNT_MAX) {
        damage->unreadable[damage->unreadable_count] = *case_id;
    }
    damage->unreadable_count++;
    return fk_ok();
}

/* One statement for each case, so that none is open while the case is read. */
static fk_status read_cases(fk_store *store, fk_store_damage *damage)
{
    int64_t after = 0;
    for (;;) {
        fk_query query;
        FK_TRY(fk_query_begin(&store->statements, FK_SQL_CASE_AFTER, &query));
        fk_query_integer(&query, 1, after);
        bool has_row = false;
        FK_TRY(fk_query_next(&query, &has_row));
        if (!has_row) {
            return fk_ok();
        }
        after = fk_query_column_integer(&query, 0);
        fk_id case_id;
        fk_status status = fk_query_column_id(&query, 1, &case_id);
        fk_query_end(&query);
        FK_TRY(status);
        FK_TRY(read_listed_case(store, &case_id, damage));
    }
}

static fk_status read_newest(fk_store *store, fk_store_damage *damage)
{
    fk_query query;
    FK_TRY(fk_query_begin(&store->statements, FK_SQL_NEWEST_SAVE, &query));
    int64_t newest_ms = 0;
    FK_TRY(fk_query_number(&query, 0, &newest_ms));
    damage->newest_ms = (uint64_t)newest_ms;
    return fk_ok();
}

fk_status fk_store_damage_read(fk_store *store, fk_store_damage *damage_out)
{
    *damage_out = (fk_store_damage){
        .what = fk_store_damage_name(store->report.damage),
        .missing_count = store->report.seen_sequence - store->report.sequence,
    };
    fk_status status = read_newest(store, damage_out);
    FK_TRY(status.code == FK_ERR_DAMAGED ? fk_ok() : status);
    status = read_cases(store, damage_out);
    damage_out->is_list_cut = status.code == FK_ERR_DAMAGED;
    return damage_out->is_list_cut ? fk_ok() : status;
}
