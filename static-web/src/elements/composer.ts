import type { AskRequest } from '../../../lib/api/ask';
import { button, element } from './element';
import { field, periodFields } from './field';

export interface Composer {
  node: HTMLFormElement;
  /** The current filters, with this question. */
  requestFor(question: string): AskRequest;
  /** While busy, the button Cancel replaces Ask. */
  setBusy(isBusy: boolean): void;
  focus(): void;
}

/** The question box with its filters. Enter asks; Shift and Enter starts a new line. */
export function composer(actions: { ask: (request: AskRequest) => void; cancel: () => void }): Composer {
  const input = element('textarea', {
    id: 'question',
    rows: 1,
    required: true,
    maxlength: 2000,
    placeholder: 'Ask a question',
    'data-testid': 'question-input',
    'aria-describedby': 'question-keys',
  });
  const ask = element('button', { type: 'submit', class: 'button', 'data-testid': 'ask-button' }, 'Ask');
  const cancel = button('Cancel', { class: 'button', hidden: true, 'data-testid': 'cancel-button' }, actions.cancel);
  const filters = askFilters();
  const node = element(
    'form',
    { class: 'composer', 'aria-label': 'Ask a question' },
    element('label', { for: 'question', class: 'visually-hidden' }, 'Question'),
    element('div', { class: 'composer-box' }, input, ask, cancel),
    element('p', { id: 'question-keys', class: 'visually-hidden' }, 'Enter asks. Shift and Enter starts a new line.'),
    filters.node,
  );
  let isBusy = false;
  const requestFor = (question: string) => ({ question, ...filters.read() });

  const submit = () => {
    const question = input.value.trim();
    if (isBusy || question === '' || !node.reportValidity()) return;
    input.value = '';
    filters.node.open = false;
    actions.ask(requestFor(question));
  };
  node.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  input.addEventListener('keydown', (event) => {
    // In an input method, Enter accepts a suggestion and must not send the question.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });

  return {
    node,
    requestFor,
    setBusy(value) {
      // Hiding a button loses the focus, so the focus moves to the other button.
      const hadFocus = document.activeElement === ask || document.activeElement === cancel;
      isBusy = value;
      ask.hidden = value;
      cancel.hidden = !value;
      if (hadFocus) (value ? cancel : input).focus({ preventScroll: true });
    },
    focus: () => input.focus(),
  };
}

function askFilters(): { node: HTMLDetailsElement; read(): Omit<AskRequest, 'question'> } {
  const dataset = field('Dataset', { name: 'dataset' });
  const author = field('Author', { name: 'author' });
  const category = field('Category', { name: 'category' });
  const { from, to } = periodFields({ from: 'publishedFrom', to: 'publishedTo' });
  const fields = [dataset, author, category, from, to];
  const summary = element('summary', {}, 'Filters');
  const node = element(
    'details',
    { class: 'filters' },
    summary,
    element('div', { class: 'fields' }, ...fields.map((each) => each.node)),
  );
  node.addEventListener('input', () => {
    const count = fields.filter((each) => each.value() !== undefined).length;
    summary.textContent = count === 0 ? 'Filters' : `Filters (${count} set)`;
  });
  return {
    node,
    read: () => ({
      dataset: dataset.value(),
      filters: {
        author: author.value(),
        category: category.value(),
        publishedFrom: from.value(),
        publishedTo: to.value(),
      },
    }),
  };
}
