import { useTranslation } from 'react-i18next';
import type { UserSource } from '@/api/types';
import { Tag, type Tone } from '@/domains/StateBadge';
import './area';

const tones: Record<UserSource, Tone> = { local: 'still', ldap: 'base', oidc: 'asleep' };

/** Who knows an account or a group: Broker itself, a directory, a sign-in service. */
export function SourceBadge({ source }: { source: UserSource }) {
  const { t } = useTranslation('people');
  return <Tag tone={tones[source]} text={t(`source.${source}`)} />;
}
