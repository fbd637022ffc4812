import type { ByteRange } from './objectStore';

/**
 * The fewest ranges that contain all given ranges: neighbours are joined across the gaps between them, smallest gap first,
 * as long as the gaps add up to at most `allowance` bytes. Overlapping ranges become one. Sorted by offset.
 */
export function joinRanges(ranges: readonly ByteRange[], allowance: number): ByteRange[] {
  const apart = joinOver(ranges, () => false);
  const gaps = apart.slice(1).map((range, index) => ({ after: index, length: range.offset - endOf(apart[index]) }));
  const joined = new Set<number>();
  let left = allowance;
  for (const { after, length } of gaps.sort((one, other) => one.length - other.length)) {
    if (length > left) break;
    left -= length;
    joined.add(after);
  }
  return joinOver(apart, (index) => joined.has(index - 1));
}

/** The ranges without the bytes that are already present. */
export function withoutRange(ranges: readonly ByteRange[], present: ByteRange): ByteRange[] {
  return ranges.flatMap((range) => {
    const before = { offset: range.offset, length: Math.min(endOf(range), present.offset) - range.offset };
    const start = Math.max(range.offset, endOf(present));
    const after = { offset: start, length: endOf(range) - start };
    return [before, after].filter(({ length }) => length > 0);
  });
}

/** Sorts ranges, and joins each to the previous one where they touch or `isJoined` is true for its index. */
function joinOver(ranges: readonly ByteRange[], isJoined: (index: number) => boolean): ByteRange[] {
  const joined: ByteRange[] = [];
  const sorted = [...ranges].sort((one, other) => one.offset - other.offset);
  for (const [index, range] of sorted.entries()) {
    const last = joined.at(-1);
    if (last !== undefined && (range.offset <= endOf(last) || isJoined(index))) {
      last.length = Math.max(endOf(last), endOf(range)) - last.offset;
    } else joined.push({ ...range });
  }
  return joined;
}

function endOf(range: ByteRange | undefined): number {
  return range === undefined ? 0 : range.offset + range.length;
}
