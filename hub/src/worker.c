#include "worker.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "posix_system.h"

#include "fk/banned.h"

/* First in, first out. */
typedef struct hub_queue {
    fk_hub_job *first;
    fk_hub_job **end; /* where the next goes */
} hub_queue;

struct fk_hub_worker {
    const fk_allocator *allocator;
    fk_hub *hub;
    int done_event;
    fk_status last_fault; /* of the newest batch; FK_OK: none */
    pthread_t thread;
    pthread_mutex_t mutex; /* over what follows */
    pthread_cond_t has_work;
    hub_queue waiting;
    hub_queue done;
    bool is_stopping;
};

static void queue_init(hub_queue *queue)
{
    queue->first = NULL;
    queue->end = &queue->first;
}

static void queue_put(hub_queue *queue, fk_hub_job *job)
{
    job->next = NULL;
    *queue->end = job;
    queue->end = &job->next;
}

/* The first of them, at most count_max, as a list of its own. */
static fk_hub_job *queue_take(hub_queue *queue, size_t count_max)
{
    fk_hub_job *first = queue->first;
    fk_hub_job **link = &queue->first;
    for (size_t i = 0; i < count_max && *link != NULL; i++) {
        link = &(*link)->next;
    }
    queue->first = *link;
    *link = NULL;
    queue->end = queue->first == NULL ? &queue->first : queue->end;
    return first;
}

/* --- a batch ------------------------------------------------------------------------------------ */

static fk_status run_job(fk_hub *hub, fk_hub_job *job)
{
    const fk_clock clock = fk_posix_clock();
    const fk_hub_request request = {
        .is_post = job->is_post,
        .path = fk_bytes_text(job->path),
        .query = fk_bytes_text(job->query),
        .token = fk_bytes_text(job->token),
        .body = fk_buffer_view(&job->body),
        .now_ms = clock.now_ms(clock.ctx),
    };
    job->reply.body = &job->reply_body;
    return fk_hub_handle(hub, &request, &job->reply);
}

/* All jobs of a list in one transaction. Anything but FK_OK: nothing of any of them is stored. */
static fk_status run_together(fk_hub *hub, fk_hub_job *jobs)
{
    FK_TRY(fk_hub_begin(hub));
    for (fk_hub_job *job = jobs; job != NULL; job = job->next) {
        fk_status status = run_job(hub, job);
        if (!fk_is_ok(status)) {
            fk_hub_rollback(hub);
            return status;
        }
    }
    return fk_hub_commit(hub);
}

/* What failed here is no matter of the client's own disk or memory: it hears that there is no room, or to come back. */
static void refuse(fk_hub_job *job, fk_status fault)
{
    job->reply.body = &job->reply_body;
    fk_code code = fault.code == FK_ERR_FULL ? FK_ERR_QUOTA : FK_ERR_BUSY;
    bool has_answer = fk_is_ok(fk_hub_refuse(&job->reply, code, FK_HUB_RETRY_AFTER_S));
    job->reply.http_status = has_answer ? FK_HUB_HTTP_FAULT : 0;
}

/* For whoever runs the hub: once when it begins, once when it is over. */
static void report(fk_hub_worker *worker, fk_status status)
{
    if (status.code == worker->last_fault.code) {
        return;
    }
    worker->last_fault = status;
    (void)fprintf(stderr, "fieldkit-hub: the store %s%s\n",
                  fk_is_ok(status) ? "works again" : "failed: ", fk_is_ok(status) ? "" : fk_code_name(status.code));
}

/* When the store fails under a batch, each job is tried alone, so that one that cannot be done does not take the
 * others with it. */
static void run_batch(fk_hub_worker *worker, fk_hub_job *jobs)
{
    fk_hub *hub = worker->hub;
    fk_status status = run_together(hub, jobs);
    report(worker, status);
    if (fk_is_ok(status)) {
        return;
    }
    bool is_alone = jobs->next == NULL;
    for (fk_hub_job *job = jobs; job != NULL;) {
        fk_hub_job *next = job->next;
        job->next = NULL;
        status = is_alone ? status : run_together(hub, job);
        if (!fk_is_ok(status)) {
            refuse(job, status);
        }
        job->next = next;
        job = next;
    }
}

/* --- the thread ----------------------------------------------------------------------------------- */

static fk_hub_job *wait_for_work(fk_hub_worker *worker)
{
    (void)pthread_mutex_lock(&worker->mutex);
    while (worker->waiting.first == NULL && !worker->is_stopping) {
        (void)pthread_cond_wait(&worker->has_work, &worker->mutex);
    }
    fk_hub_job *jobs = queue_take(&worker->waiting, FK_HUB_BATCH_COUNT_MAX);
    (void)pthread_mutex_unlock(&worker->mutex);
    return jobs;
}

static void give_back(fk_hub_worker *worker, fk_hub_job *jobs)
{
    (void)pthread_mutex_lock(&worker->mutex);
    for (fk_hub_job *job = jobs; job != NULL;) {
        fk_hub_job *next = job->next;
        queue_put(&worker->done, job);
        job = next;
    }
    (void)pthread_mutex_unlock(&worker->mutex);
    uint64_t one = 1;
    (void)!write(worker->done_event, &one, sizeof one); /* full only when the loop is long awake */
}

static void *work(void *ctx)
{
    fk_hub_worker *worker = ctx;
    fk_hub_job *jobs = NULL;
    while ((jobs = wait_for_work(worker)) != NULL) {
        run_batch(worker, jobs);
        give_back(worker, jobs);
    }
    return NULL;
}

fk_hub_worker *fk_hub_worker_start(fk_hub *hub, const fk_allocator *allocator, int done_event)
{
    fk_hub_worker *worker = fk_allocate(allocator, sizeof *worker);
    if (worker == NULL) {
        return NULL;
    }
    worker->allocator = allocator;
    worker->hub = hub;
    worker->done_event = done_event;
    queue_init(&worker->waiting);
    queue_init(&worker->done);
    bool has_mutex = pthread_mutex_init(&worker->mutex, NULL) == 0;
    bool has_condition = has_mutex && pthread_cond_init(&worker->has_work, NULL) == 0;
    if (has_condition && pthread_create(&worker->thread, NULL, work, worker) == 0) {
        return worker;
    }
    if (has_condition) {
        (void)pthread_cond_destroy(&worker->has_work);
    }
    if (has_mutex) {
        (void)pthread_mutex_destroy(&worker->mutex);
    }
    fk_release(allocator, worker, sizeof *worker);
    return NULL;
}

void fk_hub_worker_finish(fk_hub_worker *worker)
{
    (void)pthread_mutex_lock(&worker->mutex);
    worker->is_stopping = true;
    (void)pthread_cond_signal(&worker->has_work);
    (void)pthread_mutex_unlock(&worker->mutex);
    (void)pthread_join(worker->thread, NULL);
}

void fk_hub_worker_free(fk_hub_worker *worker)
{
    (void)pthread_cond_destroy(&worker->has_work);
    (void)pthread_mutex_destroy(&worker->mutex);
    fk_release(worker->allocator, worker, sizeof *worker);
}

void fk_hub_worker_put(fk_hub_worker *worker, fk_hub_job *job)
{
    (void)pthread_mutex_lock(&worker->mutex);
    queue_put(&worker->waiting, job);
    (void)pthread_cond_signal(&worker->has_work);
    (void)pthread_mutex_unlock(&worker->mutex);
}

fk_hub_job *fk_hub_worker_take_done(fk_hub_worker *worker)
{
    (void)pthread_mutex_lock(&worker->mutex);
    fk_hub_job *jobs = queue_take(&worker->done, SIZE_MAX);
    (void)pthread_mutex_unlock(&worker->mutex);
    return jobs;
}
