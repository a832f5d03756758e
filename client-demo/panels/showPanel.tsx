import { DeviceMenus } from '../controls/deviceMenus.tsx';
import { switchDevice } from '../state/ownDevices.ts';
import { mirrorSelf } from '../state/remembered.ts';
import type { Session } from '../state/session.ts';
import { RoomLinks } from './roomLinks.tsx';

/** The show itself: its links, and how it is made. */
export function ShowPanel({ session, room }: { session: Session; room: string }) {
  return (
    <div class="show">
      <section>
        <h3>Links</h3>
        <RoomLinks room={room} />
      </section>
      <section>
        <h3>Devices</h3>
        <DeviceMenus onChosen={(source, deviceId) => switchDevice(session, source, deviceId)} />
      </section>
      <section>
        <h3>Settings</h3>
        <label class="switch">
          <span>
            Mirror my own picture
            <small>Only for you; everybody else sees it the right way round</small>
          </span>
          <input
            type="checkbox"
            role="switch"
            checked={mirrorSelf.value === 'on'}
            data-testid="mirror-self"
            onChange={(event) => (mirrorSelf.value = event.currentTarget.checked ? 'on' : 'off')}
          />
        </label>
      </section>
    </div>
  );
}
