// SPDX-License-Identifier: Apache-2.0
// The peer of `make bench`, first half: node reads NDJSON with JSON.parse,
// scores with npm's vader-sentiment, finds names with one RegExp, merges
// counters for each 10,000 posts and writes rows for peer.py, which stores
// them. usage: node peer.js FILE CONFIG COUNT score|free >ROWS
'use strict';
const fs = require('fs');
const readline = require('readline');

const [file, config, count, mode] = process.argv.slice(2);
const vader = mode === 'score' ? require('vader-sentiment') : null;
const names = [];
for (const line of fs.readFileSync(config, 'utf8').split('\n')) {
    const match = /^\s+match: \[(.*)\]/.exec(line);
    if (!match) continue;
    for (const part of match[1].split(', '))
        names.push(part.replace(/^"|"$/g, ''));
}
names.sort((a, b) => b.length - a.length);
const escaped = names.map(n => n.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
const pattern = new RegExp('(?<![\\w])(?:' + escaped.join('|') + ')(?![\\w])',
                           'gi');

const out = [];
let posts = 0, windows = new Map();
const used = { json: 0, vader: 0, match: 0 };
const now = () => Number(process.hrtime.bigint()) / 1e9;

function flush() {
    for (const [key, w] of windows)
        out.push('w\t' + key + '\t' + w.join('\t'));
    windows = new Map();
    fs.writeSync(1, out.join('\n') + '\ncommit\n');
    out.length = 0;
}

function take(line) {
    let t0 = now();
    const post = JSON.parse(line);
    let t1 = now();
    used.json += t1 - t0;
    if (post.deleted) return;
    const score = vader
        ? vader.SentimentIntensityAnalyzer.polarity_scores(post.text).compound
        : 0;
    let t2 = now();
    used.vader += t2 - t1;
    const found = new Set();
    for (const m of post.text.matchAll(pattern))
        found.add(m[0].toLowerCase());
    used.match += now() - t2;
    const label = score >= 0.05 ? 2 : score <= -0.05 ? 0 : 1;
    const quarter = Math.floor(Date.parse(post.created_at) / 900000);
    out.push(['p', post.source, post.id, quarter, score,
              post.text.replace(/[\t\n\\]/g, ' ')].join('\t'));
    found.add('*');
    for (const subject of found) {
        const key = quarter + '\t' + subject + '\t' + post.source;
        let w = windows.get(key);
        if (!w) windows.set(key, w = [0, 0, 0]);
        w[label]++;
    }
    if (++posts % 10000 === 0) flush();
}

const lines = readline.createInterface({ input: fs.createReadStream(file),
                                         crlfDelay: Infinity });
let read = 0;
lines.on('line', line => {
    if (read++ < Number(count)) take(line);
    else lines.close();
});
lines.on('close', () => {
    flush();
    const cpu = process.cpuUsage();
    const each = s => (s / posts * 1e6).toFixed(1);
    console.error(`node ${posts} ${((cpu.user + cpu.system) / 1e6).toFixed(3)}` +
                  ` json ${each(used.json)} score ${each(used.vader)}` +
                  ` match ${each(used.match)}`);
});
