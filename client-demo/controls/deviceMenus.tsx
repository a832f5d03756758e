import { chosenDevices } from '../state/remembered.ts';
import { useDevices } from '../state/devices.ts';
import type { DeviceSource } from '../state/devices.ts';
import { Icon } from './icons.tsx';

/** Which camera and microphone; the choice is remembered. */
export function DeviceMenus({ onChosen }: { onChosen: (source: DeviceSource, deviceId: string) => void }) {
  const devices = useDevices();
  return (
    <div class="devices">
      <DeviceMenu source="camera" label="Camera" devices={devices.camera} onChosen={onChosen} />
      <DeviceMenu source="microphone" label="Microphone" devices={devices.microphone} onChosen={onChosen} />
    </div>
  );
}

interface DeviceMenuProps {
  source: DeviceSource;
  label: string;
  devices: readonly { deviceId: string; label: string }[];
  onChosen: (source: DeviceSource, deviceId: string) => void;
}

function DeviceMenu({ source, label, devices, onChosen }: DeviceMenuProps) {
  const chosen = chosenDevices[source];
  const known = devices.some(({ deviceId }) => deviceId === chosen.value);
  return (
    <label class="device">
      <Icon name={source} size={20} />
      <span class="visually-hidden">{label}</span>
      <select
        data-testid={`choose-${source}`}
        value={known ? chosen.value : (devices[0]?.deviceId ?? '')}
        disabled={devices.length === 0}
        onChange={(event) => {
          chosen.value = event.currentTarget.value;
          onChosen(source, chosen.value);
        }}
      >
        {devices.length === 0 && <option value="">No {source} to choose</option>}
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
