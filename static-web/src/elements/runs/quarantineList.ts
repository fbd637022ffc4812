import type { Api } from '../../api';
import type { QuarantinedRecord, QuarantinePage } from '../../../../lib/api/quarantine';
import type { Run } from '../../../../lib/api/runs';
import { formatCount, formatCounted } from '../../formatting';
import { isAbort, problemOfError } from '../../problem';
import { button, element, setText } from '../element';
import { isolated } from '../isolated';
import { showProblem } from '../problemNotice';

const pageSize = 20;

/** The rejected records of a run: loaded on request, page by page, all or by code. */
export function quarantineList(api: Api, id: string): { node: HTMLElement; show(run: Run): void; leave(): void } {
  const heading = element('h2', {});
  const codes = element('div', { class: 'codes', role: 'group', 'aria-label': 'By code' });
  const list = element('ol', { class: 'rejects' });
  const message = element('div', { class: 'outcome' });
  const open = button('Show rejected records', { class: 'button-quiet', 'data-testid': 'quarantine-button' }, () =>
    choose(),
  );
  const more = button(
    'Load more',
    { class: 'button-quiet', hidden: true, 'data-testid': 'more-rejects-button' },
    () => void load(cursor),
  );
  const node = element(
    'section',
    { class: 'quarantine', hidden: true, 'data-testid': 'quarantine' },
    heading,
    open,
    codes,
    message,
    list,
    more,
  );
  let runId: string | null = null;
  let code: string | undefined;
  let cursor: string | undefined;
  let pending: AbortController | undefined;

  const choose = (chosen?: string) => {
    code = chosen;
    for (const each of codes.querySelectorAll('button')) {
      each.setAttribute('aria-pressed', String((each.dataset['code'] ?? '') === (chosen ?? '')));
    }
    list.replaceChildren();
    void load();
  };
  const load = async (from?: string) => {
    // Choosing another code cancels the loading of the previous one.
    pending?.abort();
    const current = (pending = new AbortController());
    open.disabled = more.disabled = true;
    try {
      const query = { run: runId ?? undefined, code, cursor: from, limit: pageSize };
      const page = await api.quarantine(id, query, current.signal);
      showProblem(message, undefined);
      add(page);
    } catch (error) {
      if (!isAbort(error)) showProblem(message, problemOfError(error));
    } finally {
      if (pending === current) open.disabled = more.disabled = false;
    }
  };
  const add = ({ records, nextCursor, counts }: QuarantinePage) => {
    open.hidden = true;
    if (counts && codes.childElementCount === 0) showCounts(counts);
    list.append(...records.map(rejectRow));
    cursor = nextCursor ?? undefined;
    more.hidden = cursor === undefined;
  };
  const showCounts = (counts: NonNullable<QuarantinePage['counts']>) => {
    const choice = (text: string, value?: string) =>
      button(
        text,
        {
          class: 'code-choice',
          'data-code': value,
          'aria-pressed': String(value === code),
          'data-testid': 'code-choice',
        },
        () => choose(value),
      );
    const least = counts.isWhole ? '' : ' or more';
    codes.replaceChildren(
      choice('All'),
      ...counts.codes.map((each) => choice(`${each.code} (${formatCount(each.records)}${least})`, each.code)),
    );
  };
  const clear = () => {
    pending?.abort();
    code = cursor = undefined;
    codes.replaceChildren();
    list.replaceChildren();
    more.hidden = true;
    open.hidden = false;
    open.disabled = false;
  };

  return {
    node,
    show(run) {
      // Each run has its own quarantine.
      if (run.runId !== runId) clear();
      runId = run.runId;
      node.hidden = run.rejected + run.dropped === 0 || runId === null;
      const dropped =
        run.dropped === 0 ? '' : `, ${formatCounted(run.dropped, 'record')} dropped for another of the same key`;
      setText(heading, `${formatCounted(run.rejected, 'rejected record')}${dropped}`);
    },
    leave: () => pending?.abort(),
  };
}

function rejectRow(record: QuarantinedRecord): HTMLElement {
  const faults = [record, ...(record.more ?? [])];
  return element(
    'li',
    { class: 'reject', 'data-testid': 'reject' },
    element(
      'p',
      { class: 'quiet' },
      isolated(record.file),
      `, record ${formatCount(record.record)}, line ${formatCount(record.line)}`,
    ),
    ...faults.map(({ code, column, found, expected }) =>
      element(
        'p',
        {},
        element('code', { class: 'notice-code reject-code' }, code),
        ' ',
        ...(column === null ? [] : [isolated(column), ': ']),
        ...(found === null ? [] : ['found “', isolated(found), '”, ']),
        'expected ',
        isolated(expected),
      ),
    ),
    ...(record.omittedFaults === undefined
      ? []
      : [element('p', { class: 'quiet' }, `${formatCounted(record.omittedFaults, 'further fault')}.`)]),
    element('pre', { class: 'raw', tabindex: 0 }, isolated(record.raw), record.isTruncated ? ' …' : ''),
  );
}
