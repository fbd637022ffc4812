/**
 * The most repetitions of one character by counted repetitions, one inside the other: 2000 for `(a{1000}){2}`. `pattern` is a
 * valid pattern. Without an upper count the lower one counts, as in RE2.
 */
export function nestedRepetitions(pattern: string): number {
  const outer: number[] = [];
  let most = 1;
  let last = 1;
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at];
    const [count, least, comma, greatest] = /^\{(\d+)(,?)(\d*)\}/.exec(pattern.slice(at, at + 40)) ?? [];
    if (count !== undefined) {
      const factor = Number(comma === '' ? least : greatest === '' ? least : greatest);
      last *= Math.max(1, factor);
      most = Math.max(most, last);
      at += count.length - 1;
    } else if (character === '(') {
      outer.push(most);
      most = 1;
    } else if (character === ')') {
      last = most;
      most = Math.max(outer.pop() ?? 1, last);
    } else {
      if (character === '\\') at += 1;
      else if (character === '[') at = classEnd(pattern, at);
      last = 1;
    }
  }
  return most;
}

/** Index of the bracket that ends the class. */
function classEnd(pattern: string, start: number): number {
  for (let at = start + 1; at < pattern.length; at += 1) {
    if (pattern[at] === '\\') at += 1;
    else if (pattern[at] === ']') return at;
  }
  return pattern.length;
}
