interface Field {
  low: number;
  high: number;
  /** Words that may stand for the numbers, from `low` on. */
  names?: string[];
}

const FIELDS: Field[] = [
  { low: 0, high: 59 },
  { low: 0, high: 59 },
  { low: 0, high: 23 },
  { low: 1, high: 31 },
  {
    low: 1,
    high: 12,
    names: 'january february march april may june july august september october november december'.split(' '),
  },
  { low: 0, high: 6, names: 'sunday monday tuesday wednesday thursday friday saturday'.split(' ') },
];

/**
 * True for six NCRONTAB fields (second minute hour day month weekday), each a list of `*`, `5`, `1-5`, `0/15` or `MON-FRI`.
 * A host reads the schedule only after the app is loaded, too late to be told together with the other settings.
 */
export function isNcrontab(text: string): boolean {
  const fields = text.trim().split(/\s+/);
  return (
    fields.length === FIELDS.length &&
    FIELDS.every((field, index) => fields[index]?.split(',').every((part) => isPart(part, field)))
  );
}

function isPart(part: string, field: Field): boolean {
  const [, bounds = ''] = /^([^/]+)(?:\/[1-9]\d*)?$/.exec(part) ?? [];
  if (bounds === '*') return true;
  const [first = NaN, last = first, ...more] = bounds.split('-').map((word) => valueOf(word, field));
  return more.length === 0 && first >= field.low && first <= last && last <= field.high;
}

function valueOf(word: string, { low, names = [] }: Field): number {
  if (/^\d+$/.test(word)) return Number(word);
  const index = word.length >= 3 ? names.findIndex((name) => name.startsWith(word.toLowerCase())) : -1;
  return index < 0 ? NaN : index + low;
}
