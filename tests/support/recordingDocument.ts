/** An element as the page builds it. */
export class RecordedElement {
  readonly attributes = new Map<string, string>();
  readonly dataset: Record<string, string> = {};
  children: (RecordedElement | string)[] = [];
  private parent: RecordedElement | undefined;

  constructor(readonly tag: string) {}

  get id(): string {
    return this.attributes.get('id') ?? '';
  }

  get textContent(): string {
    return this.children.map((child) => (typeof child === 'string' ? child : child.textContent)).join('');
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }

  append(...children: (RecordedElement | string)[]): void {
    for (const child of children) if (typeof child !== 'string') child.parent = this;
    this.children.push(...children);
  }

  replaceChildren(...children: (RecordedElement | string)[]): void {
    this.children = [];
    this.append(...children);
  }

  remove(): void {
    if (this.parent) this.parent.children = this.parent.children.filter((child) => child !== this);
  }

  addEventListener(): void {
    // Nobody clicks.
  }

  /** This element and all below it. */
  all(): RecordedElement[] {
    return [this, ...this.children.flatMap((child) => (typeof child === 'string' ? [] : child.all()))];
  }
}

/** The part of a browser's document that the page's elements use. It has no way to parse markup. */
export const recordingDocument = {
  createElement: (tag: string) => new RecordedElement(tag),
  createTextNode: (text: string) => text,
};
