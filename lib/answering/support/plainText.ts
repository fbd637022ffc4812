const UNSEEN = /[\p{M}\p{Cf}]+/gu;
const FRACTIONS: Record<string, string> = { '½': '.5', '¼': '.25', '¾': '.75' };
/** Of footnotes: they are not part of the number before them. */
const RAISED_OR_LOWERED = /[\u00B2\u00B3\u00B9\u2070-\u2079\u2080-\u2089]/g;

/**
 * The text in the characters that numbers and dates are compared in: digits of any script as 0 to 9, ½ as .5, and without
 * characters that are not seen. Accents go first: normalization sorts runs of them in quadratic time.
 */
export function plainText(text: string): string {
  return text
    .replace(UNSEEN, '')
    .replace(/(\d?)([½¼¾])/g, (_, digit: string, fraction: string) => `${digit || '0'}${FRACTIONS[fraction]}`)
    .replace(RAISED_OR_LOWERED, ' ')
    .normalize('NFKC')
    .replace(/(?![0-9])\p{Nd}/gu, digitOf);
}

/** Unicode has the digits of each script in order, ten at a time. */
function digitOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value += 1;
  return String(value);
}
