import { rmSync } from 'node:fs';

export default function globalTeardown(): void {
  if (globalThis.renderedTemplates) rmSync(globalThis.renderedTemplates, { recursive: true, force: true });
}
