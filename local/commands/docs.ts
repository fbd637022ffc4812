import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { generatedPages } from '../docs/pages';
import { findLayout } from '../platform/layout';

for (const { file, text } of generatedPages) {
  writeFileSync(path.join(findLayout().appDirectory, file), text());
  process.stdout.write(`${file}\n`);
}
