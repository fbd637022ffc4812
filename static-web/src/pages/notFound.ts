import { element } from '../elements/element';
import type { Page } from './page';

export function notFoundPage(): Page {
  const node = element(
    'div',
    { class: 'page not-found' },
    element('h1', { tabindex: -1 }, 'Page not found'),
    element('p', {}, 'The address may be old or mistyped.'),
    element(
      'p',
      {},
      element('a', { href: '/' }, 'Ask a question'),
      ' or look at the ',
      element('a', { href: '/runs' }, 'runs'),
      '.',
    ),
  );
  return { title: 'Not found', node };
}
