/** A date in a text, with the forms that it may be read as: `yyyy-mm-dd`, `yyyy-mm` or `--mm-dd`. */
export interface WrittenDate {
  text: string;
  start: number;
  end: number;
  readings: string[];
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const MONTH =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?';
const ORDINALS =
  `first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
  fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth
  twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first`.split(/\s+/);
/** Longest first: `twenty-first` is not `first`. */
const ORDINAL = [...ORDINALS].sort((one, other) => other.length - one.length).join('|');
const DAY = `(\\d{1,2}(?:st|nd|rd|th)?|(?<![\\p{L}-])(?:${ORDINAL}))`;
const SEPARATOR = '[\\s.-]{1,3}';

/** The usual forms. `5/6/2020` is read both ways. */
const FORMS: { pattern: RegExp; readings: (groups: string[]) => string[] }[] = [
  {
    pattern: /(?<![\d.,/-])(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)/g,
    readings: ([year, month, day]) => reading(year, month, day),
  },
  {
    pattern: /(?<![\d.,/-])(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)/g,
    readings: ([first, second, year]) => [...reading(year, second, first), ...reading(year, first, second)],
  },
  {
    pattern: new RegExp(
      `(?<![\\d.,])${DAY}${SEPARATOR}(?:day\\s+)?(?:of\\s+)?${MONTH}(?:,?${SEPARATOR}(\\d{4}))?(?![\\p{L}\\d])`,
      'giu',
    ),
    readings: ([day, month, year]) => reading(year, monthNumber(month), day),
  },
  {
    pattern: new RegExp(
      `(?<!\\p{L})${MONTH}${SEPARATOR}(?:the\\s+)?${DAY}(?![\\p{L}\\d])(?:,?\\s+(\\d{4})(?!\\d))?`,
      'giu',
    ),
    readings: ([month, day, year]) => reading(year, monthNumber(month), day),
  },
  {
    pattern: new RegExp(`(?<!\\p{L})${MONTH},?\\s+(?:of\\s+)?(\\d{4})(?![\\p{L}\\d])`, 'giu'),
    readings: ([month, year]) => [`${year}-${monthNumber(month)}`],
  },
];

/** Dates that do not overlap; the form with most parts wins. A year alone is a number. */
export function datesIn(text: string): WrittenDate[] {
  const dates: WrittenDate[] = [];
  let rest = text;
  for (const { pattern, readings } of FORMS) {
    rest = rest.replace(pattern, (found: string, ...groups: unknown[]) => {
      const start = groups.findLast((group) => typeof group === 'number') ?? 0;
      const parts = groups.slice(0, groups.indexOf(start)) as string[];
      const read = readings(parts);
      if (read.length === 0) return found;
      dates.push({ text: found, start, end: start + found.length, readings: read });
      return ' '.repeat(found.length);
    });
  }
  return dates;
}

/** The forms in which a text that contains this date may also name it. */
export function formsOfDate(date: string): string[] {
  return /^\d{4}-\d{2}-\d{2}$/.test(date) ? [date, date.slice(0, 7), `-${date.slice(4)}`] : [date];
}

function reading(year: string | undefined, month: string | undefined, day: string | undefined): string[] {
  if (month === undefined || day === undefined) return [];
  const inWords = ORDINALS.indexOf(day.toLowerCase()) + 1;
  const number = inWords > 0 ? inWords : parseInt(day, 10);
  const isDate = Number(month) >= 1 && Number(month) <= 12 && number >= 1 && number <= 31;
  return isDate ? [`${year ?? '-'}-${month.padStart(2, '0')}-${String(number).padStart(2, '0')}`] : [];
}

function monthNumber(name = ''): string {
  return String(MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1).padStart(2, '0');
}
