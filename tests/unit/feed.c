/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds as they come: each dialect, each bad habit, and what attacks XML. */
#include "base/feed.h"
#include "tests/unit/test.h"

struct seen {
    unsigned items;
    char last[FEED_FIELDS][400];
};

static int take(void *context, const struct buf values[FEED_FIELDS],
                struct error *err)
{
    struct seen *s = context;
    s->items++;
    for (int i = 0; i < FEED_FIELDS; i++)
        snprintf(s->last[i], sizeof(s->last[i]), "%.390s",
                 buf_text(&values[i]));
    return 0;
}

static int read_all(const char *data, size_t length, size_t chunk,
                    struct seen *s, struct error *err)
{
    struct feed *f = feed_open(take, s);
    int rc = 0;
    *s = (struct seen){ 0 };
    for (size_t at = 0; rc == 0 && at < length; at += chunk)
        rc = feed_bytes(f, data + at, chunk < length - at ? chunk
                                                          : length - at, err);
    if (rc == 0)
        rc = feed_end(f, err);
    feed_close(f);
    return rc;
}

static const struct {
    const char *name, *xml;
    const char *want[FEED_LANGUAGE]; /* of the last item; NULL: refused */
} rows[] = {
    { "rss 2.0, CDATA and entities",
      "<?xml version='1.0'?><rss version='2.0'><channel><title>C</title><item>"
      "<title>Tea &amp;amp; toast</title><link>https://a.example/1</link>"
      "<guid>g1</guid><pubDate>Sat, 21 Nov 2026 22:59:24 +0000</pubDate>"
      "<description>&lt;p&gt;short&lt;/p&gt;</description><dc:creator>Ann"
      "</dc:creator><content:encoded><![CDATA[<p>1 < 2 &amp; more</p>]]>"
      "</content:encoded></item></channel></rss>",
      { "g1", "https://a.example/1", "Tea &amp; toast",
        "<p>1 < 2 &amp; more</p>", "<p>short</p>", "Ann",
        "Sat, 21 Nov 2026 22:59:24 +0000", "" } },
    { "atom, all kinds of text",
      "<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title><author><name>"
      "not this</name></author><entry><id>urn:1</id><title type='text'>a &lt; b"
      "</title><link rel='self' href='https://a.example/self'/><link rel="
      "'alternate' href='https://a.example/2'/><link rel='edit' href='x'/>"
      "<updated>2026-11-21T10:00:00Z</updated><published>2026-11-20T10:00:00Z"
      "</published><author><name>Bob</name><email>b@b.example</email></author>"
      "<content type='xhtml'><div>x<br/>1 &lt; 2</div></content></entry></feed>",
      { "urn:1", "https://a.example/2", "a &lt; b",
        "<div>x<br></br>1 &lt; 2</div>", "", "Bob", "2026-11-20T10:00:00Z",
        "2026-11-21T10:00:00Z" } },
    { "rdf, an undeclared prefix, HTML entities, control characters",
      "\xef\xbb\xbf<rdf:RDF><item rdf:about='https://a.example/3'><title>caf"
      "&eacute;&nbsp;\x02 x</title><media:y/><dc:date>2026-01-01</dc:date>"
      "</item></rdf:RDF>",
      { "https://a.example/3", "", "caf&eacute;&nbsp;  x", "", "", "",
        "2026-01-01", "" } },
    { "windows-1252",
      "<?xml version='1.0' encoding='windows-1252'?><rss><channel><item><title>"
      "\x80 5 caf\xe9</title></item></channel></rss>",
      { "", "", "€ 5 café", "", "", "", "", "" } },
    { "iso-8859-15 has the euro elsewhere",
      "<?xml version='1.0' encoding='ISO-8859-15'?><rss><channel><item><title>"
      "5 \xa4 \xe9</title></item></channel></rss>",
      { "", "", "5 € é", "", "", "", "", "" } },
    { "windows-1250",
      "<?xml version='1.0' encoding='Windows-1250'?><rss><channel><item><title>"
      "\x8e\x80 \xb9</title></item></channel></rss>",
      { "", "", "Ž€ ą", "", "", "", "", "" } },
    { "windows-1255: letters may wait for their points",
      "<?xml version='1.0' encoding='windows-1255'?><rss><channel><item><title>"
      "\xf9\xec\xe5\xed \xe9 ok</title></item></channel></rss>",
      { "", "", "שלום י ok", "", "", "", "", "" } },
    { "windows-1258: letters may wait for their tones",
      "<?xml version='1.0' encoding='windows-1258'?><rss><channel><item><title>"
      "Vi\xea\xf2t Nam</title></item></channel></rss>",
      { "", "", "Vi\xc3\xaa\xcc\xa3t Nam", "", "", "", "", "" } },
    { "an encoding that is none",
      "<?xml version='1.0' encoding='utf-7'?><rss><channel><item><title>x"
      "</title></item></channel></rss>", { NULL } },
    { "billion laughs",
      "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><rss><item><title>"
      "&b;</title></item></rss>", { NULL } },
    { "a file by an entity",
      "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><rss><item><title>"
      "&a;</title></item></rss>", { NULL } },
    { "not a feed", "<html><body>Please wait</body></html>", { NULL } },
    { "JSON Feed: titles are text, words may be HTML or text",
      "\n{\"items\":[{\"id\":\"1\",\"content_html\":\"<p>not this</p>\"},"
      "{\"id\":2,\"url\":\"https://a.example/4\",\"title\":\"1 < 2 & so\","
      "\"summary\":\"short\",\"content_text\":\"a < b \\uD83D\\uDE0D\","
      "\"authors\":[{\"name\":\"Ann\"},{\"name\":\"Bob\"}],"
      "\"date_published\":\"2026-11-20T10:00:00Z\","
      "\"date_modified\":\"2026-11-21T10:00:00Z\"}],\"language\":\"de\","
      "\"version\":\"https://jsonfeed.org/version/1.1\"}",
      { "2", "https://a.example/4", "1 &lt; 2 &amp; so", "",
        "a &lt; b \U0001F60D", "Ann", "2026-11-20T10:00:00Z",
        "2026-11-21T10:00:00Z" } },
    { "JSON Feed: null is no word",
      "{\"version\":\"1\",\"items\":[{\"id\":\"1\",\"url\":null,\"title\":null,"
      "\"content_html\":null,\"summary\":\"words\",\"content_text\":null,"
      "\"authors\":[{\"name\":null}],\"date_published\":null}]}",
      { "1", "", "", "", "words", "", "", "" } },
    { "other JSON", "{\"items\":[]}", { NULL } },
    { "white space", " \n ", { NULL } },
    { "nothing", "", { NULL } },
};

static void test_rows(void **state)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t length = strlen(rows[i].xml);
        for (size_t chunk = 1; chunk < 9000; chunk = chunk * 7 + 1) {
            struct seen s;
            struct error err = ERROR_INIT;
            int rc = read_all(rows[i].xml, length, chunk, &s, &err);
            if ((rc == 0) != (rows[i].want[0] != NULL))
                fail_msg("%s: %d %s", rows[i].name, rc, err.text);
            for (int v = 0; rc == 0 && v < FEED_LANGUAGE; v++)
                if (strcmp(s.last[v], rows[i].want[v]) != 0)
                    fail_msg("%s, field %d: %s", rows[i].name, v, s.last[v]);
        }
        for (size_t cut = 0; cut < length; cut++) { /* never a crash */
            struct seen s;
            struct error err = ERROR_INIT;
            assert_int_equal(read_all(rows[i].xml, cut, 64, &s, &err), -1);
        }
    }
}

static void test_depth(void **state)
{
    struct buf deep = BUF_INIT(0);
    struct seen s;
    struct error err = ERROR_INIT;
    buf_puts(&deep, "<rss>");
    for (int i = 0; i < 100000; i++)
        buf_puts(&deep, "<a>");
    assert_int_equal(read_all(deep.data, deep.length, 4096, &s, &err), -1);
    assert_non_null(strstr(err.text, "nested too deeply"));
    buf_release(&deep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
