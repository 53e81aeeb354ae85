/* SPDX-License-Identifier: Apache-2.0 */
/* swell fit: makes a table of weights from labelled texts, or corrects the
 * shipped one by labels of one's own. pipeline/fit.c does the arithmetic. */
#include "base/file.h"
#include "base/log.h"
#include "commands/command.h"
#include "commands/labelled.h"
#include "pipeline/fit.h"

struct flags {
    struct option_list train, labels;
    char *base, *language, *out, *shares, *ids;
    double cost;
    uint64_t least;
};

static const struct option options[] = {
    { "train", OPTION_LIST, NULL, FLAG(train),
      "labelled file; the words after the options are more of them" },
    { "share", OPTION_STRING, NULL, FLAG(shares),
      "how much each file weighs, in their order: 1,1,0.2; default 1" },
    { "ids", OPTION_STRING, NULL, FLAG(ids),
      "of files with a term column, only rows whose id has this in it" },
    { "cost", OPTION_FLOAT, "1", FLAG(cost),
      "higher follows the labels more closely" },
    { "least", OPTION_COUNT, "5", FLAG(least),
      "a term must be in this many texts" },
    { "base", OPTION_STRING, NULL, FLAG(base),
      "english: correct the shipped table instead of making one" },
    { "labels", OPTION_LIST, NULL, FLAG(labels),
      "with --base: your own labels, 300 or so" },
    { "language", OPTION_STRING, "en", FLAG(language),
      "folder below lexicons/" },
    { "out", OPTION_STRING, "-", FLAG(out),
      "where the table goes; - is stdout" },
    OPTION_END
};

struct reading {
    struct fit *fit;
    const char *ids;
};

static int take(void *context, const struct labelled *row, struct error *err)
{
    const struct reading *r = context;
    (void)err;
    if (r->ids && row->term.length &&
        !memmem(row->id.data, row->id.length, r->ids, strlen(r->ids)))
        return 0;
    fit_add(r->fit, row->text, row->label);
    return 0;
}

/* The next number of a comma list; 1 when it has ended; -1 wrong. */
static double next_share(const char **at)
{
    char *end;
    if (!*at || !**at)
        return 1;
    double share = strtod(*at, &end);
    if (end == *at || (*end && *end != ',') || !(share > 0) || share > 100)
        return -1;
    *at = *end ? end + 1 : end;
    return share;
}

static int read_all(struct fit *fit, const struct invocation *in,
                    const struct option_list *files, struct error *err)
{
    const struct flags *f = in->flags;
    struct reading r = { fit, f->ids };
    const char *shares = f->shares;
    for (size_t i = 0; i < files->count + (size_t)in->argc; i++) {
        const char *path = i < files->count ? files->items[i]
                                            : in->argv[i - files->count];
        double share = next_share(&shares);
        if (share < 0)
            return error_set(err, ERROR_USAGE, "--share is a list of numbers "
                             "above 0 and up to 100, as in 1,1,0.2");
        fit_source(fit, share);
        if (labelled_read(path, take, &r, err))
            return -1;
    }
    return 0;
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *f = in->flags;
    const struct option_list *files = f->base ? &f->labels : &f->train;
    struct fit *fit = NULL;
    struct fit_result result;
    struct buf *table = &in->out, folder = BUF_INIT(4096);
    if ((f->base ? f->train : f->labels).count)
        return error_set(err, ERROR_USAGE, "--train makes a table, --base with "
                         "--labels corrects the shipped one: not both");
    if (files->count + (size_t)in->argc == 0)
        return error_set(err, ERROR_USAGE, "no labelled file was named; try "
                         "swell fit --train FILE, or swell fit --base "
                         "english --labels FILE");
    if (f->base && strcmp(f->base, "english") && strcmp(f->base, "en"))
        return error_set(err, ERROR_USAGE, "there is no base \"%s\"; english "
                         "is the one there is", f->base);
    buf_printf(&folder, "%s/lexicons/%s", data_folder(), f->language);
    int rc = fit_open(&fit, folder.data, err) || read_all(fit, in, files, err);
    if (!rc)
        rc = f->base
                 ? fit_adapt(fit, folder.data, f->cost, table, &result, err)
                 : fit_weights(fit, f->cost, f->least, table, &result, err);
    if (!rc && strcmp(f->out, "-") != 0) {
        rc = file_replace(f->out, table, err);
        buf_clear(table); /* is not printed */
    }
    if (!rc)
        log_line(LOG_NOTE, "%zu texts, %zu rows, %zu terms kept out as names",
                 result.texts, result.terms, result.kept_out);
    fit_close(fit);
    buf_release(&folder);
    return rc ? -1 : EXIT_DONE;
}

const struct command command_fit = {
    .name = "fit",
    .arguments = "--train FILE... | --base english --labels FILE",
    .about = "make sentiment weights from labelled texts",
    .help =
        "Files have a header line, then id, label (positive, neutral or\n"
        "negative) and text, cut by tabs. The result is a table of terms,\n"
        "each with two weights: positive and negative, against neutral.\n\n"
        "  swell fit --train a.tsv b.tsv --share 1,0.5 --out weights.tsv\n"
        "  swell fit --base english --labels mine.tsv --out mine-weights.tsv\n"
        "  swell tag --lexicon mine-weights.tsv posts.tsv\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
