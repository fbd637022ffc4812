import { element } from './element';

/** The marks of single letters (U+200E and others) are not among them. */
const directionControls = /[\u202A-\u202E\u2066-\u2069]/g;

/**
 * A text of a document or a file. Its directions and direction controls (U+202E and others) end with it: what is beside it
 * keeps its order.
 */
export function isolated(text: string): HTMLElement {
  return element('bdi', {}, text);
}

/** The text without direction controls, where no element can isolate it: in an attribute, or between markers. */
export function withoutDirections(text: string): string {
  return text.replace(directionControls, '');
}
