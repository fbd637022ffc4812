const numbers = new Intl.NumberFormat('en-GB');
const dates = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

/** `12,034`. */
export function formatCount(count: number): string {
  return numbers.format(count);
}

/** `1 row`, `233 rows`; for words with a plural in -s. */
export function formatCounted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * `8 Jan 1790` for a date or timestamp that starts with `yyyy-mm-dd`. Other text is returned unchanged, null as an empty
 * string. The day is the written one, without conversion to a time zone.
 */
export function formatDate(date: string | null): string {
  if (date === null) return '';
  const written = /^(\d{4})-(\d{2})-(\d{2})/.exec(date);
  if (!written) return date;
  const instant = new Date(`${written[0]}T00:00:00Z`);
  return Number.isNaN(instant.getTime()) ? date : dates.format(instant);
}

/** `0.4 s`, `41 s`, `2 min 05 s`, `1 h 02 min`. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '';
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

/** `just now`, `5 min ago`, `3 h ago`, then the date. */
export function formatAgo(timestamp: string, now: Date): string {
  const minutes = Math.floor((now.getTime() - new Date(timestamp).getTime()) / 60_000);
  if (Number.isNaN(minutes)) return timestamp;
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return formatDate(timestamp);
}

/** Replaces each sequence of white space with one space: a quote keeps its source's line ends, a card does not. */
export function collapseWhitespace(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Today in UTC, `yyyy-mm-dd`: partitions are named by UTC days. */
export function utcDay(now: Date): string {
  return now.toISOString().slice(0, 10);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
