import type { Run } from '../../../../lib/api/runs';
import type { RunTrace } from '../../../../lib/api/traces';
import type { Api } from '../../api';
import { formatCounted } from '../../formatting';
import { isAbort, problemOfError } from '../../problem';
import { formatSpan, spanFacts, traceRows, traceSeconds, type TraceRow } from '../../traceRows';
import { button, element, setText } from '../element';
import { showProblem } from '../problemNotice';

/** Rows of one list that are shown at once; a button shows the next. */
const ROWS_AT_ONCE = 200;

/** The trace of a run as bars in time: loaded on request. A table, so that everything in it can also be read. */
export function traceChart(api: Api, id: string): { node: HTMLElement; show(run: Run): void; leave(): void } {
  const message = element('div', { class: 'outcome' });
  const summary = element('p', { class: 'quiet', role: 'status' });
  const body = element('tbody', {});
  const heads = ['Work', 'Time', 'Start', 'Duration'].map((name, column) =>
    element('th', { scope: 'col', class: column > 1 && 'trace-number' }, name),
  );
  const table = element(
    'table',
    { class: 'trace', hidden: true, 'data-testid': 'trace' },
    element('caption', { class: 'visually-hidden' }, 'What the run did, in the order of its start'),
    element('thead', {}, element('tr', {}, ...heads)),
    body,
  );
  const load = button('Show the trace', { class: 'button-quiet', 'data-testid': 'trace-button' }, () => void open());
  const node = element(
    'section',
    { class: 'trace-section', hidden: true },
    element('h2', {}, 'Trace'),
    load,
    message,
    summary,
    element('div', { class: 'trace-frame', tabindex: 0, role: 'group', 'aria-label': 'Trace' }, table),
  );
  let runId: string | null = null;
  let pending: AbortController | undefined;

  const open = async () => {
    pending?.abort();
    const current = (pending = new AbortController());
    load.disabled = true;
    try {
      const trace = await api.trace(id, current.signal);
      showProblem(message, undefined);
      draw(trace);
    } catch (error) {
      if (!isAbort(error)) showProblem(message, problemOfError(error));
    } finally {
      if (pending === current) load.disabled = false;
    }
  };
  const draw = ({ spans, omitted }: RunTrace) => {
    const whole = traceSeconds(spans);
    const left = omitted === 0 ? '' : `, without the ${formatCounted(omitted, 'shortest span')}`;
    const failed = spans.filter(({ error }) => error !== null).length;
    const failures = failed === 0 ? '' : `, ${failed} failed`;
    setText(summary, `${formatCounted(spans.length, 'span')} in ${formatSpan(whole)}${failures}${left}.`);
    setText(load, 'Load again');
    table.hidden = false;
    // The run and its steps; what is in a step is opened one by one.
    const isOpen = ({ level }: TraceRow): boolean => level === 0;
    body.replaceChildren(...linesOf(traceRows(spans), whole, isOpen));
  };
  const clear = () => {
    pending?.abort();
    body.replaceChildren();
    table.hidden = true;
    setText(summary, '');
    setText(load, 'Show the trace');
    load.disabled = false;
    showProblem(message, undefined);
  };

  return {
    node,
    show(run) {
      if (run.runId !== runId) clear();
      runId = run.runId;
      node.hidden = runId === null;
    },
    leave: () => pending?.abort(),
  };
}

type IsOpen = (row: TraceRow) => boolean;

function linesOf(rows: TraceRow[], whole: number, isOpen: IsOpen): HTMLTableRowElement[] {
  const lines = rows.slice(0, ROWS_AT_ONCE).flatMap((row) => lineOf(row, whole, isOpen));
  const rest = rows.slice(ROWS_AT_ONCE);
  if (rest.length === 0) return lines;
  const more = element('tr', { 'data-level': rest[0]?.level });
  const show = button(`Show ${formatCounted(rest.length, 'more row')}`, { class: 'button-quiet' }, () => {
    const next = linesOf(rest, whole, isOpen);
    more.replaceWith(...next);
    next[0]?.querySelector('button')?.focus();
  });
  more.append(element('td', { colspan: 4 }, show));
  return [...lines, more];
}

/** The line of a row, and those below it where they are open. */
function lineOf(row: TraceRow, whole: number, isOpen: IsOpen): HTMLTableRowElement[] {
  const { span, level, children } = row;
  const bar = element('span', { class: 'trace-bar' });
  // Through the object model: the content security policy refuses style attributes.
  bar.style.setProperty('--start', String(whole === 0 ? 0 : span.startSeconds / whole));
  bar.style.setProperty('--length', String(whole === 0 ? 1 : span.seconds / whole));
  const name = element('th', { scope: 'row', class: 'trace-name' });
  name.style.setProperty('--level', String(level));
  const line = element(
    'tr',
    { 'data-testid': 'trace-row', 'data-failed': span.error !== null, 'data-level': level },
    name,
    element('td', { class: 'trace-track', 'aria-hidden': 'true' }, bar),
    element('td', { class: 'trace-number' }, formatSpan(span.startSeconds)),
    element('td', { class: 'trace-number' }, formatSpan(span.seconds)),
  );
  const failure = span.error === null ? undefined : element('code', { class: 'notice-code' }, `failed: ${span.error}`);
  const facts = element('span', { class: 'quiet' }, spanFacts(span));
  if (children.length === 0) {
    name.append(element('span', { class: 'trace-leaf' }, span.name), ' ', facts, ...(failure ? [' ', failure] : []));
    return [line];
  }
  let below: HTMLTableRowElement[] = isOpen(row) ? linesOf(children, whole, isOpen) : [];
  const toggle = button(span.name, { class: 'trace-toggle' }, () => {
    if (below.length > 0) {
      removeBelow(line, level);
      below = [];
    } else {
      below = linesOf(children, whole, isOpen);
      line.after(...below);
    }
    toggle.setAttribute('aria-expanded', String(below.length > 0));
  });
  toggle.setAttribute('aria-expanded', String(below.length > 0));
  name.append(toggle, ' ', facts, ...(failure ? [' ', failure] : []));
  return [line, ...below];
}

/** Everything deeper, up to the next line of this level or above. */
function removeBelow(line: HTMLTableRowElement, level: number): void {
  for (let next = line.nextElementSibling; next instanceof HTMLTableRowElement; next = line.nextElementSibling) {
    if (Number(next.dataset['level']) <= level) return;
    next.remove();
  }
}
