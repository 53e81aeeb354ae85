# SPDX-License-Identifier: Apache-2.0
# Accuracy on the terms of sentences that feel differently about several:
#   swell accuracy --ids _te --targets --predictions said.tsv SET
#   awk -F'\t' -f tests/bench/mixed.awk said.tsv SET
# said.tsv: id, label; SET: id, label, term, text, with a line of names.
NR == FNR { said[$1] = $2; next }
$1 in said {
    text[++n] = $4; right[n] = said[$1] == $2
    if ($4 in label && label[$4] != $2) mixed[$4] = 1
    label[$4] = $2
}
END {
    for (i = 1; i <= n; i++)
        if (text[i] in mixed) { all++; hits += right[i] }
    printf "%.1f %% of %d terms\n", all ? 100 * hits / all : 0, all
}
