/** The standard's string formats that can be checked. */
export const TEXT_FORMATS = ['email', 'uuid', 'uri', 'hostname', 'ipv4', 'ipv6', 'byte'] as const;
export type TextFormat = (typeof TEXT_FORMATS)[number];

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4 = `${OCTET}(?:\\.${OCTET}){3}`;
const GROUP = '[0-9A-Fa-f]{1,4}';

const PATTERNS: Record<TextFormat, string> = {
  email: `[^\\s@"(),:;<>\\[\\\\\\]]+@${LABEL}(?:\\.${LABEL})+`,
  uuid: '[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}',
  uri: '[A-Za-z][A-Za-z0-9+.-]*:[^\\s<>"{}|\\\\^`]+',
  hostname: `${LABEL}(?:\\.${LABEL})*`,
  ipv4: IPV4,
  ipv6: ipv6Pattern(),
  byte: '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?',
};

/** It means the same in RE2 and ECMAScript; the whole text has to match. */
export function textFormatPattern(format: TextFormat): string {
  return PATTERNS[format];
}

/** Eight groups; `::` replaces one or more of them; the last two may be written as IPv4. */
function ipv6Pattern(): string {
  const tail = `(?:${GROUP}:${GROUP}|${IPV4})`;
  const forms = [`(?:${GROUP}:){6}${tail}`];
  for (let before = 0; before <= 7; before += 1) {
    const head = before === 0 ? '' : `${GROUP}(?::${GROUP}){${before - 1}}`;
    const room = 7 - before;
    const after = [...(room >= 2 ? [`(?:${GROUP}:){0,${room - 2}}${tail}`] : []), ...(room >= 1 ? [GROUP] : [])];
    forms.push(`${head}::${after.length === 0 ? '' : `(?:${after.join('|')})?`}`);
  }
  return `(?:${forms.join('|')})`;
}
