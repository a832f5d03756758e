/** Where something listens. */
export interface Address {
  /** IPv4. */
  address: string;
  port: number;
}

export const loopback = '127.0.0.1';

export const addressText = ({ address, port }: Address): string => `${address}:${port}`;

/** The loopback address that a server's origin means. */
export const addressOf = (origin: string): Address => ({
  address: loopback,
  port: Number(new URL(origin).port),
});

/** For a browser, which lets only `localhost` use the camera without TLS. */
export const originOf = ({ port }: Address): string => `http://localhost:${port}`;
