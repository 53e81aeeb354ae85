/* SPDX-License-Identifier: Apache-2.0 */
/* See feed.h. Tags are known by their written names: feeds in the wild use
 * prefixes that they never declare. */
#include "base/feed.h"

#include <expat.h>
#include <iconv.h>
#include <strings.h>

#include "base/api.h"
#include "base/mem.h"

/* A field: as long as JSON's strings may be. */
enum { DEPTH_LIMIT = 64, FIELD_LIMIT = 1024 * 1024, ITEMS_LIMIT = 5000 };

static const char too_many[] = "the feed has too many items";

/* How the text of a field is to be made HTML. */
enum form { FORM_HTML, FORM_TEXT, FORM_XHTML };

struct feed {
    XML_Parser parser;     /* one of both, by the first byte */
    struct json *json;
    feed_take *take;
    void *context;
    struct buf values[FEED_FIELDS];
    unsigned depth, item_depth, field_depth; /* 0: not inside one */
    enum feed_field field;
    enum form form;
    unsigned items;
    struct buf language;   /* of the feed; an item may say another */
    bool known;            /* a root that we read */
    bool name;             /* inside a person's <name> */
    bool wide;             /* UTF-16: bytes are not filtered */
    struct error why;      /* why we stopped it */
};

static const struct {
    const char *tag;
    enum feed_field field;
} fields[] = {
    { "guid", FEED_ID }, { "id", FEED_ID }, { "link", FEED_LINK },
    { "title", FEED_TITLE }, { "content:encoded", FEED_CONTENT },
    { "content", FEED_CONTENT }, { "description", FEED_SUMMARY },
    { "summary", FEED_SUMMARY }, { "dc:creator", FEED_AUTHOR },
    { "author", FEED_AUTHOR }, { "pubDate", FEED_PUBLISHED },
    { "published", FEED_PUBLISHED }, { "issued", FEED_PUBLISHED },
    { "dc:date", FEED_PUBLISHED }, { "updated", FEED_UPDATED },
    { "modified", FEED_UPDATED }, { "language", FEED_LANGUAGE },
    { "dc:language", FEED_LANGUAGE },
};

static const char *attribute(const char **pairs, const char *name)
{
    for (; *pairs; pairs += 2)
        if (strcmp(pairs[0], name) == 0)
            return pairs[1];
    return "";
}

static void stop(struct feed *f, const char *why)
{
    error_set(&f->why, ERROR_INPUT, "%s", why);
    XML_StopParser(f->parser, XML_FALSE);
}

static void add(struct feed *f, const char *data, size_t length)
{
    struct buf *to = &f->values[f->field];
    if (f->form == FORM_HTML)
        buf_add(to, data, length);
    else
        api_html(to, (struct text){ data, length });
}

static void set(struct buf *to, const char *value)
{
    if (!*value)
        return;
    buf_clear(to);
    buf_puts(to, value);
}

/* Atom's links are attributes; the one to the page itself counts. */
static void take_link(struct feed *f, const char **pairs)
{
    const char *rel = attribute(pairs, "rel"), *href = attribute(pairs, "href");
    if (!*rel || strcmp(rel, "alternate") == 0)
        set(&f->values[FEED_LINK], href);
}

static void begin_field(struct feed *f, const char *tag, const char **pairs)
{
    const char *type = attribute(pairs, "type");
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (strcmp(tag, fields[i].tag) != 0)
            continue;
        f->field = fields[i].field;
        if (f->field == FEED_LINK && *attribute(pairs, "href")) {
            take_link(f, pairs);
            return;
        }
        f->field_depth = f->depth;
        f->form = strstr(type, "xhtml") ? FORM_XHTML
                  : strcmp(type, "text") == 0 ? FORM_TEXT : FORM_HTML;
        buf_clear(&f->values[f->field]);
        return;
    }
}

static void on_start(void *context, const char *name, const char **pairs)
{
    struct feed *f = context;
    const char *tag = strncmp(name, "atom:", 5) == 0 ? name + 5 : name;
    if (++f->depth > DEPTH_LIMIT) {
        stop(f, "the feed is nested too deeply");
        return;
    }
    if (f->depth == 1) {
        set(&f->language, attribute(pairs, "xml:lang"));
        f->known = strcmp(tag, "rss") == 0 || strcmp(tag, "feed") == 0 ||
                   strcmp(tag, "rdf:RDF") == 0;
    }
    if (f->field_depth) { /* XHTML, or a person's <name> */
        if (f->field == FEED_AUTHOR)
            f->name = strcmp(tag, "name") == 0;
        else if (f->form == FORM_XHTML)
            buf_printf(&f->values[f->field], "<%s>", tag);
    } else if (f->item_depth && f->depth == f->item_depth + 1) {
        begin_field(f, tag, pairs);
    } else if (!f->item_depth && (strcmp(tag, "item") == 0 ||
                                  strcmp(tag, "entry") == 0)) {
        f->item_depth = f->depth;
        for (int i = 0; i < FEED_FIELDS; i++)
            buf_clear(&f->values[i]);
        set(&f->values[FEED_ID], attribute(pairs, "rdf:about"));
        set(&f->values[FEED_LANGUAGE], buf_text(&f->language));
        set(&f->values[FEED_LANGUAGE], attribute(pairs, "xml:lang"));
    } else if (!f->item_depth && strstr(tag, "language")) {
        begin_field(f, tag, pairs);
    }
}

static void on_end(void *context, const char *name)
{
    struct feed *f = context;
    f->name = false;
    if (f->field_depth == f->depth && !f->item_depth)
        set(&f->language, buf_text(&f->values[FEED_LANGUAGE]));
    if (f->field_depth == f->depth)
        f->field_depth = 0;
    else if (f->field_depth && f->form == FORM_XHTML)
        buf_printf(&f->values[f->field], "</%s>", name);
    if (f->item_depth && f->item_depth == f->depth) {
        f->item_depth = 0;
        if (++f->items > ITEMS_LIMIT)
            stop(f, too_many);
        else if (f->take(f->context, f->values, &f->why))
            XML_StopParser(f->parser, XML_FALSE);
    }
    f->depth--;
}

static void on_text(void *context, const char *data, int length)
{
    struct feed *f = context;
    /* Of a person the name alone: no e-mail, no address. */
    if (f->field_depth && (f->field != FEED_AUTHOR || f->name ||
                           f->depth == f->field_depth))
        add(f, data, (size_t)length);
}

static void on_skipped(void *context, const char *name, int parameter)
{
    struct feed *f = context;
    if (f->field_depth && !parameter)
        buf_printf(&f->values[f->field], "&%s;", name);
}

static void on_entity(void *context, const char *name, int parameter,
                      const char *value, int length, const char *base,
                      const char *system, const char *public,
                      const char *notation)
{
    (void)name, (void)parameter, (void)value, (void)length, (void)base;
    (void)system, (void)public, (void)notation;
    stop(context, "the feed declares entities, which are not expanded");
}

/* Asked for an external subset: an empty one, and nobody fetches. Having read
 * it, expat passes over entities that it does not know. */
static int on_external(XML_Parser parser, const char *names, const char *base,
                       const char *system, const char *public)
{
    XML_Parser empty = XML_ExternalEntityParserCreate(parser, names, NULL);
    (void)base, (void)system, (void)public;
    enum XML_Status status = XML_Parse(empty, " ", 1, XML_TRUE);
    XML_ParserFree(empty);
    return status;
}

/* One byte a character, as older sites still write; expat itself knows Latin-1
 * and Unicode alone. Some wait for an accent to come: each byte is flushed. Of
 * others iconv is not asked: not all begin anew with each byte. */
static int on_encoding(void *context, const char *name, XML_Encoding *out)
{
    static const char *const families[] = { "windows-125", "cp125",
                                            "iso-8859-", "koi8-" };
    iconv_t way = (iconv_t)-1;
    (void)context;
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
        if (strncasecmp(name, families[i], strlen(families[i])) == 0)
            way = iconv_open("UTF-32LE", name);
    if (way == (iconv_t)-1)
        return XML_STATUS_ERROR;
    for (int i = 0; i < 256; i++) {
        char byte = (char)i, *from = &byte;
        unsigned char point[4], *to = point;
        size_t left = 1, room = sizeof(point);
        bool known = iconv(way, &from, &left, (char **)&to, &room) == 0 &&
                     iconv(way, NULL, NULL, (char **)&to, &room) == 0 &&
                     room == 0;
        out->map[i] = known ? point[0] | point[1] << 8 | point[2] << 16 : -1;
    }
    iconv_close(way);
    out->data = NULL;
    out->convert = NULL;
    out->release = NULL;
    return XML_STATUS_OK;
}

static XML_Parser open_parser(struct feed *f)
{
    XML_Parser parser = XML_ParserCreate(NULL);
    XML_SetUserData(parser, f);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetEntityDeclHandler(parser, on_entity);
    XML_SetSkippedEntityHandler(parser, on_skipped);
    XML_SetExternalEntityRefHandler(parser, on_external);
    XML_SetUnknownEncodingHandler(parser, on_encoding, NULL);
    /* With a subset that nobody reads, unknown entities are skipped. */
    XML_SetParamEntityParsing(parser, XML_PARAM_ENTITY_PARSING_ALWAYS);
    XML_UseForeignDTD(parser, XML_TRUE);
    return parser;
}

static int parse(struct feed *f, const char *data, size_t length, bool last,
                 struct error *err)
{
    if (XML_Parse(f->parser, data, (int)length, last) == XML_STATUS_OK)
        return 0;
    if (f->why.kind != ERROR_NONE) {
        if (err)
            *err = f->why;
        return -1;
    }
    return error_set(err, ERROR_INPUT, "not a feed that can be read: %s at "
                     "line %lu", XML_ErrorString(XML_GetErrorCode(f->parser)),
                     (unsigned long)XML_GetCurrentLineNumber(f->parser));
}

static int xml_bytes(struct feed *f, const char *data, size_t length,
                     struct error *err)
{
    char piece[4096];
    while (length) {
        size_t n = length < sizeof(piece) ? length : sizeof(piece);
        memcpy(piece, data, n);
        /* Control characters end a parse; feeds have them. */
        for (size_t i = 0; !f->wide && i < n; i++)
            if ((unsigned char)piece[i] < 0x20 &&
                !memchr("\t\n\r", piece[i], 3))
                piece[i] = ' ';
        if (parse(f, piece, n, false, err))
            return -1;
        data += n;
        length -= n;
    }
    return 0;
}

/* ---- JSON Feed -------------------------------------------------------- */

static const struct {
    enum feed_field field;
    bool plain;            /* text where HTML is wanted */
} json_fields[] = {
    { FEED_ID, false }, { FEED_LINK, false }, { FEED_TITLE, true },
    { FEED_CONTENT, false }, { FEED_SUMMARY, true }, { FEED_SUMMARY, true },
    { FEED_AUTHOR, false }, { FEED_PUBLISHED, false }, { FEED_UPDATED, false },
    { FEED_LANGUAGE, false },
};
static const char *const json_paths[] = {
    "id", "url", "title", "content_html", "summary", "content_text",
    "authors[0].name", "date_published", "date_modified", "language",
    "/version", "/language", NULL };

static int take_json(void *context, const struct json_value *values,
                     struct error *err)
{
    struct feed *f = context;
    for (int i = 0; i < FEED_FIELDS; i++)
        buf_clear(&f->values[i]);
    for (size_t i = 0; i < sizeof(json_fields) / sizeof(json_fields[0]); i++) {
        struct buf *to = &f->values[json_fields[i].field];
        struct text from = values[i].text;
        if (!from.length)
            continue; /* a summary stands until there are whole words */
        buf_clear(to);
        if (json_fields[i].plain)
            api_html(to, from);
        else
            buf_add(to, from.data, from.length);
    }
    if (++f->items > ITEMS_LIMIT)
        return error_set(err, ERROR_INPUT, "%s", too_many);
    return f->take(f->context, f->values, err);
}

/* ---- both ------------------------------------------------------------- */

struct feed *feed_open(feed_take *take, void *context)
{
    struct feed *f = mem_alloc(sizeof(*f));
    f->take = take;
    f->context = context;
    for (int i = 0; i < FEED_FIELDS; i++)
        f->values[i] = (struct buf)BUF_INIT(FIELD_LIMIT);
    f->language = (struct buf)BUF_INIT(FIELD_LIMIT);
    return f;
}

int feed_bytes(struct feed *f, const char *data, size_t length,
               struct error *err)
{
    bool begun = f->json || f->parser;
    while (!begun && length && memchr(" \t\r\n", *data, 4))
        data++, length--;
    if (!length)
        return 0;
    if (!begun && *data == '{') {
        f->json = json_open("items[*]", json_paths, take_json, f);
    } else if (!begun) {
        f->parser = open_parser(f);
        f->wide = memchr("\xfe\xff\0", *data, 3) != NULL;
    }
    return f->json ? json_feed(f->json, data, length, err)
                   : xml_bytes(f, data, length, err);
}

int feed_end(struct feed *f, struct error *err)
{
    if (!f->json && !f->parser)
        return error_set(err, ERROR_INPUT, "an empty reply");
    if (f->json ? json_end(f->json, err) : parse(f, "", 0, true, err))
        return -1;
    if (f->json && json_top(f->json, "/version").type == JSON_ABSENT)
        return error_set(err, ERROR_INPUT, "JSON, but not JSON Feed");
    if (f->parser && !f->known)
        return error_set(err, ERROR_INPUT, "XML, but neither RSS nor Atom");
    return 0;
}

struct text feed_language(const struct feed *f)
{
    return f->json ? json_top(f->json, "/language").text
                   : buf_bytes(&f->language);
}

void feed_close(struct feed *f)
{
    if (!f)
        return;
    if (f->parser)
        XML_ParserFree(f->parser);
    json_close(f->json);
    for (int i = 0; i < FEED_FIELDS; i++)
        buf_release(&f->values[i]);
    buf_release(&f->language);
    mem_free(f);
}
