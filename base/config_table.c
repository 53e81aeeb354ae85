/* SPDX-License-Identifier: Apache-2.0 */
/* What may stand in swell.yaml, as tables: they read the file, write the
 * example and the manual page. Nothing here reads. */
#include "base/config.h"

const struct option config_options[] = {
    { "store", OPTION_STRING, "groundswell.db",
      offsetof(struct config, store),
      "where posts are kept: a folder, beside this file unless absolute" },
    { "retention", OPTION_DURATION, NULL, offsetof(struct config, retention),
      "posts older than this are dropped by swell expire; windows stay" },
    { "keep_handles", OPTION_BOOL, "no", offsetof(struct config, keep_handles),
      "keep writers' handles; otherwise only keyed hashes of them" },
    { "allow_loopback", OPTION_BOOL, "no",
      offsetof(struct config, allow_loopback),
      "let collectors talk to this machine (tests, local bridges)" },
    { "user_agent", OPTION_STRING,
      "groundswell/" VERSION " (public post listener)",
      offsetof(struct config, user_agent),
      "how requests name themselves; add your address, services ask for it" },
    OPTION_END
};

const struct option config_subject_options[] = {
    { "name", OPTION_NAME, NULL, offsetof(struct subject, name),
      "what commands call it (required)" },
    { "title", OPTION_STRING, NULL, offsetof(struct subject, title),
      "the name as people read it; default: the name" },
    { "match", OPTION_LIST, NULL, offsetof(struct subject, match),
      "names, @handles, #tags, /patterns/i or queries (AND OR NOT NEAR/5)" },
    { "exclude", OPTION_LIST, NULL, offsetof(struct subject, exclude),
      "a post with one of these is not a mention" },
    { "require", OPTION_LIST, NULL, offsetof(struct subject, require),
      "one of these must stand near, for names that are words" },
    { "near", OPTION_COUNT, "12", offsetof(struct subject, near),
      "how many words away require may be" },
    { "case_sensitive", OPTION_BOOL, "no",
      offsetof(struct subject, case_sensitive),
      "Target, but not target" },
    { "own", OPTION_BOOL, "no", offsetof(struct subject, own),
      "ours; others are rivals; where none is, the first brand is" },
    { "handles", OPTION_LIST, NULL, offsetof(struct subject, handles),
      "accounts that answer for the brand" },
    OPTION_END
};

const struct option config_source_common[] = {
    { "name", OPTION_NAME, NULL, offsetof(struct source_config, label),
      "each its own; default: the type" },
    { "type", OPTION_STRING, NULL, offsetof(struct source_config, type),
      "what it is: see swell sources (required)" },
    { "every", OPTION_DURATION, NULL, offsetof(struct source_config, every),
      "time between rounds; default by type" },
    { "retention", OPTION_DURATION, NULL,
      offsetof(struct source_config, retention),
      "shorter than the store's, where a service's terms ask for it" },
    { "per_minute", OPTION_COUNT, NULL,
      offsetof(struct source_config, per_minute),
      "most requests a minute to its host; default by type" },
    { "enabled", OPTION_BOOL, "yes", offsetof(struct source_config, enabled),
      "no: skip this source" },
    OPTION_END
};

const struct option config_digest_options[] = {
    { "timezone", OPTION_ZONE, "UTC",
      offsetof(struct digest_config, timezone),
      "whose days are told: Europe/London" },
    { "title", OPTION_STRING, NULL, offsetof(struct digest_config, title),
      "first line of the digest; default: our brands" },
    { "floor", OPTION_COUNT, "10", offsetof(struct digest_config, floor),
      "under so many posts a figure is too few to say" },
    { "smtp_url", OPTION_STRING, NULL,
      offsetof(struct digest_config, smtp_url),
      "smtp://host:587 (STARTTLS) or smtps://host" },
    { "smtp_user", OPTION_STRING, NULL,
      offsetof(struct digest_config, smtp_user), "account at the mail server" },
    { "smtp_password_file", OPTION_SECRET, NULL,
      offsetof(struct digest_config, smtp_password),
      "file with its password, mode 0600" },
    { "smtp_from", OPTION_STRING, NULL,
      offsetof(struct digest_config, smtp_from), "sender of the digest" },
    { "unsubscribe", OPTION_STRING, NULL,
      offsetof(struct digest_config, unsubscribe),
      "address or mailto: that mail programs offer for unsubscribing" },
    { "operator", OPTION_STRING, NULL, offsetof(struct digest_config, operator),
      "mail address that is told when a source breaks, ever more rarely, and "
      "when it works again" },
    OPTION_END
};

const struct option config_recipient_options[] = {
    { "name", OPTION_STRING, NULL, offsetof(struct recipient, name),
      "who, unique (required)" },
    { "email", OPTION_STRING, NULL, offsetof(struct recipient, email),
      "mail address" },
    { "webhook_file", OPTION_SECRET, NULL,
      offsetof(struct recipient, webhook),
      "file with a webhook's address, mode 0600" },
    { "webhook_kind", OPTION_STRING, "slack",
      offsetof(struct recipient, webhook_kind), "slack, teams or mattermost" },
    { "path", OPTION_PATH, NULL, offsetof(struct recipient, path),
      "write the digest to this file, beside this one unless absolute" },
    { "brands", OPTION_LIST, NULL, offsetof(struct recipient, brands),
      "only these; default all" },
    { "hour", OPTION_COUNT, "7", offsetof(struct recipient, hour),
      "local hour of sending" },
    { "timezone", OPTION_ZONE, NULL, offsetof(struct recipient, timezone),
      "default: the digest's" },
    { "format", OPTION_STRING, NULL, offsetof(struct recipient, format),
      "text, html or markdown; default by way" },
    OPTION_END
};
