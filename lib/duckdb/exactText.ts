import { DuckDBInstance } from '@duckdb/node-api';
// The module itself, not a namespace: a bundle makes a copy for a namespace, and a change of the copy has no effect.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const accessors = require('@duckdb/node-api/lib/vectors/dataAccessors') as { textDecoder: unknown };

const BYTE_ORDER_MARK = '\uFEFF';

let prepared: Promise<void> | undefined;

/**
 * Makes the binding return texts unchanged: its decoder drops a U+FEFF at the start of each value, so that two ids become
 * one, and SQL differs from the lake. The binding has no option for it, so its decoder is replaced, once per process.
 * Throws when a text still changes: a new release of the binding decodes in another way, and values would be lost.
 */
export function prepareExactText(): Promise<void> {
  prepared ??= replaceDecoder();
  return prepared;
}

async function replaceDecoder(): Promise<void> {
  accessors.textDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  try {
    const connection = await instance.connect();
    // Short texts are stored in the vector itself, and longer ones elsewhere.
    const texts = [BYTE_ORDER_MARK, BYTE_ORDER_MARK.repeat(20)];
    const reader = await connection.runAndReadAll(`SELECT chr(65279), repeat(chr(65279), 20)`);
    const [row = []] = reader.getRows();
    connection.closeSync();
    if (texts.every((text, index) => row[index] === text)) return;
  } finally {
    instance.closeSync();
  }
  throw new Error(
    '@duckdb/node-api drops a byte order mark from texts: lib/duckdb/exactText.ts does not fit this release.',
  );
}
