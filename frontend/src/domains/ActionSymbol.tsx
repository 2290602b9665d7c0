import { createElement } from 'react';
import { actions, type Action } from './actions';

export function ActionSymbol({ action, size = 16 }: { action: Action; size?: number }) {
  return createElement(actions[action].icon, { size, 'aria-hidden': true });
}
