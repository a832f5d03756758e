/** Where something listens. */
export interface Address {
  /** IPv4. */
  address: string;
  port: number;
}

export const loopback = '127.0.0.1';

export const addressText = ({ address, port }: Address): string => `${address}:${port}`;
