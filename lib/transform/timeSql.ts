import { isExact, timeShape, withoutOpaque } from '../contract/timeFormat';
import { literal } from '../duckdb/duckdb';

/** What the Delta log and PostgreSQL can store. A zone moves a time at the limits past them. */
const STORABLE = "BETWEEN TIMESTAMPTZ '0001-01-01 00:00:00+00' AND TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'";

/**
 * SQL for a time in a strptime format; null for a text that is not one. A value is accepted only when it formats back to the
 * text, apart from leading zeros and case: where the format lets a text contradict itself, it is formatted and compared. A
 * date is the day in the text, whatever its zone.
 */
export function timeInFormat(text: string, format: string, type: 'DATE' | 'TIMESTAMPTZ'): string {
  const shape = timeShape(format);
  const zone = shape.opaque.find(({ part }) => part === 'z' || part === 'Z');
  const read = `try_strptime(${text}, ${literal(format)})`;
  const conditions = [`regexp_full_match(${text}, ${literal(shape.pattern)})`];
  if (isExact(format) && zone === undefined) return when(conditions, `${read}::${type}`);

  const bareText = replaced(text, shape.pattern, keptGroups(shape.groups));
  const bare = `try_strptime(${bareText}, ${literal(withoutOpaque(format))})`;
  if (!isExact(format)) {
    conditions.push(saysTheSame(`strftime(${bare}, ${literal(withoutOpaque(format))})`, bareText));
  }
  if (zone?.part === 'Z') {
    // In the hour that a clock skips, the engine takes another time.
    const local = `timezone(${replaced(text, shape.pattern, [zone.group])}, ${read}::TIMESTAMPTZ)`;
    conditions.push(`date_trunc('second', ${local}) = ${bare}`);
  }
  // Only years at the limits are looked at: reading twice costs as much as all else.
  const isNearLimit = isExact(format) ? ['0001', '9999'].map((year) => `contains(${text}, '${year}')`) : ['true'];
  conditions.push(`CASE WHEN ${isNearLimit.join(' OR ')} THEN ${read}::TIMESTAMPTZ ${STORABLE} ELSE true END`);
  return when(conditions, type === 'DATE' ? `${bare}::DATE` : `${read}::${type}`);
}

/** Conditions one after the other, so that the later ones see only texts of the format's shape. */
function when(conditions: string[], value: string): string {
  return conditions.reduceRight((inner, condition) => `CASE WHEN ${condition} THEN ${inner} END`, value);
}

/** Every second group is a fraction or a zone. */
function keptGroups(groups: number): number[] {
  return Array.from({ length: groups }, (_, index) => index + 1).filter((group) => group % 2 === 1);
}

function replaced(text: string, pattern: string, groups: number[]): string {
  return `regexp_replace(${text}, ${literal(`^${pattern}$`)}, ${literal(groups.map((group) => `\\${group}`).join(''))})`;
}

/** Nearly all texts are padded as the engine pads, and a comparison is a tenth of the work of replacing. */
function saysTheSame(formatted: string, text: string): string {
  return `CASE WHEN lower(${formatted}) = lower(${text}) THEN true ELSE ${normal(formatted)} = ${normal(text)} END`;
}

/** Without leading zeros of numbers, in lower case. */
function normal(text: string): string {
  return `lower(regexp_replace(${text}, '(^|[^0-9])0+([0-9])', '\\1\\2', 'g'))`;
}
