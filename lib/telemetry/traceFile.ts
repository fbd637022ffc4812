import path from 'node:path';

/** Where the spans of one trace are kept on this machine: lines, each of them a request of OTLP as JSON. */
export function traceFile(folder: string, traceId: string): string {
  return path.join(folder, `${traceId}.jsonl`);
}
