import type { Api } from './api';
import { callerBadge } from './elements/callerBadge';
import { element } from './elements/element';
import { healthIndicator } from './elements/healthIndicator';
import { askPage } from './pages/ask';
import { documentsPage } from './pages/documents';
import { notFoundPage } from './pages/notFound';
import type { Page } from './pages/page';
import { runPage } from './pages/run';
import { runsPage } from './pages/runs';
import { type Route, routeOf } from './route';

const sections = [
  { path: '/', name: 'Ask', pages: ['ask'] },
  { path: '/runs', name: 'Runs', pages: ['runs', 'run'] },
  { path: '/documents', name: 'Documents', pages: ['documents'] },
];

/** The navigation with one page below it. Links inside the app change the page without a reload. */
export function startShell(api: Api, root: Element): void {
  const ask = askPage(api);
  const main = element('main', { id: 'main' });
  const links = sections.map(({ path, name }) => element('a', { href: path }, name));
  let current: Page | undefined;
  let shownPath: string | undefined;

  const pageFor = (route: Route): Page => {
    switch (route.page) {
      case 'ask':
        return ask;
      case 'runs':
        return runsPage(api, go);
      case 'run':
        return runPage(api, route.id);
      case 'documents':
        return documentsPage(api, location.search);
      case 'notFound':
        return notFoundPage();
    }
  };
  const show = () => {
    // A jump to a fragment also changes the history; the page stays the same.
    if (location.pathname + location.search === shownPath) return;
    const isFirst = shownPath === undefined;
    shownPath = location.pathname + location.search;
    current?.leave?.();
    const route = routeOf(location.pathname);
    current = pageFor(route);
    document.title = `${current.title} · Pipeline-X`;
    main.replaceChildren(current.node);
    for (const [index, section] of sections.entries()) {
      const isHere = section.pages.includes(route.page);
      if (isHere) links[index]?.setAttribute('aria-current', 'page');
      else links[index]?.removeAttribute('aria-current');
    }
    if (isFirst) return;
    scrollTo(0, 0);
    current.node.querySelector('h1')?.focus();
  };
  const go = (path: string) => {
    history.pushState(null, '', path);
    show();
  };

  root.replaceChildren(
    element('a', { class: 'skip', href: '#main' }, 'Skip to content'),
    element(
      'header',
      { class: 'masthead' },
      element('span', { class: 'wordmark' }, 'Pipeline-X'),
      element('nav', { 'aria-label': 'Main' }, ...links),
      callerBadge(api),
      healthIndicator(api),
    ),
    main,
  );
  document.addEventListener('click', (event) => {
    const path = innerPathOf(event);
    if (path === undefined) return;
    event.preventDefault();
    go(path);
  });
  addEventListener('popstate', show);
  show();
}

/** The path of an internal link after a plain click. The browser handles new tabs, downloads and other sites. */
function innerPathOf(event: MouseEvent): string | undefined {
  if (event.defaultPrevented || event.button !== 0) return undefined;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return undefined;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || link.origin !== location.origin || link.target || link.getAttribute('href')?.startsWith('#')) {
    return undefined;
  }
  return link.pathname + link.search;
}
