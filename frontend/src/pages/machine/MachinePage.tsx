import { Button, Group, Menu, Skeleton } from '@mantine/core';
import { IconCopy, IconCopyPlus, IconScreenShare } from '@tabler/icons-react';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useParams } from 'react-router';
import { useDomain } from '@/api/domains';
import { useUser } from '@/api/session';
import type { Domain } from '@/api/types';
import { Breadcrumbs } from '@/components/Breadcrumbs';
import { PageHead } from '@/components/PageHead';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemState } from '@/components/ProblemState';
import { TabLinks } from '@/components/TabLinks';
import { ActionMenu } from '@/domains/ActionMenu';
import { nameOf } from '@/domains/sentence';
import { CloneDialog } from '../machines/CloneDialog';
import { CopyDialog } from './CopyDialog';
import { NeedsRestart } from './NeedsRestart';
import { tabs } from './tabs';

export default function MachinePage() {
  const { id = '' } = useParams();
  const { data: domain, error, refetch } = useDomain(id);
  if (domain !== undefined) return <Machine key={domain.id} domain={domain} />;
  if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
  return <PageSkeleton />;
}

function Machine({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machine');
  const { tab } = useParams();
  const open = tabs.filter(({ isFor }) => isFor(domain));
  const [first] = open;
  const shown = tab === undefined ? first : open.find(({ id }) => id === tab);
  const address = `/machines/${domain.id}`;
  if (shown === undefined) return <Navigate to={address} replace />;
  const { Content } = shown;
  return (
    <article data-testid="machine" data-name={domain.name} data-state={domain.state}>
      <Way domain={domain} />
      <PageHead
        title={nameOf(domain)}
        text={nameOf(domain) === domain.name ? undefined : domain.name}
      >
        <Buttons domain={domain} />
      </PageHead>
      <TabLinks
        label={t('parts')}
        links={open.map((one) => ({
          id: one.id,
          to: one === first ? address : `${address}/${one.id}`,
          text: t(`tab.${one.id}`),
        }))}
      />
      {domain.needs_restart && <NeedsRestart domain={domain} />}
      <Suspense fallback={<PartSkeleton />}>
        <Content domain={domain} />
      </Suspense>
    </article>
  );
}

/** While the code of a part is on its way. */
function PartSkeleton() {
  const { t } = useTranslation();
  return <Skeleton height={320} radius="lg" role="status" aria-label={t('loading')} />;
}

function Way({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machine');
  const user = useUser();
  if (user?.is_admin !== true) return <Breadcrumbs links={[{ to: '/', text: t('my_desktops') }]} />;
  const all = { to: '/admin/machines', text: t('all') };
  const { base_id: base, base_name: name } = domain;
  return (
    <Breadcrumbs
      links={base == null ? [all] : [all, { to: `/machines/${base}`, text: name ?? base }]}
    />
  );
}

function Buttons({ domain }: { domain: Domain }) {
  const { t } = useTranslation();
  const [cloning, setCloning] = useState(false);
  const [copying, setCopying] = useState(false);
  return (
    <Group gap="sm" wrap="nowrap">
      {!domain.is_base && domain.may.includes('open') && (
        <Button
          component={Link}
          to={`/desktops/${domain.id}/view`}
          leftSection={<IconScreenShare size={18} aria-hidden />}
          data-testid="machine-open"
        >
          {t('action.open')}
        </Button>
      )}
      <ActionMenu domain={domain} variant="default" data-testid="machine-menu">
        {domain.is_base && domain.may.includes('clone') && (
          <Menu.Item
            leftSection={<IconCopyPlus size={16} aria-hidden />}
            onClick={() => {
              setCloning(true);
            }}
            data-testid="action-clone"
          >
            {t('action.clone')}
          </Menu.Item>
        )}
        {domain.may.includes('copy_domain') && (
          <Menu.Item
            leftSection={<IconCopy size={16} aria-hidden />}
            onClick={() => {
              setCopying(true);
            }}
            data-testid="action-copy"
          >
            {t('action.copy_domain')}
          </Menu.Item>
        )}
      </ActionMenu>
      <CopyDialog
        domain={domain}
        opened={copying}
        onClose={() => {
          setCopying(false);
        }}
      />
      <CloneDialog
        base={cloning ? domain : null}
        onClose={() => {
          setCloning(false);
        }}
      />
    </Group>
  );
}
