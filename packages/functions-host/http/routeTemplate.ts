/** A compiled route template. */
export interface Route {
  /** The parameters of a path (which starts with a slash); undefined when the path does not match. */
  match(path: string): Record<string, string> | undefined;
  /** Routes of lower rank are tried first: literals, constrained parameters, parameters, catch-all. */
  rank: string;
}

type Constraint = (value: string) => boolean;

const integer = /^-?\d+$/;
const simpleConstraints: Record<string, Constraint> = {
  int: (value) => integer.test(value) && Math.abs(Number(value)) <= 2 ** 31,
  long: (value) => integer.test(value),
  bool: (value) => /^(true|false)$/i.test(value),
  guid: (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value),
  alpha: (value) => /^[a-z]*$/i.test(value),
  decimal: isNumber,
  double: isNumber,
  float: isNumber,
  datetime: (value) => !Number.isNaN(Date.parse(value)),
  required: (value) => value !== '',
};
const numericConstraints: Record<string, (value: string, first: number, second: number | undefined) => boolean> = {
  length: (value, first, second) => value.length >= first && value.length <= (second ?? first),
  minlength: (value, first) => value.length >= first,
  maxlength: (value, first) => value.length <= first,
  min: (value, first) => integer.test(value) && Number(value) >= first,
  max: (value, first) => integer.test(value) && Number(value) <= first,
  range: (value, first, second) =>
    integer.test(value) && Number(value) >= first && Number(value) <= (second ?? Infinity),
};

interface Parameter {
  name: string;
  constraints: Constraint[];
  fallback?: string;
}

/**
 * Compiles an ASP.NET route template: `a/{b}/{c:int}`, `{d?}`, `{e=default}`, `{*rest}`, and parameters inside a segment
 * (`v{major}`). Throws an Error for a template or a constraint that is not supported.
 */
export function compileRoute(template: string): Route {
  const parameters: Parameter[] = [];
  let rank = '';
  let source = '';
  for (const segment of template.split('/').filter(Boolean)) {
    const tokens = segment.split(/(\{(?:[^{}]|\{[^{}]*\})*\})/).filter(Boolean);
    const isWhole = tokens.length === 1 && segment.startsWith('{');
    const isOptional = isWhole && (/\?\}$/.test(segment) || segment.includes('='));
    let isCatchAll = false;
    let pattern = '';
    for (const token of tokens) {
      if (!token.startsWith('{')) {
        pattern += token.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
        continue;
      }
      isCatchAll ||= token.startsWith('{*');
      parameters.push(readParameter(token, template));
      pattern += isCatchAll ? '(.*)' : '([^/]+?)';
    }
    source += isOptional || isCatchAll ? `(?:/${pattern})?` : `/${pattern}`;
    rank += isCatchAll ? '3' : !segment.includes('{') ? '0' : parameters.at(-1)?.constraints.length ? '1' : '2';
  }
  const expression = new RegExp(`^${source}/?$`, 'i');
  return { rank, match: (path) => readPath(expression.exec(path), parameters) };
}

function readPath(found: RegExpExecArray | null, parameters: Parameter[]): Record<string, string> | undefined {
  if (!found) return undefined;
  const values: Record<string, string> = {};
  for (const [index, { name, constraints, fallback }] of parameters.entries()) {
    const raw = found[index + 1];
    const value = raw === undefined ? fallback : decodeURIComponent(raw);
    if (value === undefined) continue;
    if (!constraints.every((holds) => holds(value))) return undefined;
    values[name] = value;
  }
  return values;
}

function readParameter(token: string, template: string): Parameter {
  const inner = token.slice(1, -1).replace(/^\*+/, '').replace(/\?$/, '');
  const parts = /^([^:=]+)((?::(?:[^:=(]+)(?:\([^)]*\))?)*)(?:=(.*))?$/.exec(inner);
  const name = parts?.[1];
  if (!name) throw new Error(`The route "${template}" has a parameter that can't be read: "${token}".`);
  const words = (parts[2] ?? '').match(/:[^:=(]+(?:\([^)]*\))?/g) ?? [];
  return { name, constraints: words.map((word) => readConstraint(word.slice(1), template)), fallback: parts[3] };
}

function readConstraint(word: string, template: string): Constraint {
  const [, name = '', inside] = /^([^(]+)(?:\((.*)\))?$/.exec(word) ?? [];
  const simple = simpleConstraints[name.toLowerCase()];
  if (simple && inside === undefined) return simple;
  const numeric = numericConstraints[name.toLowerCase()];
  const [first, second] = (inside ?? '').split(',').map(Number);
  if (numeric && first !== undefined && !Number.isNaN(first)) return (value) => numeric(value, first, second);
  const known = [...Object.keys(simpleConstraints), ...Object.keys(numericConstraints)].join(', ');
  throw new Error(`The route "${template}" has the constraint "${word}", which is not supported. Supported: ${known}.`);
}

function isNumber(value: string): boolean {
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value);
}
