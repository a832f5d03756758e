import { render } from 'preact';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/fields.css';
import './styles/overlays.css';
import './styles/home.css';
import './styles/lobby.css';
import './styles/stage.css';
import './styles/poster.css';
import './styles/reactions.css';
import './styles/panels.css';
import './styles/chat.css';
import './styles/statistics.css';
import './styles/live.css';
import './styles/notices.css';
import './styles/watch.css';
import './styles/states.css';
import { Toasts } from './controls/toasts.tsx';
import { HomePage } from './pages/home.tsx';
import { HostPage } from './pages/host.tsx';
import { later } from './pages/later.tsx';
import { NotFoundPage } from './pages/notFound.tsx';
import { WatchPage } from './pages/watch.tsx';
import { route } from './router.ts';
import { followSystemTheme } from './state/theme.ts';

/** Comes when it is asked for: people who watch need nothing of it. */
const NetworkPage = later(async () => (await import('./pages/network.tsx')).NetworkPage);

function Page() {
  const { path, params } = route.value;
  const room = params.get('room') ?? '';
  switch (path) {
    case '/':
      return <HomePage />;
    case '/host':
      return <HostPage key={`${room}:${params.get('as') ?? ''}`} />;
    case '/watch':
      return <WatchPage key={`${room}:${params.get('as') ?? ''}`} />;
    case '/network':
      return <NetworkPage />;
    default:
      return <NotFoundPage />;
  }
}

function App() {
  return (
    <>
      <Page />
      <Toasts />
    </>
  );
}

followSystemTheme();
const page = document.getElementById('page');
if (page !== null) render(<App />, page);
