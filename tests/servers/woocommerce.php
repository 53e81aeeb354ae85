<?php
// SPDX-License-Identifier: Apache-2.0
// A double of WooCommerce in WordPress: the route of its reviews with the
// query, the fields, the headers and the limit that its source has (Store API,
// ProductReviews and ProductReviewSchema). Reviews are WordPress's own comments
// of the type review under posts of the type product, as WooCommerce keeps
// them, and WordPress finds them. The plugin itself is in neither Debian nor npm.
add_action('init', function () {
    register_post_type('product', ['public' => true, 'show_in_rest' => true,
        'rest_namespace' => 'wp/v3', 'supports' => ['title', 'comments']]);
});
add_filter('rest_authentication_errors', function ($result) {
    $limit = get_option('shop_limit'); // so many seconds are left of it
    if (!$limit || strpos($_SERVER['REQUEST_URI'], '/wc/store/') === false) {
        return $result;
    }
    rest_get_server()->send_header('RateLimit-Remaining', 0);
    rest_get_server()->send_header('RateLimit-Reset', time() + $limit);
    return new WP_Error('rate_limit_exceeded', 'Too many requests.', ['status' => 400]);
});
add_action('rest_api_init', function () {
    register_rest_route('wc/store/v1', '/products/reviews', [
        'methods' => 'GET', 'permission_callback' => '__return_true',
        'args' => [
            'per_page' => ['type' => 'integer', 'default' => 10, 'minimum' => 1, 'maximum' => 100],
            'offset' => ['type' => 'integer'],
            'order' => ['type' => 'string', 'default' => 'desc', 'enum' => ['asc', 'desc']],
            'orderby' => ['type' => 'string', 'default' => 'date',
                          'enum' => ['date', 'date_gmt', 'id', 'rating', 'product']],
        ],
        'callback' => 'shop_reviews',
    ]);
});

function shop_reviews($request) {
    $query = new WP_Comment_Query();
    $rows = $query->query(['type' => 'review', 'status' => 'approve', 'no_found_rows' => false,
        'offset' => $request['offset'], 'order' => $request['order'],
        'number' => $request['per_page'], 'post_status' => 'publish',
        'orderby' => 'comment_' . $request['orderby']]);
    $total = (int) $query->found_comments;
    if ($total < 1) { // past the end
        $total = (new WP_Comment_Query())->query(['type' => 'review', 'status' => 'approve',
            'post_status' => 'publish', 'count' => true]);
    }
    $date = fn($text) => str_replace(' ', 'T', $text);
    $reply = rest_ensure_response(array_map(fn($c) => [
        'id' => (int) $c->comment_ID, 'date_created' => $date($c->comment_date),
        'date_created_gmt' => $date($c->comment_date_gmt),
        'product_id' => (int) $c->comment_post_ID,
        'product_name' => get_the_title((int) $c->comment_post_ID),
        'product_permalink' => get_permalink((int) $c->comment_post_ID),
        'reviewer' => $c->comment_author, 'review' => wpautop($c->comment_content),
        'rating' => get_comment_meta($c->comment_ID, 'rating', true) === '' ? null
            : (int) get_comment_meta($c->comment_ID, 'rating', true),
        'verified' => false], $rows));
    $reply->header('X-WP-Total', $total);
    $reply->header('X-WP-TotalPages', ceil($total / $request['per_page']));
    return $reply;
}
