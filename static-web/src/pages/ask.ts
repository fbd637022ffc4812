import type { Api } from '../api';
import type { AskRequest } from '../../../lib/api/ask';
import { composer } from '../elements/composer';
import { button, element, setText } from '../elements/element';
import { type Turn, turn } from '../elements/turn';
import { formatCounted } from '../formatting';
import type { AnswerToken } from '../markers';
import { isAbort, problemOfError } from '../problem';
import type { Page } from './page';

const sampleQuestions = [
  'What is the financial outlook?',
  'Who proposed to buy Alaska, and why?',
  'What is said about the Panama Canal?',
];

/** Questions and answers. The shell keeps this page alive, so that the conversation remains when the user visits another page. */
export function askPage(api: Api): Page {
  const conversation = element('ol', { class: 'conversation', 'aria-label': 'Conversation' });
  const status = element('p', { class: 'visually-hidden', role: 'status' });
  const form = composer({ ask: (request) => void ask(request), cancel: () => pending?.abort() });
  const welcome = welcomeFor((question) => void ask(form.requestFor(question)));
  let pending: AbortController | undefined;

  const ask = async (request: AskRequest) => {
    if (pending) return;
    pending = new AbortController();
    welcome.classList.add('welcome-past');
    const current = turn(request.question, conversation.childElementCount + 1, () => void ask(request));
    conversation.append(current.node);
    current.node.scrollIntoView({ block: 'start' });
    form.setBusy(true);
    setText(status, 'Reading the documents.');
    try {
      setText(status, await answer(current, request, pending.signal));
    } finally {
      pending = undefined;
      form.setBusy(false);
    }
  };
  const answer = async (current: Turn, request: AskRequest, signal: AbortSignal): Promise<string> => {
    const tokens: AnswerToken[] = [];
    try {
      for await (const event of api.ask(request, signal)) {
        if (event.type === 'token') {
          tokens.push(event);
          current.show(tokens);
        }
        if (event.type === 'error') current.fail(event.problem);
        if (event.type !== 'answer') continue;
        current.finish(event.answer);
        return `Answered from ${formatCounted(event.answer.citations.length, 'source')}.`;
      }
      return 'No answer.';
    } catch (error) {
      if (isAbort(error)) current.cancel();
      else current.fail(problemOfError(error));
      return isAbort(error) ? 'Cancelled.' : 'No answer.';
    }
  };

  const node = element('div', { class: 'page page-ask' }, welcome, conversation, status, form.node);
  return { title: 'Ask', node };
}

function welcomeFor(ask: (question: string) => void): HTMLElement {
  return element(
    'div',
    { class: 'welcome' },
    element('h1', { tabindex: -1 }, 'Ask the documents'),
    element('p', {}, 'Answers come from the ingested documents. Each statement has its source.'),
    element(
      'ul',
      { class: 'suggestions', 'aria-label': 'Sample questions' },
      ...sampleQuestions.map((question) =>
        element(
          'li',
          {},
          button(question, { class: 'suggestion', 'data-testid': 'suggestion' }, () => ask(question)),
        ),
      ),
    ),
  );
}
