import type { Me } from '../../../lib/api/access';
import type { Api } from '../api';
import { problemOfError } from '../problem';
import { element } from './element';

type Caller = NonNullable<Me['caller']>;

const choices = [
  { value: '', text: 'Owner (all roles)' },
  { value: 'reader', text: 'Reader' },
  { value: 'operator', text: 'Operator' },
  { value: 'approver', text: 'Approver' },
];

/** Who the caller is. On a local platform it also has a switch, marked as local, to try the API in one role. */
export function callerBadge(api: Api): HTMLElement {
  const node = element('div', { class: 'caller', 'data-testid': 'caller' });
  void api.me().then(
    ({ caller }) => node.replaceChildren(...(caller ? shown(caller) : ['Not signed in'])),
    (error: unknown) => node.replaceChildren(problemOfError(error).code),
  );
  return node;
}

function shown(caller: Caller): (HTMLElement | string)[] {
  return caller.kind === 'local' ? [roleSwitch(caller)] : [caller.name];
}

function roleSwitch({ roles }: Caller): HTMLElement {
  const current = roles.length === 1 ? roles[0] : '';
  const select = element(
    'select',
    { 'data-testid': 'local-role' },
    ...choices.map(({ value, text }) => element('option', { value, selected: value === current }, text)),
  );
  select.addEventListener('change', () => {
    const lifetime = select.value === '' ? '; Max-Age=0' : '';
    document.cookie = `x-local-roles=${select.value}; Path=/; SameSite=Strict${lifetime}`;
    location.reload();
  });
  return element('label', {}, 'Local role ', select);
}
