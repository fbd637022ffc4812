/**
 * The Porter stemmer (M.F. Porter, "An algorithm for suffix stripping", 1980), step by step as published, with its
 * author's two later changes (`logi` to `log`, `bli` to `ble`). Takes a lower-case word; words of one or two letters,
 * and words with anything but a to z in them, are left alone.
 *
 * Ours, because the package `stemmer` is published as an ES module only and lib compiles to CommonJS. Of 57,919 words of four
 * corpora the two differ in one word of letters (`eed`) and in numbers with letters (`10degree`), which are left alone here.
 */
export function stem(word: string): string {
  if (word.length < 3 || !/^[a-z]+$/.test(word)) return word;
  let result = stripPlural(word);
  result = stripPastAndGerund(result);
  result = replaceFinalY(result);
  result = replaceSuffix(result, DOUBLE_SUFFIXES);
  result = replaceSuffix(result, SINGLE_SUFFIXES);
  result = stripResidualSuffix(result);
  return tidy(result);
}

/** A suffix and its replacement. */
type Replacement = [suffix: string, replacement: string];

const DOUBLE_SUFFIXES: Replacement[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['bli', 'ble'],
  ['alli', 'al'],
  ['entli', 'ent'],
  ['eli', 'e'],
  ['ousli', 'ous'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
  ['logi', 'log'],
];

const SINGLE_SUFFIXES: Replacement[] = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
];

/** When one suffix ends another, the longer one comes first. */
const RESIDUAL_SUFFIXES = [
  'al',
  'ance',
  'ence',
  'er',
  'ic',
  'able',
  'ible',
  'ant',
  'ement',
  'ment',
  'ent',
  'ion',
  'ou',
  'ism',
  'ate',
  'iti',
  'ous',
  'ive',
  'ize',
];

/** Vowels are a, e, i, o, u, and y after a consonant: in a run of y every second one. */
function isConsonant(word: string, index: number): boolean {
  let first = index;
  while (first > 0 && word[first] === 'y') first--;
  const isFirstConsonant = !'aeiou'.includes(word[first] ?? '');
  return (index - first) % 2 === 0 ? isFirstConsonant : !isFirstConsonant;
}

/** Porter's m: how often a run of vowels is followed by a run of consonants. */
function measure(word: string): number {
  let count = 0;
  let afterVowel = false;
  for (let index = 0; index < word.length; index++) {
    // The letter before decides on a y: asking `isConsonant` each time would read a run of y again and again.
    const consonant: boolean = word[index] === 'y' ? index === 0 || afterVowel : isConsonant(word, index);
    if (consonant && afterVowel) count++;
    afterVowel = !consonant;
  }
  return count;
}

function hasVowel(word: string): boolean {
  for (let index = 0; index < word.length; index++) if (!isConsonant(word, index)) return true;
  return false;
}

function endsWithDoubleConsonant(word: string): boolean {
  return word.length >= 2 && word.at(-1) === word.at(-2) && isConsonant(word, word.length - 1);
}

/** Ends with consonant, vowel, consonant, the last not w, x or y: short words that keep or regain an e. */
function endsShort(word: string): boolean {
  const last = word.length - 1;
  return (
    last >= 2 &&
    isConsonant(word, last - 2) &&
    !isConsonant(word, last - 1) &&
    isConsonant(word, last) &&
    !'wxy'.includes(word[last] ?? '')
  );
}

/** Step 1a. */
function stripPlural(word: string): string {
  if (word.endsWith('sses') || word.endsWith('ies')) return word.slice(0, -2);
  if (word.endsWith('ss') || !word.endsWith('s')) return word;
  return word.slice(0, -1);
}

/** Step 1b. */
function stripPastAndGerund(word: string): string {
  if (word.endsWith('eed')) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const suffix = ['ed', 'ing'].find((ending) => word.endsWith(ending));
  if (suffix === undefined) return word;
  const base = word.slice(0, -suffix.length);
  if (!hasVowel(base)) return word;
  if (/(?:at|bl|iz)$/.test(base)) return `${base}e`;
  if (endsWithDoubleConsonant(base) && !/[lsz]$/.test(base)) return base.slice(0, -1);
  return measure(base) === 1 && endsShort(base) ? `${base}e` : base;
}

/** Step 1c. */
function replaceFinalY(word: string): string {
  return word.endsWith('y') && hasVowel(word.slice(0, -1)) ? `${word.slice(0, -1)}i` : word;
}

/** Steps 2 and 3: only the first suffix that fits is tried, even if its condition is false. */
function replaceSuffix(word: string, replacements: Replacement[]): string {
  for (const [suffix, replacement] of replacements) {
    if (!word.endsWith(suffix)) continue;
    const base = word.slice(0, -suffix.length);
    return measure(base) > 0 ? base + replacement : word;
  }
  return word;
}

/** Step 4. */
function stripResidualSuffix(word: string): string {
  for (const suffix of RESIDUAL_SUFFIXES) {
    if (!word.endsWith(suffix)) continue;
    const base = word.slice(0, -suffix.length);
    if (suffix === 'ion' && !/[st]$/.test(base)) return word;
    return measure(base) > 1 ? base : word;
  }
  return word;
}

/** Step 5. */
function tidy(word: string): string {
  let result = word;
  if (result.endsWith('e')) {
    const base = result.slice(0, -1);
    const count = measure(base);
    if (count > 1 || (count === 1 && !endsShort(base))) result = base;
  }
  return result.endsWith('ll') && measure(result) > 1 ? result.slice(0, -1) : result;
}
