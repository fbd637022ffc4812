import { type Attributes, element } from './element';

export interface Field {
  node: HTMLElement;
  input: HTMLInputElement;
  /** Trimmed; undefined when empty. */
  value(): string | undefined;
}

let fieldCount = 0;

/** An input with its label above it. */
export function field(label: string, attributes: Attributes & { name: string }): Field {
  const id = `field-${++fieldCount}-${attributes.name}`;
  const input = element('input', { id, type: 'text', autocomplete: 'off', ...attributes });
  return {
    node: element('div', { class: 'field' }, element('label', { for: id }, label), input),
    input,
    value: () => input.value.trim() || undefined,
  };
}

/** Two date fields. They prevent a period that ends before it starts. */
export function periodFields(names: { from: string; to: string }): { from: Field; to: Field } {
  const from = field('Published from', { name: names.from, type: 'date' });
  const to = field('Published to', { name: names.to, type: 'date' });
  from.input.addEventListener('change', () => (to.input.min = from.input.value));
  to.input.addEventListener('change', () => (from.input.max = to.input.value));
  return { from, to };
}
