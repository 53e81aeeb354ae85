/* SPDX-License-Identifier: Apache-2.0 */
/* swell verify: are the windows the posts? */
#include <inttypes.h>

#include "commands/command.h"
#include "digest/terms.h"

struct flags {
    bool repair;
};

static const struct option options[] = {
    { "repair", OPTION_BOOL, NULL, FLAG(repair),
      "also mend what differs, from the posts" },
    OPTION_END
};

static void tell(void *context, const char *sentence)
{
    (void)context;
    printf("%s\n", sentence);
}

static void told_before(void *context, const char *sentence)
{
    (void)context;
    (void)sentence;
}

static int look(struct invocation *in, bool repair, visit_difference *visit,
                uint64_t *differences, struct error *err)
{
    return store_verify(in->store, repair, visit, NULL, differences, err) ||
           terms_verify(in->store, in->config, repair, visit, NULL,
                        differences, err);
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *flags = in->flags;
    struct store_stats st;
    uint64_t differences, left;
    if (invocation_store(in, flags->repair ? STORE_CHANGE : STORE_READ, err) ||
        look(in, flags->repair, tell, &differences, err))
        return -1;
    left = differences;
    if (left && flags->repair && look(in, false, told_before, &left, err))
        return -1; /* no figure brings back a post that is damaged */
    if (store_stats(in->store, &st, err))
        return -1;
    printf("%" PRIu64 " difference%s", differences,
           differences == 1 ? "" : "s");
    if (left && flags->repair)
        printf(", %" PRIu64 " not mended (restore a backup)", left);
    else if (differences && flags->repair)
        printf(", mended");
    printf(": %" PRIu64 " posts, %" PRIu64 " rows of hours, %" PRIu64
           " of days\n", st.posts, st.hours, st.days);
    return left ? EXIT_FAILED : EXIT_DONE;
}

const struct command command_verify = {
    .name = "verify",
    .words = NO_WORDS,
    .arguments = "[--repair]",
    .about = "recompute every figure from the posts and list what differs",
    .help = "Windows, author sketches, identities and the kept terms. Exit "
            "status 1 when\nsomething differs; with --repair, when something "
            "could not be mended.\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
