import { PipelineError } from '../problems/problem';

/** The opaque text for a position in a listing; the caller hands it back unchanged. */
export function writeCursor(position: unknown[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** The position that `writeCursor` was given, as `parse` knows it. Throws CURSOR_INVALID (400) for anything else. */
export function readCursor<Position>(cursor: string, parse: (position: unknown[]) => Position | undefined): Position {
  try {
    const values = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown;
    const position = Array.isArray(values) ? parse(values) : undefined;
    if (position !== undefined) return position;
  } catch {
    // Not a cursor of this API: reported below.
  }
  throw cursorInvalid(cursor);
}

/** CURSOR_INVALID (400). */
export function cursorInvalid(cursor: string): PipelineError {
  return new PipelineError('CURSOR_INVALID', 'The cursor is not one that this API returned.', {
    found: JSON.stringify(cursor.slice(0, 80)),
    expected: 'the nextCursor of the page before, unchanged',
    where: { field: 'cursor' },
    remedy: 'Start again without a cursor.',
  });
}
