/* SPDX-License-Identifier: Apache-2.0 */
/* swell verify: are the windows the posts? */
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

static int run(struct invocation *in, struct error *err)
{
    const struct flags *flags = in->flags;
    struct store_stats st;
    uint64_t differences;
    if (invocation_store(in, flags->repair ? STORE_CHANGE : STORE_READ, err) ||
        store_verify(in->store, flags->repair, tell, NULL, &differences,
                     err) ||
        terms_verify(in->store, in->config, flags->repair, tell, NULL,
                     &differences, err) ||
        store_stats(in->store, &st, err))
        return -1;
    printf("%llu difference%s%s: %llu posts, %llu rows of hours, %llu of days"
           "\n", (unsigned long long)differences,
           differences == 1 ? "" : "s",
           differences && flags->repair ? ", mended" : "",
           (unsigned long long)st.posts, (unsigned long long)st.hours,
           (unsigned long long)st.days);
    return differences && !flags->repair ? EXIT_FAILED : EXIT_DONE;
}

const struct command command_verify = {
    .name = "verify",
    .words = NO_WORDS,
    .arguments = "[--repair]",
    .about = "recompute every figure from the posts and list what differs",
    .help = "Windows, author sketches, identities and the kept terms. Exit "
            "status 1 when\nsomething differs; with --repair it is mended, and "
            "the status is 0.\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
