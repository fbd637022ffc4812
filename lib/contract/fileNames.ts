/** Turns a file name pattern (`*`, `?`, `{a,b}`) into a test. It matches names, not paths: `*` stops at a slash. */
export function fileNameTest(pattern: string): (name: string) => boolean {
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
  const expression = new RegExp(`^${source.join('')}${')'.repeat(depth)}$`, 'u');
  return (name) => expression.test(name);
}
