/**
 * Turns a file name pattern (`*`, `?`, `{a,b}`) into a test. It matches the path inside the folder of a date, and `*` stops
 * at a slash.
 */
export function fileNameTest(pattern: string, ignoresCase = false): (name: string) => boolean {
  let depth = 0;
  const source = [...pattern].map((character) => {
    if (character === '*') return '[^/]*';
    if (character === '?') return '[^/]';
    if (character === '{') {
      depth += 1;
      return '(?:';
    }
    if (character === '}' && depth > 0) {
      depth -= 1;
      return ')';
    }
    if (character === ',' && depth > 0) return '|';
    return character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  });
  const expression = new RegExp(`^${source.join('')}${')'.repeat(depth)}$`, ignoresCase ? 'isu' : 'su');
  return (name) => expression.test(name);
}

/** The patterns of a contract: `glob` is one or several. */
export function globsOf({ glob }: { glob: string | readonly string[] }): readonly string[] {
  return typeof glob === 'string' ? [glob] : glob;
}
