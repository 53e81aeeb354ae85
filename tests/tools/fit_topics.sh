#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rebuilds lexicons/en/intent_weights.tsv byte for byte from the labelled
# posts: tests/tools/fit_topics.sh DATA [BUILD]. Trains nothing else.
set -eu
data=$1 build=${2:-build} out=lexicons/en/intent_weights.tsv
rm -f $out
{
    echo "# Fitted by tests/tools/fit_topics.sh: intent, pattern, weight."
    echo "# From the SemEval-2019 task 9 train file and trial reviews (suggestion),"
    echo "# half of the ACL 2019 complaints and Crowdflower's airline tweets (complaint)."
    "$build/tests/tools/topics_fit" "$data" lexicons/en suggestion
    "$build/tests/tools/topics_fit" "$data" lexicons/en complaint
} >$out.new
mv $out.new $out
