# swell accuracy: confusion, macro-recall, interval; what a wrong file gets.
printf 'id\tlabel\ttext\n' >mine.tsv
i=0
while [ $i -lt 4 ]; do
    i=$((i + 1))
    printf 'p%d\tpositive\tI love this shop, visit %d was great\n' $i $i
    printf 'n%d\tnegative\tterrible service, %d hours on hold\n' $i $i
    printf 'u%d\tneutral\tThe store on street %d opens at nine.\n' $i $i
done >>mine.tsv
printf 'm1\tnegative\tI love this shop\n' >>mine.tsv
swell accuracy mine.tsv
swell accuracy --format json mine.tsv
swell accuracy --ids p --predictions said.tsv --format json mine.tsv
cat said.tsv

echo "--- towards a term"
printf 'id\tlabel\tterm\ttext\n1\tpositive\tjacket\tlove the jacket, but the delivery was a joke\n2\tnegative\tdelivery\tlove the jacket, but the delivery was a joke\n' >terms.tsv
swell accuracy --targets terms.tsv | tail -5
swell accuracy --targets --format json terms.tsv | grep -o "\"terms\".*"

echo "--- a lexicon of one's own"
printf 'zorbly\t3.4\t0.5\t[4, 3, 3, 4]\n' >vader.tsv
printf 'id\tlabel\ttext\n1\tpositive\ta zorbly coat\n' >zorbly.tsv
swell accuracy --lexicon vader.tsv zorbly.tsv | grep accuracy
printf 'zorbly\tvery\n' >bad.tsv
swell accuracy --lexicon bad.tsv zorbly.tsv; echo "exit $?"

echo "--- wrong files"
swell accuracy; echo "exit $?"
swell accuracy missing.tsv; echo "exit $?"
printf 'id\tlabel\ttext\n1\thappy\tnice\n' >happy.tsv
swell accuracy happy.tsv; echo "exit $?"
gzip -c happy.tsv >happy.tsv.gz
swell accuracy happy.tsv.gz; echo "exit $?"
printf 'id\tlabel\ttext\n1\tneutral\n' >short.tsv
swell accuracy short.tsv; echo "exit $?"
{ printf 'id\tlabel\ttext\n1\tneutral\t'; printf '%065537d\n' 7; } >long.tsv
swell accuracy long.tsv; echo "exit $?"
printf 'id\tlabel\ttext\n' >empty.tsv
swell accuracy empty.tsv; echo "exit $?"
swell accuracy --targets mine.tsv; echo "exit $?"
printf 'id\tlabel\tterm\ttext\n7\tneutral\tshoes\ta coat\n' >astray.tsv
swell accuracy --targets astray.tsv; echo "exit $?"
swell accuracy --format xml mine.tsv; echo "exit $?"
