/** The stage's colour, and after a moment words: no spinner. */
export function ConnectingScreen({ room, words }: { room: string; words: string }) {
  return (
    <main class="connecting" data-theme="dark" data-testid="connecting" aria-busy="true">
      <div class="progress-line" />
      <p role="status">
        {words} <span dir="auto">{room}</span>
      </p>
    </main>
  );
}
