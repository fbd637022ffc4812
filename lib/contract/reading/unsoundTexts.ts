import type { ContractFault } from './contractFault';

/**
 * Texts and names anywhere in a contract that no store can hold: with a NUL character, which PostgreSQL and files refuse and
 * at which the engine ends a statement, or with half of a surrogate pair, which UTF-8 does not have. Other control characters
 * are passed on unchanged everywhere; some are delimiters.
 */
export function unsoundTexts(content: unknown): ContractFault[] {
  const faults: ContractFault[] = [];
  const seen = new Set<object>();
  const visit = (value: unknown, path: PropertyKey[]): void => {
    if (typeof value === 'string') faults.push(...faultOf(value, path));
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (Array.isArray(value)) {
      value.forEach((item, index) => visit(item, [...path, index]));
      return;
    }
    for (const [name, item] of Object.entries(value)) {
      faults.push(...faultOf(name, path));
      visit(item, [...path, name]);
    }
  };
  visit(content, []);
  return faults;
}

function faultOf(text: string, path: PropertyKey[]): ContractFault[] {
  const character = text.includes('\0')
    ? 'a NUL character'
    : /\p{Surrogate}/u.test(text)
      ? 'half of a surrogate pair'
      : '';
  if (character === '') return [];
  const found = JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
  return [{ path, message: `The text has ${character}.`, found, expected: 'text without such a character' }];
}
