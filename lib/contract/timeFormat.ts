/** strptime equivalents of the JDK DateTimeFormatter's tokens, which the Open Data Contract Standard prescribes. */
const STRPTIME_OF: Record<string, string> = {
  yyyy: '%Y',
  yy: '%y',
  MMMM: '%B',
  MMM: '%b',
  MM: '%m',
  M: '%-m',
  dd: '%d',
  d: '%-d',
  EEEE: '%A',
  EEE: '%a',
  HH: '%H',
  H: '%-H',
  hh: '%I',
  mm: '%M',
  ss: '%S',
  SSSSSS: '%f',
  SSS: '%g',
  a: '%p',
};

/**
 * Translates a JDK pattern (`dd-MMM-yy`, `yyyy-MM-dd'T'HH:mm:ss'Z'`) to strptime. A pattern with a percent sign already
 * is strptime. Undefined when a letter of the pattern has no equivalent.
 */
export function strptimeFormat(pattern: string): string | undefined {
  if (pattern.includes('%')) return pattern;
  let translated = '';
  for (const [token] of pattern.matchAll(/'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+|'/g)) {
    if (token.startsWith("'")) {
      if (token.length < 2) return undefined;
      translated += token === "''" ? "'" : token.slice(1, -1).replaceAll("''", "'");
    } else if (/^[A-Za-z]/.test(token)) {
      const counterpart = STRPTIME_OF[token];
      if (counterpart === undefined) return undefined;
      translated += counterpart;
    } else {
      translated += token;
    }
  }
  return translated;
}

/** 0001 to 9999: the engine reads 0000 as 1 BC, which neither the Delta log nor PostgreSQL can store. */
export const YEAR = '(?:[1-9][0-9]{3}|0(?:[1-9][0-9]{2}|0(?:[1-9][0-9]|0[1-9])))';
const NUMBER = '[0-9]{1,2}';
const WORD = '[A-Za-z]+';
/** At most 18 hours, as in the JDK: the engine reads +99:00 and +02:60 too. */
const OFFSET = '[+-](?:(?:0[0-9]|1[0-7])(?::?[0-5][0-9](?::[0-5][0-9])?)?|18(?::?00(?::00)?)?)';

/** What each part of a strptime format matches; strptime alone checks parts that are not listed. */
const SHAPES: Record<string, string> = {
  Y: YEAR,
  y: '[0-9]{2}',
  ...Object.fromEntries(['m', 'd', 'H', 'I', 'M', 'S'].map((part) => [part, NUMBER])),
  ...Object.fromEntries(['B', 'b', 'A', 'a', 'p'].map((part) => [part, WORD])),
  j: '[0-9]{1,3}',
  f: '[0-9]{1,6}',
  g: '[0-9]{1,3}',
  // Times are stored in microseconds.
  n: '[0-9]{1,6}0{0,3}',
  z: OFFSET,
  Z: '[A-Za-z0-9_/+-]+',
  '%': '%',
};
const OTHER_PARTS = ['w', 'U', 'W', 'u', 'V', 'G', 'c', 'x', 'X'];
/** Parts that may have no leading zero: `%-d`. */
const UNPADDED = ['y', 'm', 'd', 'H', 'I', 'M', 'S', 'j'];

/** Parts that say the same; a value of a format with several of one kind may contradict itself. */
const KINDS = {
  year: 'Yy',
  month: 'mbB',
  day: 'd',
  hour: 'HI',
  half: 'p',
  minute: 'M',
  second: 'S',
  fraction: 'fgn',
  zone: 'zZ',
};
const WIDTHS: Record<string, number> = { Y: 4, y: 2, m: 2, d: 2, H: 2, I: 2, M: 2, S: 2, j: 3 };
const FRACTIONS = KINDS.fraction;

interface Part {
  part?: string;
  text: string;
}

/**
 * A regular expression that every value of a strptime format matches, and the whole value has to. The engine's strptime is
 * too lenient: where four digits are required, it reads `01.02.26` as the year 26, and it skips blanks. The fraction of a
 * second and the zone are captured as `opaque`, what is between them as other groups.
 */
export function timeShape(format: string): {
  pattern: string;
  opaque: { group: number; part: string }[];
  groups: number;
} {
  const parts = partsOf(format);
  const opaque: { group: number; part: string }[] = [];
  let group = 1;
  let pattern = '(';
  for (const [index, { part, text }] of parts.entries()) {
    const shape = part === undefined ? escaped(text) : shapeOf(part, touchesDigits(parts, index));
    if (isOpaque(part)) {
      opaque.push({ group: group + 1, part });
      pattern += `)(${shape})(`;
      group += 2;
    } else {
      pattern += shape;
    }
  }
  return { pattern: `${pattern})`, opaque, groups: group };
}

/** The format without the fraction of a second and the zone. */
export function withoutOpaque(format: string): string {
  return partsOf(format)
    .map(({ part, text }) => (isOpaque(part) ? '' : text))
    .join('');
}

/**
 * Whether strptime alone reads every value exactly: no part is repeated or follows from others, such as the name of a
 * weekday, the number of a week or of a day in the year. The engine ignores such a part, or counts past the end of the year.
 */
export function isExact(format: string): boolean {
  const parts = partsOf(format).flatMap(({ part }) => (part === undefined || part === '%' ? [] : [part]));
  const kinds = parts.map((part) => Object.entries(KINDS).find(([, letters]) => letters.includes(part))?.[0]);
  // AM and PM belong to hours from 1 to 12.
  const isHalfSound = !parts.includes('p') || parts.includes('I');
  return isHalfSound && !kinds.includes(undefined) && new Set(kinds).size === kinds.length;
}

/** What is wrong with a strptime format; undefined when nothing is. */
export function timeFormatFault(format: string): string | undefined {
  const found = partsOf(format).filter(({ part }) => part !== undefined);
  const parts = found.map(({ part = '' }) => part);
  const isKnown = ({ part = '', text }: Part) =>
    text.startsWith('%-') ? UNPADDED.includes(part) : SHAPES[part] !== undefined || OTHER_PARTS.includes(part);
  if (!found.every(isKnown)) return 'The format has an unknown part.';
  for (const [kind, letters] of [
    ['fraction of a second', FRACTIONS],
    ['zone', KINDS.zone],
  ] as const) {
    if (parts.filter((part) => letters.includes(part)).length > 1) return `The format has more than one ${kind}.`;
  }
  // Without a year the engine assumes 1900.
  return parts.some((part) => ['Y', 'y', 'G', 'c', 'x'].includes(part)) ? undefined : 'The format has no year.';
}

function isOpaque(part: string | undefined): part is string {
  return part !== undefined && part !== '' && (FRACTIONS + KINDS.zone).includes(part);
}

function shapeOf(part: string, isFixed: boolean): string {
  if (isFixed && part !== 'Y' && WIDTHS[part] !== undefined) return `[0-9]{${WIDTHS[part]}}`;
  return SHAPES[part] ?? '.+';
}

/** Numbers without a separator need all their digits: `2026111` as %Y%m%d has two readings. */
function touchesDigits(parts: Part[], index: number): boolean {
  const before = parts[index - 1];
  const after = parts[index + 1];
  const isNumber = ({ part = '' }: Part) => WIDTHS[part] !== undefined || FRACTIONS.includes(part || '-');
  return (
    (before !== undefined && (before.part === undefined ? /[0-9]$/.test(before.text) : isNumber(before))) ||
    (after !== undefined && (after.part === undefined ? /^[0-9]/.test(after.text) : isNumber(after)))
  );
}

/** `%-d` is the part `d`; a percent sign at the end is an empty part. */
function partsOf(format: string): Part[] {
  return [...format.matchAll(/%-?([^]?)|[^%]+/g)].map(([text, part]) =>
    part === undefined ? { text } : { part, text },
  );
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
