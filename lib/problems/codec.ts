import { describeProblem } from './describeProblem';
import type { Problem } from './problem';
import { shortenProblem } from './shortenProblem';

/*
 * The orchestration engine passes only the message of a failed activity or sub-orchestration to the orchestrator. It adds
 * text before and after it, nests it as JSON inside JSON, and repeats it in a stack trace. So a problem travels inside its
 * own message, in a frame of characters that survive all this:
 *
 *     CODE (where): message; found ... [problem:<JSON in base64url>.<checksum>]
 *
 * People read the text before the frame, programs read the frame. Orchestrators import this file, so it is deterministic
 * and does no I/O.
 */

const OPENING = '[problem:';
const FRAME = /\[problem:([A-Za-z0-9_-]+)\.([0-9a-f]{8})\]/g;

// An entry of the history should stay under 4 KB; base64 encodes three bytes as four characters.
const LARGEST_PROBLEM_IN_BYTES = 2200;
const LONGEST_FRONT_IN_BYTES = 700;

/** The problem as the message of an error, under 4 KB in UTF-8: a longer problem is shortened (see shortenProblem). */
export function encodeProblem(problem: Problem): string {
  const short = shortenProblem(problem, LARGEST_PROBLEM_IN_BYTES);
  const payload = Buffer.from(JSON.stringify(short), 'utf8').toString('base64url');
  return `${front(problem)} ${OPENING}${payload}.${checksum(payload)}]`;
}

/**
 * The problem in a text, whatever other text is around it. Undefined when there is no complete problem. Of several, the
 * first: an engine may repeat a text, but does not mix two.
 */
export function decodeProblem(text: string): Problem | undefined {
  for (const [, payload = '', sum] of text.matchAll(FRAME)) {
    if (checksum(payload) !== sum) continue;
    const problem = parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The message may quote another problem. The frame of that one must not be read as this problem. */
function front(problem: Problem): string {
  const text = describeProblem(problem).replaceAll(OPENING, '[problem ');
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= LONGEST_FRONT_IN_BYTES) return text;
  // An incomplete character at the end decodes to U+FFFD.
  return `${bytes
    .subarray(0, LONGEST_FRONT_IN_BYTES)
    .toString('utf8')
    .replace(/\uFFFD$/, '')} ...`;
}

function parse(json: string): Problem | undefined {
  try {
    const value = JSON.parse(json) as Partial<Problem> | null;
    return typeof value?.code === 'string' && typeof value.message === 'string' ? (value as Problem) : undefined;
  } catch {
    return undefined;
  }
}

/** FNV-1a, 32 bits: finds a payload that was truncated or changed on its way. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
