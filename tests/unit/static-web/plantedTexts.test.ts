import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Answer } from '../../../lib/api/ask';
import type { DocumentSummary } from '../../../lib/api/documents';
import type { AnswerToken } from '../../../static-web/src/markers';
import { ATTEMPTS } from '../../fixtures/injections/attempts';
import { type RecordedElement, recordingDocument } from '../../support/recordingDocument';
import { NO_ANSWER_USAGE } from '../../support/usage';

const SOURCE = path.join(__dirname, '../../../static-web/src');
// Not imported by name: the tests are compiled without the types of a browser.
const { turn } = jest.requireActual<{
  turn: (question: string, number: number, again: () => void) => Turn;
}>(path.join(SOURCE, 'elements/turn'));
const { documentRow } = jest.requireActual<{ documentRow: (summary: DocumentSummary) => RecordedElement }>(
  path.join(SOURCE, 'elements/documentRow'),
);
const { problemNotice } = jest.requireActual<{ problemNotice: (problem: object) => RecordedElement }>(
  path.join(SOURCE, 'elements/problemNotice'),
);
interface Turn {
  node: RecordedElement;
  show: (tokens: AnswerToken[]) => void;
  finish: (answer: Answer) => void;
}

const texts = Object.entries(ATTEMPTS).flatMap(([kind, all]) => all.map((text) => [kind, text] as const));
const DIRECTION = /[\u202A-\u202E\u2066-\u2069]/;
const DIRECTION_OR_MARK = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/;
const TAGS = [
  'a',
  'bdi',
  'blockquote',
  'br',
  'code',
  'div',
  'h2',
  'h3',
  'h4',
  'li',
  'ol',
  'p',
  'span',
  'sup',
  'td',
  'tr',
];
const ATTRIBUTES = /^(?:class|dir|id|href|role|title|tabindex|aria-(?:label|hidden|live|busy)|data-[a-z]+)$/;

beforeAll(() => {
  Object.assign(globalThis, { document: recordingDocument });
});
afterAll(() => {
  Reflect.deleteProperty(globalThis, 'document');
});

/** An answer that has the text everywhere, with one marker after it. */
function answerWith(text: string): Answer {
  const answer = `${text} [1] It rose.`;
  const start = text.length + 1;
  return {
    question: text,
    answer,
    marks: [{ start, end: start + 3, citation: 1 }],
    citations: [{ docId: text, dataset: 'letters', title: text, author: text, date: text, quote: text }],
    sentences: [
      { start: 0, end: text.length, citations: [1], supported: true, faults: [] },
      { start: start + 4, end: answer.length, citations: [], supported: false, faults: ['no-citation'] },
    ],
    model: text,
    usage: NO_ANSWER_USAGE,
  };
}

/** Known elements and attributes alone, no address but those of the sources. */
function expectPlain(node: RecordedElement): RecordedElement[] {
  const all = node.all();
  for (const { tag, attributes } of all) {
    expect(TAGS).toContain(tag);
    for (const [name, value] of attributes) {
      expect(name).toMatch(ATTRIBUTES);
      // What identifies a document for a program is not shown.
      if (name !== 'data-document') expect(value).not.toMatch(DIRECTION);
    }
    expect(attributes.get('href') ?? '#citation-1-1').toBe('#citation-1-1');
  }
  return all;
}

/** Directions end with the element: text with controls is in a `bdi`, or in a block of its own with `dir="auto"`. */
function expectIsolated(node: RecordedElement): void {
  for (const { tag, attributes, children } of node.all()) {
    if (!children.some((child) => typeof child === 'string' && DIRECTION_OR_MARK.test(child))) continue;
    expect(tag === 'bdi' || attributes.get('dir') === 'auto').toBe(true);
  }
}

test.each(texts)('%s: %j is text in an answer, with one link, which leads to the source', (_kind, text) => {
  const { node, finish } = turn(text, 1, () => undefined);
  finish({ ...answerWith(text), model: 'm' });
  const all = expectPlain(node);
  expectIsolated(node);
  // Beside markers nothing can be isolated.
  const words = all.find(({ attributes }) => attributes.get('class') === 'answer-text');
  expect(words?.textContent).not.toMatch(DIRECTION);
  expect(all.filter(({ tag }) => tag === 'a').map((link) => link.textContent)).toEqual(['1']);
  expect(node.textContent).toContain('not supported');
});

test.each(texts)('%s: %j is text while an answer arrives, and its markers do not move at the end', (_kind, text) => {
  const { node, show, finish } = turn('Why?', 1, () => undefined);
  const answer = answerWith(text);
  const whole: AnswerToken[] = [{ text: `${text} ` }, { text: '[1]', citation: 1 }, { text: ' It rose.' }];
  for (const count of [1, 2, 3]) {
    show(whole.slice(0, count));
    const built = expectPlain(node);
    expect(built.filter(({ tag }) => tag === 'sup')).toHaveLength(count > 1 ? 1 : 0);
    expect(built.filter(({ tag }) => tag === 'a')).toEqual([]);
  }
  const words = (): string =>
    node
      .all()
      .filter(({ tag }) => tag === 'p')
      .slice(0, shown)
      .map((paragraph) => paragraph.textContent)
      .join('\n');
  const shown = node.all().filter(({ tag }) => tag === 'p').length;
  const before = words();
  const markerClass = node.all().find(({ attributes }) => attributes.get('class') === 'marker');
  expect(markerClass?.textContent).toBe('1');
  finish(answer);
  expect(words().replace(' (not supported: It cites no source.)', '')).toBe(before);
});

test.each(texts)('%s: %j is isolated in a row of documents and in a notice', (_kind, text) => {
  const row = documentRow({
    dataset: 'letters',
    docId: text,
    title: text,
    author: text,
    category: text,
    publishedAt: text,
    ingestDate: '2020-01-01',
  });
  expect(expectPlain(row).filter(({ tag }) => tag === 'td')).toHaveLength(6);
  expectIsolated(row);
  const notice = problemNotice({ code: 'X', message: text, found: text, expected: text, remedy: text });
  expectPlain(notice);
  expectIsolated(notice);
});

test('no file of the page parses text as markup', () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(20);
  for (const name of files) {
    expect(readFileSync(path.join(SOURCE, name), 'utf8')).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|setHTML|document\.write|DOMParser|createContextualFragment|\beval\(/,
    );
  }
});
