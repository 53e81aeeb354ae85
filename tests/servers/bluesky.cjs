// SPDX-License-Identifier: Apache-2.0
// Starts Bluesky's reference servers (PLC, PDS, AppView) from @atproto/dev-env
// without its moderation services, prints the PDS address, ends with stdin.
const {createRequire} = require('node:module');
const load = createRequire(process.env.MODULES + '/');
const {TestPlc, TestPds, TestBsky, mockNetworkUtilities} =
      load('@atproto/dev-env');

async function main() {
    const port = Number(process.env.PORT);
    const plc = await TestPlc.create({port: port + 1});
    const bsky = await TestBsky.create({
        port: port + 2, plcUrl: plc.url, pdsPort: port,
        repoProvider: `ws://localhost:${port}`,
        dbPostgresSchema: 'appview', dbPostgresUrl: process.env.DB_URL,
    });
    const pds = await TestPds.create({
        port, didPlcUrl: plc.url, bskyAppViewUrl: bsky.url,
        bskyAppViewDid: bsky.serverDid ?? bsky.ctx.cfg.serverDid,
        inviteRequired: false,
        // real rate limits, so that their headers come, too
    });
    mockNetworkUtilities(pds, bsky);
    bsky.sub.start();
    console.log(JSON.stringify({pds: pds.url}));
    process.stdin.resume();
    process.stdin.on('end', () => process.exit(0));
}

main().catch((e) => { console.error(e); process.exit(1); });
