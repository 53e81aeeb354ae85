<?php
// SPDX-License-Identifier: Apache-2.0
// What people do on the site, by WordPress's own functions: see wordpress.sh.
// Commands: install, or a JSON list of [verb, arguments] on standard input;
// prints what each returned as a JSON list.
$_SERVER['HTTP_HOST'] = 'localhost';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REMOTE_ADDR'] = '127.0.0.1';
if ($argv[1] === 'install') {
    define('WP_INSTALLING', true);
}
require __DIR__ . '/www/wp-load.php';
if ($argv[1] === 'install') {
    require ABSPATH . 'wp-admin/includes/upgrade.php';
    add_filter('pre_wp_mail', '__return_true');
    wp_install('A shop', 'keeper', 'keeper@shop.example', true, '', 'not-a-secret');
    update_option('permalink_structure', '/%postname%/');
    update_option('comment_moderation', '0');
    exit(0);
}
$out = [];
foreach (json_decode(stream_get_contents(STDIN), true) as [$verb, $words]) {
    switch ($verb) {
    case 'add':
        $out[] = wp_insert_comment($words + ['comment_post_ID' => 1,
            'comment_approved' => 1, 'comment_author_email' => 'x@y.example']);
        break;
    case 'edit':
        $out[] = wp_update_comment($words);
        break;
    case 'delete':
        $out[] = wp_delete_comment($words, true);
        break;
    case 'product':
        $out[] = wp_insert_post(['post_type' => 'product', 'post_title' => $words,
            'post_status' => 'publish']);
        break;
    case 'option':
        $out[] = update_option($words[0], $words[1]);
        break;
    case 'hold':
        $out[] = wp_set_comment_status($words, 'hold');
        break;
    }
}
echo json_encode($out);
