import type { ContractFault } from './contractFault';
import type { QualityRule } from '../qualityRule';
import type { ReadingNotes } from './readQuality';
import { serviceLevel } from '../standard/organisation';

const UNITS: [names: string[], seconds: number][] = [
  [['s', 'sec', 'second', 'seconds'], 1],
  [['min', 'minute', 'minutes'], 60],
  [['h', 'hr', 'hour', 'hours'], 3600],
  [['d', 'day', 'days'], 86_400],
  [['w', 'wk', 'week', 'weeks'], 604_800],
  [['y', 'yr', 'year', 'years'], 31_536_000],
];

/** Reads `property: freshness` of the service levels. Other service levels cannot be checked in data: they become remarks. */
export function readFreshness(
  entries: unknown[],
  defaultElement: string | undefined,
  columns: { name: string; logicalType: string }[],
  faults: ContractFault[],
  notes: ReadingNotes,
): QualityRule[] {
  return entries.flatMap((entry, index) => {
    const path = ['slaProperties', index];
    const parsed = serviceLevel.safeParse(entry);
    // Already reported by the standard.
    if (!parsed.success) return [];
    const { property, value, unit = 'd', element = defaultElement } = parsed.data;
    if (property.toLowerCase() !== 'freshness') {
      notes.remarks.push(`slaProperties[${index}]: the service level ${property} is not evaluated by the pipeline.`);
      return [];
    }
    const before = faults.length;
    const limit = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof limit !== 'number' || !(limit >= 0)) {
      faults.push({ path: [...path, 'value'], message: 'The age is not a number.', found: JSON.stringify(value) });
    }
    const unitInSeconds = UNITS.find(([names]) => names.includes(unit.toLowerCase()))?.[1];
    if (unitInSeconds === undefined) {
      const expected = 's, min, h, d, w or y';
      faults.push({ path: [...path, 'unit'], message: 'The unit of time is unknown.', found: unit, expected });
    }
    const column = columns.find(({ name }) => name === element?.split('.').at(-1));
    if (column === undefined || (column.logicalType !== 'date' && column.logicalType !== 'timestamp')) {
      faults.push({
        path: element === parsed.data.element && element !== undefined ? [...path, 'element'] : path,
        message: 'The element is not a date or timestamp column.',
        found: element ?? 'no element',
        expected: '<table>.<column>',
      });
    }
    if (faults.length > before || column === undefined || unitInSeconds === undefined) return [];
    return [
      {
        name: `freshness of ${column.name}`,
        severity: 'error',
        measure: { metric: 'freshness', column: column.name, unit, unitInSeconds },
        comparison: { operator: 'mustBeLessOrEqualTo', value: Number(limit) },
      },
    ];
  });
}
