/* worker.h — the one thread that has the store: takes all requests that wait, runs them in one
 * transaction, flushes once, and only then gives the replies back (group commit). */
#ifndef FK_HUB_WORKER_H
#define FK_HUB_WORKER_H

#include "fk/hub_core.h"

enum {
    FK_HUB_BATCH_COUNT_MAX = 64,
    FK_HUB_JOB_QUERY_SIZE = 32,
    FK_HUB_JOB_TOKEN_SIZE = 72,
    FK_HUB_RETRY_AFTER_S = 5,
    FK_HUB_HTTP_FAULT = 503
};

/* One request. Whoever puts it owns it; between put and done it is the worker's. */
typedef struct fk_hub_job {
    bool is_post;
    const char *path; /* static: an endpoint's name */
    char query[FK_HUB_JOB_QUERY_SIZE];
    char token[FK_HUB_JOB_TOKEN_SIZE];
    fk_buffer body;
    fk_buffer reply_body;
    fk_hub_reply reply; /* its body is reply_body; http_status 0: not even an error frame had room in memory */
    struct fk_hub_job *next;
} fk_hub_job;

typedef struct fk_hub_worker fk_hub_worker; /* opaque */

/* hub: borrowed, the worker's until it is stopped. done_event: an eventfd that counts finished batches. NULL when the
 * system has no room for a thread. */
fk_hub_worker *fk_hub_worker_start(fk_hub *hub, const fk_allocator *allocator, int done_event);
/* Finish what waits, then end the thread; what is done can still be taken. Nothing is put any more. */
void fk_hub_worker_finish(fk_hub_worker *worker);
/* After fk_hub_worker_finish(). */
void fk_hub_worker_free(fk_hub_worker *worker);

void fk_hub_worker_put(fk_hub_worker *worker, fk_hub_job *job);
/* All that is finished, linked by next; NULL: nothing. */
fk_hub_job *fk_hub_worker_take_done(fk_hub_worker *worker);

#endif
