/** RFC 5424 has 128 bytes for it. */
const processBytesMax = 128;

/**
 * What stands between time and text: ` HOST app PROCID - - `. Both dashes are needed, and no field may hold a blank.
 * @param process what customers see in brackets, as in `app[dockhero.web.1]`.
 * @see partner API spec, section 7.2
 */
export function syslogHeader(process: string): Buffer {
  return Buffer.from(` dockhero app ${process.replaceAll(/[^\w.-]/g, '-').slice(0, processBytesMax)} - - `);
}
