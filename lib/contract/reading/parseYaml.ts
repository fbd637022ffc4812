import { isMap, isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import type { FaultList } from '../../problems/problem';
import { invalidContract } from './invalidContract';

/** Characters. A draft for 1,000 columns has about 150,000; reading stops every request, so that it must have an end. */
const LONGEST_CONTRACT = 1_000_000;

export interface ParsedYaml {
  content: unknown;
  document: Document;
  lineCounter: LineCounter;
}

interface YamlFault {
  message: string;
  found?: string;
  expected?: string;
  /** Offset in the text. */
  at?: number;
}

/** Throws FaultList CONTRACT_INVALID when the text is too long or not valid YAML. `file` is only used in faults. */
export function parseYaml(text: string, file: string): ParsedYaml {
  const lineCounter = new LineCounter();
  const refuse = (faults: YamlFault[]): FaultList =>
    invalidContract(file, faults, ({ at, ...fault }) => ({
      code: 'CONTRACT_YAML_INVALID',
      ...fault,
      where: { file, ...(at === undefined ? {} : { line: lineCounter.linePos(at).line }) },
    }));
  if (text.length > LONGEST_CONTRACT) {
    const found = `${text.length} characters`;
    throw refuse([{ message: 'The text is too long.', found, expected: `at most ${LONGEST_CONTRACT}` }]);
  }
  // The library compares each key with each other one; `repeatedKeys` looks each up once.
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false });
  const faults = [...document.errors.map(({ message, pos }) => ({ message, at: pos[0] })), ...repeatedKeys(document)];
  if (faults.length > 0) throw refuse(faults);
  try {
    return { content: document.toJS(), document, lineCounter };
  } catch (cause) {
    // An alias without an anchor, or so many aliases that the content would grow without limit.
    throw refuse([{ message: cause instanceof Error ? cause.message : String(cause) }]);
  }
}

function repeatedKeys(document: Document): YamlFault[] {
  const found: YamlFault[] = [];
  visit(document, {
    Map: (_position, map) => {
      if (!isMap(map)) return;
      const names = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : key;
        if (names.has(name))
          found.push({ message: 'Map keys must be unique', at: (isScalar(key) && key.range?.[0]) || 0 });
        names.add(name);
      }
    },
  });
  return found;
}
