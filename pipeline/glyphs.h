/* SPDX-License-Identifier: Apache-2.0 */
/* What a character beyond ASCII is to a word splitter, and the sequences that
 * are one picture to a reader. Coarse ranges, not the Unicode database. */
#ifndef PIPELINE_GLYPHS_H
#define PIPELINE_GLYPHS_H

#include "base/text.h"

enum glyph {
    GLYPH_MARK,       /* punctuation and symbols */
    GLYPH_SPACE,      /* spaces, invisible controls */
    GLYPH_LETTER,     /* letters of scripts that put spaces between words */
    GLYPH_SINGLE,     /* Han, kana, Thai …: each character stands alone */
    GLYPH_JOINED,     /* combining marks, joiners, variation selectors */
    GLYPH_APOSTROPHE, /* ’ ‘ ʼ ´ */
    GLYPH_CURRENCY,
    GLYPH_EMOJI,
};

enum glyph glyph_of(uint32_t point);

/* Bytes of the emoji sequence at data, 0 when there is none: flags, keycaps,
 * skin tones, joined families. Its normal form (no skin tone, no U+FE0F, no
 * gender) goes to form, at most room bytes, *used of them. */
size_t glyph_emoji(const char *data, size_t length, char *form, size_t room,
                   size_t *used);

/* Bytes of the emoticon at data + at, 0 when there is none. What stands before
 * and after decides about "D:" and ":p". Its normal form (no nose, one mouth,
 * round brackets) goes to form, at most 16 bytes, *used of them. */
size_t glyph_emoticon(const char *data, size_t length, size_t at, char *form,
                      size_t *used);

#endif
