import { Anchor, Button, Divider, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { guestBasesQuery, sessionQuery, useComeAsGuest, waysQuery } from '@/api/session';
import { signInPath } from '@/app/Guard';
import { Refusal } from './Refusal';

/** By whom else one can be let in: another system that knows people, or the network one is in. */
export function OtherWays({
  next,
}: {
  /** Where signing in leads. */
  next: string;
}) {
  const { t } = useTranslation('sign-in');
  const { data: ways } = useQuery(waysQuery);
  const { data: bases } = useQuery(guestBasesQuery);
  const openId = ways?.open_id;
  const hasGuests = bases !== undefined && bases.length > 0;
  if (openId == null && !hasGuests) return null;
  return (
    <Stack data-testid="other-ways">
      <Divider label={t('other.or')} />
      {openId != null && (
        <>
          <Button
            component="a"
            href={`${openId.sign_in_url}?return=${encodeURIComponent(next)}`}
            variant="default"
            size="md"
            data-testid="sign-in-openid"
          >
            {t('other.openid', { name: openId.label })}
          </Button>
          {openId.sign_out_url != null && (
            <Anchor href={openId.sign_out_url} size="sm" ta="center">
              {t('other.sign_out', { name: openId.label })}
            </Anchor>
          )}
        </>
      )}
      {hasGuests && <Guests bases={bases} next={next} />}
    </Stack>
  );
}

function Guests({
  bases,
  next,
}: {
  bases: readonly { id: string; name: string; alias: string | null }[];
  next: string;
}) {
  const { t } = useTranslation('sign-in');
  const navigate = useNavigate();
  const client = useQueryClient();
  const come = useComeAsGuest();
  const screen = come.data === undefined ? null : `/desktops/${come.data.domain.id}/view`;
  // first the address says where it leads, then the session is there: the page is made anew with it
  useEffect(() => {
    if (screen === null) return;
    if (screen === next) void client.refetchQueries({ queryKey: sessionQuery.queryKey });
    else void navigate(`${signInPath}?next=${encodeURIComponent(screen)}`, { replace: true });
  }, [screen, next, client, navigate]);
  return (
    <>
      <Text size="sm" c="dimmed">
        {t('other.guest_text')}
      </Text>
      <Refusal problem={come.error} />
      {bases.map(({ id, name, alias }) => (
        <Button
          key={id}
          variant="light"
          loading={come.isPending && come.variables === id}
          disabled={come.isPending}
          onClick={() => {
            come.mutate(id);
          }}
          data-testid="sign-in-guest"
        >
          {t('other.guest', { name: alias ?? name })}
        </Button>
      ))}
    </>
  );
}
