# swell fit: a table from labels, the same bytes each time; names kept out; a
# correction of the shipped table by labels of one's own.
printf 'id\tlabel\ttext\n' >train.tsv
i=0
while [ $i -lt 12 ]; do
    i=$((i + 1))
    printf 'p%d\tpositive\tgot my zorbly boots from the Wibble shop today, number %d\n' $i $i
    printf 'n%d\tnegative\tmy boots are grotty and the Wibble shop is closed, number %d\n' $i $i
    printf 'u%d\tneutral\tthe Wibble shop has boots, number %d\n' $i $i
done >>train.tsv
swell fit --train train.tsv --out one.tsv -v
swell fit --train train.tsv --out two.tsv
cmp one.tsv two.tsv && echo "same bytes"
grep -c . one.tsv
echo "names: $(grep -ci wibble one.tsv)"
awk -F'\t' '$1 == "zorbly" { print $1, ($2 > 0.3), ($3 < $2) }
    $1 == "grotty" { print $1, ($3 > 0.3), ($2 < $3) }' one.tsv

echo "--- a correction"
swell fit --base english --labels train.tsv --out mine.tsv
awk -F'\t' '$1 == "zorbly" { print $1, ($2 > 0.2), ($3 < $2) }
    $1 == "grotty" { print $1, ($3 > $2) }' mine.tsv
printf 'id\tlabel\ttext\n1\tpositive\tgot my zorbly boots\n' >test.tsv
swell accuracy test.tsv | grep accuracy
swell accuracy --lexicon mine.tsv test.tsv | grep accuracy

echo "--- wrong"
swell fit; echo "exit $?"
swell fit --train missing.tsv; echo "exit $?"
head -3 train.tsv >few.tsv
swell fit --train few.tsv; echo "exit $?"
swell fit --base klingon --labels train.tsv; echo "exit $?"
swell fit --share 1,x --train train.tsv train.tsv; echo "exit $?"
