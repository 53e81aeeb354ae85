#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The wordpress and feed collectors against WordPress itself with MariaDB, both
# from Debian. WooCommerce is not packaged there: its one route that is read is
# a double within this WordPress, woocommerce.php.
: "${ROOT:?the project folder}"
build=${BUILD:-$ROOT/build}

skip() { echo "skip: $1"; exit 77; }

for word in php mariadbd mariadb-install-db python3; do
    command -v $word >/dev/null || [ -x "/usr/sbin/$word" ] ||
        skip "$word is not installed"
done
[ -f /usr/share/wordpress/wp-load.php ] || skip "wordpress is not installed"
php -m | grep -qi mysqli || skip "php-mysql is not installed"
[ -x "$build/tests/tools/posts" ] || skip "tests/tools/posts is not built"

. "$ROOT/tests/tools/ports.sh"
free_ports 1
PATH=$PATH:/usr/sbin
dir=$(mktemp -d) || exit 1
base=
web=
stop() {
    for pid in $web $base; do
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    rm -rf "$dir"
}
trap stop EXIT
me=$(id -un)
mariadb-install-db --no-defaults --user="$me" --datadir="$dir/db" --skip-test-db \
    --auth-root-authentication-method=normal >"$dir/install" 2>&1 ||
    { cat "$dir/install"; exit 1; }
mariadbd --no-defaults --user="$me" --datadir="$dir/db" --skip-networking \
    --socket="$dir/sock" --pid-file="$dir/db.pid" --innodb-flush-log-at-trx-commit=0 \
    --innodb-buffer-pool-size=32M --innodb-log-file-size=8M >"$dir/db.log" 2>&1 &
base=$!
n=0
until [ -S "$dir/sock" ] &&
    mariadb -u root -S "$dir/sock" -e 'create database wp' 2>"$dir/create"; do
    n=$((n + 1))
    [ $n -lt 150 ] && kill -0 $base 2>/dev/null ||
        { tail -n 20 "$dir/db.log" "$dir/create"; exit 1; }
    sleep 0.2
done
cp -RL /usr/share/wordpress "$dir/www" 2>/dev/null
mkdir -p "$dir/www/wp-content/themes" "$dir/www/wp-content/mu-plugins"
cp "$ROOT/tests/servers/woocommerce.php" "$dir/www/wp-content/mu-plugins/"
cat >"$dir/www/wp-config.php" <<EOF
<?php
define('DB_NAME', 'wp'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:$dir/sock'); define('DB_CHARSET', 'utf8mb4');
define('DISABLE_WP_CRON', true); define('WP_HTTP_BLOCK_EXTERNAL', true);
define('WP_HOME', 'http://127.0.0.1:$port');
define('WP_SITEURL', 'http://127.0.0.1:$port');
\$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
EOF
cat >"$dir/router.php" <<'EOF'
<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path !== '/' && is_file($_SERVER['DOCUMENT_ROOT'] . $path)) return false;
register_shutdown_function(function () {
    file_put_contents(__DIR__ . '/requests', http_response_code() . ' ' .
                      $_SERVER['REQUEST_URI'] . "\n", FILE_APPEND);
});
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
require $_SERVER['DOCUMENT_ROOT'] . '/index.php';
EOF
cp "$ROOT/tests/servers/wordpress.php" "$dir/act.php"
php -d display_errors=0 "$dir/act.php" install >"$dir/wp" 2>&1 ||
    { echo "WordPress does not install:"; tail -n 20 "$dir/wp"; exit 1; }
php -d display_errors=0 -S 127.0.0.1:$port -t "$dir/www" "$dir/router.php" \
    >"$dir/web.log" 2>&1 &
web=$!
PORT=$port DIR=$dir BUILD=$build python3 "$ROOT/tests/servers/wordpress.py"
