const pattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|z|[+-]\d{2}(?::?\d{2})?)?)?$/;

function offsetInMinutes(zone: string | undefined): number {
  if (zone === undefined || zone.toUpperCase() === 'Z') {
    return 0;
  }
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return (zone.startsWith('-') ? -1 : 1) * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2)));
}

/**
 * Microseconds since 1970 of a date-time in the spellings that Qdrant accepts: RFC 3339, the same with a space, without
 * seconds, without a zone (then UTC), or a date alone. undefined for anything else, such as February 30.
 */
export function microsecondsOf(text: string): number | undefined {
  const match = pattern.exec(text);
  if (match === null) {
    return undefined;
  }
  const [, year, month, day, hour = '0', minute = '0', second, fraction = '', zone] = match;
  if (second === undefined && zone !== undefined) {
    return undefined;
  }
  const days = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const date = new Date(days);
  const isRealDay = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  if (!isRealDay || Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 60) {
    return undefined;
  }
  const minutes = Number(hour) * 60 + Number(minute) - offsetInMinutes(zone);
  const milliseconds = days + minutes * 60_000 + Number(second ?? 0) * 1000;
  return milliseconds * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}
