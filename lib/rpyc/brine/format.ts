/** The tag bytes of brine (RPyC brine). */
export const Tag = {
  none: 0x00,
  emptyBytes: 0x01,
  emptyTuple: 0x02,
  true: 0x03,
  false: 0x04,
  notImplemented: 0x05,
  ellipsis: 0x06,
  str: 0x08,
  bytes1: 0x0a,
  bytes2: 0x0b,
  bytes3: 0x0c,
  bytes4: 0x0d,
  bytesLength1: 0x0e,
  bytesLength4: 0x0f,
  tuple1: 0x10,
  tuple2: 0x11,
  tuple3: 0x12,
  tuple4: 0x13,
  tupleLength1: 0x14,
  tupleLength4: 0x15,
  intLength1: 0x16,
  intLength4: 0x17,
  float: 0x18,
  slice: 0x19,
  frozenset: 0x1a,
  complex: 0x1b,
} as const;

/** The integers from {@link SMALLEST_IN_TAG} to {@link LARGEST_IN_TAG} are their tag alone, from 0x20 to 0xef. */
export const FIRST_INT_TAG = 0x20;
export const LAST_INT_TAG = 0xef;
/** What is added to such an integer to get its tag. */
export const INT_TAG_OFFSET = 0x50;
export const SMALLEST_IN_TAG = FIRST_INT_TAG - INT_TAG_OFFSET;
export const LARGEST_IN_TAG = LAST_INT_TAG - INT_TAG_OFFSET;

/** Values within values, at most: far above what any message has, far below what ends the stack. */
export const MAX_DEPTH = 100;

/** Python's own limit for integers from text; reading decimal digits takes time quadratic in their number. */
export const MAX_INTEGER_DIGITS = 4300;
