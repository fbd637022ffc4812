/** What is wrong with a pattern; undefined when nothing is. The engine matches with RE2: no look-around, no back-references. */
export function patternFault(pattern: string): string | undefined {
  try {
    new RegExp(pattern, 'u');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const unescaped = pattern.replaceAll(/\\\\/g, '');
  if (/\(\?(?:[=!]|<[=!])/.test(unescaped)) return 'Look-ahead and look-behind are not supported in patterns.';
  if (/\\[1-9]|\\k</.test(unescaped)) return 'Back-references are not supported in patterns.';
  return undefined;
}
