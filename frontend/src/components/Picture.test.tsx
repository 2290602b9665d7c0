import { fireEvent, render } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { Picture } from './Picture';

const drawn = (name: string) =>
  render(<Picture name={name} url={null} />)
    .container.querySelectorAll('path')[0]
    ?.getAttribute('d');

describe('a picture', () => {
  it('is drawn from the name: the same for the same, another for another', () => {
    expect(drawn('debian')).toBe(drawn('debian'));
    expect(drawn('debian')).not.toBe(drawn('debiao'));
  });

  it('is drawn when the given one cannot be loaded', () => {
    const { container } = render(<Picture name="debian" url="/api/bases/1/picture" />);
    const image = container.querySelector('img');
    if (!image) throw new Error('there is an image first');
    fireEvent.error(image);
    expect(container.querySelector('svg')).not.toBeNull();
  });
});
