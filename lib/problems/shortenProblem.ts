import type { Problem } from './problem';

// An entry of an orchestration's history should stay under 4 KB.
const LARGEST_IN_BYTES = 3500;
const LONGEST_TEXT = 900;
const LONGEST_TEXT_OF_FAULT = 300;
const LONGEST_NAME = 300;

/**
 * The same problem in at most `largestInBytes` of JSON (UTF-8; not less than 1,000). Long texts are truncated and then end
 * with ` ...`. The first faults are kept, at least one.
 */
export function shortenProblem(problem: Problem, largestInBytes = LARGEST_IN_BYTES): Problem {
  const { faults = [] } = problem;
  let longest = LONGEST_TEXT;
  for (;;) {
    const short = withShortTexts(problem, longest);
    const kept = firstThatFit(faults, Math.min(longest, LONGEST_TEXT_OF_FAULT), largestInBytes - sizeOf(short));
    const isEnough = sizeOf(short) <= largestInBytes && (faults.length === 0 || kept.length > 0);
    if (isEnough || longest === 0) return kept.length > 0 ? { ...short, faults: kept } : short;
    longest = Math.floor(longest / 2);
  }
}

function withShortTexts({ faults: _, ...problem }: Problem, longest: number): Problem {
  const short: Problem = { ...problem, message: truncate(problem.message, longest) };
  for (const name of ['found', 'expected', 'remedy'] as const) {
    const text = problem[name];
    if (text !== undefined) short[name] = truncate(text, longest);
  }
  if (problem.where !== undefined) {
    short.where = Object.fromEntries(
      Object.entries(problem.where).map(([name, place]) => [
        name,
        typeof place === 'string' ? truncate(place, Math.min(longest, LONGEST_NAME)) : place,
      ]),
    );
  }
  return short;
}

function firstThatFit(faults: Problem[], longest: number, roomInBytes: number): Problem[] {
  const kept: Problem[] = [];
  let room = roomInBytes - sizeOf({ faults: [] });
  for (const fault of faults) {
    const short = withShortTexts(fault, longest);
    room -= sizeOf(short) + 1;
    if (room < 0) break;
    kept.push(short);
  }
  return kept;
}

function truncate(text: string, longest: number): string {
  if (text.length <= longest) return text;
  // Half of a surrogate pair at the end would not be valid text.
  return `${text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '')} ...`;
}

function sizeOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value));
}
