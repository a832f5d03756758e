import type { Signal } from '@preact/signals';
import { switchDevice } from '../state/ownDevices.ts';
import type { Session } from '../state/session.ts';
import { DeviceMenus } from './deviceMenus.tsx';
import { Dialog } from './dialog.tsx';

/** Another camera or microphone while one is on stage. */
export function DevicesDialog({ session, open }: { session: Session; open: Signal<boolean> }) {
  return (
    <Dialog
      title="Camera and microphone"
      open={open.value && session.onStage.value}
      onClose={() => (open.value = false)}
      testId="devices-dialog"
    >
      <DeviceMenus onChosen={(source, deviceId) => switchDevice(session, source, deviceId)} />
    </Dialog>
  );
}
