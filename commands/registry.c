/* SPDX-License-Identifier: Apache-2.0 */
/* Every subcommand, in the order of --help: a declaration and a row each. */
#include "commands/command.h"

extern const struct command command_accuracy;
extern const struct command command_check;
extern const struct command command_collect;
extern const struct command command_compact;
extern const struct command command_coverage;
extern const struct command command_detect;
extern const struct command command_digest;
extern const struct command command_dump;
extern const struct command command_experiment;
extern const struct command command_expire;
extern const struct command command_export;
extern const struct command command_fit;
extern const struct command command_forget;
extern const struct command command_import;
extern const struct command command_inbox;
extern const struct command command_init;
extern const struct command command_label;
extern const struct command command_load;
extern const struct command command_manual;
extern const struct command command_posts;
extern const struct command command_retag;
extern const struct command command_serve;
extern const struct command command_sources;
extern const struct command command_status;
extern const struct command command_tag;
extern const struct command command_terms;
extern const struct command command_trends;
extern const struct command command_verify;
extern const struct command command_version;
extern const struct command command_why;
extern const struct command command_window;

const struct command *const commands[] = {
    &command_accuracy,
    &command_check,
    &command_collect,
    &command_compact,
    &command_coverage,
    &command_detect,
    &command_digest,
    &command_dump,
    &command_experiment,
    &command_expire,
    &command_export,
    &command_fit,
    &command_forget,
    &command_import,
    &command_inbox,
    &command_init,
    &command_label,
    &command_load,
    &command_manual,
    &command_posts,
    &command_retag,
    &command_serve,
    &command_sources,
    &command_status,
    &command_tag,
    &command_terms,
    &command_trends,
    &command_verify,
    &command_version,
    &command_why,
    &command_window,
    NULL,
};
