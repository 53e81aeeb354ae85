# SPDX-License-Identifier: Apache-2.0
# What is asked wrongly is told in a sentence, with status 2, and nothing is
# done. Help stays within 80 columns.
cat >swell.yaml <<'Y'
store: store
brands:
  - name: acme
    match: [Acme]
Y
echo '{"id":"1","created_at":"2026-11-20T10:00:00Z","text":"Acme is fine"}' \
    >posts.ndjson
swell import -q --now 2026-11-21T06:00:00Z posts.ndjson
try() {
    swell --now 2026-11-21T06:00:00Z "$@"
    echo "status $?"
}
try verify now
try status --metrics ''
try digest --dya today
try inbox anwser forum/1
try --dya
try posts '*' --limit -1
try posts acme --tz Nowhere/Land
try digest --tz Nowhere/Land
try posts acme --last 99999999d
try posts acme --last 3d --day today
try trends nobody
try terms nobody
try label --subject nobody
try export --subject nobody
for source in nowhere imprt; do
    try posts acme --source $source
done
try window acme --source nowhere
try terms --source nowhere
try export --source nowhere
try export --what coverage --source nowhere
try forget --author somebody --source nowhere
try export --out one --manifest one
try fit --train one --labels two
try export --from 2026-11-20 --to 2026-11-01
try --store none export --format xml
try --store none export --format sqlite
try experiment add '' --subject acme --from 2026-11-01
try experiment add chat --subject acme --from 2026-11-01 --controls nobody
try check --sample . | tail -n 1
echo "== a day that has not begun"
try trends --day 2026-11-30
echo "== a misspelt path makes no store"
for change in retag expire compact 'forget --post 1' 'digest --send' \
    'digest --out page' 'inbox answer a/1' 'verify --repair' label \
    'experiment add chat --subject acme --from 2026-11-01'; do
    swell --store stroe $change 2>&1 | sed 's/;.*//' | uniq
    [ ! -e stroe ] || { echo "$change made it"; rm -r stroe; }
done
echo "== as everybody types it"
swell --version | sed 's/[0-9.]*$/N/'
mkdir folder
swell check --config folder; echo "status $?"
mkfifo pipe
timeout 20 swell window acme --config pipe; echo "status $?"
timeout 20 swell window acme --config /dev/zero; echo "status $?"
echo "== a configuration that cannot be read is not passed over"
mkdir loop away
ln -s swell.yaml loop/swell.yaml
ln -s /nowhere/swell.yaml away/swell.yaml
(cd loop && try window acme)
(cd away && try import - </dev/null; ls)
echo "== nobody to send to"
try digest --send --day 2026-11-20
echo "== a page of one's own, and sent"
cat >wall.yaml <<'Y'
digest:
  recipients:
    - name: wall
      path: wall.txt
Y
try digest --config wall.yaml --send --brand acme
try digest --config wall.yaml --store store --day 2026-11-20 --send --out own.txt
ls wall.txt own.txt
echo "== help wider than 80 columns"
for command in '' $(swell --help | awk '/^  [a-z]/ { print $1 }'); do
    swell $command --help | awk -v c="$command" 'length($0) > 80 { print c ": " $0 }'
done
echo "== nobody to write to"
swell retag --now 2026-11-21T06:00:00Z >&-; echo "status $?"
wc -c <store/writer.lock
echo "== a reader that leaves"
swell posts '*' --now 2026-11-21T06:00:00Z | true
echo done
echo "== a webhook's address is a secret, also a wrong one"
cat >hook.yaml <<'YAML'
digest:
  recipients:
    - name: team
      webhook_file: hook.url
YAML
for url in chat.example/services/SECRET https://chat.example:99999/SECRET \
    https://me:SECRET@chat.example/SECRET \
    https://me:SECRET/SECRET@chat.example/; do
    (umask 077 && echo "$url" >hook.url)
    swell --config hook.yaml --store store digest --send --now 2026-11-21T09:00:00Z 2>&1 | head -1
done
