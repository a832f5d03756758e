import { limits } from '../../client/tributary.ts';

interface NameFieldProps {
  value: string;
  onInput: (name: string) => void;
  testId: string;
  autofocus?: boolean;
  placeholder?: string;
}

/** Where somebody says what he wants to be called. */
export function NameField({ value, onInput, testId, ...rest }: NameFieldProps) {
  return (
    <label class="labelled">
      <span>Your name</span>
      <input
        type="text"
        dir="auto"
        autocomplete="nickname"
        maxLength={limits.nameLength}
        required
        value={value}
        data-testid={testId}
        onInput={(event) => onInput(event.currentTarget.value)}
        {...rest}
      />
    </label>
  );
}
