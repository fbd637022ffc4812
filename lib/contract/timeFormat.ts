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

/** What each part of a strptime format matches; strptime alone checks parts that are not listed. */
const SHAPES: Record<string, string> = {
  Y: YEAR,
  y: '[0-9]{2}',
  ...Object.fromEntries(['m', 'd', 'H', 'I', 'M', 'S'].map((part) => [part, NUMBER])),
  ...Object.fromEntries(['B', 'b', 'A', 'a', 'p'].map((part) => [part, WORD])),
  j: '[0-9]{1,3}',
  f: '[0-9]{1,9}',
  g: '[0-9]{1,3}',
  n: '[0-9]{1,9}',
  '%': '%',
};
const OTHER_PARTS = ['w', 'z', 'Z', 'U', 'W', 'u', 'V', 'G', 'c', 'x', 'X'];

/**
 * A regular expression that every value of a strptime format matches. The engine's strptime is too lenient: where four
 * digits are required, it reads `01.02.26` as the year 26, and it skips blanks.
 */
export function timeShape(format: string): string {
  return partsOf(format)
    .map(({ part, text }) => (part === undefined ? escaped(text) : (SHAPES[part] ?? '.+')))
    .join('');
}

/** What is wrong with a strptime format; undefined when nothing is. */
export function timeFormatFault(format: string): string | undefined {
  const parts = partsOf(format).flatMap(({ part }) => (part === undefined ? [] : [part]));
  const unknown = parts.find((part) => SHAPES[part] === undefined && !OTHER_PARTS.includes(part));
  if (unknown !== undefined) return 'The format has an unknown part.';
  // Without a year the engine assumes 1900.
  return parts.some((part) => ['Y', 'y', 'G', 'c', 'x'].includes(part)) ? undefined : 'The format has no year.';
}

/** `%-d` is the part `d`; a percent sign at the end is an empty part. */
function partsOf(format: string): { part?: string; text: string }[] {
  return [...format.matchAll(/%-?([^]?)|[^%]+/g)].map(([text, part]) =>
    part === undefined ? { text } : { part, text },
  );
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
