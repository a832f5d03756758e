import { StateScreen } from '../controls/stateScreen.tsx';
import { navigate } from '../router.ts';

export function NotFoundPage() {
  return (
    <StateScreen
      advice={{
        title: 'Nothing here',
        body: 'This address leads nowhere. The start page does.',
        remedies: ['home'],
      }}
      onRetry={() => navigate('/')}
    />
  );
}
