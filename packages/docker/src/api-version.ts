/** Debian 12's engine speaks up to 1.41; everything newer still accepts it or 1.44. */
export const apiVersion = 'v1.41';
export const dockerPort = 2376;
