# SPDX-License-Identifier: Apache-2.0
"""What a page must be on a phone, a tablet and a desk, by day and by night:
page.py PAGE... prints each fault; leaves with 1 when there is one. With
SHOTS=FOLDER it keeps pictures for a person to look at."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../tools"))
from browser import Browser

CHECK = r"""
(() => {
  const faults = [];
  const name = e => e.tagName.toLowerCase() +
      (e.className && e.className.baseVal === undefined ? '.' + e.className : '');
  const root = document.documentElement;
  const width = root.clientWidth; /* innerWidth grows with what sticks out */
  for (const d of document.querySelectorAll('details')) d.open = true;
  if (root.scrollWidth > width)
    faults.push(`scrolls sideways: ${root.scrollWidth} in ${width}`);
  const scrolled = e => e.closest('.scroll, svg, bdi');
  for (const e of document.querySelectorAll('main *'))
    if (!scrolled(e) && e.getBoundingClientRect().right > width + 1)
      faults.push(`${name(e)} reaches ${e.getBoundingClientRect().right}`);
  /* any CSS colour as red, green, blue, alpha: painted, then read */
  const canvas = document.createElement('canvas').getContext('2d',
      {willReadFrequently: true});
  const rgba = css => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = css;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const over = (top, under) =>
      [0, 1, 2].map(i => (top[i] * top[3] + under[i] * (255 - top[3])) / 255);
  const behind = e => {
    const own = rgba(getComputedStyle(e).backgroundColor);
    return own[3] == 255 || !e.parentElement
        ? own : over(own, behind(e.parentElement));
  };
  const light = c => c.slice(0, 3).map(v => v / 255).map(v =>
      v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
      .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let count = 0;
  for (let n; (n = texts.nextNode());) {
    const e = n.parentElement;
    if (!n.data.trim() || !e.getClientRects().length) continue;
    const under = behind(e), ink = over(rgba(getComputedStyle(e).color), under);
    const [a, b] = [light(ink), light(under)].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    count++;
    if (ratio < 4.5)
      faults.push(`${name(e)} "${n.data.trim().slice(0, 20)}": contrast ` +
                  ratio.toFixed(2));
    if (parseFloat(getComputedStyle(e).fontSize) < 11)
      faults.push(`${name(e)} is written in ${getComputedStyle(e).fontSize}`);
  }
  if (!count) faults.push('no text was looked at');
  for (const e of document.querySelectorAll('svg'))
    if (e.getAttribute('aria-hidden') != 'true' &&
        !(e.getAttribute('role') == 'img' && e.getAttribute('aria-label')))
      faults.push(`${name(e)} has no text alternative`);
  for (const e of document.querySelectorAll('img, [src], script, iframe'))
    faults.push(`${name(e)}: nothing may be fetched`);
  for (const e of document.querySelectorAll('a, button, summary'))
    if (!(e.textContent.trim() || e.getAttribute('aria-label')))
      faults.push(`${name(e)} says nothing`);
  for (const e of document.querySelectorAll('th'))
    if (!e.scope) faults.push(`${name(e)} has no scope`);
  let level = 0;
  for (const e of document.querySelectorAll('h1, h2, h3')) {
    const next = Number(e.tagName[1]);
    if (next > level + 1) faults.push(`${name(e)} skips a level`);
    level = next;
  }
  if (document.querySelectorAll('h1').length != 1) faults.push('not one h1');
  for (const e of document.querySelectorAll('a[href^="#"]'))
    if (!document.getElementById(e.getAttribute('href').slice(1)))
      faults.push(`${e.getAttribute('href')} leads nowhere`);
  return faults;
})()
"""

browser = Browser()
found = 0
try:
    for page in sys.argv[1:]:
        for width in (360, 768, 1280):
            for scheme in ("light", "dark"):
                browser.open(page, width, scheme)
                for fault in browser.run(CHECK):
                    found += 1
                    print(f"{os.path.basename(page)}, {width} px, {scheme}: "
                          f"{fault}")
                if os.environ.get("SHOTS"):
                    name = os.path.basename(page).replace(".html", "")
                    browser.shot(f"{os.environ['SHOTS']}/"
                                 f"{name}-{width}-{scheme}.png")
finally:
    browser.close()
sys.exit(found > 0)
