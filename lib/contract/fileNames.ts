/** What one character of a name may be, or where the pattern goes on without one. */
type Step =
  { kind: 'character'; accepts: (character: string) => boolean; next: number } | { kind: 'branch'; next: number[] };

/** A position in a pattern is the index of a step; this one is its end. */
const END = -1;

/**
 * Turns a file name pattern (`*`, `?`, `{a,b}`) into a test. It matches the path inside the folder of a date, and `*` stops
 * at a slash. The test follows all ways through the pattern at once, so that its time is the product of both lengths; a
 * regular expression with many `*` could take years.
 */
export function fileNameTest(pattern: string, ignoresCase = false): (name: string) => boolean {
  const { steps, start } = compile([...pattern], ignoresCase);
  return (name) => {
    let positions = reach(steps, [start]);
    for (const character of name) {
      const next: number[] = [];
      for (const position of positions) {
        const step = steps[position];
        if (step?.kind === 'character' && step.accepts(character)) next.push(step.next);
      }
      if (next.length === 0) return false;
      positions = reach(steps, next);
    }
    return positions.has(END);
  };
}

/** The positions from which a character is read, and the end, that are reached without one. */
function reach(steps: readonly Step[], from: readonly number[]): Set<number> {
  const reached = new Set<number>();
  const open = [...from];
  for (let position = open.pop(); position !== undefined; position = open.pop()) {
    if (reached.has(position)) continue;
    reached.add(position);
    const step = steps[position];
    if (step?.kind === 'branch') open.push(...step.next);
  }
  return reached;
}

/** Built from the end of the pattern, so that each step knows the next one. A group that is not closed ends with the pattern. */
function compile(pattern: readonly string[], ignoresCase: boolean): { steps: Step[]; start: number } {
  const steps: Step[] = [];
  const add = (step: Step): number => steps.push(step) - 1;
  const accept = (accepts: (character: string) => boolean, next: number): number =>
    add({ kind: 'character', accepts, next });
  const one = (character: string, next: number): number => {
    if (character === '?') return accept((other) => other !== '/', next);
    if (character === '*') {
      const loop: Extract<Step, { kind: 'branch' }> = { kind: 'branch', next: [] };
      const start = add(loop);
      loop.next = [accept((other) => other !== '/', start), next];
      return start;
    }
    return accept(sameCharacter(character, ignoresCase), next);
  };
  const sequence = (nodes: readonly Node[], next: number): number =>
    nodes.reduceRight<number>(
      (following, node) =>
        typeof node === 'string'
          ? one(node, following)
          : add({ kind: 'branch', next: node.map((choice) => sequence(choice, following)) }),
      next,
    );
  return { steps, start: sequence(parse(pattern), END) };
}

/** A character of the pattern, or a group with its choices. */
type Node = string | Node[][];

function parse(pattern: readonly string[]): Node[] {
  const whole: Node[] = [];
  /** The choices of the groups that are open. */
  const groups: Node[][][] = [];
  const current = (): Node[] => groups.at(-1)?.at(-1) ?? whole;
  for (const character of pattern) {
    const group = groups.at(-1);
    if (character === '{') {
      const choices: Node[][] = [[]];
      current().push(choices);
      groups.push(choices);
    } else if (character === '}' && group) groups.pop();
    else if (character === ',' && group) group.push([]);
    else current().push(character);
  }
  return whole;
}

function sameCharacter(character: string, ignoresCase: boolean): (other: string) => boolean {
  if (!ignoresCase) return (other) => other === character;
  const [lower, upper] = [character.toLowerCase(), character.toUpperCase()];
  return (other) => other.toLowerCase() === lower || other.toUpperCase() === upper;
}

/** The patterns of a contract: `glob` is one or several. */
export function globsOf({ glob }: { glob: string | readonly string[] }): readonly string[] {
  return typeof glob === 'string' ? [glob] : glob;
}
