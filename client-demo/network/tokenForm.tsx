import { useState } from 'preact/hooks';
import { Button } from '../controls/button.tsx';
import { Mark } from '../controls/icons.tsx';

interface TokenFormProps {
  /** Why the last one was no good. */
  problem: string | undefined;
  onToken: (token: string) => void;
}

/** Asks an operator for his token. */
export function TokenForm({ problem, onToken }: TokenFormProps) {
  const [typed, setTyped] = useState('');
  const token = typed.trim();
  return (
    <main class="state-screen">
      <Mark size={40} />
      <h1>The network</h1>
      <p>Operators see every node and room here. Give one of the tokens that this server was started with.</p>
      <form
        class="token-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (token !== '') onToken(token);
        }}
      >
        <label class="labelled">
          <span>Admin token</span>
          <input
            type="password"
            name="admin-token"
            autocomplete="current-password"
            autofocus
            value={typed}
            aria-invalid={problem !== undefined}
            aria-describedby="token-problem"
            data-testid="admin-token"
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        <p id="token-problem" class="token-problem" role="alert" data-testid="admin-token-problem">
          {problem}
        </p>
        <Button
          testId="admin-token-go"
          look="primary"
          type="submit"
          disabled={token === ''}
          onClick={() => undefined}
        >
          Look in
        </Button>
      </form>
    </main>
  );
}
