import { useEffect, useState } from 'preact/hooks';
import type { NodeId } from '../../client/operator.ts';
import { TributaryError } from '../../client/tributary.ts';
import '../styles/network.css';
import { IconButton } from '../controls/button.tsx';
import { ConfirmDialog } from '../controls/confirmDialog.tsx';
import { Waiting } from './later.tsx';
import { Mark } from '../controls/icons.tsx';
import { agoWords } from '../network/pipeWords.ts';
import { RegionGrid } from '../network/regionGrid.tsx';
import { RoomDetail } from '../network/roomDetail.tsx';
import { RoomList } from '../network/roomList.tsx';
import { TokenForm } from '../network/tokenForm.tsx';
import { route } from '../router.ts';
import { adminToken, devAdminToken, keepAdminToken } from '../state/adminToken.ts';
import { useSeconds } from '../state/clock.ts';
import { NetworkWatch } from '../state/networkWatch.ts';
import { say } from '../state/notices.ts';

/** For operators: every region and node, and the way each feed of a room takes through them. */
export function NetworkPage() {
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState<string>();
  const token = adminToken.value;
  useEffect(() => {
    document.title = 'Network · Tributary';
    if (adminToken.peek() !== undefined) return setAsked(true);
    void devAdminToken()
      .then((given) => given !== undefined && keepAdminToken(given))
      .finally(() => setAsked(true));
  }, []);
  if (token !== undefined)
    return (
      <Network
        key={token}
        token={token}
        onLeave={(why) => {
          setProblem(why);
          keepAdminToken(undefined);
        }}
      />
    );
  if (!asked) return <Waiting words="Looking for access…" />;
  return <TokenForm problem={problem} onToken={keepAdminToken} />;
}

function Network({ token, onLeave }: { token: string; onLeave: (problem: string | undefined) => void }) {
  const [watch] = useState(() => new NetworkWatch(token));
  const room = route.value.params.get('room') ?? undefined;
  useEffect(() => {
    watch.start();
    return () => watch.stop();
  }, []);
  useEffect(() => watch.choose(room), [room]);
  const network = watch.network.value;
  const trouble = watch.trouble.value;
  const isRefused = trouble?.code === 'admin-token-invalid' || trouble?.code === 'operator-api-off';
  useEffect(() => {
    if (isRefused) onLeave(trouble.message);
  }, [isRefused]);
  const drain = (nodeId: NodeId, draining: boolean): void => {
    const change = draining ? watch.api.drain(nodeId) : watch.api.undrain(nodeId);
    change
      .then(() => say(draining ? `${nodeId} is draining.` : `${nodeId} takes people again.`))
      .catch((error: unknown) => say(error instanceof TributaryError ? error.message : String(error), 'bad'))
      .finally(watch.again);
  };
  return (
    <div class="network" data-stale={trouble !== null}>
      <header class="network-head">
        <Mark />
        <h1>Network</h1>
        <Freshness watch={watch} />
        <IconButton
          testId="admin-token-forget"
          icon="leave"
          label="Forget the token"
          onClick={() => onLeave(undefined)}
        />
      </header>
      {network !== null && <StoreNote ageMs={network.storeAgeMs} />}
      {network === null ? (
        <main class="network-first">
          <p role="status">{trouble === null ? 'Asking the nodes…' : trouble.message}</p>
        </main>
      ) : (
        <main>
          <RegionGrid network={network} onDrain={drain} />
          <div class="network-lower">
            <RoomList rooms={network.rooms} chosen={room} />
            <RoomDetail state={watch.room.value} anyRooms={network.rooms.length > 0} />
          </div>
        </main>
      )}
      <ConfirmDialog />
    </div>
  );
}

/** How old what is shown is, and why nothing newer came. */
function Freshness({ watch }: { watch: NetworkWatch }) {
  const nowMs = useSeconds();
  const updatedAtMs = watch.updatedAtMs.value;
  const trouble = watch.trouble.value;
  const ageMs = updatedAtMs === null ? null : Math.max(0, nowMs - updatedAtMs);
  const age =
    ageMs === null ? 'No answer yet' : ageMs < 2500 ? 'Updated just now' : `Updated ${agoWords(ageMs)} ago`;
  return (
    <p class="freshness figures" data-trouble={trouble !== null} data-testid="network-freshness">
      <i aria-hidden="true" />
      <span>{age}</span>
      <span class="freshness-trouble" role="status">
        {trouble === null ? '' : trouble.message}
      </span>
    </p>
  );
}

const storeAwayMs = 5000;

function StoreNote({ ageMs }: { ageMs: number | null }) {
  if (ageMs !== null && ageMs < storeAwayMs) return null;
  return (
    <p class="note-warn" role="status" data-testid="network-store-away">
      {ageMs === null
        ? 'The memory that the nodes share has not answered yet.'
        : `The memory that the nodes share has not answered for ${agoWords(ageMs)}.`}{' '}
      Shows go on; nodes that come or go are not noticed.
    </p>
  );
}
