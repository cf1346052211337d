/** What a file in a folder can be called: nothing that would lead elsewhere when it is unpacked. @param name bytes in latin1. */
export function isEntryName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0');
}
