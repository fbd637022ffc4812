import { type Api, searchOf } from '../api';
import type { DocumentPage, DocumentQuery } from '../../../lib/api/documents';
import { documentColumns, documentRow } from '../elements/documentRow';
import { button, element, setText } from '../elements/element';
import { field, periodFields } from '../elements/field';
import { showProblem } from '../elements/problemNotice';
import { formatCounted } from '../formatting';
import { isAbort, problemOfError } from '../problem';
import type { Page } from './page';

const pageSize = 50;

/** The ingested documents with filters. The filters are in the page's URL, so that a link can be shared. */
export function documentsPage(api: Api, search: string): Page {
  const filters = documentFilters(new URLSearchParams(search), () => {
    history.replaceState(null, '', `/documents${searchOf(filters.read())}`);
    void load();
  });
  const body = element('tbody', { role: 'rowgroup' });
  const message = element('div', { class: 'outcome' });
  const count = element('p', { class: 'quiet', role: 'status' });
  const more = button(
    'Load more',
    { class: 'button-quiet', hidden: true, 'data-testid': 'load-more-button' },
    () => void load(cursor),
  );
  let cursor: string | undefined;
  let pending: AbortController | undefined;

  const show = ({ documents, nextCursor }: DocumentPage, isFirst: boolean) => {
    const rows = documents.map(documentRow);
    if (isFirst) body.replaceChildren(...rows);
    else body.append(...rows);
    cursor = nextCursor ?? undefined;
    more.hidden = cursor === undefined;
    const shown = formatCounted(body.childElementCount, 'document');
    setText(count, body.childElementCount === 0 ? 'No documents match.' : cursor ? `${shown} so far.` : `${shown}.`);
  };
  const load = async (from?: string) => {
    // A new filter cancels the loading for the previous one.
    pending?.abort();
    const current = (pending = new AbortController());
    more.disabled = true;
    try {
      const page = await api.documents({ ...filters.read(), cursor: from, limit: pageSize }, current.signal);
      showProblem(message, undefined);
      show(page, from === undefined);
    } catch (error) {
      if (!isAbort(error)) showProblem(message, problemOfError(error));
    } finally {
      if (pending === current) more.disabled = false;
    }
  };
  void load();

  const node = element(
    'div',
    { class: 'page' },
    element('h1', { tabindex: -1 }, 'Documents'),
    filters.node,
    message,
    count,
    table(body),
    more,
  );
  return { title: 'Documents', node, leave: () => pending?.abort() };
}

function table(body: HTMLElement): HTMLElement {
  const headings = documentColumns.map((name) => element('th', { scope: 'col', role: 'columnheader' }, name));
  const head = element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...headings));
  return element('table', { class: 'documents', role: 'table', 'aria-label': 'Documents' }, head, body);
}

function documentFilters(initial: URLSearchParams, onChange: () => void): { node: HTMLElement; read(): DocumentQuery } {
  const title = field('Title contains', { name: 'title', type: 'search' });
  const author = field('Author', { name: 'author' });
  const category = field('Category', { name: 'category' });
  const dataset = field('Dataset', { name: 'dataset' });
  const { from, to } = periodFields({ from: 'from', to: 'to' });
  const fields = { title, author, category, from, to, dataset };
  for (const [name, each] of Object.entries(fields)) each.input.value = initial.get(name) ?? '';

  const node = element(
    'form',
    { class: 'fields panel', role: 'search', 'aria-label': 'Filter documents' },
    ...Object.values(fields).map((each) => each.node),
    element('button', { type: 'submit', class: 'button', 'data-testid': 'filter-button' }, 'Show'),
  );
  node.addEventListener('submit', (event) => {
    event.preventDefault();
    onChange();
  });
  const read = () => Object.fromEntries(Object.entries(fields).map(([name, each]) => [name, each.value()]));
  return { node, read };
}
