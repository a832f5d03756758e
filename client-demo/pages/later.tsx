import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../controls/button.tsx';

/** A page whose code is fetched when somebody goes there. */
export function later(fetchPage: () => Promise<ComponentType>): ComponentType {
  return function LaterPage() {
    const [Loaded, setLoaded] = useState<ComponentType>();
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      fetchPage()
        .then((page) => setLoaded(() => page))
        .catch(() => setFailed(true));
    }, []);
    if (Loaded !== undefined) return <Loaded />;
    if (!failed) return <Waiting words="Loading…" />;
    return (
      <main class="state-screen" data-testid="state-screen">
        <h1>This page did not load</h1>
        <p>The server cannot be reached, or it was upgraded meanwhile.</p>
        <div class="state-actions">
          <Button testId="state-reload" look="primary" onClick={() => location.reload()}>
            Reload
          </Button>
        </div>
      </main>
    );
  };
}

/** Says after a moment that something is on its way. */
export function Waiting({ words }: { words: string }) {
  return (
    <main class="connecting" aria-busy="true">
      <p role="status">{words}</p>
    </main>
  );
}
