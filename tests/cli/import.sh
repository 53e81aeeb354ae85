# Files in, a sentence for every line that stays out, nothing twice.
swell_import() {
    swell --now 2026-11-22T00:00:00Z --store store import "$@" 2>&1 |
        sed 's/; [0-9.]* s$/; N s/'
}
status() {
    swell --now 2026-11-22T00:00:00Z --store store import "$@" >/dev/null 2>&1
    echo "status $?"
}
cat >posts.ndjson <<'END'
{"id":"1","source":"forum","created_at":"2026-11-20T10:00:00Z","text":"one","author":"ann","colour":"red"}
{"id":"2","source":"forum","ts":"2026-11-20T11:00:00Z","text":"two","author":"bob"}

not json
{"id":"3","source":"forum","date":"2031-01-01","text":"from the future"}
{"id":"4","source":"forum","date":"1970-01-01T00:00:01Z","text":"from the past"}
{"id":"5","source":"forum","text":"no date"}
{"id":"6","source":"forum","date":"2026-11-20","text":"cut
{"id":"7","source":"forum","date":"2026-11-20"}
{"id":"8","source":"forum","date":"yesterday","text":"x"}
{"id":"2","source":"forum","ts":"2026-11-20T11:00:00Z","text":"two, changed","author":"bob"}
END
echo "== a mixed file"
swell_import posts.ndjson
echo "== again"
swell_import posts.ndjson
status posts.ndjson
echo "== CSV with its own names, packed, from standard input"
printf 'when,body,id\r\n2026-11-19,"a ""quoted"" word,\nand a line",q1\r\n2026-11-19,plain,q2' | gzip >mine.csv.gz
swell_import --map when=created_at --map body=text --source shop - <mine.csv.gz
status --map when=created_at --map body=text mine.csv.gz
echo "== TSV"
printf 'id\tts\ttext\textra\n9\t1763632800\ttabs stay apart\tx\n' >mine.tsv
swell_import mine.tsv
echo "== of two columns with one meaning ours counts, and --map above all"
printf 'ts,created_at,key,id,text\n2026-11-01,2026-11-02,k,i,twice\n' >twice.csv
for map in other=text key=id; do
    swell_import --map $map --source $map twice.csv
    swell --store store export --source $map | cut -d, -f1,3
done
echo "== a page of version 2 tweets that were asked for by id"
echo '{"data":[{"id":"9","text":"hello","created_at":"2026-11-03T10:00:00Z","author_id":"7"}],"includes":{"users":[{"id":"7","username":"ann"}]}}' >page.json
swell_import page.json
echo "== several, one of them missing"
swell_import mine.tsv nowhere.ndjson
status mine.tsv nowhere.ndjson
echo "== quiet: an exit status has its reason"
printf 'id,date,text\n1,soon,x\n2,late,y\n3,2026-11-19,z\n' >bad.csv
swell_import -q bad.csv
echo "shop,2026-11-02,2026-11-01,covered" | swell_import -q --what coverage -
echo "== what its source deleted stays out"
echo '{"id":"gone","source":"forum","created_at":"2026-11-03T10:00:00Z","text":"I never said this"}' >said.ndjson
swell_import said.ndjson
echo '{"id":"gone","source":"forum","deleted":true}' | swell_import -
echo '{"id":"never","source":"forum","created_at":"2190-01-01","deleted":true}' | swell_import -
swell_import said.ndjson
echo "== nothing at all"
: >empty
swell_import empty
status empty
swell_import .
status .
echo "== used wrongly"
swell_import
status
swell_import --format xml mine.tsv
swell_import --map body=content mine.tsv
swell_import --map body mine.tsv
swell_import --threads many mine.tsv
swell_import --what tea mine.tsv
status --what tea mine.tsv
