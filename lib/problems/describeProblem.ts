import type { Problem } from './problem';

/** One line for a terminal or a log: code, where, message, found, expected, remedy. */
export function describeProblem(problem: Problem): string {
  const { file, line, column, byteOffset, setting, field } = problem.where ?? {};
  const place = [
    file,
    line === undefined ? undefined : `line ${line}`,
    byteOffset === undefined ? undefined : `byte ${byteOffset}`,
    column === undefined ? undefined : `column "${column}"`,
    setting,
    field,
  ].filter((part) => part !== undefined);
  return [
    `${problem.code}${place.length > 0 ? ` (${place.join(', ')})` : ''}: ${problem.message}`,
    problem.found === undefined ? undefined : `found ${problem.found}`,
    problem.expected === undefined ? undefined : `expected ${problem.expected}`,
    problem.remedy,
  ]
    .filter((part) => part !== undefined)
    .join('; ');
}
