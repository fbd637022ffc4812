import { parse } from 'csv-parse/sync';
import { stateOfTheUnion } from '../../samples/stateOfTheUnion';

/** Document id to whole text, read from the sample's CSV files by an independent parser. */
export function sampleTexts(): Map<string, string> {
  const rows = stateOfTheUnion().flatMap(
    ({ content }) => parse(content, { columns: true }) as unknown as { doc_id: string; body: string }[],
  );
  return new Map(rows.map(({ doc_id, body }) => [doc_id, body]));
}
