import { nestedRepetitions } from './nestedRepetitions';

/** RE2's limit for one repetition, and for the product of repetitions one inside the other. */
const MOST_REPETITIONS = 1000;

/** General categories: the only properties with the same names in ECMAScript and RE2. */
const CATEGORY = /^[pP]\{(?:C[cfos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?)\}/;

/**
 * What is wrong with a pattern; undefined when it is valid. The standard has ECMAScript patterns, and the engine matches
 * with RE2. What only one of the two supports is refused here, because the engine would refuse it only when it reads rows.
 */
export function patternFault(pattern: string): string | undefined {
  try {
    new RegExp(pattern, 'u');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  let inClass = false;
  for (let at = 0; at < pattern.length; at += 1) {
    const rest = pattern.slice(at);
    if (pattern[at] === '\\') {
      const fault = escapeFault(pattern.slice(at + 1), inClass);
      if (fault !== undefined) return fault;
      at += 1;
    } else if (inClass) {
      inClass = pattern[at] !== ']';
    } else if (pattern[at] === '[') {
      if (/^\[\^?\]/.test(rest)) return 'Empty character classes are not supported in patterns.';
      inClass = true;
    } else {
      const fault = groupFault(rest) ?? repetitionFault(rest);
      if (fault !== undefined) return fault;
    }
  }
  if (nestedRepetitions(pattern) > MOST_REPETITIONS) {
    return `More than ${MOST_REPETITIONS} repetitions, one inside the other, are not supported in patterns.`;
  }
  return undefined;
}

/** `rest` begins after the backslash. */
function escapeFault(rest: string, inClass: boolean): string | undefined {
  if (/^[1-9k]/.test(rest)) return 'Back-references are not supported in patterns.';
  if (/^u/.test(rest)) return 'Unicode escapes (\\u) are not supported in patterns: write the character.';
  if (/^c/.test(rest)) return 'Control escapes (\\c) are not supported in patterns.';
  if (inClass && rest.startsWith('b')) return 'A backspace ([\\b]) is not supported in patterns.';
  if (/^[pP]/.test(rest) && !CATEGORY.test(rest)) {
    return 'The only Unicode properties supported in patterns are general categories such as \\p{L} or \\p{Nd}.';
  }
  return undefined;
}

function groupFault(rest: string): string | undefined {
  if (/^\(\?(?:[=!]|<[=!])/.test(rest)) return 'Look-ahead and look-behind are not supported in patterns.';
  return rest.startsWith('(?<') ? 'Named groups are not supported in patterns.' : undefined;
}

function repetitionFault(rest: string): string | undefined {
  const [, least, most] = /^\{(\d+)(?:,(\d*))?\}/.exec(rest) ?? [];
  const isOver = Math.max(Number(least ?? 0), Number(most ?? 0)) > MOST_REPETITIONS;
  return isOver ? `More than ${MOST_REPETITIONS} repetitions are not supported in patterns.` : undefined;
}
