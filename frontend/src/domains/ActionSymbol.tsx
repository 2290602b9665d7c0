import { createElement } from 'react';
import { actionIcons } from './actions';

export function ActionSymbol({
  action,
  size = 16,
}: {
  action: keyof typeof actionIcons;
  size?: number;
}) {
  return createElement(actionIcons[action], { size, 'aria-hidden': true });
}
