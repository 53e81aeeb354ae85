# make install under another prefix, out of a checkout that is nobody else's to
# read, gives a program that works from there for everybody, and the cron line
# and the systemd unit run as they are written.
cd "$ROOT" || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
fail() { echo "$1"; exit 1; }
(
    umask 077 && mkdir "$dir/checkout" && cp -R Makefile VERSION lexicons cron "$dir/checkout" &&
        make -s -C "$dir/checkout" OUT="$BUILD" -o "$BUILD/swell" PREFIX="$dir/usr" install
) >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
cd "$dir" || exit 1
[ -z "$(find usr ! -perm -044)" ] || fail "others cannot read $(find usr ! -perm -044 | head -n 1)"
PATH=$dir/usr/bin:/usr/bin:/bin
printf '1\tI love it\n2\tterrible service\n' | swell tag --format tsv | cut -f2 | tr '\n' ' ' |
    grep -qx 'positive negative ' || fail "the installed program does not tag"
[ -s usr/share/man/man1/swell.1 ] || fail "no manual page"
if command -v man >/dev/null; then
    man -l usr/share/man/man1/swell.1 2>&1 >/dev/null | grep . && fail "man complains about the page"
fi
swell init >/dev/null || fail "swell init failed"
swell check >/dev/null 2>check.err || fail "what swell init writes does not pass swell check: $(cat check.err)"

# Each cron line, with only its paths moved into the scratch folder. The
# sources of the example are on the network: here they are switched off.
sed -i 's/^    type: \(mastodon\|hackernews\)$/&\n    enabled: no/' swell.yaml
ls usr/share/swell/cron/ | grep -q '\.' || fail "the units are missing"
[ -f usr/share/swell/cron/groundswell ] || fail "no cron file"
sed -n "s,^[0-9*][^a-z]* swell ,,p" usr/share/swell/cron/groundswell |
    sed "s,/var/lib/swell,$dir,g; s,/etc/swell,$dir,g" >lines
[ "$(wc -l <lines)" -ge 3 ] || fail "fewer cron lines than expected"
while read -r line; do
    sh -c "$line" >out 2>err </dev/null || fail "cron line failed: $line: $(cat err)"
    [ ! -s out ] && [ ! -s err ] || fail "cron line is not silent: $line: $(cat out err)"
done <lines
[ -s digest.html ] || fail "the cron lines made no digest"
if command -v systemd-analyze >/dev/null; then
    for unit in service timer; do
        sed "s,/usr/local/bin,$dir/usr/bin,g" usr/share/swell/cron/groundswell.$unit >"groundswell.$unit"
    done
    systemd-analyze verify --man=no ./groundswell.timer 2>&1 | grep -i groundswell && fail "systemd complains"
fi
exit 0
