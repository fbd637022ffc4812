/** As the engine's RE2 bounds it, for one repetition. */
const MOST_REPETITIONS = 1000;

/** General categories: the only properties that ECMAScript and RE2 name alike. */
const CATEGORY = /^[pP]\{(?:C[cfos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?)\}/;

/**
 * What is wrong with a pattern; undefined when nothing is. The standard has patterns in ECMAScript, and the engine matches
 * with RE2: what the two do not both have is refused here, since the engine would refuse it only when rows are read.
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
  return undefined;
}

/** `rest` begins after the backslash. */
function escapeFault(rest: string, inClass: boolean): string | undefined {
  if (/^[1-9k]/.test(rest)) return 'Back-references are not supported in patterns.';
  if (/^u/.test(rest)) return 'Characters by their number (\\u) are not supported in patterns: write the character.';
  if (/^c/.test(rest)) return 'Control characters by their letter (\\c) are not supported in patterns.';
  if (inClass && rest.startsWith('b')) return 'A backspace ([\\b]) is not supported in patterns.';
  if (/^[pP]/.test(rest) && !CATEGORY.test(rest)) {
    return 'Of Unicode properties only general categories such as \\p{L} or \\p{Nd} are supported in patterns.';
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
