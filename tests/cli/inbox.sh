# Who waits for an answer: what is asked, what is not, replies, and the states
# set by hand, on a tiny store.
cat > swell.yaml <<'END'
store: db
brands:
  - name: acme
    title: Acme
    own: yes
    match: [acme, "@acmehelp"]
    handles: ["@acmehelp"]
    products:
      - name: app
        title: Acme app
        match: ["acme app"]
  - name: bolt
    title: Bolt
    match: [bolt, "@boltcare"]
    handles: [boltcare, bolt_uk-shop.example]
END
post() { # ID DAY TIME AUTHOR TEXT [MORE]
    printf '{"id":"%s","source":"forum","created_at":"2026-11-%sT%s:00Z","author":"%s","text":"%s"%s}\n' "$1" "$2" "$3" "$4" "$5" "${6:-}"
}
long="Where is my order from acme, it should have been here on Monday, does anybody know?"
{
    post q1 18 08:00 ann "@acmehelp where is my order?"
    post q2 18 08:30 ann "@acmehelp hello? can you tell me when it arrives?"
    post q3 18 12:00 ann "@acmehelp how do I cancel it?"
    post r1 18 10:00 acmehelp "Sorry, we are looking into it" ',"reply_to":"q2"'
    post q4 19 09:00 bob "$long"
    post q5 19 09:10 cat "$long"
    post q6 19 09:20 dan "$long" ',"kind":"repost"'
    post q7 19 10:00 eve "How do I log in to the acme app?"
    post n1 19 10:05 fay "@somebody did you see that acme thing?"
    post n2 19 10:06 gus "@bob acme, really?" ',"reply_to":"q4"'
    post n3 19 10:07 gia "acme or bolt? my mum says neither"
    post q9 19 10:08 gil "Where is my acme order? A parcel of bolt takes a day"
    post q10 19 10:09 gwen "Moved from bolt to acme and cannot log in, can you help?"
    post q8 19 10:30 hal "and my acme refund, when does it come?" ',"reply_to":"r1"'
    post v1 19 11:00 ida "The acme app is terrible and crashes" ',"rating":1'
    post v2 19 11:30 joe "Acme app: how do I change my address? Please help" ',"rating":2'
    post b1 19 12:00 kim "@boltcare where is my parcel?"
    post b2 19 12:30 boltcare "On its way" ',"reply_to":"b1"'
    post b3 19 13:00 lou "@boltcare is the Leeds shop open?"
    post b4 19 13:30 lea "@pal is the bolt shop open, @bolt_uk-shop.example."
    post b5 19 13:40 lev "@pal is the bolt shop open? @bolt_uk @bolt-uk"
    post w1 19 14:00 mia "@boltcare where is my bolt refund?"
    post w2 19 14:10 mia "here is the number, 17" ',"reply_to":"w1"'
    post w3 19 15:00 boltcare "Paid just now" ',"reply_to":"w2"'
    post w4 19 15:20 mia "@boltcare how long will that take?"
    again="@boltcare my bolt parcel 88 is lost, who can tell me where it went?"
    post c1 19 16:00 nia "$again"
    post c2 19 16:01 nia.other "$again"
    post c3 19 17:00 boltcare "Found it" ',"reply_to":"c2"'
    post d1 19 17:30 ned "@boltcare is the bolt shop in York open?"
    post d2 19 17:35 boltcare "It is" ',"reply_to":"d1"'
    post d3 19 17:50 ned "@boltcare and until when, please?"
    post d4 19 18:20 pam "@boltcare do you have stools at bolt?"
    post d5 19 18:25 boltcare "We do" ',"reply_to":"d4"'
    post d6 19 18:40 pam "@boltcare in red, too?"
    post d7 19 18:45 boltcare "Red and blue" ',"reply_to":"d6"'
    post w5 19 20:00 mia "@boltcare hello? how long does it take?"
} > posts.ndjson
now="--now 2026-11-20T06:00:00Z"
swell import -q $now posts.ndjson
echo "== what waits"
COLUMNS=80 swell inbox $now
echo "== all of it"
swell inbox $now --state all --format csv | cut -d, -f1-10
swell inbox acme/app $now --format csv | cut -d, -f2,3
swell inbox bolt $now --state all --format csv | cut -d, -f2,6,9
echo "== by hand"
swell inbox answer forum/q4 forum/q7 $now
swell inbox ignore forum/v2 $now
swell inbox $now --format csv | cut -d, -f2
swell inbox $now --state all --format json | head -3
swell inbox $now --state answered --limit 1 | tail -4
swell inbox acme $now --day 2026-11-19 --format json | sed -n 2p
swell digest --day 2026-11-19 $now | grep '^Acme: '
swell inbox reopen forum/q7 $now
swell inbox $now --format csv | cut -d, -f2
echo "== answered on a later post; asked again before any answer"
swell inbox bolt $now --format csv --state all | cut -d, -f2,6,9
swell inbox answer forum/w4 $now
swell inbox bolt $now --format csv --state all | cut -d, -f2,6,9
echo "== the key is refused, which is told once"
chmod 644 db/author.key
swell inbox bolt $now --state all --format csv 2>&1 | cut -d, -f2,6
swell digest --day 2026-11-18 --site site $now
swell digest --day 2026-11-19 --site site $now
chmod 600 db/author.key
echo "== what it will not do"
swell inbox answer forum/nothing $now
swell inbox answer nothing $now
swell inbox answer $now
swell inbox nobody $now
swell inbox --state lost $now
echo "== a table whose empty cells made its ids fractions"
mkdir table
cp swell.yaml table
cd table
printf 'id\tts\tauthor\tin_reply_to\ttext\n7\t2026-11-18T08:00:00Z\tann\t\t@acmehelp where is my order?\n8\t2026-11-18T08:20:00Z\tacmehelp\t7.0\tOn its way\n' > t.tsv
swell import -q t.tsv
swell inbox acme --now 2026-11-20T00:00:00Z --state all --last 7d
