/** The version of everything in this folder. A client of another version is refused with `unsupported-protocol`. */
export const protocolVersion = 1;
