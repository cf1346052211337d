/** A part of an archive, of which the bytes are known, zeros, or somewhere on the device. */
export type Piece =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'zeros'; readonly length: number }
  | { readonly kind: 'stored'; readonly position: number; readonly length: number };

export function lengthOf(piece: Piece): number {
  return piece.kind === 'bytes' ? piece.bytes.length : piece.length;
}

/** A piece without its first bytes, fewer than all. */
export function without(piece: Piece, bytes: number): Piece {
  if (piece.kind === 'bytes') return { ...piece, bytes: piece.bytes.subarray(bytes) };
  const length = piece.length - bytes;
  return piece.kind === 'zeros' ? { ...piece, length } : { ...piece, length, position: piece.position + bytes };
}
