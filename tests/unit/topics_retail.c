/* SPDX-License-Identifier: Apache-2.0 */
/* What shoppers write, in sentences made up for this test, and which intents
 * and aspects they have: those of shops far from restaurants and airlines,
 * where nothing was fitted. Measures no accuracy on other people's posts:
 * tests/unit/topics.c does. Over 500 lines because the sentences stand in it. */
#include "base/post.h"
#include "pipeline/sentiment.h"
#include "pipeline/topics.h"
#include "tests/unit/test.h"

struct tagged {
    struct topics *topics;
    struct sentiment *sentiment;
    struct scorer *scorer;
    struct spotter *spotter;
    struct words words;
};

static int open_english(void **state)
{
    struct tagged *t = mem_alloc(sizeof(*t));
    struct error err = ERROR_INIT;
    if (topics_open(&t->topics, "lexicons/en", &err) ||
        sentiment_open(&t->sentiment, "lexicons/en", NULL, &err))
        fail_msg("%s", err.text);
    t->scorer = scorer_open(t->sentiment);
    t->spotter = spotter_open(t->topics);
    *state = t;
    return 0;
}

static int close_english(void **state)
{
    struct tagged *t = *state;
    scorer_close(t->scorer);
    spotter_close(t->spotter);
    topics_close(t->topics);
    sentiment_close(t->sentiment);
    words_release(&t->words);
    mem_free(t);
    return 0;
}

static struct post tag(struct tagged *t, const char *text)
{
    struct post post = { .text = text_of(text) };
    words_split(&t->words, post.text);
    scorer_read(t->scorer, &t->words, NULL);
    scorer_score(t->scorer, 0, t->words.count, &post.tags, NULL, NULL);
    spotter_read(t->spotter, &t->words, NULL);
    spotter_tag(t->spotter, 0, t->words.count, &post.tags);
    spotter_spans(t->spotter, &post);
    return post;
}

/* Rows until NULL; all wrong ones are told before the test fails. */
static void expect(struct tagged *t, const char *const texts[], bool intent,
                   int which, bool is)
{
    size_t wrong = 0;
    for (size_t i = 0; texts[i]; i++) {
        struct post p = tag(t, texts[i]);
        unsigned set = intent ? p.tags.intents : p.tags.aspects;
        if ((set >> which & 1) == is)
            continue;
        print_message("%s %s: %s (%d)\n", is ? "no" : "wrongly",
                      intent ? intent_names[which] : aspect_names[which],
                      texts[i], p.tags.score);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

/* --- intents ------------------------------------------------------------- */

static void test_praise(void **state)
{
    static const char *const is[] = {
        "Love my new kettle, it boils in a minute",
        "Big thanks to the girl on the till who found my purse",
        "Thank you Fennel & Rye, the hamper was perfect",
        "best customer service I have had in years",
        "The staff in your York branch are so friendly",
        "Absolutely brilliant shop, well done to the team",
        "Kudos to the driver who waved at my dog",
        "These slippers are amazing",
        "So impressed with how fast my rug came",
        "My favourite shop in town, always a joy",
        "The coat fits perfectly and looks great",
        "You guys rock, sorted in five minutes",
        "can't fault the service one bit",
        "this blender is a game changer",
        "Keep up the good work!",
        NULL
    };
    static const char *const none[] = {
        "I would love it if you opened on Sundays",
        "Thanks for nothing, my birthday is ruined",
        "I don't love the new logo",
        "not happy with the stitching at all",
        "Is the green one any good?",
        "The store opens at nine",
        "It would be great if the lid closed",
        "Thanks for asking! We will pass it on to the team",
        "No amazing deals this year then",
        "Went to the garden centre with my aunt",
        "Would be nice to get a reply",
        "The worst service ever",
        "My order number is 4411",
        "It was never good and now it is worse",
        "Where do you sell the lamp?",
        NULL
    };
    expect(*state, is, true, INTENT_PRAISE, true);
    expect(*state, none, true, INTENT_PRAISE, false);
}

static void test_purchase(void **state)
{
    static const char *const is[] = {
        "Just ordered the walnut shelf, fingers crossed",
        "I'm going to buy two of these for the hall",
        "where can I buy the striped mug?",
        "I need this lamp in my life. Take my money",
        "finally bought the tent I wanted",
        "Thinking of getting the bigger fridge",
        "is the pressure cooker worth it?",
        "Adding it to my basket right now",
        "Saving up for the leather armchair",
        "Should I get the blue or the grey one?",
        "can't wait to get my new boots",
        "I want one of these so badly",
        "In the market for a new mattress",
        "How much does the oak table cost?",
        "treated myself to the silk scarf",
        NULL
    };
    static const char *const none[] = {
        "Can I return the toaster if I bought it online?",
        "The zip broke on the bag",
        "I need this sorted today",
        "I want my money back",
        "never buying from you again",
        "Love the shop, lovely people",
        "When do you open on Sunday?",
        "trying to order but the page is blank",
        "I would not buy it again",
        "We bought a house in May",
        "I'm going to complain to head office",
        "just got off the phone with your agent",
        "My basket keeps emptying itself",
        "If you buy two you save nothing",
        "need to get through to a human",
        NULL
    };
    expect(*state, is, true, INTENT_PURCHASE, true);
    expect(*state, none, true, INTENT_PURCHASE, false);
}

static void test_recommendation(void **state)
{
    static const char *const is[] = {
        "Highly recommend the walking socks",
        "I would recommend this shop to anyone",
        "10/10, would buy again",
        "You need to try their oat bread",
        "told all my friends about this place",
        "Everyone should own this potato peeler",
        "can't recommend these gloves enough",
        "Go get one before they are gone",
        "If you need a raincoat, go to Fennel & Rye",
        "definitely worth every penny",
        "A must have for small kitchens",
        "You won't regret it",
        "Do yourself a favour and get the big one",
        "Will definitely shop here again",
        "Best pillow I've ever had",
        NULL
    };
    static const char *const none[] = {
        "would not recommend this to anyone",
        "Can you recommend a good raincoat?",
        "Don't recommend, it fell apart",
        "You should be ashamed",
        "I must have left it in the shop",
        "Not worth the money",
        "We will come back to you within 2 hours",
        "Never shopping here again",
        "Any recommendations for a gift?",
        "You must be joking",
        "It is a plain blue mug",
        "My friends told me you close at six",
        "I wouldn't recommend the sofa",
        "The courier left it at number 9",
        "Try again later, says the screen",
        NULL
    };
    expect(*state, is, true, INTENT_RECOMMENDATION, true);
    expect(*state, none, true, INTENT_RECOMMENDATION, false);
}

static void test_support(void **state)
{
    static const char *const is[] = {
        "Can you help me with my order please",
        "I can't log in to my account, help!",
        "How do I cancel my subscription?",
        "Please can someone call me back",
        "My order number is 88172 and nothing came",
        "where is my refund?",
        "I was charged twice for one lamp",
        "The app gives error code 17",
        "I need help with a return",
        "Forgot my password and the link won't come",
        "could somebody look into this please",
        "any update on my parcel?",
        "I have sent you a DM with the details",
        "Unable to redeem my voucher",
        "please sort this out asap",
        NULL
    };
    static const char *const none[] = {
        "Please send us your order number and we will look into it",
        "Could you message us with the details?",
        "The staff were so helpful",
        "I love my new coat",
        "Your windows look pretty this year",
        "My mum sent me a photo of the shop",
        "help yourself to the free coffee",
        "what a lovely day for a sale",
        "We no longer need support from them",
        "The queue is out of the door",
        "Our team can help you in Leeds as well",
        "Bought three pairs of socks",
        "Prices went up again",
        "Please dm us your postcode",
        "Nice bread, nice people",
        NULL
    };
    expect(*state, is, true, INTENT_SUPPORT, true);
    expect(*state, none, true, INTENT_SUPPORT, false);
}

static void test_switch(void **state)
{
    static const char *const is[] = {
        "Switched from Fennel & Rye to Mossmart last month",
        "I'm switching to Mossmart",
        "ditched Fennel for Mossmart, no regrets",
        "my sister left Fennel & Rye for Mossmart",
        "never shopping at Fennel again",
        "You just lost a customer",
        "cancelled my membership today",
        "goodbye @fennelrye",
        "I'll take my business elsewhere",
        "I am so done with Fennel",
        "Looking for an alternative to the Fennel box",
        "I shop at Mossmart instead",
        "Time to switch supermarkets",
        "Used to shop at Fennel but now go to Mossmart",
        "I'll go elsewhere from now on",
        NULL
    };
    static const char *const none[] = {
        "The courier left it for my neighbour",
        "The light switch is loose",
        "Left it for two days and it went flat",
        "Wish I were shopping today instead",
        "done with my shopping for the week",
        "I moved the sofa to the hall",
        "The new trolley moves to the left",
        "Can I change from blue to red?",
        "I'd never shop anywhere else",
        "Went to the shop again",
        "They cancelled my order",
        "We changed the batteries",
        "The store is moving to Bridge Street",
        "My parcel went from Leeds to Hull to Leeds",
        "Goodbye summer, hello coats",
        NULL
    };
    expect(*state, is, true, INTENT_SWITCH, true);
    expect(*state, none, true, INTENT_SWITCH, false);
}

static void test_question(void **state)
{
    static const char *const is[] = {
        "Do you deliver to Skye?",
        "what time do you close",
        "Anyone know if the sale is still on",
        "Is the kettle dishwasher safe? Asking before I buy.",
        "you guys open today?",
        "Size 12 or 14?",
        "Thinking about the rug in teal, does it shed?",
        "@fennelrye when will the scarf be back",
        "Where can I park near the branch?",
        "wondering if the lid fits the big pan",
        NULL
    };
    static const char *const none[] = {
        "My aunt gave me the blue scarf and honestly? gorgeous.",
        "The price? Silly. The fabric? Thin.",
        "Anyone else? The teal rug is lovely.",
        "Really? Mine was fine.",
        "When the lid broke I taped it",
        "What a day at the sales",
        "No idea why, but it works",
        "Have the teal one at home, love it",
        "Do the washing at thirty, it says",
        "How to lose a customer in one day",
        NULL
    };
    expect(*state, is, true, INTENT_QUESTION, true);
    expect(*state, none, true, INTENT_QUESTION, false);
}

static void test_complaint(void **state)
{
    static const char *const is[] = {
        "Sleeves are two different lengths. Expected more.",
        "Half the shelves were empty. Do better.",
        "Still no refund after three weeks",
        "The colour faded in one wash, not impressed",
        "Second pair where the sole came off",
        "Your website logs me out at checkout every time",
        "Nobody answers the phone in the Hull branch",
        "I give up. Forty minutes in the queue for one till",
        "@fennelrye why is everything sold out again",
        "Charged me twice and no answer to my email",
        NULL
    };
    static const char *const none[] = {
        "The Hull branch is really good: tidy, calm, no queue. Made my week.",
        "Staff sorted my refund in 5 minutes, lovely people!",
        "I hate Mondays",
        "Sad news about my old neighbour today",
        "Sorry to hear it. Our colleagues can help you in Hull as well.",
        "My sister wants one now, it is that good",
        "Cannot fault them, no problems at all",
        "Saw the teal rug in the window, 90 quid",
        "Never disappointed with this shop",
        "What are your opening hours on Sunday?",
        NULL
    };
    expect(*state, is, true, INTENT_COMPLAINT, true);
    expect(*state, none, true, INTENT_COMPLAINT, false);
}

static void test_wishes(void **state)
{
    static const struct { const char *text, *wish; } rows[] = {
        { "Fennel should let me choose the van slot in the app",
          "let me choose the van slot in the app" },
        { "Hi, please bring back the paper bags!",
          "bring back the paper bags" },
        { "please add an inside pocket to the walking coat",
          "add an inside pocket to the walking coat" },
        { "you should open a shop in Hull", "open a shop in Hull" },
        { "I wish you sold refills for them", "sold refills" },
        { "It would be nice to see the rug in smaller sizes",
          "see the rug in smaller sizes" },
        { "Do better.", "" },
        { "We'll see. Make of that what you will.", "" },
        { "Please send us your order number", "" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct post p = tag(*state, rows[i].text);
        char got[200];
        snprintf(got, sizeof(got), "%.*s", (int)p.wish.length,
                 rows[i].text + p.wish.start);
        assert_string_equal(got, rows[i].wish);
    }
}

/* --- aspects ------------------------------------------------------------- */

/* Long, for its sentences stand in it. */
static void test_aspects(void **state)
{
    static const struct {
        int aspect;
        const char *is[9], *none[5];
    } rows[] = {
        { ASPECT_PRICE,
          { "£90 for a jumper is too much", "such a bargain at twelve quid",
            "The discount code did nothing", "Half price in the sale",
            "Everything got more expensive this year",
            "good value for money", "your prices are a joke",
            "They overcharged me for the socks", NULL },
          { "The queue was long", "The scarf is soft", "Size 10 fits me",
            "Nice shop", NULL } },
        { ASPECT_DELIVERY,
          { "My parcel is late again", "The courier threw it over the gate",
            "ordered last week, still nothing", "free shipping would help",
            "Tracking says delivered but it is not here",
            "Next day delivery took four days",
            "the driver never rang the bell", "It arrived a day early",
            NULL },
          { "The staff were kind", "Trousers run small", "Lovely window",
            "The app is slow", NULL } },
        { ASPECT_STOCK,
          { "sold out in every colour", "When is the rug back in stock?",
            "Shelves were empty by noon", "No size 12 left anywhere",
            "please restock the oat soap", "out of stock online and in town",
            "They discontinued my favourite tea",
            "Is the lamp still available?", NULL },
          { "The till was closed", "My dress tore", "Cheap and cheerful",
            "Great coat", NULL } },
        { ASPECT_QUALITY,
          { "The zip broke after a week", "Stitching came undone",
            "flimsy handle, feels cheap", "It shrank in the first wash",
            "the fabric is thin and scratchy", "Solid, well made table",
            "The sole fell off my boot", "Colour faded in the wash", NULL },
          { "Thanks for the quick reply", "When do you open?",
            "I like the new advert", "Where is my parcel?", NULL } },
        { ASPECT_SIZING,
          { "These jeans run small", "Is it true to size?",
            "The sleeves are too long for me", "I had to size up",
            "Your size chart is wrong", "too tight around the waist",
            "Please make it in tall sizes", "The coat fits perfectly",
            NULL },
          { "I fit in a quick trip to town", "The price is high",
            "Wrong colour sent", "Lovely music", NULL } },
        { ASPECT_PACKAGING,
          { "The box was crushed", "bottle leaked all over the parcel",
            "Beautifully wrapped, what a nice touch",
            "so much bubble wrap for one pen", "The seal was broken",
            "Arrived in a torn bag", "the packaging is impossible to open",
            "Came in a box ten times too big", NULL },
          { "Ticket from the box office", "I boxed for ten years",
            "Staff were rude", "Great colours", NULL } },
        { ASPECT_RETURNS,
          { "I want a refund", "Sending the coat back tomorrow",
            "How do I return this?", "They would not exchange it",
            "still waiting for my money back",
            "Returns were easy with the code", "your returns policy is a joke",
            "Took the shoes back for a refund", NULL },
          { "Many happy returns, dad", "I will return on Friday",
            "The mug is blue", "Very friendly shop", NULL } },
        { ASPECT_SERVICE,
          { "Rude staff in the Hull branch", "Nobody answers my emails",
            "on hold for forty minutes", "Customer service was brilliant",
            "The lady on the till was so helpful",
            "your chat agent hung up on me", "No reply to three messages",
            "The manager refused to talk to me", NULL },
          { "The rug is teal", "My parcel is late", "Two for ten pounds",
            "It fits", NULL } },
        { ASPECT_STORE,
          { "Only one till open, huge queue", "The shop was a mess",
            "Fitting rooms were closed", "nowhere to park at the store",
            "The Hull branch is so tidy", "self-checkout never works",
            "Went to the store on Saturday, packed aisles",
            "lovely window display at the shop", NULL },
          { "My parcel is late", "I love this mug", "The app crashed",
            "Where is my order?", NULL } },
        { ASPECT_APP,
          { "The app crashes on my phone", "your app won't load",
            "App update deleted my list", "love the new app",
            "The app logs me out", "can't scan the code in the app",
            "please add dark mode to the app", "App keeps freezing", NULL },
          { "What a nice appetite", "The apple juice leaked",
            "Store was packed", "My coat tore", NULL } },
        { ASPECT_WEBSITE,
          { "Your website is down", "the site won't load",
            "Search on your site finds nothing", "Checkout page is blank",
            "basket empties itself on the website",
            "promo code not accepted at checkout", "Error 404 on your page",
            "The website is so easy to use", NULL },
          { "A building site next door", "The shelf is wobbly",
            "Rude man at the desk", "Lost my parcel", NULL } },
        { ASPECT_LOYALTY,
          { "My points vanished", "where is my birthday reward?",
            "The loyalty card does nothing", "member prices are a con",
            "I have been a customer for ten years",
            "can't redeem my points", "Double points this week",
            "Rewards scheme got worse", NULL },
          { "You make good points", "The point is it broke",
            "A member of staff was kind", "My coat is warm", NULL } },
        { ASPECT_SUSTAINABILITY,
          { "So much plastic for one apple", "love that the bag is recycled",
            "Why no refill station?", "palm oil in everything",
            "Are your shirts made in a sweatshop?",
            "fast fashion is killing us", "Great to see compostable wrap",
            "your carbon footprint claims are greenwash", NULL },
          { "The plastic handle snapped", "Parcel is late",
            "What a nice environment to shop in", "Nice coat", NULL } },
        { ASPECT_SAFETY,
          { "Found glass in the jam", "The charger caught fire",
            "My son had an allergic reaction", "That heater is dangerous",
            "milk was past its use by date", "the salad made me ill",
            "Is the toy safe for a baby?", "recall notice for the kettle",
            NULL },
          { "No plastic in the parcel either", "This sale is fire",
            "I am sick of waiting", "Nice shop", NULL } },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        expect(*state, rows[i].is, false, rows[i].aspect, true);
        expect(*state, rows[i].none, false, rows[i].aspect, false);
    }
}

/* --- words that mislead --------------------------------------------------- */

struct cause {
    int which;
    bool is;
    const char *text;
};

static void expect_causes(struct tagged *t, const struct cause *rows,
                          size_t count, bool intent)
{
    for (size_t i = 0; i < count; i++) {
        const char *one[] = { rows[i].text, NULL };
        expect(t, one, intent, rows[i].which, rows[i].is);
    }
}

/* Each row is a cause of wrong tags that reading posts by eye showed. Long,
 * for its sentences stand in it. */
static void test_intent_causes(void **state)
{
    static const struct cause rows[] = {
        /* irony, mere courtesy, and what only looks like praise */
        { INTENT_PRAISE, false, "Thanks for losing my wardrobe" },
        { INTENT_PRAISE, false, "great service, still no lamp after a month" },
        { INTENT_PRAISE, false, "It would not let me pay with my card" },
        { INTENT_PRAISE, false, "I can't get through to you on the phone" },
        { INTENT_PRAISE, false, "Thanks in advance" },
        { INTENT_PRAISE, false, "Love my sister, we bake together" },
        { INTENT_PRAISE, false, "A walk down the magnificent mile" },
        { INTENT_PRAISE, true, "Our fitter Mona was awesome" },
        { INTENT_PRAISE, true, "several of my favourites here" },
        { INTENT_PRAISE, true, "Love having your bakery next door" },
        { INTENT_PRAISE, true, "they never let me down" },
        { INTENT_PURCHASE, false, "When will it be available in Malta?" },
        { INTENT_PURCHASE, false, "please, we need this feature" },
        { INTENT_PURCHASE, false, "They finally picked up the phone" },
        { INTENT_PURCHASE, false, "add it to the list of bugs" },
        { INTENT_PURCHASE, false, "we will grab a bite in town" },
        { INTENT_PURCHASE, false, "anyone wanna buy two tickets off me?" },
        { INTENT_PURCHASE, false, "not gonna buy another one" },
        { INTENT_PURCHASE, false, "for those willing to pay" },
        { INTENT_PURCHASE, false, "I want this film to end" },
        { INTENT_PURCHASE, true, "can you still preorder the oak desk?" },
        { INTENT_PURCHASE, true, "do you have this in a medium, any store?" },
        { INTENT_PURCHASE, true, "will the teal rug be back in stock?" },
        { INTENT_PURCHASE, true, "I need @mossmart in my life" },
        { INTENT_RECOMMENDATION, false, "I recommend updating your tills" },
        { INTENT_RECOMMENDATION, false, "I need to go get my parcel" },
        { INTENT_RECOMMENDATION, false, "the search box is a must have" },
        { INTENT_RECOMMENDATION, false, "You used to be my go-to" },
        { INTENT_RECOMMENDATION, false, "You will regret it" },
        { INTENT_RECOMMENDATION, false, "she will be back on Monday" },
        { INTENT_RECOMMENDATION, false, "the sale ends on 10/10" },
        { INTENT_RECOMMENDATION, true, "you can't go wrong with the oak one" },
        { INTENT_RECOMMENDATION, true, "such a lovely cafe, I will be back" },
        { INTENT_RECOMMENDATION, false, "must try harder" },
        { INTENT_RECOMMENDATION, false, "would not recommend to a friend" },
        { INTENT_RECOMMENDATION, true, "would recommend to a friend" },
        { INTENT_RECOMMENDATION, true, "The plum jam is an absolute must" },
        { INTENT_RECOMMENDATION, true, "Will be back!" },
        { INTENT_SWITCH, false, "I press play, then switch to the radio" },
        { INTENT_SWITCH, false, "the route was switched from Hull to Leeds" },
        { INTENT_SWITCH, false, "my account was switched to Basic" },
        { INTENT_SWITCH, false, "I can't go back to premium" },
        { INTENT_SWITCH, false, "will my bag go elsewhere?" },
        { INTENT_SWITCH, false, "I'll never leave you for Mossmart" },
        { INTENT_SWITCH, false, "someone cancelled my subscription" },
        { INTENT_SWITCH, false, "the shelf is not in order anymore" },
        { INTENT_SWITCH, true, "never coming back" },
        { INTENT_SWITCH, true, "Two hours for one sandwich #neveragain" },
        { INTENT_SWITCH, true, "I am looking for another supplier now" },
        { INTENT_SWITCH, true, "time to go back to Mossmart" },
        { INTENT_QUESTION, true, "I have one question." },
        { INTENT_QUESTION, true, "Tell me why the lid is sold apart" },
        { INTENT_QUESTION, true, "How to set the timer on the new oven" },
        { INTENT_QUESTION, false, "Nobody could tell me where it is" },
        { INTENT_SUPPORT, true, "The lamp hums all night. Help?" },
        { INTENT_SUPPORT, true, "Hinge came loose, any suggestions?" },
        { INTENT_SUPPORT, false, "any suggestions for a gift?" },
        { INTENT_SUPPORT, false, "Looking for a baker in Hull, any tips?" },
        { INTENT_SUPPORT, true, "I have sent you two private messages" },
        { INTENT_SUPPORT, false, "It is the oak one, does that help?" },
    };
    expect_causes(*state, rows, COUNT(rows), true);
}

/* Long, for its sentences stand in it. */
static void test_aspect_causes(void **state)
{
    static const struct cause rows[] = {
        { ASPECT_PRICE, false, "Dear Fennel & Rye, your lift is stuck" },
        { ASPECT_PRICE, false, "Won $500 in a raffle" },
        { ASPECT_PRICE, false, "I spent 40 minutes on hold" },
        { ASPECT_PRICE, true, "they keep charging me for the other lamp" },
        { ASPECT_PRICE, true, "oak is too dear for me" },
        { ASPECT_DELIVERY, false, "we had our ups and downs" },
        { ASPECT_DELIVERY, false, "Can I add sports to my tv package" },
        { ASPECT_DELIVERY, false, "my train hasn't arrived" },
        { ASPECT_DELIVERY, false, "more of it is yet to come" },
        { ASPECT_DELIVERY, true, "three weeks and it hasn't arrived" },
        { ASPECT_DELIVERY, true, "Your desk is on its way to you" },
        { ASPECT_DELIVERY, true, "we sent it back with UPS" },
        { ASPECT_DELIVERY, false, "order confirmation email never came" },
        { ASPECT_DELIVERY, true, "my order never came" },
        { ASPECT_STOCK, false, "my phone is running out of space" },
        { ASPECT_STOCK, false, "checked for updates, none available" },
        { ASPECT_STOCK, false, "the preorder bonus never showed" },
        { ASPECT_STOCK, false, "no one left to talk to" },
        { ASPECT_STOCK, false, "what a sell out" },
        { ASPECT_STOCK, true, "the teal ones sell out fast" },
        { ASPECT_STOCK, true, "none available in my size" },
        { ASPECT_STOCK, true, "when is the plum jam coming back?" },
        { ASPECT_STOCK, true, "still available for preorder" },
        { ASPECT_QUALITY, false, "@mossmart can I pay with Apple?" },
        { ASPECT_QUALITY, false, "@mossmart two burritos for the team" },
        { ASPECT_QUALITY, false, "@mossmart my voucher does not work" },
        { ASPECT_QUALITY, false, "you broke my heart" },
        { ASPECT_QUALITY, false, "they broke their promise" },
        { ASPECT_QUALITY, false, "Off to whole foods after work" },
        { ASPECT_QUALITY, true, "@mossmart the handle broke off" },
        { ASPECT_QUALITY, true, "@mossmart battery drains in an hour" },
        { ASPECT_QUALITY, true, "@mossmart plum tart was delicious" },
        { ASPECT_SERVICE, false, "Please help me" },
        { ASPECT_SERVICE, false, "the game servers are down" },
        { ASPECT_SERVICE, false, "my account was put on hold" },
        { ASPECT_SERVICE, true, "they put me on hold for an hour" },
        { ASPECT_SERVICE, false, "our crew dressed up as pirates" },
        { ASPECT_SERVICE, false, "no phone service in Hull" },
        { ASPECT_SERVICE, true, "nobody is responding, as usual" },
        { ASPECT_SERVICE, true, "lost my bag twice #badcustomerservice" },
        { ASPECT_STORE, false, "@mossmart music stops in every song" },
        { ASPECT_STORE, false, "no power outlets at the desk" },
        { ASPECT_STORE, false, "what the future holds in store" },
        { ASPECT_STORE, false, "can I buy it in the playstation store?" },
        { ASPECT_STORE, true, "@mossmart the Hull store was shut" },
        { ASPECT_STORE, true, "@mossmart the line was out the door" },
        { ASPECT_SIZING, false, "our team came up short" },
        { ASPECT_SIZING, false, "great ideas come from small teams" },
        { ASPECT_SIZING, false, "the window size is limited" },
        { ASPECT_SIZING, true, "the boots come up very small" },
        { ASPECT_SIZING, true, "the fit is spot on" },
        { ASPECT_PACKAGING, false, "typed my card in the box for two days" },
        { ASPECT_PACKAGING, false, "watched an unboxing" },
        { ASPECT_PACKAGING, true, "the packing is very poor" },
        { ASPECT_RETURNS, false, "the return flight to Malta" },
        { ASPECT_RETURNS, false, "we had a tweet exchange about it" },
        { ASPECT_RETURNS, false, "a mistake in my tax refund" },
        { ASPECT_RETURNS, true, "can I return it in Hull?" },
        { ASPECT_RETURNS, true, "can I return these?" },
        { ASPECT_RETURNS, true, "how do returns at the Hull shop work" },
        { ASPECT_WEBSITE, false, "the oven shows an error code" },
        { ASPECT_WEBSITE, false, "five pies in a poly bag" },
        { ASPECT_WEBSITE, true, "it says internal system error" },
        { ASPECT_LOYALTY, false, "is there a student discount" },
        { ASPECT_LOYALTY, false, "my cod points on the console" },
        { ASPECT_LOYALTY, true, "what do I get for Amazon Prime" },
        { ASPECT_SUSTAINABILITY, false, "a bike of carbon fibre" },
        { ASPECT_SUSTAINABILITY, false, "seated in Premium Eco" },
        { ASPECT_SUSTAINABILITY, true, "what do you do about single use "
          "plastic?" },
        { ASPECT_SAFETY, false, "the striker is injured" },
        { ASPECT_SAFETY, false, "recall election on Tuesday" },
        { ASPECT_SAFETY, false, "this mixtape is on fire" },
        { ASPECT_SAFETY, false, "found a bug in your form" },
        { ASPECT_SAFETY, true, "my kettle is on fire" },
        { ASPECT_SAFETY, true, "the stew made us so ill, sick after eating "
          "it" },
    };
    expect_causes(*state, rows, COUNT(rows), false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_praise),    cmocka_unit_test(test_purchase),
        cmocka_unit_test(test_recommendation),
        cmocka_unit_test(test_support),   cmocka_unit_test(test_switch),
        cmocka_unit_test(test_question),  cmocka_unit_test(test_complaint),
        cmocka_unit_test(test_wishes),    cmocka_unit_test(test_aspects),
        cmocka_unit_test(test_intent_causes),
        cmocka_unit_test(test_aspect_causes),
    };
    return cmocka_run_group_tests(tests, open_english, close_english);
}
