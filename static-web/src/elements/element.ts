export type Child = Node | string | undefined;
/** False or undefined omits the attribute; true sets it to an empty value. */
export type Attributes = Record<string, string | number | boolean | undefined>;

/**
 * Builds one element. Text is only ever added as text nodes, so that no data can become markup. The caller adds handlers
 * with addEventListener, because the content security policy requires it.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.filter((child) => child !== undefined));
  return node;
}

/** Sets an element's text only when it differs: every write announces a live region again and clears a selection. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

export function button(text: string, attributes: Attributes, onClick?: () => void): HTMLButtonElement {
  const node = element('button', { type: 'button', ...attributes }, text);
  if (onClick) node.addEventListener('click', onClick);
  return node;
}
