import type { Signal } from '@preact/signals';
import { canChooseSpeaker } from '../../client/tributary.ts';
import type { Device } from '../../client/tributary.ts';
import { chosenDevices, chosenSpeaker } from '../state/remembered.ts';
import { useDevices } from '../state/devices.ts';
import type { DeviceSource } from '../state/devices.ts';
import { Icon } from './icons.tsx';
import type { IconName } from './icons.tsx';

/** Which camera, microphone and speaker; the choice is remembered. The speaker is the session's own business. */
export function DeviceMenus({ onChosen }: { onChosen: (source: DeviceSource, deviceId: string) => void }) {
  const devices = useDevices();
  return (
    <div class="devices">
      {(['camera', 'microphone'] as const).map((source) => (
        <DeviceMenu
          key={source}
          what={source}
          icon={source}
          devices={devices[source]}
          chosen={chosenDevices[source]}
          onChosen={(deviceId) => onChosen(source, deviceId)}
        />
      ))}
      {canChooseSpeaker() && devices.speaker.length > 0 && (
        <DeviceMenu what="speaker" icon="sound" devices={devices.speaker} chosen={chosenSpeaker} />
      )}
    </div>
  );
}

interface DeviceMenuProps {
  what: DeviceSource | 'speaker';
  icon: IconName;
  devices: readonly Device[];
  chosen: Signal<string>;
  onChosen?: (deviceId: string) => void;
}

function DeviceMenu({ what, icon, devices, chosen, onChosen }: DeviceMenuProps) {
  const label = what.charAt(0).toUpperCase() + what.slice(1);
  const known = devices.some(({ deviceId }) => deviceId === chosen.value);
  return (
    <label class="device">
      <Icon name={icon} size={20} />
      <span class="visually-hidden">{label}</span>
      <select
        data-testid={`choose-${what}`}
        value={known ? chosen.value : (devices[0]?.deviceId ?? '')}
        disabled={devices.length === 0}
        onChange={(event) => {
          chosen.value = event.currentTarget.value;
          onChosen?.(chosen.value);
        }}
      >
        {devices.length === 0 && <option value="">No {what} to choose</option>}
        {devices.map(({ deviceId, label: name }, index) => (
          <option key={deviceId} value={deviceId}>
            {name === '' ? `${label} ${index + 1}` : name}
          </option>
        ))}
      </select>
      <Icon name="chevron" size={18} />
    </label>
  );
}
