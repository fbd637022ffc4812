import type { Problem } from '../problem';
import { placeOf } from '../problem';
import { element } from './element';
import { isolated } from './isolated';

/** Shows what went wrong, where, what was found and expected, and what to do next. Screen readers announce it at once. */
export function problemNotice(problem: Problem): HTMLElement {
  const place = placeOf(problem);
  return element(
    'div',
    { class: 'notice notice-problem', role: 'alert', 'data-testid': 'problem' },
    element('p', { class: 'notice-message' }, isolated(problem.message)),
    fact('Where', place),
    fact('Found', problem.found),
    fact('Expected', problem.expected),
    problem.remedy
      ? element(
          'p',
          { class: 'notice-remedy' },
          element('span', { class: 'quiet' }, 'What to do: '),
          isolated(problem.remedy),
        )
      : undefined,
    element('code', { class: 'notice-code' }, problem.code),
  );
}

/** Puts a problem, or nothing, into a slot. The same problem is not written again: each write would announce the alert. */
export function showProblem(slot: HTMLElement, problem: Problem | undefined): void {
  const notice = problem && problemNotice(problem);
  if (notice && slot.firstElementChild?.textContent === notice.textContent) return;
  slot.replaceChildren(...(notice ? [notice] : []));
}

function fact(name: string, value: string | undefined): HTMLElement | undefined {
  if (!value) return undefined;
  return element('p', { class: 'notice-fact' }, element('span', { class: 'quiet' }, `${name}: `), isolated(value));
}
