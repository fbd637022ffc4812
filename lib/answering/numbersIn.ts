const SCALES: Record<string, number> = { hundred: 1e2, thousand: 1e3, million: 1e6, billion: 1e9, trillion: 1e12 };
const WORDS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');

const LARGE = '(?:thousand|million|billion|trillion)s?';
const SCALE = `((?:hundreds?|${LARGE})(?:[\\s-]+${LARGE})?)\\b`;
const NUMBER = new RegExp(
  `(?<![\\p{L}\\p{N}.])(\\d{1,3}(?:,\\d{3})+|\\d+)(\\.\\d+)?(?:st|nd|rd|th|s)?(?:[\\s-]+${SCALE})?`,
  'giu',
);
const WORD = new RegExp(`\\b(${WORDS.slice(1).join('|')})[\\s-]+${SCALE}`, 'gi');

/**
 * The numbers of an English text, as plain decimals: `12,000,000` and `12 million` are both 12000000; a date gives its parts.
 * Number words count only with a scale (`twelve million`): alone they are mostly not meant as figures.
 */
export function numbersIn(text: string): Set<string> {
  const numbers = new Set<string>();
  for (const [, whole = '', fraction = '', scale = ''] of text.matchAll(NUMBER)) {
    numbers.add(scaled(Number(whole.replaceAll(',', '') + fraction), scale));
  }
  for (const [, word = '', scale = ''] of text.matchAll(WORD)) {
    numbers.add(scaled(WORDS.indexOf(word.toLowerCase()), scale));
  }
  return numbers;
}

/** Rounded, because 3.3 times a million is not exact in binary. */
function scaled(value: number, scale: string): string {
  const factors = scale.toLowerCase().match(/[a-z]+/g) ?? [];
  const product = factors.reduce((sum, factor) => sum * (SCALES[factor.replace(/s$/, '')] ?? 1), value);
  return String(Number(product.toPrecision(15)));
}
