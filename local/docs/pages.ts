import { costPage } from './costPage';
import { problemsPage } from './problemsPage';
import { settingsPage } from './settingsPage';

/** Documentation pages that are generated from tables in the code, so that pages and code cannot differ. */
export const generatedPages: { file: string; text: () => string }[] = [
  { file: 'docs/problems.md', text: problemsPage },
  { file: 'docs/settings.md', text: settingsPage },
  { file: 'docs/cost.md', text: costPage },
];
