import type { Bound, ContractColumn, LogicalType } from '../contract';
import type { ContractFault } from './contractFault';
import type { ContractProperty } from './contractShape';

type Limits = Pick<ContractColumn, 'minimum' | 'maximum' | 'exclusiveMinimum' | 'exclusiveMaximum'>;
const NAMES = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'] as const;

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}Z)?$/;

/** Limits of the sized formats. The lake stores signed 64-bit integers: wider formats are refused. */
const FORMAT_LIMITS: Partial<Record<LogicalType, Record<string, Limits>>> = {
  integer: {
    i8: { minimum: -128, maximum: 127 },
    i16: { minimum: -32_768, maximum: 32_767 },
    i32: { minimum: -2_147_483_648, maximum: 2_147_483_647 },
    i64: {},
    u8: { minimum: 0, maximum: 255 },
    u16: { minimum: 0, maximum: 65_535 },
    u32: { minimum: 0, maximum: 4_294_967_295 },
  },
  number: { f32: { minimum: -3.4028234663852886e38, maximum: 3.4028234663852886e38 }, f64: {} },
};

/** The bounds of a column: written ones, and those that its format implies. */
export function readBounds(
  type: LogicalType,
  options: NonNullable<ContractProperty['logicalTypeOptions']>,
  path: (name: string) => PropertyKey[],
  faults: ContractFault[],
): Limits {
  const limits: Limits = {};
  for (const name of NAMES) {
    const written = options[name];
    if (written === undefined) continue;
    const expected = boundFault(type, written);
    if (expected === undefined) limits[name] = written;
    else
      faults.push({ path: path(name), message: `${name} is not of the column's type.`, found: `${written}`, expected });
  }
  const formats = FORMAT_LIMITS[type];
  if (formats !== undefined && options.format !== undefined) {
    const implied = formats[options.format];
    if (implied === undefined) {
      const expected = Object.keys(formats).join(', ');
      faults.push({
        path: path('format'),
        message: `The format of this ${type} is unknown.`,
        found: options.format,
        expected,
      });
    } else {
      if (implied.minimum !== undefined) limits.minimum = larger(implied.minimum, limits.minimum);
      if (implied.maximum !== undefined) limits.maximum = smaller(implied.maximum, limits.maximum);
    }
  }
  const low = larger(limits.minimum, limits.exclusiveMinimum);
  const high = smaller(limits.maximum, limits.exclusiveMaximum);
  if (low !== undefined && high !== undefined) {
    const isExclusive = low === limits.exclusiveMinimum || high === limits.exclusiveMaximum;
    if (low > high || (low === high && isExclusive)) {
      const name = NAMES.find((candidate) => options[candidate] !== undefined) ?? 'format';
      faults.push({ path: path(name), message: `The minimum is greater than the maximum: no value could pass.` });
    }
  }
  return limits;
}

/** What was expected; undefined when the bound is fine. */
function boundFault(type: LogicalType, bound: Bound): string | undefined {
  if (type === 'date' || type === 'timestamp') {
    const isTime = typeof bound === 'string' && (type === 'date' ? DATE : TIMESTAMP).test(bound);
    if (isTime && !Number.isNaN(Date.parse(bound)) && new Date(bound).toISOString().startsWith(bound.slice(0, 10))) {
      return undefined;
    }
    return type === 'date' ? 'text such as "2026-01-31"' : 'text such as "2026-01-31T12:00:00Z"';
  }
  return typeof bound === 'number' ? undefined : 'a number';
}

function larger(one: Bound | undefined, other: Bound | undefined): Bound | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one >= other ? one : other;
}

function smaller(one: Bound | undefined, other: Bound | undefined): Bound | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one <= other ? one : other;
}
