#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# base/http.c against an nginx that misbehaves in every way it can be told to.
# Each case: what is asked, and a pattern of what must be said.
command -v nginx >/dev/null || { echo "skip: nginx is not installed"; exit 77; }
: "${ROOT:?the project folder}"
fetch=${BUILD:-$ROOT/build}/tests/tools/fetch
[ -x "$fetch" ] || { echo "skip: $fetch is not built"; exit 77; }
dir=$(mktemp -d) || exit 1
. "$ROOT/tests/tools/ports.sh"
free_ports 4
other=$((port + 1))
dead=$((port + 2))
base=http://127.0.0.1:$port
failed=0

in_5_minutes=$(LC_ALL=C TZ=GMT date -d '+300 seconds' '+%a, %d %b %Y %H:%M:%S GMT')
iso_5_minutes=$(TZ=UTC date -d '+300 seconds' '+%Y-%m-%dT%H:%M:%S.000Z')
epoch_5_minutes=$(($(date +%s) + 300))
chmod 755 "$dir" # its workers are another user
mkdir "$dir/www" "$dir/tmp"
echo '{"ok":true}' > "$dir/www/ok.json"
echo '<html><script>x</script><h1>Please   wait</h1></html>' > "$dir/www/page.html"
head -c 60000000 /dev/zero | tr '\0' ' ' | gzip -9 > "$dir/www/bomb"
head -c 3000000 /dev/zero | tr '\0' ' ' > "$dir/www/big.json"
big=$(head -c 3500 /dev/zero | tr '\0' x)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -days 2 \
    -keyout "$dir/own.key" -out "$dir/own.crt" 2>"$dir/openssl" ||
    { echo "skip: openssl cannot make a certificate"; rm -rf "$dir"; exit 77; }
cat > "$dir/nginx.conf" <<EOF
daemon on; pid $dir/pid; error_log $dir/error.log; worker_processes 1;
events { worker_connections 64; }
http {
  access_log $dir/access.log;
  client_body_temp_path $dir/tmp/a; proxy_temp_path $dir/tmp/b;
  fastcgi_temp_path $dir/tmp/c; uwsgi_temp_path $dir/tmp/d;
  scgi_temp_path $dir/tmp/e;
  default_type application/json; types { text/html html; }
  log_format auth '\$uri \$http_authorization \$http_apikey';
  server {
    listen 127.0.0.1:$port; root $dir/www;
    location = /429 { add_header Retry-After 300 always; return 429 '{"error":"slow down"}'; }
    location = /429-date { add_header Retry-After "$in_5_minutes" always; return 429; }
    location = /429-epoch { add_header RateLimit-Reset $epoch_5_minutes always; return 429; }
    location = /429-iso { add_header X-RateLimit-Reset $iso_5_minutes always; return 429; }
    location = /429-left { add_header X-Ratelimit-Reset 299.2 always; return 429; }
    location = /429-x { add_header x-rate-limit-reset $epoch_5_minutes always; return 429; }
    location = /429-bare { return 429; }
    location = /429-page { default_type text/html; return 429 '<b>No</b>'; }
    location = /400-left { add_header RateLimit-Remaining 0 always; add_header RateLimit-Reset $epoch_5_minutes always; return 400 '{"code":"rate_limit_exceeded"}'; }
    location = /403-left { add_header Retry-After 300 always; return 403; }
    location = /400-some { add_header RateLimit-Remaining 3 always; add_header RateLimit-Reset $epoch_5_minutes always; return 400; }
    location = /429-short { add_header Retry-After 1 always; return 429; }
    location = /used-up { add_header X-RateLimit-Remaining 0; add_header X-RateLimit-Reset $epoch_5_minutes; try_files /ok.json =404; }
    location = /503 { return 503; }
    location = /500 { return 500; }
    location = /401 { return 401 '{"error":"AuthMissing s3cret"}'; }
    location = /404 { return 404; }
    location = /304 { return 304; }
    location = /metadata { return 302 http://169.254.169.254/latest/; }
    location = /file { return 302 file:///etc/passwd; }
    location = /gopher { return 302 gopher://127.0.0.1:$other/; }
    location = /loop { return 302 /loop; }
    location = /script { types { } default_type "text/javascript; charset=UTF-8"; try_files /ok.json =404; }
    location = /hop1 { return 301 hop2; }
    location = /hop2 { return 307 $base/hop3; }
    location = /hop3 { return 308 /ok.json; }
    location = /elsewhere { return 302 http://127.0.0.1:$other/ok.json; }
    location = /to-held { return 302 http://127.0.0.1:$other/held; }
    location = /creds { return 302 http://a:b@127.0.0.1:$port/ok.json; }
    location = /bomb { add_header Content-Encoding gzip; }
    location = /slow { limit_rate 1; try_files /big.json =404; }
    location = /heads {
$(for i in $(seq 24); do echo "      add_header X-H$i $big;"; done)
      try_files /ok.json =404; }
  }
  server {
    listen 127.0.0.1:$((port + 3)) ssl; root $dir/www;
    ssl_certificate $dir/own.crt; ssl_certificate_key $dir/own.key;
  }
  server {
    listen 127.0.0.1:$other; root $dir/www; access_log $dir/other.log auth;
    location = /held { add_header Retry-After 300 always; return 429; }
  }
}
EOF
nginx -p "$dir" -c "$dir/nginx.conf" 2>"$dir/start" ||
    { echo "nginx does not start:"; cat "$dir/start"; rm -rf "$dir"; exit 1; }
trap 'kill "$(cat "$dir/pid")"; rm -rf "$dir"' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ -s "$dir/pid" ] && break
    sleep 0.1
done

# case NAME PATTERN fetch-words...
case_() {
    name=$1 pattern=$2
    shift 2
    got=$("$fetch" "$@" 2>&1)
    if ! printf '%s' "$got" | tr '\n' ' ' | grep -Eq -- "$pattern"; then
        echo "$name: wanted $pattern, got: $got"
        failed=1
    fi
}
case_ ok '^200 documents 1 requests 1 wait 0' -l -j $base/ok.json
for form in '' -date -epoch -iso -left -x; do
    case_ "429$form" '^429 .* requests 1 wait (29[5-9]|30[0-5]) retry: 127.0.0.1: HTTP 429, asks to wait until' -l -j $base/429$form
done
case_ 'a limit that is HTTP 400' '^400 .* requests 1 wait (29[5-9]|30[0-5]) retry: 127.0.0.1: HTTP 400, asks to wait until .*rate_limit_exceeded' -l -j $base/400-left
case_ 'a limit that is HTTP 403' '^403 .* requests 1 wait (29[5-9]|30[0-5]) retry: 127.0.0.1: HTTP 403, asks to wait until' -l -j $base/403-left
case_ 'a 400 that is none' '^400 .* requests 1 wait 0 input: 127.0.0.1: HTTP 400' -l -j $base/400-some
case_ 'reason of a 429' 'slow down' -l -j $base/429
case_ '429 without a word: three tries' '^429 .* requests 3 wait 0 retry' -l -w 5 -j $base/429-bare
case_ '429 as a page' 'requests 3 .*retry: 127.0.0.1: HTTP 429: *No' -l -w 5 -j $base/429-page
case_ 'a short wait is waited' 'requests 3 wait 1 retry' -l -w 5 -j $base/429-short
case_ 'a limit holds the next request' '^429 .*requests 1 wait.*asks not to be called before' -l -n 2 $base/429
case_ 'also behind a redirect' 'wait (29[5-9]|30[0-5]) .*asks not to be called before' -l -n 2 $base/to-held
[ "$(grep -c '^/held ' "$dir/other.log")" = 1 ] || { echo "/held was asked $(grep -c '^/held ' "$dir/other.log") times, not once"; failed=1; }
case_ 'a used budget holds the next request' '^200 .*requests 1 wait [23]..? 0 bytes 0 requests 1 .*asks not to be called before' -l -n 2 $base/used-up
case_ 503 '^503 .* requests 3 .*retry' -l -w 5 $base/503
case_ 500 '^500 .* requests 3 .*retry' -l -w 5 $base/500
case_ 401 '^401 .* requests 1 .*denied: 127.0.0.1: HTTP 401$' -l -b s3cret $base/401
case_ 404 '^404 .* requests 1 .*input' -l $base/404
case_ 304 '^304 .* requests 1 wait 0$' -l $base/304
case_ 'redirect to link-local' 'denied: 169.254.169.254: it is at a link-local address' -l $base/metadata
case_ 'redirect to a file' 'denied: 127.0.0.1: redirects: file: addresses are not asked' -l $base/file
case_ 'redirect to gopher' 'denied: .*gopher: addresses are not asked' -l $base/gopher
case_ 'redirect with a password' 'input: 127.0.0.1: redirects' -l $base/creds
case_ 'redirect loop' '^302 .* requests 4 .*more than 3 redirects' -l $base/loop
case_ 'three good redirects' '^200 bytes 12 requests 4' -l $base/hop1
case_ 'secrets stay at home' '^200 bytes 12 requests 2' -l -b s3cret $base/elsewhere
case_ 'keys in headers, too' '^200 bytes 12 requests 2' -l -k s3cret $base/elsewhere
grep -q s3cret "$dir/other.log" && { echo "the token went to another host"; failed=1; }
for secret in -b -k; do
    case_ "a secret in the clear, $secret" 'requests 0 .*denied: shop.invalid: its key would travel unencrypted: write https' $secret s3cret http://shop.invalid/
    case_ "... where loopback is allowed, $secret" 'requests 1 .*denied: \[2e00::1\]: its key would travel unencrypted: write https' -l -s 2 $secret s3cret 'http://[2e00::1]/'
done
case_ 'no secret in the clear' 'requests 3 .*retry: shop.invalid' http://shop.invalid/
case_ 'secrets do go home' '^200' -l -b s3cret http://127.0.0.1:$other/ok.json
case_ 'and a key' '^200' -l -k s3cret2 http://127.0.0.1:$other/ok.json
case_ 'a key is not told' 'denied: 127.0.0.1: HTTP 401$' -l -k s3cret $base/401
grep -q ' s3cret2$' "$dir/other.log" || { echo "the key did not arrive"; failed=1; }
grep -q 'Bearer s3cret' "$dir/other.log" || { echo "the token did not arrive"; failed=1; }
case_ 'data is not sent after a redirect' 'input: .*it has moved' -l -d x=1 $base/hop1
case_ 'gzip bomb' '^200 bytes [0-9]+ requests 1 .*larger than 1024 KiB when unpacked' -l -m 1024 $base/bomb
case_ 'too big' 'larger than 1024 KiB' -l -m 1024 $base/big.json
case_ 'big enough' '^200 bytes 3000000' -l $base/big.json
case_ 'slow: cut by the clock' 'retry: 127.0.0.1: Timeout' -l -s 1 $base/slow
case_ 'headers without end' 'headers of the reply are larger than 64 KiB' -l $base/heads
case_ 'a page instead of JSON' 'input: 127.0.0.1: sent text/html where json was expected: x? *Please wait' -l -j $base/page.html
case_ 'JSON by its older name' '^200 documents 1' -l -j $base/script
case_ 'nobody there' 'requests 3 .*retry: 127.0.0.1: Could' -l -w 5 http://127.0.0.1:$dead/
case_ 'loopback is asked only when allowed' 'denied: 127.0.0.1: it is at a loopback address' $base/ok.json
for odd in 2130706433 0x7f000001 127.1 localhost '[::1]' '[::ffff:127.0.0.1]' 0; do
    case_ "odd name $odd" 'denied: .* address, and those are not asked' "http://$odd:$port/ok.json"
done
case_ 'private' 'denied: 10.1.2.3: it is at a private address' http://10.1.2.3/
case_ 'a certificate of its own' '^0 bytes 0 requests 1 wait 0 denied: 127.0.0.1: its certificate is not to be trusted \(SSL certificate problem: self.signed certificate\), so nothing was asked$' -l -b s3cret https://127.0.0.1:$((port + 3))/ok.json
case_ 'not http' 'denied: ftp: addresses' ftp://127.0.0.1/x
case_ 'a password in the address' 'input: .*without a password' http://u:p@127.0.0.1:$port/ok.json
http_proxy=http://127.0.0.1:$other all_proxy=http://127.0.0.1:$other \
    case_ 'no proxy from the environment' 'denied' http://169.254.169.254/
[ "$(grep -c '"GET /429 ' "$dir/access.log")" = 3 ] ||
    { echo "429 was asked $(grep -c '"GET /429 ' "$dir/access.log") times, not 3"; failed=1; }
exit $failed
