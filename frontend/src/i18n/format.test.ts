import { describe, expect, it } from 'vitest';
import { formatFor } from './format';
import { areaOf } from './index';

const now = () => new Date('2026-11-21T12:00:00');
const format = formatFor('en-GB', now);

describe('formats', () => {
  it('write the time alone on the same day, the date as well on another', () => {
    expect(format.moment('2026-11-21T10:32:00')).toBe('10:32');
    expect(format.moment('2026-11-20T18:02:00')).toBe('20 Nov, 18:02');
    expect(format.moment('2025-11-20T18:02:00')).toBe('20 Nov 2025, 18:02');
  });

  it.each([
    [524_288, '512 MiB'],
    [1_048_576, '1 GiB'],
    [1_572_864, '1.5 GiB'],
  ])('memory of %d KiB is %s', (kib, text) => {
    expect(format.memory(kib)).toBe(text);
  });

  it.each([
    [0, '0 byte'],
    [820_000, '820 kB'],
    [1_640_000_000, '1.6 GB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(format.bytes(bytes)).toBe(text);
  });

  it.each([
    [3.4, '3s'],
    [130, '2m'],
    [3900, '1h 5m'],
    [7200, '2h'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(format.duration(seconds)).toBe(text);
  });

  it.each([
    [140.4, '140 ms'],
    [3420, '3.4s'],
    [130_000, '2m'],
  ])('what took %d milliseconds took %s', (ms, text) => {
    expect(format.took(ms)).toBe(text);
  });

  it('follow the language', () => {
    expect(formatFor('ca-ES', now).number(12345.6)).toBe('12.345,6');
    expect(formatFor('es-ES', now).moment('2026-11-20T18:02:00')).toBe('20 nov, 18:02');
  });
});

describe('texts', () => {
  it.each([
    ['/src/i18n/texts.en.json', 'common'],
    ['/src/pages/desktops/texts.ca.json', 'desktops'],
  ])('of %s are the area %s', (path, area) => {
    expect(areaOf(path)).toBe(area);
  });
});
