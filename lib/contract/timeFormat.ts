/** Tokens of the JDK DateTimeFormatter, which the Open Data Contract Standard prescribes, in strptime words. */
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
 * Translates a JDK pattern (`dd-MMM-yy`, `yyyy-MM-dd'T'HH:mm:ss'Z'`) to strptime. A pattern with a percent sign is taken
 * as strptime already. Undefined when a letter of the pattern has no counterpart.
 */
export function strptimeFormat(pattern: string): string | undefined {
  if (pattern.includes('%')) return pattern;
  let translated = '';
  for (const [token] of pattern.matchAll(/'[^']*'|([A-Za-z])\1*|[^A-Za-z']+|'/g)) {
    if (token.startsWith("'")) {
      if (token.length < 2) return undefined;
      translated += token === "''" ? "'" : token.slice(1, -1);
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
