/* cli_sync.h — runs of sync against a hub, for the commands that need one. */
#ifndef FK_CLI_SYNC_H
#define FK_CLI_SYNC_H

#include "cli_vault.h"
#include "http_client.h"

/* What every command with a vault and a hub is given. */
typedef struct fk_cli_hub {
    fk_cli_vault *vault;
    fk_http_client *client;
    bool is_quiet; /* no lines on what a run does */
} fk_cli_hub;

/* The client for the vault's hub, or for the one given (the hub's key is pinned in the vault, whatever the address).
 * Release hub->client with fk_http_client_free(). FK_ERR_WRONG_STATE: the vault knows no hub. */
FK_MUST_USE fk_status fk_cli_hub_open(fk_cli_hub *hub, const char *origin);

/* One run to its end, with lines on standard error that say what it does (not when quiet). A run that ended early comes
 * back as its problem, with vault->error filled; what was stored until then stays. */
FK_MUST_USE fk_status fk_cli_sync_run(fk_cli_hub *hub);

/* Would the same run go through later, with nothing else changed? */
bool fk_cli_sync_is_passing(fk_status problem);

/* Answers of a state that somebody else changes. FK_OK with *is_over_out: the wait is over. */
typedef fk_status fk_cli_state(fk_cli_hub *hub, void *ctx, bool *is_over_out);

/* Run sync again and again, with growing pauses, until `state` says that it is over or fails, for at most wait_s
 * seconds. A passing problem of a run is said and waited out, once a run has gone through. FK_ERR_TIMED_OUT, or what
 * `state` or a run said. */
FK_MUST_USE fk_status fk_cli_sync_until(fk_cli_hub *hub, uint32_t wait_s, fk_cli_state *state, void *ctx);

#endif
