import { Anchor, Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { AuditEntry } from '@/api/types';
import { Facts } from '@/components/Facts';
import { useFormat } from '@/i18n/format';
import { useActionName } from './actionName';
import classes from './AuditPage.module.css';
import { OutcomeBadge } from './AuditTable';

/** All that is known of one deed. */
export function AuditDialog({ entry, onClose }: { entry: AuditEntry | null; onClose: () => void }) {
  const { t } = useTranslation(['audit', 'common']);
  const actionName = useActionName();
  return (
    <Modal
      opened={entry !== null}
      onClose={onClose}
      title={entry && actionName(entry.action)}
      size="lg"
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {entry && <Entry entry={entry} />}
    </Modal>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const { details } = entry;
  return (
    <Stack gap="sm" data-testid="audit-entry">
      <Facts
        facts={[
          [t('column.at'), format.exact(entry.at)],
          [t('column.who'), entry.user_name ?? t('nobody')],
          [t('column.from'), entry.address ?? t('here')],
          [t('column.to'), entry.subject],
          [
            t('machine'),
            entry.domain_id == null ? null : (
              <Anchor component={Link} to={`/machines/${entry.domain_id}`} size="sm">
                {t('to_machine')}
              </Anchor>
            ),
          ],
          [t('column.outcome'), <OutcomeBadge key="outcome" outcome={entry.outcome} />],
          [t('code'), entry.code],
        ]}
      />
      {details != null && (
        <div>
          <Text size="sm" c="dimmed" mb={4}>
            {t('details')}
          </Text>
          <pre className={classes.details}>{JSON.stringify(details, null, 2)}</pre>
        </div>
      )}
    </Stack>
  );
}
