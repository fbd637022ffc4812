import type { Api } from '../../api';
import { utcDay } from '../../formatting';
import { problemOfError } from '../../problem';
import { element } from '../element';
import { contractChoice } from './contractChoice';
import { field } from '../field';
import { showProblem } from '../problemNotice';

/** A form that starts a run. `suggest` offers datasets that have run before and fills in the first one. */
export function startRunForm(
  api: Api,
  onStarted: (id: string) => void,
): { node: HTMLElement; suggest(datasets: string[]): void } {
  const options = element('datalist', { id: 'known-datasets' });
  const dataset = field('Dataset', {
    name: 'dataset',
    required: true,
    list: options.id,
    placeholder: 'state-of-the-union',
  });
  const date = field('Date', { name: 'date', type: 'date', required: true, value: utcDay(new Date()) });
  const submit = element('button', { type: 'submit', class: 'button', 'data-testid': 'start-run-button' }, 'Start run');
  const outcome = element('div', { class: 'outcome' });
  // The start itself reports an unknown dataset.
  const contract = contractChoice(api, () => contract.load(undefined));
  const loadContracts = () => contract.load(dataset.value());
  dataset.input.addEventListener('change', loadContracts);
  const form = element(
    'form',
    { class: 'fields fields-few', 'aria-label': 'Start a run' },
    dataset.node,
    date.node,
    contract.node,
    submit,
    options,
  );

  const start = async () => {
    submit.disabled = true;
    showProblem(outcome, undefined);
    try {
      onStarted(
        await api.startRun({ dataset: dataset.value() ?? '', date: date.value(), contractVersion: contract.value() }),
      );
    } catch (error) {
      showProblem(outcome, problemOfError(error));
    } finally {
      submit.disabled = false;
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void start();
  });

  return {
    node: element('section', { class: 'panel' }, element('h2', {}, 'Start a run'), form, outcome),
    suggest(datasets) {
      if (options.childElementCount === datasets.length) return;
      options.replaceChildren(...datasets.map((name) => element('option', { value: name })));
      if (dataset.input.value === '' && document.activeElement !== dataset.input)
        dataset.input.value = datasets[0] ?? '';
      if (dataset.input.value !== '') loadContracts();
    },
  };
}
