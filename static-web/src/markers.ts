/** A segment of an answer: words, or a marker for citation `number` (from 1). */
export type AnswerSegment = { type: 'text'; text: string } | { type: 'marker'; number: number };

const markerPattern = /\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]/g;
const unfinishedMarker = /\[[\d,\s]{0,12}$/;
const listItem = /^\s*(?:[-*•]|\d{1,3}[.)])\s/;

/**
 * Splits a text at its citation markers: `[1]`, and `[1, 2]` as two. A marker belongs to the words before it, so the
 * space between them is removed. A number without a citation remains text.
 * @param citationCount how many citations there are; omit while unknown: every number then counts as a marker.
 */
export function splitMarkers(text: string, citationCount = Infinity): AnswerSegment[] {
  const segments: AnswerSegment[] = [];
  let end = 0;
  for (const match of text.matchAll(markerPattern)) {
    const numbers = (match[1] ?? '').split(',').map(Number);
    if (!numbers.every((number) => number >= 1 && number <= citationCount)) continue;
    const words = text.slice(end, match.index).trimEnd();
    if (words !== '') segments.push({ type: 'text', text: words });
    segments.push(...numbers.map((number): AnswerSegment => ({ type: 'marker', number })));
    end = match.index + match[0].length;
  }
  if (end < text.length) segments.push({ type: 'text', text: text.slice(end) });
  return segments;
}

/** A text that is still being streamed, without an incomplete marker at its end. */
export function withoutUnfinishedMarker(text: string): string {
  return text.replace(unfinishedMarker, '');
}

/**
 * Paragraphs of an answer, each as its lines. A blank line separates paragraphs. A single line end is a hard wrap and
 * becomes a space, unless the next line starts a list item.
 */
export function paragraphsOf(text: string): string[][] {
  return text
    .split(/\r?\n[^\S\n]*(?:\r?\n\s*)+/)
    .map((paragraph) => linesOf(paragraph))
    .filter((lines) => lines.length > 0);
}

function linesOf(paragraph: string): string[] {
  const lines: string[] = [];
  for (const line of paragraph.split(/\r?\n/)) {
    const words = line.replace(/\s+/g, ' ').trim();
    if (words === '') continue;
    const previous = lines.at(-1);
    if (previous === undefined || listItem.test(line)) lines.push(words);
    else lines[lines.length - 1] = `${previous} ${words}`;
  }
  return lines;
}
