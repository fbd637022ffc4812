import type { Api } from '../../api';
import { contractOptions } from '../../contractOptions';
import { isAbort } from '../../problem';
import { element } from '../element';

/** A choice of the contract for a run. Hidden when the dataset has only one version. */
export function contractChoice(
  api: Api,
  onError: (error: unknown) => void,
): {
  node: HTMLElement;
  /** Loads the versions of a dataset. `used`: hash of the contract of the run that is shown. */
  load(dataset: string | undefined, used?: string): void;
  /** Undefined for the current contract. */
  value(): string | undefined;
  leave(): void;
} {
  const select = element('select', { 'aria-label': 'Contract', 'data-testid': 'contract-choice' });
  const node = element('label', { class: 'contract-choice', hidden: true }, 'with', select);
  let loading = new AbortController();
  let shown = '';

  const show = async (dataset: string, used: string | undefined, { signal }: AbortController) => {
    try {
      const options = contractOptions(await api.contractVersions(dataset, signal), used);
      const chosen = select.value;
      select.replaceChildren(...options.map(({ value, text }) => element('option', { value }, text)));
      if (options.some(({ value }) => value === chosen)) select.value = chosen;
      node.hidden = options.length === 0;
    } catch (error) {
      if (!isAbort(error)) onError(error);
    }
  };
  return {
    node,
    load(dataset, used) {
      const wanted = `${dataset ?? ''} ${used ?? ''}`;
      if (wanted === shown) return;
      shown = wanted;
      loading.abort();
      loading = new AbortController();
      if (dataset === undefined) {
        select.replaceChildren();
        node.hidden = true;
      } else void show(dataset, used, loading);
    },
    value: () => select.value || undefined,
    leave: () => loading.abort(),
  };
}
