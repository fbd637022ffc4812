/** The text with spaces in place of the spans, so that offsets stay. The spans do not overlap. */
export function blank(text: string, spans: readonly { start: number; end: number }[]): string {
  const parts: string[] = [];
  let position = 0;
  for (const { start, end } of [...spans].sort((left, right) => left.start - right.start)) {
    parts.push(text.slice(position, start), ' '.repeat(end - start));
    position = end;
  }
  return [...parts, text.slice(position)].join('');
}
