// SPDX-License-Identifier: Apache-2.0
// node tests/bench/peer_labels.js SET...: macro-recall of two peers on
// labelled texts (id, label, text), beside the table of docs/accuracy.md.
// VADER as its authors cut it (from 0.05, to -0.05), wink by its score's sign.
// They are found by NODE_PATH.
'use strict';
const fs = require('fs');
const vader = require('vader-sentiment').SentimentIntensityAnalyzer;
const wink = require('wink-sentiment');

const label = (score, least) => score >= least ? 'positive'
    : score <= -least ? 'negative' : 'neutral';
const peers = {
    vader: text => label(vader.polarity_scores(text).compound, 0.05),
    wink: text => label(wink(text).score, Number.MIN_VALUE),
};
for (const file of process.argv.slice(2)) {
    const rows = fs.readFileSync(file, 'utf8').split('\n').slice(1)
        .filter(Boolean).map(line => line.split('\t'));
    for (const [name, say] of Object.entries(peers)) {
        const all = {}, right = {};
        for (const [, is, text] of rows) {
            all[is] = (all[is] || 0) + 1;
            right[is] = (right[is] || 0) + (say(text) === is);
        }
        const recalls = Object.keys(all).map(is => 100 * right[is] / all[is]);
        const mean = recalls.reduce((a, b) => a + b) / recalls.length;
        console.log(`${file}: ${name} macro-recall ${mean.toFixed(1)} %`);
    }
}
