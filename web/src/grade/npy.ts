/** A float32 matrix out of a .npy file (format 1 to 3, little endian, C order): rows of equal length. */
export function readMatrix(bytes: ArrayBuffer): readonly Float32Array[] {
  const view = new DataView(bytes);
  if (view.getUint32(0) !== 0x934e554d) throw new Error('these bytes are no .npy file');
  const wide = view.getUint8(6) > 1;
  const begin = (wide ? 12 : 10) + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = new TextDecoder('latin1').decode(bytes.slice(10, begin));
  const shape = /'shape': \((\d+), (\d+)\)/.exec(header);
  if (shape === null || !header.includes("'<f4'") || header.includes("'fortran_order': True")) {
    throw new Error(`got ${header.trim()}, wanted little-endian float32 [rows, columns]`);
  }
  const [rows, columns] = [Number(shape[1]), Number(shape[2])];
  const values = new Float32Array(bytes.slice(begin, begin + 4 * rows * columns));
  return Array.from({ length: rows }, (_, row) => values.subarray(row * columns, (row + 1) * columns));
}
