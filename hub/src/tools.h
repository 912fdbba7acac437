/* tools.h — what fieldkit-hub does besides serving, and how it gets a store. */
#ifndef FK_HUB_TOOLS_H
#define FK_HUB_TOOLS_H

#include "fk/hub_arguments.h"
#include "fk/hub_core.h"

/* Start the random source and open the store. hub_out: the caller's, fk_hub_close(). error: a sentence. */
FK_MUST_USE fk_status fk_hub_tool_open(const char *store, fk_hub **hub_out, fk_error *error);

/* Put the founding entry of the file into the store. FK_ERR_INVALID_INPUT and others of fk_hub_found(). */
FK_MUST_USE fk_status fk_hub_tool_found(fk_hub *hub, const char *entry_path, fk_error *error);
/* Check the store and print what it holds. FK_ERR_NOT_FOUND: there is none at that place, and none is made. */
FK_MUST_USE fk_status fk_hub_tool_check(const char *store, fk_error *error);

#endif
