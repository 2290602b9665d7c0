import {
  Anchor,
  Button,
  Drawer,
  Group,
  Skeleton,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useDescribe, useSetClones } from '@/api/domains';
import { requestsQuery } from '@/api/requests';
import type { Domain } from '@/api/types';
import { Facts } from '@/components/Facts';
import { Picture } from '@/components/Picture';
import { useShowProblem } from '@/components/problemText';
import { useFailureText } from '@/domains/failure';
import { nameOf, useCommandName, useDomainSentence } from '@/domains/sentence';
import { RequestStateBadge, StateDot } from '@/domains/StateBadge';
import { useFormat } from '@/i18n/format';
import { History } from './History';
import classes from './MachineDrawer.module.css';

export function MachineDrawer({ domain, onClose }: { domain: Domain | null; onClose: () => void }) {
  const { t } = useTranslation('common');
  return (
    <Drawer
      opened={domain !== null}
      onClose={onClose}
      position="right"
      size="md"
      title={domain && nameOf(domain)}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {domain && <Details key={domain.id} domain={domain} />}
    </Drawer>
  );
}

function Details({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machines');
  const sentence = useDomainSentence();
  const format = useFormat();
  return (
    <Stack data-testid="machine-drawer">
      <div className={classes.picture}>
        <Picture name={domain.name} url={domain.screenshot_url} />
      </div>
      <Group gap="sm" wrap="nowrap">
        <StateDot state={domain.state} />
        <Text size="sm">{sentence(domain)}</Text>
      </Group>
      {domain.state_detail != null && domain.state_detail !== '' && (
        <Text size="sm">{domain.state_detail}</Text>
      )}
      <Facts
        facts={[
          [t('fact.name'), domain.name],
          [t('fact.owner'), domain.owner.name],
          [t('fact.base'), domain.base_name],
          [t('fact.clones'), domain.is_base ? format.number(domain.clones) : null],
          [t('fact.published'), domain.is_base ? t(domain.is_public ? 'yes' : 'no') : null],
          [t('fact.volatile'), domain.is_volatile ? t('yes') : null],
          [t('fact.node'), domain.node],
          [t('fact.address'), domain.address],
          [t('fact.memory'), format.memory(domain.memory_kib)],
          [t('fact.vcpus'), format.number(domain.vcpus)],
          [t('fact.created'), format.dateTime(domain.created_at)],
          [t('fact.id'), domain.id],
        ]}
      />
      {domain.is_base && domain.may.includes('publish') && <ClonesToBe domain={domain} />}
      <Describe domain={domain} />
      <History domainId={domain.id} />
      <LastRequests domain={domain} />
    </Stack>
  );
}

function ClonesToBe({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machines');
  const setClones = useSetClones();
  const showProblem = useShowProblem();
  return (
    <Switch
      label={t('volatile_clones')}
      description={t('volatile_clones_rule')}
      checked={setClones.isPending ? setClones.variables.volatile : domain.volatile_clones}
      onChange={(event) => {
        setClones.mutate(
          { id: domain.id, volatile: event.currentTarget.checked },
          { onError: showProblem },
        );
      }}
      data-testid="volatile-clones"
    />
  );
}

function Describe({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machines');
  const describe = useDescribe();
  const showProblem = useShowProblem();
  const form = useForm({
    initialValues: { alias: domain.alias ?? '', description: domain.description ?? '' },
  });
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        describe.mutate(
          { id: domain.id, ...values },
          {
            onSuccess: () => {
              form.resetDirty();
            },
            onError: showProblem,
          },
        );
      })}
    >
      <Stack gap="sm">
        <TextInput
          label={t('import.alias')}
          description={t('import.alias_rule')}
          {...form.getInputProps('alias')}
        />
        <Textarea
          label={t('import.description')}
          autosize
          minRows={2}
          {...form.getInputProps('description')}
        />
        <Group justify="flex-end">
          <Button
            type="submit"
            variant="light"
            disabled={!form.isDirty()}
            loading={describe.isPending}
          >
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const shown = 8;

function LastRequests({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machines');
  const commandName = useCommandName();
  const format = useFormat();
  const failureText = useFailureText();
  const { data } = useInfiniteQuery(requestsQuery({ domain: domain.id }));
  const requests = data?.pages.flat().slice(0, shown);
  return (
    <section aria-labelledby="last-requests">
      <Title order={3} size="h5" id="last-requests" mb="xs">
        {t('requests.title')}
      </Title>
      {requests === undefined ? (
        <Skeleton height={90} />
      ) : requests.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('requests.none')}
        </Text>
      ) : (
        <ul className={classes.requests}>
          {requests.map((request) => (
            <li key={request.id}>
              <Anchor component={Link} to={`/requests/${request.id}`} size="sm">
                {commandName(request.command)}
              </Anchor>
              <RequestStateBadge state={request.state} />
              <Text size="xs" c="dimmed">
                {format.moment(request.created_at)}
              </Text>
              {request.error && (
                <Text size="xs" c="red" className={classes.error}>
                  {failureText(request.error)}
                </Text>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
