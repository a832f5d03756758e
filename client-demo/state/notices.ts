import { signal } from '@preact/signals';

export interface Notice {
  id: number;
  text: string;
  tone: 'calm' | 'bad';
}
export interface Question {
  title: string;
  body: string;
  /** What the button that does it says, e.g. "End show". */
  yes: string;
  /** Stable name of that button for automation. */
  testId: string;
  act: () => void;
}

const noticeMs = 6000;
let lastId = 0;

/** Short sentences that go away by themselves. */
export const notices = signal<readonly Notice[]>([]);
/** A step that cannot be taken back, asked about first. */
export const question = signal<Question | null>(null);

/** Says one sentence to the person, on screen and to a screen reader. */
export function say(text: string, tone: Notice['tone'] = 'calm'): void {
  if (notices.peek().some((notice) => notice.text === text)) return;
  lastId += 1;
  const notice: Notice = { id: lastId, text, tone };
  notices.value = [...notices.peek(), notice].slice(-3);
  setTimeout(() => withdraw(notice.id), noticeMs);
}

export function withdraw(id: number): void {
  notices.value = notices.peek().filter((notice) => notice.id !== id);
}

export function ask(next: Question): void {
  question.value = next;
}
