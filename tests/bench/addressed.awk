# SPDX-License-Identifier: Apache-2.0
# The airline set (id, label, text) with the handle that a tweet is written to
# as its term, for swell accuracy --targets:
#   awk -F'\t' -v OFS='\t' -f tests/bench/addressed.awk airline.tsv >terms.tsv
NR == 1 { print $1, $2, "term", $3 }
NR > 1 && match(tolower($3), /@(united|usairways|americanair|southwestair|jetblue|virginamerica)/) {
    print $1, $2, substr($3, RSTART, RLENGTH), $3
}
