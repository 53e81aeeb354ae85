#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rebuilds lexicons/en/{aspect,intent}_weights.tsv byte for byte from the
# labelled posts: tests/tools/fit_topics.sh DATA [BUILD]. Judges nothing:
# topics_fit --cv and topics_score do.
set -eu
data=$1 build=${2:-build} folder=lexicons/en

# file, comment, tags
fit() {
    file=$folder/$1
    {
        echo "# Fitted by tests/tools/fit_topics.sh: tag, pattern, weight."
        echo "# From $2"
        for tag in $3; do
            "$build/tests/tools/topics_fit" "$data" $folder "$tag"
        done
    } >"$file.new"
    mv "$file.new" "$file"
}

rm -f $folder/aspect_weights.tsv $folder/intent_weights.tsv

fit aspect_weights.tsv "four fifths of SemEval-2014's restaurant train file." \
    "price quality service store"
fit intent_weights.tsv "SemEval-2019 task 9's train file and trial reviews, \
and 713 tweets to companies (suggestion), half of the ACL 2019 complaints and Crowdflower's airline \
tweets (complaint), intent_texts.tsv (both)." "suggestion complaint"
