import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Device, DeviceOption, DevicesOfKind } from '@/api/types';

/** What an option is called; one that this version doesn't know keeps its host's words. */
export function useOptionLabel(): (kind: DevicesOfKind, option: DeviceOption) => string {
  const { t, i18n } = useTranslation('machine');
  return useCallback(
    ({ kind }, { name, label }) => {
      const key = `hardware.option.${kind}.${name}`;
      return i18n.exists(key, { ns: 'machine' }) ? t(key as 'hardware.option.cpu.model') : label;
    },
    [t, i18n],
  );
}

/** A device in a line: what it is first, then what was chosen of it besides. */
export function usePlainWords(): (kind: DevicesOfKind, device: Device) => string {
  const { t } = useTranslation('machine');
  const optionLabel = useOptionLabel();
  return useCallback(
    (kind, device) => {
      const words = kind.options.flatMap((option, i) => {
        const value = device.options[option.name];
        if (value === undefined || value === '') return [];
        // what stands in front says what it is, the rest only counts where somebody chose
        if (i > 0 && value === option.usual) return [];
        const said = option.choices?.find(({ word }) => word === value)?.label ?? value;
        return [
          i === 0 && option.choices !== null ? said : `${optionLabel(kind, option)}: ${said}`,
        ];
      });
      return words.length === 0 ? t('hardware.usual') : words.join(' · ');
    },
    [t, optionLabel],
  );
}
